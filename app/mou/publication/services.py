"""What may happen: shown to everybody with the consent of each party, or taken back; the evidence tells both."""

from collections.abc import Collection

from flask_babel import gettext as _

from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.mou import rules as memoranda
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.models import Mou
from app.mou.permissions import check_edit
from app.mou.publication import queries, rules
from app.mou.queries import lock
from app.mou.services import touch


def publish(actor: Actor, mou: Mou, version: int | None, agreed: Collection[int], note: str | None) -> None:
    """Show everybody that there is this memorandum: between whom, on what, until when; never its text or who signed.

    ``agreed`` are the keys of the parties that agreed to it, ``note`` says how; who agreed when they signed need not be
    among them. Raises ``NotNow``, ``NotAgreed``, ``EditConflict`` and ``NotAllowed``.
    """
    _begin(actor, mou, version)
    why_not = rules.why_not_published(mou)
    if why_not is not None:
        raise memoranda.NotNow(why_not)
    names = _names_of(mou)
    said = queries.agreed_by_signing(mou)
    rules.check_agreed(names, {*agreed, *said}, note, needs_note=bool(names.keys() - said.keys()))
    signed = [[names[key], one.name, one.signed_at.isoformat()] for key, found in said.items() for one in found]
    mou.is_published = True
    record(mou, Happening.PUBLISHED, by=actor.name, agreed=list(names.values()), note=note, agreed_by_signing=signed)
    touch(mou)


def withdraw_consent(actor: Actor, mou: Mou, version: int | None, parties: Collection[int], reason: str | None) -> None:
    """Write down that parties, by their keys, no longer agree to what they agreed to when they signed.

    It is not shown yet; what is shown is taken back instead. Raises ``NotNow`` where none of them agreed so,
    ``Refused`` without parties or a reason, ``EditConflict`` and ``NotAllowed``.
    """
    _begin(actor, mou, version)
    said = queries.agreed_by_signing(mou)
    why_not = rules.why_not_withdrawn(mou, said)
    if why_not is not None:
        raise memoranda.NotNow(why_not)
    rules.check_withdrawn(said, parties, reason)
    names = _names_of(mou)
    gone = [[key, names[key]] for key in sorted(parties)]
    record(mou, Happening.CONSENT_WITHDRAWN, by=actor.name, parties=gone, reason=reason)
    touch(mou)


def take_back(actor: Actor, mou: Mou, version: int | None, reason: str | None) -> None:
    """Show it to everybody no longer, as soon as one party wishes so.

    Raises ``NotNow``, ``Refused`` without a reason, ``EditConflict`` and ``NotAllowed``.
    """
    _begin(actor, mou, version)
    if not mou.is_published:
        raise memoranda.NotNow(_("It is not shown to everybody."))
    if not reason:
        raise Refused(reason=_("Write why, in a few words."))
    mou.is_published = False
    record(mou, Happening.UNPUBLISHED, by=actor.name, reason=reason)
    touch(mou)


def _names_of(mou: Mou) -> dict[int, str]:
    return {party.id: next(iter(party.legal_name.values()), "") for party in mou.parties}


def _begin(actor: Actor, mou: Mou, version: int | None) -> None:
    check_edit(actor, mou)
    lock(mou)
    expect_version(mou, version)
