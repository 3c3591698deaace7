"""The register of people as an import sees it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.access import Actor, Permission
from app.core.audit import plain
from app.core.cells import CellFault
from app.core.consortium import Consortium
from app.core.errors import Refused
from app.core.search_key import search_key
from app.core.sheet_columns import Draft
from app.core.told import told as _
from app.extensions import db
from app.stakeholders import queries, services
from app.stakeholders.consent import ConsentPurpose
from app.stakeholders.duplicates import duplicate_key
from app.stakeholders.imports import matching, people_columns
from app.stakeholders.imports.matching import MOST_CANDIDATES
from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.register import Cells, Register, Scope, number_in
from app.stakeholders.models import (
    Affiliation,
    LawfulBasis,
    Organisation,
    Person,
    Source,
)

NAMED = ("given_name", "family_name", "native_name")


class PersonRegister(Register):
    """People with whom they speak for."""

    kind = ImportKind.PEOPLE
    model = Person
    create_permission = edit_permission = Permission.PERSON_EDIT

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        super().__init__(actor, consortium)
        self.columns = people_columns.columns(tuple(consortium.by_language))
        self.known = people_columns.PeopleKnown(self.words, self._organisation)
        self.lines = frozenset(column.key for column in self.columns if column.lined)
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

    def silent(self, row: Cells, defaults: Cells) -> Cells:
        """The day of consent holds for those alone whose data are kept by consent."""
        basis = row.get("lawful_basis") or defaults.get("lawful_basis", "")
        try:
            is_agreed = self.words.bases.find(basis) == LawfulBasis.CONSENT
        except CellFault:
            is_agreed = False
        return {key: text for key, text in defaults.items() if is_agreed or key != "consent_on"}

    def alike(self, row: Cells) -> list[int]:
        """Namesakes elsewhere: people move."""
        return [entry.id for entry in self.named.get(matching.person_key(*_person_in(row)), ())][:MOST_CANDIDATES]

    def is_same(self, row: Cells, record: Person) -> bool:
        """By mailbox and name, since some mailboxes are shared."""
        mailbox = (record.email or "").lower()
        return bool(mailbox) and mailbox == row.get("email", "").lower() and self.is_called(row, record)

    def is_called(self, row: Cells, record: Person) -> bool:
        """By given and family name."""
        return record.name_key == matching.person_key(*_person_in(row))

    def settle(self, draft: Draft, stands: services.PersonFacts) -> frozenset[str]:
        """Keep the name and why the data may be kept; a name in another script goes where none stands yet."""
        values = draft.values
        kept = {key for key in ("lawful_basis", *NAMED) if getattr(stands, key) and values[key] != getattr(stands, key)}
        told = " ".join(filter(None, (values["given_name"], values["family_name"])))
        if kept & {"given_name", "family_name"} and not values["native_name"]:
            stood = f"{stands.given_name} {stands.family_name or ''}"
            if services.script_of(told) is not services.script_of(stood):
                values["native_name"] = told
                kept -= {"given_name", "family_name"}
                values["given_name"], values["family_name"] = stands.given_name, stands.family_name
        values.update({key: getattr(stands, key) for key in kept})
        return frozenset(kept)

    def _countries(self, row: Cells) -> set[str]:
        lines = [line.strip() for line in row.get("organisations", "").split("\n") if line.strip()]
        named = {body.country for line in lines if (body := self.organisations.get(_mark_in(line) or 0)) is not None}
        return named | {
            country
            for line in lines
            for entry in self.bodies.get(duplicate_key(line), ())
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

    def put_back(
        self, stands: services.PersonFacts, was: services.PersonFacts, keys: Collection[str]
    ) -> services.PersonFacts:
        """Affiliations go back all together."""
        plain = {key: getattr(was, key) for key in keys if key in people_columns.PLAIN}
        lines = stands.affiliations if self.lines.isdisjoint(keys) else was.affiliations
        return replace(stands, **plain, affiliations=lines)

    def tied(self, keys: Collection[str]) -> set[str]:
        """All columns of affiliations are tied to each of them."""
        return {*keys} if self.lines.isdisjoint(keys) else {*keys, *self.lines}

    def frozen(self, facts: services.PersonFacts) -> dict[str, Any]:
        """Every field; affiliations with the key of their organisation."""
        lines = [
            [e.organisation.id, dict(e.role_title), plain(e.valid_from), plain(e.valid_to), e.is_legal_representative]
            for e in facts.affiliations
        ]
        kept = (*people_columns.PLAIN, "consent_on", "consent_for")
        return {"affiliations": lines, **{name: plain(getattr(facts, name)) for name in kept}}

    def thawed(self, stored: dict[str, Any]) -> services.PersonFacts:
        """The facts again; what went up in another organisation since is that one. Raises ``Refused`` for one gone."""
        lines: list[services.AffiliationFacts] = []
        for key, roles, starts, ends, signs in stored["affiliations"]:
            line = services.AffiliationFacts(_standing(self.actor, key), roles, _day(starts), _day(ends), signs)
            if line not in lines:
                lines.append(line)
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
        found = self.bodies.get(duplicate_key(cell), [])
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


def _standing(actor: Actor, key: int) -> Organisation:
    found = db.session.get(Organisation, key)
    if found is not None and found.absorbed_by_id is not None:
        found = db.session.get(Organisation, queries.survivor_of(actor, key) or 0)
    if found is None:
        raise Refused(_("There is no organisation #%(number)s in the register.", number=key))
    return found


def _mark_in(line: str) -> int | None:
    text = line.strip()
    return number_in(text.split()[0]) if text.startswith("#") else None


def _person_in(row: Cells) -> tuple[str, str]:
    return row.get("given_name", ""), row.get("family_name", "")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
