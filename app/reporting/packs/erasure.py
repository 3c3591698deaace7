"""What an erasure does to packs: they stay, and only who answers to auditors may open them. See docs/adr/019."""

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import select

from app.core.access import Actor
from app.core.database import Base
from app.core.mentions import Mention
from app.events.attendance.erasure import own_rows
from app.events.documents.models import EventDocument
from app.events.documents.services import when_forgotten
from app.events.invitations.erasure import own_invitations
from app.extensions import db
from app.reporting.packs import queries, services
from app.reporting.packs.models import PackLevel
from app.stakeholders.erasure import Erasing, when_erased

# Whose texts stand in packs for publishing, too.
PUBLISHED = frozenset({"agenda_item", "decision", "event", "event_document"})


def restrict(begun: Erasing) -> Callable[[], None]:
    """Restrict the packs that name a person who is erased: of events they were invited to or at, or that a text names.

    A pack without personal data is restricted where a text of its event does.
    """
    invited = {one.event_id for one in own_invitations(begun)}
    attended = {row.event_id for row in own_rows(begun)}
    mentioned = _events_of(begun.found)
    published = _events_of(place for place in begun.found if place.table in PUBLISHED)
    packs = [
        pack
        for pack in queries.of_events(invited | attended | mentioned)
        if pack.level is PackLevel.FULL or pack.event_id in published
    ]
    return partial(services.restrict, begun.actor, packs, begun.why)


when_erased.append(restrict)


def restrict_taken_back(actor: Actor, document: EventDocument) -> None:
    """Restrict the packs of an event one of whose files was taken back, as a photo of somebody who no longer agrees."""
    services.restrict(actor, queries.of_events([document.event_id]), f"document {document.id} was taken back")


when_forgotten.append(restrict_taken_back)


def _events_of(found: Iterable[Mention]) -> set[int]:
    """The events whose own texts, or those of what belongs to them, hold the name."""
    rows: dict[str, set[int]] = {}
    for place in found:
        rows.setdefault(place.table, set()).add(place.record_id)
    events = rows.pop("event", set())
    for name, keys in rows.items():
        table = Base.metadata.tables[name]
        if "event_id" in table.c:
            found_of = select(table.c.event_id).where(table.c.id.in_(keys), table.c.event_id.is_not(None))
            events |= set(db.session.scalars(found_of))
    return events
