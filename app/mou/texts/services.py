"""What may happen to the texts of memoranda: shared to be negotiated, frozen to be signed, closed."""

import hashlib
import io

from flask_babel import gettext as _

from app.core import clock, portal
from app.core.access import Actor
from app.core.canonical import sha256_of
from app.core.errors import expect_version
from app.core.files import StoredFile, keep
from app.extensions import db
from app.mou import rules
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.models import Mou, MouState
from app.mou.permissions import check_edit
from app.mou.queries import lock
from app.mou.services import touch
from app.mou.texts import content, paper, queries
from app.mou.texts.models import Closing, MouClosing, MouText, Purpose


def share(actor: Actor, mou: Mou, version: int | None, reason: str | None = None) -> MouText:
    """Keep the text as it stands, to be shown to the other side and negotiated.

    A text that says the same as the one shown last is not kept again. Raises ``Frozen``, ``EditConflict`` and
    ``NotAllowed``.
    """
    check_edit(actor, mou)
    lock(mou)
    expect_version(mou, version)
    rules.check_open(mou.state)
    before = queries.newest(mou)
    said = content.frozen(mou, before.number + 1 if before else 1)
    if before is not None and before.purpose is Purpose.NEGOTIATION and _says_the_same(before.content, said):
        return before
    text = _add(actor, mou, said, Purpose.NEGOTIATION, reason)
    if mou.state is MouState.DRAFT:
        mou.move_to(MouState.NEGOTIATION, actor, reason)
    record(mou, Happening.SHARED, number=text.number, sha256=text.sha256, by=actor.name)
    touch(mou)
    return text


def freeze(actor: Actor, mou: Mou, version: int | None, reason: str | None = None, *, by_link: bool = True) -> MouText:
    """Keep exactly what is to be signed, as words, as a page and as a PDF with their hashes, before any link goes out.

    What is signed on paper (not ``by_link``) needs no mailboxes.
    Raises ``NotComplete`` with what is missing, ``Frozen``, ``EditConflict``, ``NotAllowed``, and what
    ``documents.render`` raises.
    """
    check_edit(actor, mou)
    lock(mou)
    expect_version(mou, version)
    rules.check_open(mou.state)
    missing = rules.missing(mou, by_link=by_link)
    if by_link and mou.ends_on is not None and mou.ends_on < clock.today():
        missing.append(rules.Missing("edit", _("Its last day is over.")))
    if missing:
        raise rules.NotComplete(missing)
    before = queries.newest(mou)
    said = content.frozen(mou, before.number + 1 if before else 1)
    page = paper.html(said).encode()
    printed = paper.pdf(said, clock.today())
    name = f"{said['reference']}-{said['number']}"
    text = _add(
        actor,
        mou,
        said,
        Purpose.SIGNATURE,
        reason,
        html=_kept(page, f"{name}.html", actor),
        html_sha256=hashlib.sha256(page).hexdigest(),
        pdf=_kept(printed, f"{name}.pdf", actor),
        pdf_sha256=hashlib.sha256(printed).hexdigest(),
    )
    mou.move_to(MouState.READY_TO_SIGN, actor, reason)
    record(
        mou,
        Happening.FROZEN,
        number=text.number,
        sha256=text.sha256,
        html_sha256=text.html_sha256,
        pdf_sha256=text.pdf_sha256,
        by=actor.name,
    )
    touch(mou)
    return text


def wording(mou: Mou) -> str:
    """The SHA-256 of what a memorandum says as it stands, whichever version that would be."""
    return sha256_of(content.frozen(mou, 0))


def close(
    actor: Actor, text: MouText, how: Closing, reason: str | None = None, signatory_id: int | None = None
) -> None:
    """Say that a text is not open for signature any more, once."""
    db.session.add(
        MouClosing(
            text_id=text.id,
            how=how,
            reason=reason,
            signatory_id=signatory_id,
            actor_id=actor.user_id,
            actor_name=actor.name,
        )
    )
    db.session.flush()
    db.session.refresh(text, ["closing"])


def page_of(text: MouText) -> str:
    """The page as it was frozen, byte for byte; for a text to be negotiated, made of what it says."""
    if text.html is None:
        return paper.html(text.content)
    return portal.files().read(text.html.sha256).decode()


def _add(actor: Actor, mou: Mou, said: dict, purpose: Purpose, reason: str | None, **files: object) -> MouText:  # type: ignore[type-arg]
    text = MouText(
        mou_id=mou.id,
        number=said["number"],
        purpose=purpose,
        content=said,
        sha256=sha256_of(said),
        reason=reason,
        actor_id=actor.user_id,
        actor_name=actor.name,
        **files,
    )
    db.session.add(text)
    db.session.flush()
    return text


def _kept(octets: bytes, name: str, actor: Actor) -> StoredFile:
    return keep(db.session, portal.files(), io.BytesIO(octets), name, actor.user_id)


def _says_the_same(one: dict, other: dict) -> bool:  # type: ignore[type-arg]
    return {**one, "number": 0} == {**other, "number": 0}
