"""Everything the portal knows of one person: what the person may ask to see, and what an erasure has to reach."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, or_, select

from app.core import audit, clock, mentions, records
from app.core.access import Actor, Permission
from app.core.audit import AuditEntry
from app.core.database import Base
from app.core.mail import Mail
from app.core.mentions import Mention, Sought
from app.extensions import db
from app.stakeholders.consent import ConsentEntry
from app.stakeholders.merge_records import PersonMerge
from app.stakeholders.models import Person

# Who did something: part of the evidence, and of an account rather than of a person in the register.
DOERS = frozenset({"actor_name", "recorded_by_name"})


@dataclass(frozen=True)
class Place:
    """A mention; ``is_kept`` where an account is meant, which is closed elsewhere.

    ``label`` and ``url`` say to a reader what it is and where it is shown, once it is ``located``.
    """

    mention: Mention
    is_kept: bool
    label: str = ""
    url: str | None = None


@dataclass(frozen=True)
class SubjectData:
    """A person's data: the record, the audit of it, mails to the address, and every other place of the name."""

    person: Person
    audit: Sequence[AuditEntry]
    mails: Sequence[Mail]
    places: Sequence[Place]


def entries_of(person: Person) -> list[Person]:
    """The person and everybody who was merged into this one."""
    return [person, *person.absorbed]


def sought(person: Person) -> Sought:
    """What to look for: the names both ways round, the family name alone, mailbox and telephone.

    A given name alone is looked for only where no more is known. Of entries that were merged, what each said.
    """
    each = [_sought(entry) for entry in entries_of(person)]
    names = frozenset().union(*(one.names for one in each))
    parts = frozenset().union(*(one.parts for one in each)) - names
    return Sought(names, parts, tuple(dict.fromkeys(text for one in each for text in one.exact)))


def _sought(person: Person) -> Sought:
    latin = f"{person.given_name} {person.family_name or ''}".strip()
    names = [latin, person.native_name or ""]
    turned = [" ".join(reversed(name.split())) for name in names]
    if person.family_name:
        turned.append(f"{person.family_name} {person.given_name}")
    full = [name for name in (*names, *turned) if len(name.split()) > 1]
    parts = [person.family_name or person.given_name]
    if person.native_name:
        parts.append(person.native_name.split()[-1])
    return Sought.of(full, parts, filter(None, (person.email, person.phone)))


def own_audit(person: Person) -> list[AuditEntry]:
    """The audit of the person's rows and of every affiliation they have or had, the oldest first."""
    keys = [entry.id for entry in entries_of(person)]
    belongs = [AuditEntry.changes["person_id"][place].as_integer().in_(keys) for place in (0, 1)]
    affiliations = [row.id for entry in entries_of(person) for row in entry.affiliations]
    statement = select(AuditEntry).where(
        or_(
            and_(AuditEntry.record_kind == "person", AuditEntry.record_id.in_(keys)),
            and_(AuditEntry.record_kind == "affiliation", or_(AuditEntry.record_id.in_(affiliations), *belongs)),
        )
    )
    return list(db.session.scalars(statement.order_by(AuditEntry.id)))


def mails_to(person: Person) -> list[Mail]:
    """Every mail to the person's addresses."""
    addresses = [entry.email.casefold() for entry in entries_of(person) if entry.email]
    statement = select(Mail).where(Mail.recipient.in_(addresses)).order_by(Mail.id)
    return list(db.session.scalars(statement)) if addresses else []


def merges_of(person: Person) -> list[PersonMerge]:
    """Every merge of the person's entries, those that were undone included: their steps hold what the entries said."""
    keys = [entry.id for entry in entries_of(person)]
    either = or_(PersonMerge.survivor_id.in_(keys), PersonMerge.absorbed_id.in_(keys))
    return list(db.session.scalars(select(PersonMerge).where(either).order_by(PersonMerge.id)))


def about(actor: Actor, person: Person) -> SubjectData:
    """Everything about a person. Raises ``NotAllowed`` for whom it is not the actor's to hand out."""
    actor.check(Permission.PERSON_EXPORT, person)
    return collect(person)


def collect(person: Person) -> SubjectData:
    """Everything about a person, for services that have checked."""
    entries, mails = own_audit(person), mails_to(person)
    rows = entries_of(person)
    own = {("person", entry.id) for entry in rows} | {("mail", mail.id) for mail in mails}
    own |= {("audit_entry", entry.id) for entry in entries}
    own |= {("affiliation", row.id) for entry in rows for row in entry.affiliations}
    own |= {("person_merge", merge.id) for merge in merges_of(person)}
    own |= {(ConsentEntry.__tablename__, entry.id) for entry in person.consents}
    own |= {("stored_file", entry.evidence_id) for entry in person.consents if entry.evidence_id}
    found = [place for place in mentions.find(db.session, sought(person)) if (place.table, place.record_id) not in own]
    accounts = account_tables()
    return SubjectData(
        person, entries, mails, [Place(place, place.table in accounts or place.column in DOERS) for place in found]
    )


def located(data: SubjectData) -> SubjectData:
    """The same with the name and the page of each place, for a reader; only within a request."""
    urls = records.urls_of(db.session, ((place.mention.table, place.mention.record_id) for place in data.places))
    places = [
        replace(
            place,
            label=records.label_of(place.mention.table),
            url=urls.get((place.mention.table, place.mention.record_id)),
        )
        for place in data.places
    ]
    return replace(data, places=places)


def account_tables() -> frozenset[str]:
    """The tables of people who sign in, whose accounts are closed on their own pages."""
    models: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    return frozenset(model.__tablename__ for model in models if model.__module__.startswith("app.accounts"))


def hand_out(actor: Actor, data: SubjectData) -> dict[str, Any]:
    """A person's data for a file, noted in the audit with who took them; raises ``NotAllowed`` as ``about``."""
    actor.check(Permission.PERSON_EXPORT, data.person)
    audit.note(db.session, data.person, "export", actor)
    db.session.flush()
    return as_plain(data, actor)


def _row_of(person: Person) -> dict[str, Any]:
    return {column.key: getattr(person, column.key) for column in Person.__mapper__.column_attrs}


def as_plain(data: SubjectData, actor: Actor) -> dict[str, Any]:
    """A person's data as JSON has them."""
    person = data.person
    facts: dict[str, Any] = audit.plain(
        {
            "made_at": clock.now(),
            "made_by": actor.name,
            "person": _row_of(person),
            "merged": [_row_of(entry) for entry in person.absorbed],
            "affiliations": [
                {
                    "organisation": entry.organisation.name,
                    "country": entry.organisation.country,
                    "function": entry.role_title,
                    "from": entry.valid_from,
                    "to": entry.valid_to,
                    "may_sign": entry.is_legal_representative,
                }
                for entry in person.affiliations
            ],
            "consent": [
                {
                    "purpose": entry.purpose,
                    "act": entry.act,
                    "on": entry.on_day,
                    "how": entry.way,
                    "note": entry.note,
                    "evidence": entry.evidence.name if entry.evidence else None,
                    "recorded_by": entry.recorded_by_name,
                    "recorded_at": entry.recorded_at,
                }
                for entry in person.consents
            ],
            "audit": [
                {
                    "record": entry.record_kind,
                    "action": entry.action,
                    "changes": entry.changes,
                    "by": entry.actor_name,
                    "at": entry.happened_at,
                }
                for entry in data.audit
            ],
            "mails": [
                {"to": mail.recipient, "subject": mail.subject, "text": mail.text, "written": mail.created_at}
                for mail in data.mails
            ],
            "mentions": [
                {
                    "record": place.mention.table,
                    "number": place.mention.record_id,
                    "field": place.mention.column,
                    "text": place.mention.excerpt.text,
                    "page": place.url,
                }
                for place in data.places
            ],
        }
    )
    return facts
