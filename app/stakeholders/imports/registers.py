"""What differs between importing organisations and importing people; everything else is the same for both."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.access import Actor, Permission
from app.core.audit import plain
from app.core.cells import CellFault
from app.core.consortium import Consortium
from app.core.search_key import search_key
from app.core.sheet_columns import Draft, SheetColumn
from app.extensions import db
from app.stakeholders import queries, services
from app.stakeholders.consent import ConsentPurpose
from app.stakeholders.imports import columns, matching, people_columns
from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.vocabularies import vocabularies
from app.stakeholders.models import (
    Affiliation,
    Category,
    LawfulBasis,
    NameKind,
    Organisation,
    Person,
    RecognitionRole,
    Size,
    Source,
)

Cells = Mapping[str, str]
NAMED = ("name", *(f"{kind.value}_names" for kind in NameKind))


@dataclass(frozen=True)
class Scope:
    """What rights are judged against before there is a record."""

    access_country: str | None
    access_organisations: frozenset[int] = frozenset()


class Register(ABC):
    """One register as an import sees it; ``ready`` loads what the rows of a chunk need, in few statements."""

    kind: ClassVar[ImportKind]
    model: ClassVar[Any]
    create_permission: ClassVar[Permission]
    edit_permission: ClassVar[Permission]
    columns: Sequence[SheetColumn[Any, Any]]
    known: Any

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        self.actor = actor
        self.words = vocabularies(consortium)
        self.records: dict[int, Any] = {}
        self.by_uid: dict[str, int] = {}

    def ready(self, rows: Sequence[Cells], more: Collection[int] = ()) -> None:
        """Find the records that the rows name, and load those they may be about."""
        ids = {number for row in rows if (number := number_in(row.get(columns.ID, ""))) is not None} | set(more)
        uids = [uid for row in rows if (uid := uid_in(row.get(columns.UID, ""))) is not None]
        self.find(rows)
        found = {key for row in rows for key in self.candidates(row)}
        self.by_uid = {}
        if uids:
            pairs = db.session.execute(select(self.model.uid, self.model.id).where(self.model.uid.in_(uids)))
            self.by_uid = {str(uid): key for uid, key in pairs}
        self.load(ids | found | set(self.by_uid.values()))

    @abstractmethod
    def find(self, rows: Sequence[Cells]) -> None:
        """Ask once for everything the rows may mean by their names."""

    @abstractmethod
    def load(self, keys: Collection[int]) -> None:
        """Have the records with these keys that the actor may see in ``records``."""

    @abstractmethod
    def candidates(self, row: Cells) -> list[int]:
        """Keys of records that a row may be about."""

    @abstractmethod
    def label(self, row: Cells) -> str:
        """What people call what a row is about."""

    @abstractmethod
    def twin_key(self, row: Cells) -> str | None:
        """The same for rows that are about the same new record."""

    @abstractmethod
    def facts_of(self, record: Any) -> Any:
        """A record as it stands."""

    @abstractmethod
    def values_of(self, facts: Any) -> dict[str, Any]:
        """The fields of a draft that begins with these facts."""

    @abstractmethod
    def finished(self, draft: Draft, adds: bool) -> Any:
        """The facts a row describes. Raises ``CellFault``."""

    @abstractmethod
    def scope_of(self, facts: Any) -> Scope | None:
        """What rights are judged against; ``None`` where the record would belong to no country."""

    @abstractmethod
    def create(self, facts: Any) -> Any:
        """Make the record."""

    @abstractmethod
    def edit(self, record: Any, facts: Any) -> None:
        """Change the record."""

    @abstractmethod
    def frozen(self, facts: Any) -> dict[str, Any]:
        """Facts as JSON, to be put back by ``thawed``."""

    @abstractmethod
    def thawed(self, stored: dict[str, Any]) -> Any:
        """Facts as they were frozen."""


class OrganisationRegister(Register):
    """Organisations with all their names."""

    kind = ImportKind.ORGANISATIONS
    model = Organisation
    create_permission = Permission.STAKEHOLDER_CREATE
    edit_permission = Permission.STAKEHOLDER_EDIT

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        super().__init__(actor, consortium)
        self.columns = columns.columns()
        self.known = self.words
        self.named: dict[str, list[matching.Named]] = {}

    def find(self, rows: Sequence[Cells]) -> None:
        """Organisations by every name in the rows."""
        self.named = matching.organisations_called(self.actor, [name for row in rows for name in _names_in(row)])

    def load(self, keys: Collection[int]) -> None:
        """Organisations with their names."""
        statement = select(Organisation).where(Organisation.id.in_(keys), queries.visible_to(self.actor))
        found = db.session.scalars(statement.options(selectinload(Organisation.names)))
        self.records = {record.id: record for record in found}

    def candidates(self, row: Cells) -> list[int]:
        """Organisations of the row's country with one of the row's names."""
        found = {entry.id: entry for name in _names_in(row) for entry in self.named.get(matching.name_key(name), ())}
        return matching.within(list(found.values()), self._countries(row))

    def label(self, row: Cells) -> str:
        """The name in the file."""
        return row.get("name", "").partition("\n")[0] or next(iter(_names_in(row)), "")

    def twin_key(self, row: Cells) -> str | None:
        """The name's key and the country."""
        key = matching.name_key(self.label(row))
        return f"{key}|{''.join(self._countries(row))}" if key else None

    def _countries(self, row: Cells) -> list[str]:
        try:
            return [self.words.countries.find(row["country"])] if row.get("country") else []
        except CellFault:
            return []

    def facts_of(self, record: Organisation) -> services.OrganisationFacts:
        """As it stands."""
        return columns.facts_of(record)

    def values_of(self, facts: services.OrganisationFacts) -> dict[str, Any]:
        """The fields of a draft."""
        return columns.values_of(facts)

    def finished(self, draft: Draft, adds: bool) -> services.OrganisationFacts:
        """The organisation a row describes."""
        return columns.finished(draft)

    def scope_of(self, facts: services.OrganisationFacts) -> Scope:
        """Its country."""
        return Scope(facts.country)

    def create(self, facts: services.OrganisationFacts) -> Organisation:
        """Add it to the register."""
        return services.create_organisation(self.actor, facts)

    def edit(self, record: Organisation, facts: services.OrganisationFacts) -> None:
        """Change it."""
        services.edit_organisation(self.actor, record, record.version, facts)

    def frozen(self, facts: services.OrganisationFacts) -> dict[str, Any]:
        """Every field; names as text, language and kind."""
        names = [[name.text, name.language, name.kind.value] for name in facts.names]
        return {"names": names, **{name: plain(getattr(facts, name)) for name in columns.PLAIN}}

    def thawed(self, stored: dict[str, Any]) -> services.OrganisationFacts:
        """The facts again."""
        names = [services.NameFacts(text, language, NameKind(kind)) for text, language, kind in stored["names"]]
        terms = {
            "category": Category(stored["category"]),
            "size": Size(stored["size"]) if stored["size"] else None,
            "recognition_roles": [RecognitionRole(code) for code in stored["recognition_roles"]],
        }
        return services.OrganisationFacts(**{**stored, **terms, "names": names})


class PersonRegister(Register):
    """People with whom they speak for."""

    kind = ImportKind.PEOPLE
    model = Person
    create_permission = edit_permission = Permission.PERSON_EDIT

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        super().__init__(actor, consortium)
        self.columns = people_columns.columns(tuple(consortium.by_language))
        self.known = people_columns.PeopleKnown(self.words, self._organisation)
        self.named: dict[str, list[matching.Named]] = {}
        self.reached: dict[str, list[int]] = {}
        self.bodies: dict[str, list[matching.Named]] = {}
        self.organisations: dict[int, Organisation] = {}

    def find(self, rows: Sequence[Cells]) -> None:
        """People by name and mailbox, and the organisations they speak for."""
        self.named = matching.people_called(self.actor, map(_person_in, rows))
        self.reached = matching.people_reached_at(self.actor, (row.get("email", "") for row in rows))
        said = {line.strip() for row in rows for line in row.get("organisations", "").split("\n")}
        self.bodies = matching.organisations_called(self.actor, said)
        keys = {entry.id for found in self.bodies.values() for entry in found}
        keys |= {number for line in said if (number := _mark_in(line)) is not None}
        self.organisations = {body.id: body for body in queries.by_keys(self.actor, list(keys))}

    def load(self, keys: Collection[int]) -> None:
        """People with their affiliations."""
        statement = select(Person).where(Person.id.in_(keys), queries.people_visible_to(self.actor))
        loading = selectinload(Person.affiliations).joinedload(Affiliation.organisation)
        self.records = {record.id: record for record in db.session.scalars(statement.options(loading))}

    def candidates(self, row: Cells) -> list[int]:
        """Who has the row's mailbox, else who is called so in the country of the row's organisations."""
        reached = self.reached.get(row.get("email", "").lower())
        if reached:
            return reached[: matching.MOST_CANDIDATES]
        found = self.named.get(matching.person_key(*_person_in(row)), ())
        return matching.within(list(found), self._countries(row))

    def _countries(self, row: Cells) -> set[str]:
        lines = [line.strip() for line in row.get("organisations", "").split("\n") if line.strip()]
        named = {body.country for line in lines if (body := self.organisations.get(_mark_in(line) or 0)) is not None}
        return named | {
            country
            for line in lines
            for entry in self.bodies.get(matching.name_key(line), ())
            for country in entry.countries
        }

    def label(self, row: Cells) -> str:
        """The name in the file."""
        return " ".join(filter(None, _person_in(row)))

    def twin_key(self, row: Cells) -> str | None:
        """The mailbox, else the name with its organisations."""
        if row.get("email"):
            return f"@{row['email'].lower()}"
        key = matching.person_key(*_person_in(row))
        return f"{key}|{search_key(row.get('organisations', ''))}" if key else None

    def facts_of(self, record: Person) -> services.PersonFacts:
        """As it stands."""
        return people_columns.facts_of(record)

    def values_of(self, facts: services.PersonFacts) -> dict[str, Any]:
        """The fields of a draft."""
        return people_columns.values_of(facts)

    def finished(self, draft: Draft, adds: bool) -> services.PersonFacts:
        """The person a row describes."""
        return people_columns.finished(draft, adds=adds)

    def scope_of(self, facts: services.PersonFacts) -> Scope | None:
        """The country of the first organisation; of no country without one."""
        return Scope(facts.affiliations[0].organisation.country) if facts.affiliations else None

    def create(self, facts: services.PersonFacts) -> Person:
        """Add the person."""
        return services.create_person(self.actor, facts)

    def edit(self, record: Person, facts: services.PersonFacts) -> None:
        """Change the person."""
        services.edit_person(self.actor, record, record.version, facts)

    def frozen(self, facts: services.PersonFacts) -> dict[str, Any]:
        """Every field; affiliations with the key of their organisation."""
        lines = [
            [e.organisation.id, dict(e.role_title), plain(e.valid_from), plain(e.valid_to), e.is_legal_representative]
            for e in facts.affiliations
        ]
        kept = (*people_columns.PLAIN, "consent_on", "consent_for")
        return {"affiliations": lines, **{name: plain(getattr(facts, name)) for name in kept}}

    def thawed(self, stored: dict[str, Any]) -> services.PersonFacts:
        """The facts again."""
        lines = [
            services.AffiliationFacts(db.session.get_one(Organisation, key), roles, _day(starts), _day(ends), signs)
            for key, roles, starts, ends, signs in stored["affiliations"]
        ]
        days = {name: _day(stored[name]) for name in ("consent_on", "review_on")}
        terms = {
            "lawful_basis": LawfulBasis(stored["lawful_basis"]),
            "source": Source(stored["source"]),
            "consent_for": tuple(map(ConsentPurpose, stored["consent_for"])),
        }
        return services.PersonFacts(**{**stored, **days, **terms, "affiliations": lines})

    def _organisation(self, cell: str) -> Organisation:
        number = _mark_in(cell)
        if number is not None:
            if number not in self.organisations:
                raise CellFault(_("There is no organisation #%(number)s in the register.", number=number))
            return self.organisations[number]
        found = self.bodies.get(matching.name_key(cell), [])
        if not found:
            raise CellFault(
                _("No organisation in the register is called “%(name)s”. Import organisations first.", name=cell[:80])
            )
        if len(found) > 1:
            numbers = ", ".join(f"#{entry.id}" for entry in found)
            raise CellFault(
                _("“%(name)s” is more than one organisation; write one of %(numbers)s.", name=cell, numbers=numbers)
            )
        return self.organisations[found[0].id]


REGISTERS: dict[ImportKind, type[Register]] = {
    register.kind: register for register in (OrganisationRegister, PersonRegister)
}


def number_in(cell: str) -> int | None:
    """The number of a record, also written like #12."""
    text = cell.strip().removeprefix("#")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def uid_in(cell: str) -> UUID | None:
    """A permanent identifier; what is none names nothing."""
    try:
        return UUID(cell.strip())
    except ValueError:
        return None


def _mark_in(line: str) -> int | None:
    text = line.strip()
    return number_in(text.split()[0]) if text.startswith("#") else None


def _names_in(row: Cells) -> list[str]:
    lines = (line for key in NAMED for line in row.get(key, "").split("\n"))
    return [text for line in lines if (text := re.sub(r"\s*\[[\w-]+\]$", "", line).strip())]


def _person_in(row: Cells) -> tuple[str, str]:
    return row.get("given_name", ""), row.get("family_name", "")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
