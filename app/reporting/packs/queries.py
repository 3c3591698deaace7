"""What can be asked about proof packs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.access import ANYBODY, SYSTEM, Actor
from app.core.errors import NotAllowed
from app.events import queries as events
from app.events.agenda.queries import items
from app.events.attendance import queries as attendance
from app.events.attendance.models import THERE, Presence
from app.events.attendance.rules import contradicted
from app.events.attendance.services import faults
from app.events.invitations import queries as invitations
from app.events.invitations.models import InvitationState, Way
from app.events.models import OVER, Event
from app.events.outcomes import queries as outcomes
from app.events.queries import visible_to
from app.extensions import db
from app.reporting.packs import documents, minutes
from app.reporting.packs.gaps import Standing
from app.reporting.packs.models import OrderState, PackLevel, PackOrder, ProofPack
from app.reporting.packs.permissions import may_open, may_read

UNDER_WAY = (OrderState.WAITING, OrderState.MAKING)


def event_of_packs(actor: Actor, event_id: int) -> Event:
    """An event of whose packs the actor may know. Raises ``NoResultFound`` and ``NotAllowed``."""
    event = events.event(actor, event_id)
    if not may_read(actor, event):
        raise NotAllowed(_("Your role does not allow you to read proof packs of this event."))
    return event


def of_event_page(actor: Actor, event: Event) -> Mapping[str, Any] | None:
    """What an event's page says of packs: nothing but the way to them, so that it costs no statement."""
    return {"event": event} if may_read(actor, event) else None


def packs(event: Event) -> Sequence[ProofPack]:
    """The packs that were made of an event, the newest first."""
    return db.session.scalars(
        select(ProofPack).where(ProofPack.event_id == event.id).order_by(ProofPack.id.desc())
    ).all()


def orders(event: Event) -> Sequence[PackOrder]:
    """Orders of packs that are not there yet, the newest first."""
    wanted = PackOrder.event_id == event.id, PackOrder.state != OrderState.MADE
    return db.session.scalars(select(PackOrder).where(*wanted).order_by(PackOrder.id.desc()).limit(20)).all()


def under_way(event: Event, level: PackLevel) -> PackOrder | None:
    """The order of such a pack that is still being carried out."""
    return db.session.scalar(
        select(PackOrder)
        .where(PackOrder.event_id == event.id, PackOrder.level == level, PackOrder.state.in_(UNDER_WAY))
        .order_by(PackOrder.id)
        .limit(1)
    )


def order(actor: Actor, event_id: int, order_id: int) -> PackOrder:
    """One order. Raises ``NoResultFound``, and ``NotAllowed`` for whom it is not."""
    found = db.session.execute(
        select(PackOrder)
        .join(Event, Event.id == PackOrder.event_id)
        .where(PackOrder.id == order_id, PackOrder.event_id == event_id, visible_to(actor))
        .options(joinedload(PackOrder.event), joinedload(PackOrder.pack))
    ).scalar_one()
    event_of_packs(actor, found.event_id)
    return found


def pack(actor: Actor, event_id: int, pack_id: int) -> ProofPack:
    """One pack that the actor may open. Raises ``NoResultFound`` and ``NotAllowed``."""
    found = db.session.execute(
        select(ProofPack)
        .join(Event, Event.id == ProofPack.event_id)
        .where(ProofPack.id == pack_id, ProofPack.event_id == event_id, visible_to(actor))
        .options(joinedload(ProofPack.event), joinedload(ProofPack.file), joinedload(ProofPack.paper))
    ).scalar_one()
    if not may_open(actor, found):
        raise NotAllowed(
            _("This pack holds data that were erased or taken back since. Only who answers to auditors may open it.")
        )
    return found


def known(sha256: str, manifest_sha256: str = "") -> ProofPack | None:
    """The pack with this hash, or at least with this manifest: one that was packed anew from its own files."""
    either = ProofPack.sha256 == sha256
    if manifest_sha256:
        either = or_(either, ProofPack.manifest_sha256 == manifest_sha256)
    statement = select(ProofPack).where(either).options(joinedload(ProofPack.event))
    found = db.session.scalars(statement.order_by(ProofPack.id).limit(20)).all()
    return min(found, key=lambda one: (one.sha256 != sha256, one.id), default=None)


def with_files() -> Sequence[ProofPack]:
    """Every pack whose file is kept, the oldest first."""
    kept = select(ProofPack).where(ProofPack.file_id.is_not(None)).options(joinedload(ProofPack.file))
    return db.session.scalars(kept.order_by(ProofPack.id)).all()


def of_events(keys: Iterable[int]) -> Sequence[ProofPack]:
    """The packs of these events whose files are kept, by key."""
    wanted = ProofPack.event_id.in_(set(keys)), ProofPack.file_id.is_not(None)
    return db.session.scalars(select(ProofPack).where(*wanted).order_by(ProofPack.id)).all()


def events_of(keys: Iterable[int]) -> dict[int, int]:
    """The events of packs, by the keys of the packs."""
    found = db.session.execute(select(ProofPack.id, ProofPack.event_id).where(ProofPack.id.in_(set(keys))))
    return {row.id: row.event_id for row in found}


def standing(event: Event, level: PackLevel = PackLevel.FULL) -> Standing:
    """What there is of an event, in numbers."""
    reader = SYSTEM if level is PackLevel.FULL else ANYBODY
    invited = invitations.standing(event)
    rows = attendance.of_event(event)
    declared = attendance.declared(event)
    there = [row for row in rows if row.state in THERE]
    agenda = items(event)
    known, others = events.microcredentials_of(reader, event)
    return Standing(
        is_over=event.state in OVER or event.ends_on < clock.today(event.zone),
        invited=len(invited),
        unanswered=sum(one.state is InvitationState.INVITED for one in invited),
        listed=len(rows),
        unmarked=sum(row.state is Presence.EXPECTED for row in rows),
        unsigned=sum(row.how is Way.ONSITE and row.signature is None for row in there),
        undeclared=len(attendance.undeclared(event)),
        contradicted=contradicted(sum(row.is_contradicted(declared) for row in rows)),
        people=event.people,
        count_faults=tuple(faults(event)),
        agenda=len(agenda),
        said=sum(bool(item.said) for item in agenda) or int(bool(event.summary)),
        minutes_approved=minutes.approved(event) is not None,
        decisions=len(outcomes.decisions(event)) + len(outcomes.actions(SYSTEM, event)),
        microcredentials=len(known) + others,
        **asdict(documents.filed(event)),
    )
