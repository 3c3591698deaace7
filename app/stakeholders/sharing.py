"""What of a person's names, addresses and numbers is also somebody else's, which an erasure never takes unasked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Column, and_, or_, select

from app.core import mail, mentions
from app.core.audit import AuditEntry
from app.core.database import Base
from app.core.mentions import Mention
from app.core.sought import Likeness, Sought, keys_of
from app.extensions import db
from app.stakeholders.merge_records import PersonMerge
from app.stakeholders.models import Organisation, Person

# What tells who somebody is, by whichever table has it.
IDENTITY = frozenset({"given_name", "family_name", "native_name", "name", "email", "phone", "name_key", "search_key"})
REACHED_AT = frozenset({"email", "phone"})
_NAMES_OF_ORGANISATIONS = {("organisation", "name"), ("organisation", "native_name"), ("organisation_name", "text")}


class Sharing(Enum):
    """Whose a mention is, too: it stands in a ``FIELD`` of somebody else's, or somebody else has the same ``NAME``."""

    FIELD = "field"
    NAME = "name"


def shared(found: Sequence[Mention], own: Collection[int], wanted: Sought) -> dict[Mention, Sharing]:
    """Which mentions of a person with the keys ``own`` are somebody else's, too; texts that name nobody else are not.

    A mailbox or a number is shared wherever it stands without the name, if it is the own one of another person or an
    organisation. A name that somebody else has may mean either in any text.
    """
    people = _people_of(found)
    audits = _audits_of_others([one for one in found if one.table == AuditEntry.__tablename__], own, wanted)
    fields = {one for one in found if one in audits or _is_of_others(one, people, own)}
    told = [(one, words(text)) for one in fields for text in one.excerpt.found if one.likeness is Likeness.NAME]
    addresses = {said for one, said in told if one.column in REACHED_AT}
    names = {said for one, said in told if one.table == Person.__tablename__ and one.column not in REACHED_AT}
    sharing = dict.fromkeys(fields, Sharing.FIELD)
    for one in found:
        if one in fields or one.likeness is not Likeness.NAME or people.get((one.table, one.record_id)) in own:
            continue
        said = {words(text) for text in one.excerpt.found}
        if said <= addresses:
            sharing[one] = Sharing.FIELD
        elif said <= addresses | names:
            sharing[one] = Sharing.NAME
    return sharing


def words(text: str) -> frozenset[str]:
    """The words of a name or an address, however they are written and in whatever order."""
    return frozenset(keys_of(text))


def shared_mailboxes(addresses: Collection[str], own: Collection[int]) -> frozenset[str]:
    """Those of some mailboxes that another person or an organisation has, too."""
    if not addresses:
        return frozenset()
    people = select(Person.email).where(mail.is_at(Person.email, addresses), Person.id.not_in(own))
    bodies = select(Organisation.email).where(mail.is_at(Organisation.email, addresses))
    return frozenset(mail.mailbox(one) for one in db.session.scalars(people.union_all(bodies)) if one)


def without_shared(wanted: Sought, found: Mapping[Mention, Sharing]) -> Sought:
    """What is looked for, without the addresses and numbers that are somebody else's, too."""
    theirs = {words(text) for one, how in found.items() if how is Sharing.FIELD for text in one.excerpt.found}
    return Sought(
        wanted.names,
        wanted.parts,
        tuple(text for text in wanted.exact if words(text) not in theirs),
        wanted.stems,
        wanted.others,
        wanted.runs,
    )


def _is_of_others(one: Mention, people: Mapping[tuple[str, int], int], own: Collection[int]) -> bool:
    person = people.get((one.table, one.record_id))
    if one.table == PersonMerge.__tablename__:
        return True
    if person is not None:
        return person not in own and one.column in IDENTITY
    if one.table == Organisation.__tablename__ and one.column in REACHED_AT:
        return True
    is_whole = one.likeness is Likeness.NAME and one.excerpt.found == (one.excerpt.text,)
    return (one.table, one.column) in _NAMES_OF_ORGANISATIONS and is_whole


def _people_of(found: Iterable[Mention]) -> dict[tuple[str, int], int]:
    """Whose rows these are, of people and of what belongs to one."""
    rows: dict[str, set[int]] = {}
    for one in found:
        rows.setdefault(one.table, set()).add(one.record_id)
    whose = {(Person.__tablename__, key): key for key in rows.pop(Person.__tablename__, ())}
    for name, keys in rows.items():
        table = Base.metadata.tables[name]
        column = next((one for one in table.columns if _leads_to_person(one)), None)
        if column is not None:
            statement = select(table.c.id, column).where(table.c.id.in_(keys), column.is_not(None))
            whose |= {(name, row[0]): row[1] for row in db.session.connection().execute(statement)}
    return whose


def _leads_to_person(column: Column[Any]) -> bool:
    return any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)


def _audits_of_others(found: Sequence[Mention], own: Collection[int], wanted: Sought) -> set[Mention]:
    """Mentions in the audit of other people's or organisations' records that stand in nothing but their own fields."""
    if not found:
        return set()
    others = or_(
        and_(AuditEntry.record_kind == Person.__tablename__, AuditEntry.record_id.not_in(own)),
        AuditEntry.record_kind == Organisation.__tablename__,
    )
    statement = select(AuditEntry.id, AuditEntry.record_kind, AuditEntry.changes).where(
        AuditEntry.id.in_({one.record_id for one in found}), others
    )
    left: dict[int, set[Likeness]] = {}
    for key, kind, changes in db.session.execute(statement):
        fields = IDENTITY if kind == Person.__tablename__ else REACHED_AT
        rest = {name: value for name, value in changes.items() if name not in fields}
        left[key] = set(mentions.in_value(rest, wanted))
    return {one for one in found if one.record_id in left and one.likeness not in left[one.record_id]}
