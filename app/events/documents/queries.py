"""What can be asked about the documents of events; who may not see an event may not see its documents."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, case, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.core import records
from app.core.access import ANYBODY, Actor
from app.core.files import StoredFile
from app.events import presence
from app.events.documents.models import Audience, DocumentKind, EventDocument, FormerFile
from app.events.invitations.queries import may_see_names
from app.events.models import Event
from app.events.queries import visible_to as events_visible_to
from app.extensions import db

D = EventDocument
# Tables whose rows are part of a document rather than records that refer to it.
OWN_TABLES = frozenset({FormerFile.__tablename__})
# As a pack shows them: what invited, what was on the agenda, who was there, what was said, then the rest.
_PLACES = {kind.value: place for place, kind in enumerate(DocumentKind)}
ORDER = (case(_PLACES, value=D.kind, else_=len(_PLACES)), D.title, D.id)

presence.ask(documents=select(D.id).where(D.event_id == presence.KEY, D.withdrawn_at.is_(None)).exists())


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Documents the actor may read among those of an event it may see.

    What was withdrawn nobody reads.
    """
    return D.withdrawn_at.is_(None) & named_to(actor)


def named_to(actor: Actor) -> ColumnElement[bool]:
    """Documents, withdrawn ones too, of which the actor may know what they are called and why they went.

    Everybody what is for everybody, the consortium the rest; signed lists its people who may read of people. What is
    withdrawn is for the consortium from then on.
    """
    audience = true() if actor.is_internal else D.withdrawn_at.is_(None) & (D.audience == Audience.PUBLIC)
    names = true() if may_see_names(actor) else D.kind != DocumentKind.SIGNED_LIST
    return audience & names


def of_event(actor: Actor, event: Event) -> Sequence[EventDocument]:
    """What the actor may read of an event's documents, each with its file, in the order of a proof pack."""
    return db.session.scalars(_of_event(actor), {"key": event.id}).all()


@lru_cache(maxsize=256)
def _of_event(actor: Actor) -> Select[EventDocument]:
    return (
        select(D)
        .join(D.file)
        .options(contains_eager(D.file))
        .where(D.event_id == bindparam("key"), visible_to(actor))
        .order_by(*ORDER)
    )


def referrers(document: EventDocument) -> list[str]:
    """What the records are called that refer to a document and are no part of it."""
    return records.referrers(db.session, document, OWN_TABLES)


def all_of(event: Event) -> Sequence[EventDocument]:
    """Every document of an event with what it replaced, also what was withdrawn, for who may change the event."""
    return db.session.scalars(
        select(D)
        .where(D.event_id == event.id)
        .options(joinedload(D.file), selectinload(D.former).joinedload(FormerFile.file))
        .order_by(D.withdrawn_at.is_not(None), *ORDER)
    ).all()


def document(actor: Actor, event_id: int, document_id: int) -> EventDocument:
    """One document with its event, whoever it is for. Raises ``NoResultFound`` where the event is not open."""
    return db.session.execute(_one(actor, event_id, document_id)).scalar_one()


def file(actor: Actor, event_id: int, document_id: int) -> tuple[StoredFile, bool]:
    """The file that holds, for who may read it, and whether that is everybody. Raises ``NoResultFound``."""
    statement = _one(actor, event_id, document_id).where(visible_to(actor)).join(D.file)
    for_all = visible_to(ANYBODY) & events_visible_to(ANYBODY)
    row = db.session.execute(statement.with_only_columns(StoredFile, for_all)).one()
    return row[0], bool(row[1])


def former_file(actor: Actor, event_id: int, former_id: int) -> tuple[Event, StoredFile]:
    """A file that was replaced, and its event, which the actor has to be able to change. Raises ``NoResultFound``."""
    names = true() if may_see_names(actor) else D.kind != DocumentKind.SIGNED_LIST
    row = db.session.execute(
        select(Event, StoredFile)
        .join(D, D.event_id == Event.id)
        .join(FormerFile, FormerFile.document_id == D.id)
        .join(StoredFile, StoredFile.id == FormerFile.file_id)
        .where(Event.id == event_id, FormerFile.id == former_id, events_visible_to(actor), names)
    ).one()
    return row[0], row[1]


def _one(actor: Actor, event_id: int, document_id: int) -> Select[EventDocument]:
    return (
        select(D)
        .join(D.event)
        .options(contains_eager(D.event))
        .where(D.id == document_id, Event.id == event_id, events_visible_to(actor))
    )
