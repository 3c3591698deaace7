"""Public texts that name somebody who did not agree to publication: all there are, and those that a change made."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.core import records
from app.core.access import SYSTEM, Actor, Permission, Role
from app.core.database import plain_rows
from app.core.excerpts import Excerpt
from app.core.name_index import NameIndex
from app.core.reach import reach
from app.core.veil import Veil, veils
from app.extensions import db
from app.stakeholders.consent import ConsentEntry, ConsentPurpose, agreed_to
from app.stakeholders.models import Affiliation, Organisation, Person
from app.stakeholders.review import MOST, latest_affiliation


@dataclass(frozen=True)
class PublicText:
    """What everybody may read of one record, text or JSON, and the record's table and key."""

    table: str
    record_id: int
    value: Any


# Rows by table and key; ``None`` stands for all there are.
Rows = Mapping[str, Collection[int]]
# What features above show to everybody, each as a function that reads all of its public texts, or those of some rows
# and of what belongs to them.
public_texts: list[Callable[[Rows | None], Iterable[PublicText]]] = []
_TOUCHED = "rows changed in this session"
MOST_NAMED = 20
MOST_TEXTS = 20_000


@dataclass(frozen=True)
class Exposure:
    """A person in a public text; ``label`` and ``url`` say which record it is, once ``located``."""

    person_id: int
    name: str
    table: str
    record_id: int
    excerpt: Excerpt
    label: str = ""
    url: str | None = None


def exposed(actor: Actor, country: str = "") -> list[Exposure]:
    """People whom public texts name in full though no consent to publication stands, of whom the actor may change.

    At most 200. One statement for people and one for each kind of text.
    """
    found: list[Exposure] = []
    people = {row.id: row for row in _not_agreed(actor, country)}
    if not people:
        return found
    index = NameIndex((row.id, name) for row in people.values() for name in _names(row))
    for text in (text for texts in public_texts for text in texts(None)):
        for key, excerpt in index.in_value(text.value):
            name = f"{people[key].given_name} {people[key].family_name or ''}".strip()
            found.append(Exposure(key, name, text.table, text.record_id, excerpt))
            if len(found) == MOST:
                return found
    return found


def named_in(values: Iterable[Any]) -> list[str]:
    """The names of people who stand in full in these texts though no consent to publication stands; at most 20."""
    values = list(values)
    if not values:
        return []
    people = {row.id: row for row in _not_agreed(SYSTEM, "")}
    index = NameIndex((row.id, name) for row in people.values() for name in _names(row))
    found = dict.fromkeys(key for value in values for key, _excerpt in index.in_value(value))
    return [f"{people[key].given_name} {people[key].family_name or ''}".strip() for key in list(found)[:MOST_NAMED]]


def is_veiled_from(actor: Actor) -> bool:
    """Whether an actor reads everything but people: of the roles, auditors read every record and no personal data."""
    return actor.has(Role.AUDITOR) and not actor.may(Permission.PERSON_READ)


def veil_for(actor: Actor, placeholder: str = "") -> Veil | None:
    """What takes such names out of a text, with a word in their place, for an actor who reads everything but people."""
    return without_names(placeholder) if is_veiled_from(actor) else None


def without_names(placeholder: str = "") -> Veil:
    """What takes the names of people who did not agree to publication out of texts, with a word in their place."""
    index = _index(db.session.get_bind(), people_state())
    return lru_cache(MOST_TEXTS)(partial(index.without, placeholder=placeholder or _("[name withheld]")))


def people_state() -> tuple[Any, ...]:
    """What such names follow from: it is another once somebody was added, changed or asked; one statement.

    The number of people, when one was changed last, and when an answer was written into the ledger last.
    """
    answered = select(func.max(ConsentEntry.recorded_at)).scalar_subquery()
    return tuple(plain_rows(db.session, select(func.count(), func.max(Person.updated_at), answered))[0])


@lru_cache(maxsize=2)  # Putting twenty thousand names into keys takes longer than any page.
def _index(_database: object, _state: tuple[Any, ...]) -> NameIndex:
    return NameIndex((row.id, name) for row in _not_agreed(SYSTEM, "") for name in _names(row))


veils.append(veil_for)


def named_by_changes(session: Session) -> list[str]:
    """The names of such people in what everybody may read of the records that were changed in this session."""
    changed: Rows = session.info.pop(_TOUCHED, {})
    if not changed:
        return []
    session.flush()
    return named_in(text.value for texts in public_texts for text in texts(changed))


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, _context: object) -> None:
    touched: dict[str, set[int]] = session.info.setdefault(_TOUCHED, {})
    for record in (*session.new, *session.dirty):
        key = getattr(record, "id", None)
        if isinstance(key, int):
            touched.setdefault(record.__tablename__, set()).add(key)


def located(exposures: Sequence[Exposure]) -> list[Exposure]:
    """The same with the name and the page of each record; only within a request."""
    urls = records.urls_of(db.session, ((one.table, one.record_id) for one in exposures))
    return [
        replace(one, label=records.label_of(one.table), url=urls.get((one.table, one.record_id))) for one in exposures
    ]


def _not_agreed(actor: Actor, country: str) -> Sequence[Any]:
    statement = (
        select(Person.id, Person.given_name, Person.family_name, Person.native_name)
        .outerjoin(Affiliation, Affiliation.id == latest_affiliation())
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(
            Person.absorbed_by_id.is_(None),
            Person.erased_on.is_(None),
            ~agreed_to(ConsentPurpose.PUBLICATION),
            reach(actor, Permission.PERSON_EDIT, country=Organisation.country),
        )
        .order_by(Person.id)
    )
    return plain_rows(db.session, statement.where(Organisation.country == country) if country else statement)


def _names(row: Any) -> list[str]:
    native = row.native_name or ""
    turned = " ".join(reversed(native.split()))
    return [f"{row.given_name} {row.family_name or ''}", f"{row.family_name or ''} {row.given_name}", native, turned]
