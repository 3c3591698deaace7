"""What may happen with originals signed elsewhere: kept, looked at, checked by people, counted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.core import clock, portal
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.files import StoredFile, keep
from app.extensions import db
from app.mou import rules as memoranda
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.keeping import conclude
from app.mou.models import Mou, MouState
from app.mou.originals import content, jobs, queries, rules
from app.mou.originals.models import Container, Level, MouClaim, MouOriginal, MouValidation, Result
from app.mou.permissions import check_edit
from app.mou.queries import lock
from app.mou.services import touch
from app.mou.signing import queries as signing
from app.mou.signing.models import MouLink
from app.mou.texts import queries as texts
from app.mou.texts import services as versions
from app.mou.texts.models import Closing, MouText


@dataclass(frozen=True)
class Sent:
    """A file that somebody sent, with its name as given."""

    stream: IO[bytes]
    name: str


@dataclass(frozen=True, kw_only=True)
class OriginalFacts:
    """What is said of an original: for which parties at which level, by whom, on which day."""

    levels: Mapping[int, Level]
    names: Mapping[int, str]
    signed_on: date | None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ValidationFacts:
    """What somebody found: the result, the program or service, the day, and what it said."""

    result: Result
    checked_on: date
    validator: str | None = None
    note: str | None = None


def freeze_for_paper(actor: Actor, mou: Mou, version: int | None) -> MouText:
    """Freeze the text to be printed and signed by hand; nobody is sent a link. Raises what ``freeze`` raises."""
    return versions.freeze(actor, mou, version, by_link=False)


def is_out_by_link(mou: Mou) -> bool:
    """Whether somebody was asked by link to sign the present text."""
    text = texts.to_sign(mou)
    return text is not None and signing.was_written_to(MouLink.text_id == text.id)


def add(actor: Actor, mou: Mou, facts: OriginalFacts, sent: Sent | None, document: Sent | None = None) -> MouOriginal:
    """Keep a file that was signed outside, byte for byte, with what is claimed of it.

    A PDF is looked at afterwards, by a job. Raises ``Refused`` with everything that is wrong, ``NotHere``, and
    ``NotAllowed``.
    """
    check_edit(actor, mou)
    lock(mou)
    rules.check_state(mou.state, is_out_by_link=is_out_by_link(mou))
    kind = _kind_of(sent)
    text = texts.to_sign(mou)
    since = _day_of(text) if text else None
    wrong = rules.check_added(facts.levels, facts.signed_on, clock.today(), since, kind.container if kind else None)
    if kind is None or sent is None:
        wrong["file"] = _("Choose a file.")
    elif document is not None and kind.container is not Container.CADES:
        wrong["evidence"] = _("Only a signature in a file of its own belongs to another document.")
    if wrong or kind is None or sent is None or facts.signed_on is None:
        raise Refused(**wrong)
    file = keep(db.session, portal.files(), sent.stream, sent.name, actor.user_id)
    _check_new(mou, file)
    with_it = keep(db.session, portal.files(), document.stream, document.name, actor.user_id) if document else None
    original = MouOriginal(
        mou=mou,
        file=file,
        sha256=file.sha256,
        wording=versions.wording(mou),
        document=with_it,
        document_sha256=with_it.sha256 if with_it else None,
        container=kind.container,
        names=list(kind.names) if kind.names is not None else None,
        signed_on=facts.signed_on,
        note=facts.note,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(original)
    db.session.flush()
    for party in mou.parties:
        if party.id in facts.levels:
            level, name = facts.levels[party.id], facts.names.get(party.id)
            db.session.add(MouClaim(original=original, party=party, level=level, name=name or None))
    record(
        mou,
        Happening.ORIGINAL_ADDED,
        original=original.id,
        sha256=file.sha256,
        wording=original.wording,
        document=original.document_sha256,
        container=kind.container.value,
        claims={str(key): level.value for key, level in facts.levels.items()},
        signed_on=facts.signed_on.isoformat(),
        by=actor.name,
    )
    if kind.container is Container.PDF:
        jobs.order(original)
    touch(mou)
    return original


def _day_of(text: MouText) -> date:
    """The day on which a text was frozen; where the portal reckons with an earlier day, that one."""
    zone = ZoneInfo(portal.consortium().zone)
    return min(text.made_at.astimezone(zone).date(), clock.today())


def _kind_of(sent: Sent | None) -> content.Kind | None:
    return content.kind_of(sent.stream) if sent is not None else None


def _check_new(mou: Mou, file: StoredFile) -> None:
    known = counted(mou)
    if any(one.original.sha256 == file.sha256 for one in known):
        raise Refused(file=_("This file is here already, byte for byte."))
    if len(known) >= rules.MOST_ORIGINALS:
        raise Refused(file=_("At most %(most)d originals are kept with a memorandum.", most=rules.MOST_ORIGINALS))


def validate(actor: Actor, original: MouOriginal, facts: ValidationFacts) -> MouValidation:
    """Write down what somebody found who checked an original; the newest counts.

    Raises ``Refused`` with everything that is wrong, and ``NotAllowed``.
    """
    mou = original.mou
    check_edit(actor, mou)
    lock(mou)
    rules.check_validation(facts.result, facts.validator, facts.note, facts.checked_on, clock.today())
    found = MouValidation(original=original, actor_id=actor.user_id, actor_name=actor.name, **asdict(facts))
    db.session.add(found)
    db.session.flush()
    record(
        mou,
        Happening.VALIDATED,
        original=original.id,
        sha256=original.sha256,
        result=facts.result.value,
        validator=facts.validator,
        checked_on=facts.checked_on.isoformat(),
        by=actor.name,
    )
    touch(mou)
    return found


def counted(mou: Mou) -> list[queries.Kept]:
    """The originals that count for what a memorandum says as it stands."""
    return queries.counted(queries.kept(mou), versions.wording(mou))


def finish(actor: Actor, mou: Mou, version: int | None) -> None:
    """Say that everybody has signed elsewhere: it is signed since the last of the days, and in force on its day.

    Raises ``NotComplete`` for what the terms lack, ``Unsigned``, ``NotHere``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, mou)
    lock(mou)
    expect_version(mou, version)
    rules.check_state(mou.state, is_out_by_link=is_out_by_link(mou))
    missing = memoranda.missing(mou, by_link=False)
    if missing:
        raise memoranda.NotComplete(missing)
    found = counted(mou)
    names = {party.id: next(iter(party.legal_name.values()), "") for party in mou.parties}
    rules.check_concluded(names, queries.signed_parties(found))
    text = texts.to_sign(mou)
    if text is not None:
        versions.close(actor, text, Closing.SIGNED)
    mou.move_to(MouState.SIGNED, actor, _("Signed elsewhere"))
    record(mou, Happening.CONCLUDED, originals=[one.original.sha256 for one in found], by=actor.name)
    conclude(mou, max(one.original.signed_on for one in found))
    touch(mou)
