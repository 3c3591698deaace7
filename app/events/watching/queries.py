"""What can be asked about who is told of what."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, String, cast, exists, literal, select
from sqlalchemy.orm import selectinload

from app.accounts.models import User
from app.clusters.models import Cluster
from app.clusters.queries import visible_to as clusters_visible_to
from app.core import portal
from app.core.access import Actor
from app.core.asked import key_of
from app.core.templating import country_name, plain_tr
from app.events import presence
from app.events.models import Event, EventKind
from app.events.queries import series_of, visible_to
from app.events.scopes import EVERYTHING, named, scopes_of
from app.events.watching.models import Watch
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to

AT_ONCE = 50  # people whose rights are asked for in one statement


def of_event(event: Event) -> str:
    """The choice of one event alone."""
    return named("event", event.id)


presence.ask(
    is_watched=exists().where(
        Watch.user_id == presence.READER, Watch.scope == literal(named("event", "")) + cast(presence.KEY, String)
    )
)


def scopes_watched(actor: Actor) -> list[str]:
    """The choices of events the actor is told of, in the order they were asked for."""
    statement = select(Watch.scope).where(Watch.user_id == actor.user_id).order_by(Watch.id)
    return list(db.session.scalars(statement)) if actor.user_id is not None else []


def labels(actor: Actor, scopes: Iterable[str]) -> dict[str, str]:
    """What choices of events are called, for those that are there and open to the actor: a statement for each sort."""
    keys: dict[str, list[str]] = {}
    for scope in scopes:
        sort, _colon, key = scope.partition(":")
        keys.setdefault(sort, []).append(key)
    found = {EVERYTHING: _("All events")} if EVERYTHING in keys else {}
    countries, kinds = portal.consortium().by_country, set(EventKind)
    found |= {named("country", key): country_name(key) for key in keys.get("country", ()) if key in countries}
    found |= {named("kind", key): str(EventKind(key).label) for key in keys.get("kind", ()) if key in kinds}
    if codes := keys.get("mc"):
        rows = _rows(MicroCredential.code, MicroCredential.title, microcredentials_visible_to(actor), codes)
        found |= {named("mc", code): f"{code} {plain_tr(title)}" for code, title in rows}
    if numbers := _numbers(keys.get("cluster", ())):
        rows = _rows(Cluster.id, Cluster.name, clusters_visible_to(actor), numbers)
        found |= {named("cluster", key): plain_tr(name) for key, name in rows}
    if numbers := _numbers(keys.get("series", ())):
        found |= {named("series", row.id): plain_tr(row.name) for row in series_of(actor) if row.id in numbers}
    if numbers := _numbers(keys.get("event", ())):
        rows = _rows(Event.id, Event.title, visible_to(actor), numbers)
        found |= {named("event", key): plain_tr(title) for key, title in rows}
    return found


def _rows(key: Any, text: Any, criterion: ColumnElement[bool], keys: list[Any]) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in db.session.execute(select(key, text).where(key.in_(keys), criterion))]


def _numbers(keys: Iterable[str]) -> list[int]:
    return [number for number in map(key_of, keys) if number is not None]


def told_of(event: Event) -> list[User]:
    """Who asked to be told of an event, each once, as far as they may see it and have an account still."""
    scopes = scopes_of(event, event.microcredentials) | {of_event(event)}
    asking = select(Watch.user_id).where(Watch.scope.in_(scopes))
    users = db.session.scalars(
        select(User).where(User.id.in_(asking), User.active).options(selectinload(User.grants)).order_by(User.id)
    ).all()
    parts = (users[start : start + AT_ONCE] for start in range(0, len(users), AT_ONCE))
    return [user for part in parts for user in _seeing(part, event)]


def _seeing(users: Sequence[User], event: Event) -> Iterator[User]:
    """Those who may see the event; one statement for all of them."""
    asked = (visible_to(user.actor).label(f"sees_{place}") for place, user in enumerate(users))
    answers = db.session.execute(select(*asked).where(Event.id == event.id)).one()
    return compress(users, answers)
