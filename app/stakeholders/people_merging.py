"""Two entries of one person become one, and two again for thirty days.

Whoever goes up in another keeps the row and the ledger, which is evidence; ``Person.consents`` reads both ledgers, and
export and erasure reach both rows. Affiliations move. No mail is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import clock, merging
from app.core.access import Actor, Permission
from app.core.errors import Refused, expect_version
from app.core.merging import Step, Values, settles
from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders.consent import scope_of
from app.stakeholders.merge_records import NotTheSamePerson, PersonMerge
from app.stakeholders.merging import UNDO_DAYS, Versions, can_be_undone
from app.stakeholders.models import Affiliation, Person

PEOPLE: Any = Person.__table__
AFFILIATIONS: Any = Affiliation.__table__
FIELDS: Mapping[str, Any] = {
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "native_name": _l("Name in the national language"),
    "native_language": _l("Its language"),
    "title": _l("Title"),
    "email": _l("E-mail"),
    "phone": _l("Telephone"),
    "lawful_basis": _l("Lawful basis"),
    "source": _l("Source"),
    "source_detail": _l("Source in detail"),
    "review_on": _l("Look again on"),
}


@dataclass(frozen=True)
class Same:
    """Two people found to be one: ``survivor`` stays and ``absorbed`` goes up in it."""

    survivor: Person
    absorbed: Person


def check(actor: Actor, same: Same) -> None:
    """Refuse to merge people who cannot be one, or are not the actor's. Raises ``NotAllowed`` and ``Refused``."""
    both = (same.survivor, same.absorbed)
    for person in both:
        actor.check(Permission.PERSON_EDIT, scope_of(person))
    if same.survivor.id == same.absorbed.id:
        raise Refused(_("A person cannot be merged with the same entry."))
    if any(person.erased_on or person.absorbed_by_id for person in both):
        raise Refused(_("One of them was erased or merged already."))


def merge(actor: Actor, same: Same, versions: Versions, chosen: set[str]) -> PersonMerge:
    """Let one person go up in the other, who takes the fields ``chosen``.

    Raises what ``check`` raises, and ``EditConflict``.
    """
    check(actor, same)
    survivor, absorbed = same.survivor, same.absorbed
    expect_version(survivor, versions.survivor)
    expect_version(absorbed, versions.absorbed)
    db.session.flush()
    steps = merging.move(db.session, PEOPLE, absorbed.id, survivor.id)
    steps += _join(survivor, absorbed, chosen)
    _touch(survivor, absorbed)
    record = PersonMerge(survivor_id=survivor.id, absorbed_id=absorbed.id, steps=steps, merged_by=actor.name)
    db.session.add(record)
    db.session.flush()
    db.session.expire_all()
    return record


def keep_apart(actor: Actor, people: Sequence[Person]) -> None:
    """Remember that each of some people is another person than every other; saying so again changes nothing.

    Raises ``NotAllowed`` for whom it is not the actor's to edit.
    """
    for person in people:
        actor.check(Permission.PERSON_EDIT, scope_of(person))
    pairs = list(combinations(sorted({person.id for person in people}), 2))
    known = select(NotTheSamePerson.low_id, NotTheSamePerson.high_id)
    among = NotTheSamePerson.low_id.in_([low for low, _high in pairs])
    stands = {(low, high) for low, high in db.session.execute(known.where(among))}
    wanted = [pair for pair in pairs if pair not in stands]
    db.session.add_all(NotTheSamePerson(low_id=low, high_id=high, decided_by=actor.name) for low, high in wanted)
    db.session.flush()


def undo(actor: Actor, record: PersonMerge) -> Person:
    """Make two of one again, and answer the one who comes back; what somebody changed since stays as it is.

    Raises ``NotAllowed`` and, where it is too late, ``Refused``.
    """
    survivor, absorbed = (db.session.get_one(Person, key) for key in (record.survivor_id, record.absorbed_id))
    actor.check(Permission.PERSON_EDIT, scope_of(survivor))
    later = select(PersonMerge.id).where(
        PersonMerge.survivor_id == survivor.id, PersonMerge.id > record.id, PersonMerge.undone_at.is_(None)
    )
    if not can_be_undone(record) or survivor.erased_on:
        raise Refused(_("A merge can be undone for %(count)s days; they are over.", count=UNDO_DAYS))
    if survivor.absorbed_by_id is not None or db.session.scalar(later.limit(1)) is not None:
        raise Refused(_("They were merged again since. Undo that first."))
    merging.take_back(db.session, PEOPLE, record.steps)
    _touch(survivor, absorbed)
    record.undone_by, record.undone_at = actor.name, clock.now()
    db.session.flush()
    db.session.expire_all()
    return absorbed


@settles("affiliation", "person_id", _l("Where both say the same of whom they speak for, it is said once."))
def one_affiliation(session: Session, row: Values, person_id: int) -> tuple[list[Step], bool]:
    """Leave an affiliation where it is if the person who stays has the very same one."""
    said = ("organisation_id", "role_title", "valid_from", "valid_to", "is_legal_representative")
    there = session.connection().execute(select(AFFILIATIONS).where(AFFILIATIONS.c.person_id == person_id)).mappings()
    return [], any(all(one[name] == row[name] for name in said) for one in there)


def _join(survivor: Person, absorbed: Person, chosen: set[str]) -> list[Step]:
    facts = {name: getattr(absorbed, name) for name in FIELDS if name in chosen}
    given, family = (facts.get(name, getattr(survivor, name)) for name in ("given_name", "family_name"))
    facts["name_key"] = search_key(f"{family or given} {given}")
    keys = dict.fromkeys(f"{survivor.search_key} | {absorbed.search_key}".split(" | "))
    facts["search_key"] = " | ".join(keys)
    facts["is_example"] = survivor.is_example and absorbed.is_example
    changed = {name: value for name, value in facts.items() if value != getattr(survivor, name)}
    steps = [merging.change_row(db.session, PEOPLE, _row(absorbed.id), {"absorbed_by_id": survivor.id})]
    return [*steps, merging.change_row(db.session, PEOPLE, _row(survivor.id), changed)] if changed else steps


def _row(person_id: int) -> Values:
    return dict(db.session.connection().execute(select(PEOPLE).where(PEOPLE.c.id == person_id)).mappings().one())


def _touch(*people: Person) -> None:
    """Give both a new version, so that a form opened before is told."""
    for person in people:
        values = {"version": PEOPLE.c.version + 1, "updated_at": clock.now()}
        db.session.connection().execute(update(PEOPLE).where(PEOPLE.c.id == person.id).values(values))
        db.session.expire(person)
