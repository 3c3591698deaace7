"""People who may be entered twice: of one name in any script, or of one mailbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders.merge_records import NotTheSamePerson
from app.stakeholders.models import Affiliation, Organisation, Person
from app.stakeholders.queries import FOUND_AS, people_visible_to

Found = Row[*tuple[Any, ...]]
MOST = 20
MOST_NAMES = 50


@dataclass(frozen=True)
class Typed:
    """What somebody has written of a person so far; ``without`` is the key of the person it belongs to, if any."""

    given_name: str = ""
    family_name: str = ""
    email: str = ""
    without: int | None = None

    @property
    def name_key(self) -> str:
        """What names of people are compared by; nothing for a given name alone, which many share."""
        return search_key(f"{self.family_name} {self.given_name}") if self.given_name and self.family_name else ""


def like(actor: Actor, typed: Typed) -> list[Found]:
    """People of the register who have the name or the mailbox that somebody writes."""
    ways: list[ColumnElement[bool]] = []
    if typed.name_key:
        ways.append(Person.name_key == typed.name_key)
    if typed.email:
        ways.append(func.lower(Person.email) == typed.email.lower())
    return [row for row in _people(actor, or_(*ways)) if row.id != typed.without] if ways else []


def candidates(actor: Actor, person: Person, words: str) -> list[Found]:
    """People who may be the same as one: of the same name, or found by ``words``; at most 20."""
    alike = FOUND_AS.holds(words) if search_key(words) else Person.name_key == person.name_key
    return [row for row in _people(actor, alike) if row.id != person.id]


def groups(actor: Actor) -> list[list[Found]]:
    """People who share a name in the register, name by name; at most 50 names.

    Those of whom each was found to be another person than every other are left out.
    """
    shared = (
        select(Person.name_key)
        .where(Person.erased_on.is_(None), people_visible_to(actor))
        .group_by(Person.name_key)
        .having(func.count() > 1)
        .order_by(Person.name_key)
    )
    names, found = list(db.session.scalars(shared)), []
    for start in range(0, len(names), MOST_NAMES):
        rows = _people(actor, Person.name_key.in_(names[start : start + MOST_NAMES]), MOST * MOST_NAMES)
        apart = _apart(rows)
        sharing = (list(group) for _key, group in groupby(rows, key=lambda row: row.name_key))
        found += [group for group in sharing if not apart.issuperset(combinations((row.id for row in group), 2))]
        if len(found) >= MOST_NAMES:
            break
    return found[:MOST_NAMES]


def _apart(rows: Sequence[Found]) -> set[tuple[int, int]]:
    """Pairs among some people who were found to be different, the smaller key first."""
    pairs = select(NotTheSamePerson.low_id, NotTheSamePerson.high_id)
    keys = [row.id for row in rows]
    return {(low, high) for low, high in plain_rows(db.session, pairs.where(NotTheSamePerson.low_id.in_(keys)))}


def _people(actor: Actor, criterion: ColumnElement[bool], most: int = MOST) -> list[Found]:
    """One row a person, with an organisation each spoke for."""
    first = select(func.min(Affiliation.id)).where(Affiliation.person_id == Person.id).correlate(Person)
    statement = (
        select(
            *(Person.id, Person.name_key, Person.given_name, Person.family_name, Person.native_name),
            *(Person.is_example, Organisation.name.label("organisation")),
        )
        .outerjoin(Affiliation, Affiliation.id == first.scalar_subquery())
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(criterion, Person.erased_on.is_(None), people_visible_to(actor))
        .order_by(Person.name_key, Person.id)
        .limit(most)
    )
    rows: Sequence[Found] = plain_rows(db.session, statement)
    return list(rows)
