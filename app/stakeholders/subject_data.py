"""Everything the portal knows of one person: what the person may ask to see, and what an erasure has to reach."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from app.accounts import saved
from app.accounts.models import SavedView
from app.core import mail, mentions, records
from app.core.access import Actor, Permission
from app.core.audit import AuditEntry
from app.core.database import Base
from app.core.excerpts import joined
from app.core.mail import Mail
from app.core.mentions import Mention
from app.core.sought import Likeness, Sought, keys_of, stems_of
from app.extensions import db
from app.stakeholders.consent import ConsentEntry
from app.stakeholders.merge_records import PersonMerge
from app.stakeholders.models import Person
from app.stakeholders.sharing import Sharing, shared, shared_mailboxes

# Who did something: part of the evidence, and of an account rather than of a person in the register.
DOERS = frozenset({"actor_name", "recorded_by_name"})
DOUBTS = {
    Likeness.PART: _l("part of the name; may be somebody else"),
    Likeness.GIVEN: _l("the given name alone; may be somebody else"),
    Likeness.LIKE: _l("a like word, perhaps the person"),
}
ACTIONS = {
    "create": _l("entered"),
    "update": _l("changed"),
    "delete": _l("removed"),
    "export": _l("data handed out"),
    "erase": _l("erased"),
}


@dataclass(frozen=True)
class Place:
    """A mention; ``is_kept`` where an account is meant, which is closed elsewhere, or where it binds (``is_binding``).

    ``label``, ``field`` and ``url`` say to a reader what it is and where it is shown, once it is ``located``; a field
    that no form knows has no name. ``sharing`` says that it is somebody else's, too.
    """

    mention: Mention
    is_kept: bool
    sharing: Sharing | None = None
    label: str = ""
    field: str = ""
    url: str | None = None

    @property
    def is_certain(self) -> bool:
        """Whether the person is meant and nobody else."""
        return self.mention.is_sure and self.sharing is None

    @property
    def is_shared(self) -> bool:
        """Whether it is a field of somebody else's, or an address that somebody else has, too."""
        return self.sharing is Sharing.FIELD

    @property
    def doubt(self) -> str:
        """Why somebody else may be meant; empty where nobody else is."""
        if self.sharing is Sharing.NAME:
            return _("somebody else of the register has the same name")
        return str(DOUBTS.get(self.mention.likeness, ""))

    @property
    def is_binding(self) -> bool:
        """Whether it stands in a contract, or in what proves one."""
        return self.mention.table in mentions.binding()

    @property
    def row(self) -> tuple[str, int]:
        """Table and key of the record."""
        return self.mention.table, self.mention.record_id


@dataclass(frozen=True)
class Step:
    """A line of the audit as a reader has it: who did what with which record, and the fields a form has names for."""

    at: datetime
    by: str
    what: str
    action: str
    fields: Sequence[str]


@dataclass(frozen=True)
class SubjectData:
    """A person's data: the record, the audit of it, mails to the address, and every other place of the name.

    ``mailboxes`` are those that nobody else has. ``views`` are saved views that look for the person. ``keys`` are
    mentions in columns of keys beside one of the places: they are made of what stands there, and go with it.
    """

    person: Person
    audit: Sequence[AuditEntry]
    mails: Sequence[Mail]
    views: Sequence[SavedView]
    places: Sequence[Place]
    keys: Sequence[Mention]
    mailboxes: frozenset[str]

    @property
    def steps(self) -> list[Step]:
        """The audit for a reader; only within a request."""
        return [_step(entry) for entry in self.audit]

    @property
    def told(self) -> list[Place]:
        """The places a person reads about: each text once, and no keys."""
        once = {(place.label, place.url, place.field, str(place.mention.excerpt)): place for place in self.texts[::-1]}
        return [*once.values()][::-1]

    @property
    def texts(self) -> list[Place]:
        """Every text in which something of the person stands: one place for a field of a record, and no keys."""
        fields: dict[tuple[Any, ...], list[Place]] = {}
        for place in self.places:
            if not place.mention.is_derived:
                fields.setdefault((*place.row, place.mention.column), []).append(place)
        return [
            replace(some[0], mention=replace(some[0].mention, excerpt=joined(one.mention.excerpt for one in some)))
            for some in fields.values()
        ]


def _step(entry: AuditEntry) -> Step:
    fields = (records.field_of(entry.record_kind, column) for column in entry.changes)
    action = str(ACTIONS.get(entry.action, ACTIONS["update"]))
    what = records.label_of(entry.record_kind)
    return Step(entry.happened_at, entry.actor_name, what, action, list(filter(None, fields)))


def entries_of(person: Person) -> list[Person]:
    """The person and everybody who was merged into this one."""
    return [person, *person.absorbed]


def mailboxes_of(person: Person) -> frozenset[str]:
    """The addresses of the person and of everybody who was merged into this one, as they are compared.

    One that another person or an organisation has, too, is not among them: what went there may be theirs.
    """
    entries = entries_of(person)
    known = frozenset(mail.mailbox(entry.email) for entry in entries if entry.email)
    return known - shared_mailboxes(known, [entry.id for entry in entries])


def sought(person: Person) -> Sought:
    """What to look for: the names both ways round, the family name alone and in its cases, mailbox and telephone.

    A given name alone is looked for only where no more is known. Of entries that were merged, what each said.
    """
    entries = entries_of(person)
    each = [_sought(entry) for entry in entries]
    names = frozenset().union(*(one.names for one in each))
    parts = frozenset().union(*(one.parts for one in each)) - names
    exact = tuple(dict.fromkeys(text for one in each for text in one.exact))
    stems = frozenset(filter(None, (stems_of(*said) for entry in entries for said in _said(entry))))
    runs = {key: likeness for one in each for key, likeness in one.runs.items()}
    return Sought(names, parts, exact, stems, _others(entries, {one.family for one in stems}), runs)


def _said(person: Person) -> list[tuple[str, str]]:
    """Given and family name as each spelling of a name has them."""
    native = (person.native_name or "").split()
    said = [(person.given_name, person.family_name)] if person.family_name else []
    return said + ([(native[0], native[-1])] if len(native) > 1 else [])


def _others(entries: Sequence[Person], stems: Collection[str]) -> frozenset[str]:
    """Family names of other people that begin like this one's: who has them is not this person in another case."""
    if not stems:
        return frozenset()
    like = or_(*(Person.name_key.startswith(stem, autoescape=True) for stem in stems))
    known = select(Person.family_name).where(like, Person.id.not_in([entry.id for entry in entries])).distinct()
    return frozenset(key for name in db.session.scalars(known) for key in keys_of(name or ""))


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
    return Sought.of(full, parts, [text for text in (person.email, person.phone) if text])


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
    rows, mailboxes = entries_of(person), mailboxes_of(person)
    entries, mails = own_audit(person), mail.sent_to(db.session, mailboxes)
    own = {("person", entry.id) for entry in rows} | {("mail", sent.id) for sent in mails}
    own |= {("audit_entry", entry.id) for entry in entries}
    own |= {("affiliation", row.id) for entry in rows for row in entry.affiliations}
    own |= {("person_merge", merge.id) for merge in merges_of(person)}
    own |= {(ConsentEntry.__tablename__, entry.id) for entry in person.consents}
    own |= {("stored_file", entry.evidence_id) for entry in person.consents if entry.evidence_id}
    wanted = sought(person)
    views = saved.naming(wanted)
    own |= {(SavedView.__tablename__, view.id) for view in views}
    found = [place for place in mentions.find(db.session, wanted) if (place.table, place.record_id) not in own]
    accounts = account_tables()
    texts = {(place.table, place.record_id) for place in found if not place.is_derived}
    beside = {place: place.is_derived and (place.table, place.record_id) in texts for place in found}
    stays = accounts | mentions.binding()
    theirs = shared(found, [entry.id for entry in rows], wanted)
    places = [Place(m, m.table in stays or m.column in DOERS, theirs.get(m)) for m in found if not beside[m]]
    return SubjectData(person, entries, mails, views, places, [m for m in found if beside[m]], mailboxes)


def located(data: SubjectData) -> SubjectData:
    """The same with the name, the field and the page of each place, for a reader; only within a request."""
    urls = records.urls_of(db.session, (place.row for place in data.places))
    places = [
        replace(
            place,
            label=records.label_of(place.mention.table),
            field=records.field_of(place.mention.table, place.mention.column),
            url=urls.get(place.row),
        )
        for place in data.places
    ]
    return replace(data, places=places)


def account_tables() -> frozenset[str]:
    """The tables of people who sign in, whose accounts are closed on their own pages."""
    models: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    return frozenset(model.__tablename__ for model in models if model.__module__.startswith("app.accounts"))
