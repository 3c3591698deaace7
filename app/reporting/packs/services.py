"""What may happen to proof packs: ordered, kept as evidence, restricted, removed when their time is over."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.core import clock, outbox, portal
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, Refused
from app.core.files import let_go
from app.core.redaction import redact
from app.events.models import Event
from app.events.queries import lock
from app.extensions import db
from app.reporting.packs import contents, queries
from app.reporting.packs.models import OrderState, PackLevel, PackOrder, PackRestriction, ProofPack
from app.reporting.packs.permissions import check_make
from app.stakeholders.exposure import named_in

MAKE, REMOVE = "packs.make", "packs.remove"


class NamesSomebody(Refused):
    """What is to be published names people who did not agree to it."""


def order(actor: Actor, event: Event, level: PackLevel) -> PackOrder:
    """Ask for a pack; a job makes it.

    Raises ``NotAllowed``, ``Refused`` while such a pack is being made, and ``NamesSomebody`` where one without personal
    data would name people of the register.
    """
    check_make(actor, event)
    lock(event)
    if queries.under_way(event, level):
        raise Refused(_("Such a pack is being made already. It is there in a moment."))
    if level is PackLevel.PUBLIC:
        _check_names(event)
    wanted = PackOrder(event=event, level=level, language=actor.language, actor_id=actor.user_id, actor_name=actor.name)
    db.session.add(wanted)
    db.session.flush()
    outbox.enqueue(db.session, MAKE, {"order": wanted.id})
    return wanted


def _check_names(event: Event) -> None:
    texts = [section.facts for section in contents.sections(event, PackLevel.PUBLIC)]
    named = named_in(texts)
    if named:
        raise NamesSomebody(
            level=_(
                "The texts name %(names)s, who did not agree to be published. Rewrite them, or make the pack with "
                "personal data.",
                names=", ".join(named),
            )
        )


def fail(actor: Actor, wanted: PackOrder, why: str) -> None:
    """Write down why a pack cannot be made."""
    wanted.failure = why
    if wanted.state is OrderState.WAITING:
        wanted.move_to(OrderState.MAKING, actor)
    wanted.move_to(OrderState.FAILED, actor)
    db.session.flush()


def keep_until(pack: ProofPack) -> datetime:
    """The moment a pack is removed: the midnight after its last day."""
    return datetime.combine(pack.keep_until, time(), ZoneInfo(portal.consortium().zone))


def restrict(actor: Actor, packs: Iterable[ProofPack], reason: str) -> None:
    """Note that packs name somebody who was erased; ``reason`` must not name the person."""
    for pack in packs:
        note = PackRestriction(pack_id=pack.id, reason=reason, actor_id=actor.user_id, actor_name=actor.name)
        db.session.add(note)
    db.session.flush()


def remove(actor: Actor, pack: ProofPack, reason: str) -> None:
    """Remove a pack's files; its hash and what is known of it stay. Removing it again is harmless.

    Raises ``NotAllowed``, and ``Refused`` without a reason.
    """
    if not actor.may(Permission.PACK_REMOVE, pack.event):
        raise NotAllowed(_("Only administrators and coordinators remove packs."))
    if not reason.strip():
        raise Refused(reason=_("Write why, please; it stays with the pack."))
    files = [file for file in (pack.file, pack.paper) if file is not None]
    if not files:
        return
    table: Any = ProofPack.__table__
    redact(db.session, (table, pack.id), {"file_id": None, "paper_id": None}, actor, reason.strip())
    db.session.expire(pack)
    for file in files:
        let_go(db.session, file)
    db.session.flush()


def last_day() -> date:
    """Until when a pack that is made today is kept: the end of the year that lies so many years after the project."""
    consortium = portal.consortium()
    return date(max(consortium.end.year + consortium.privacy.evidence_years, clock.today().year + 1), 12, 31)
