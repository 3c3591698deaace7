"""What everybody may read of events: privacy looks there for people who did not agree to be named."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true

from app.core.access import ANYBODY
from app.core.database import plain_rows
from app.events.agenda.models import AgendaItem
from app.events.documents.models import EventDocument
from app.events.documents.queries import visible_to as documents_visible_to
from app.events.feedback.models import Disposition, FeedbackPage, FeedbackPoint
from app.events.models import Event
from app.events.outcomes.models import Decision
from app.events.queries import visible_to
from app.extensions import db
from app.stakeholders.exposure import PublicText, Rows, public_texts

_SHOWN = (Event.title, Event.description, Event.summary, Event.venue, Event.address, Event.change_reason)

_KEYS = {model.__tablename__: model.id for model in (Event, AgendaItem, Decision, EventDocument, FeedbackPoint)}
# A point is made public by its event's page of feedback.
_PAGES = {FeedbackPoint.__tablename__: {FeedbackPage.__tablename__: FeedbackPage.id}}


def _within(table: str, only: Rows) -> ColumnElement[bool] | None:
    """Whether a row of a table is one of some, or belongs to one; ``None`` where none can."""
    owners: dict[str, Any] = {Event.__tablename__: Event.id, **_PAGES.get(table, {}), table: _KEYS[table]}
    named = [key.in_(only[owner]) for owner, key in owners.items() if only.get(owner)]
    return or_(*named) if named else None


def texts(only: Rows | None = None) -> Iterator[PublicText]:
    """The texts of every event that everybody may see, of its agenda, decisions and documents, the newest first.

    Of some events or of some of their parts, those alone.
    """
    seen, newest = visible_to(ANYBODY), (Event.starts_on.desc(), Event.id)
    item, decision, document = AgendaItem, Decision, EventDocument
    statements: dict[str, Select[*tuple[Any, ...]]] = {
        Event.__tablename__: select(Event.id, *_SHOWN),
        item.__tablename__: select(item.id, item.title, item.presenters).join(item.event),
        decision.__tablename__: select(decision.id, decision.text, decision.revoked_because).join(decision.event),
        document.__tablename__: select(document.id, document.title)
        .join(document.event)
        .where(documents_visible_to(ANYBODY)),
    }
    point = FeedbackPoint
    published = FeedbackPage.is_published & (point.state != Disposition.WITHDRAWN)
    statements[point.__tablename__] = (
        select(point.id, point.public_text, point.public_reason, point.change, point.reason)
        .join(point.event)
        .join(FeedbackPage, FeedbackPage.event_id == point.event_id)
        .where(published)
    )
    for table, statement in statements.items():
        within = true() if only is None else _within(table, only)
        if within is None:
            continue
        for row in plain_rows(db.session, statement.where(seen, within).order_by(*newest)):
            yield PublicText(table, row[0], list(row[1:]))


public_texts.append(texts)
