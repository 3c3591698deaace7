"""The register of organisations as an import sees it."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.access import Actor, Permission
from app.core.audit import plain
from app.core.cells import CellFault
from app.core.consortium import Consortium
from app.core.sheet_columns import Draft
from app.core.told import told as _
from app.extensions import db
from app.stakeholders import abroad, lookalikes, queries, services
from app.stakeholders.duplicates import duplicate_key
from app.stakeholders.imports import columns, matching
from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.register import Cells, Register, Scope
from app.stakeholders.models import (
    Category,
    NameKind,
    Organisation,
    RecognitionRole,
    Size,
)

NAMED = ("name", *(f"{kind.value}_names" for kind in NameKind))


class OrganisationRegister(Register):
    """Organisations with all their names."""

    kind = ImportKind.ORGANISATIONS
    model = Organisation
    create_permission = Permission.STAKEHOLDER_CREATE
    edit_permission = Permission.STAKEHOLDER_EDIT
    told_only: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "partner_number": lambda record: record.partner_number,
        "is_example": lambda record: record.is_example,
    }

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        super().__init__(actor, consortium)
        self.columns = columns.columns()
        self.known = self.words
        self.named: dict[str, list[matching.Named]] = {}
        self.numbered: dict[tuple[str, str], list[matching.Named]] = {}
        self.likely: dict[tuple[str, ...], list[int]] = {}
        self.abroad: dict[tuple[str, ...], list[lookalikes.Lookalike]] = {}

    def find(self, rows: Sequence[Cells]) -> None:
        """Organisations by every name in the rows, and by their numbers."""
        self.named = matching.organisations_called(self.actor, [name for row in rows for name in _names_in(row)])
        numbers = [{key: row[key].strip() for key in matching.NUMBERS if row.get(key)} for row in rows]
        self.numbered = matching.organisations_numbered(self.actor, [pair for row in numbers for pair in row.items()])
        self.likely, self.abroad = {}, {}

    def look_for_alike(self, rows: Sequence[Cells]) -> None:
        """Organisations of the row's country whose names few letters tell from the row's."""
        asked = {self._asked(row): row for row in rows if not self.candidates(row)}
        wanted = [(names, country) for country, *names in asked if country and names]
        found = lookalikes.similar_to_each(self.actor, wanted)
        self.likely = {
            (country, *names): [entry.id for entry in like[: matching.MOST_CANDIDATES]]
            for (names, country), like in zip(wanted, found, strict=True)
        }
        new = [(names, country) for names, country in wanted if not self.likely[(country, *names)]]
        elsewhere = abroad.called_so_each(self.actor, new)
        self.abroad = {(country, *names): like for (names, country), like in zip(new, elsewhere, strict=True) if like}

    def alike(self, row: Cells) -> list[int]:
        """Organisations of a like name, where the register has none of the same."""
        return self.likely.get(self._asked(row), [])

    def remark(self, row: Cells) -> str | None:
        """Which organisation of another country has the name of the row."""
        found = self.abroad.get(self._asked(row))
        if not found:
            return None
        return _(
            "Another country has one of this name: %(name)s (%(country)s). It is imported as a new one.",
            name=found[0].name,
            country=found[0].country,
        )

    def _asked(self, row: Cells) -> tuple[str, ...]:
        return (next(iter(self._countries(row)), ""), *_names_in(row))

    def load(self, keys: Collection[int]) -> None:
        """Organisations with their names."""
        statement = select(Organisation).where(Organisation.id.in_(keys), queries.visible_to(self.actor))
        found = db.session.scalars(statement.options(selectinload(Organisation.names)))
        self.records = {record.id: record for record in found}

    def candidates(self, row: Cells) -> list[int]:
        """Organisations of the row's country with one of the row's numbers or names."""
        by_number = (self.numbered.get((key, row.get(key, "").strip()), ()) for key in matching.NUMBERS)
        by_name = (self.named.get(duplicate_key(name), ()) for name in _names_in(row))
        found = {entry.id: entry for entries in (*by_number, *by_name) for entry in entries}
        return matching.within(list(found.values()), self._countries(row))

    def is_same(self, row: Cells, record: Organisation) -> bool:
        """By a number; by website or mailbox together with the name. Two different numbers are two organisations."""
        told = [
            (row.get(key, "").strip(), str(getattr(record, key) or "")) for key in ("partner_number", *matching.NUMBERS)
        ]
        both = [said == stands for said, stands in told if said and stands]
        if both:
            return all(both)
        return self.is_called(row, record) and any(
            same(row.get(key, "")) == same(getattr(record, key) or "")
            for key, same in (("website", _site), ("email", str.lower))
            if row.get(key) and getattr(record, key)
        )

    def is_called(self, row: Cells, record: Organisation) -> bool:
        """By any of its names."""
        keys = {duplicate_key(name.text) for name in record.names}
        return not keys.isdisjoint(duplicate_key(name) for name in _names_in(row))

    def settle(self, draft: Draft, stands: services.OrganisationFacts) -> frozenset[str]:
        """Keep every name; the row's other ones are further names."""
        read = list(draft.values.get("names") or ())
        if read and read[0].text != stands.names[0].text:
            read[0] = columns.further(read[0], stands.names[0], draft, self.words)
        kept = {name.text.casefold() for name in stands.names}
        draft.values["names"] = [*stands.names, *(name for name in read if name.text.casefold() not in kept)]
        return frozenset()

    def label(self, row: Cells) -> str:
        """The name in the file."""
        return row.get("name", "").partition("\n")[0] or next(iter(_names_in(row)), "")

    def twin_key(self, row: Cells) -> str | None:
        """The name's key and the country."""
        key = duplicate_key(self.label(row))
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

    def put_back(
        self, stands: services.OrganisationFacts, was: services.OrganisationFacts, keys: Collection[str]
    ) -> services.OrganisationFacts:
        """Names go back kind by kind."""
        plain = {key: getattr(was, key) for key in keys if key in columns.PLAIN}
        return replace(stands, **plain, names=columns.names_put_back(stands.names, was.names, keys))

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


def _site(address: str) -> str:
    """An address of a website, whichever way it is written."""
    return re.sub(r"^(https?://)?(www\.)?", "", address.strip().lower()).rstrip("/")


def _names_in(row: Cells) -> Sequence[str]:
    return _names_of(tuple(filter(None, map(row.get, NAMED))))


@lru_cache(maxsize=5_000)  # a row asks for its names several times
def _names_of(cells: tuple[str, ...]) -> Sequence[str]:
    lines = (line for cell in cells for line in cell.split("\n"))
    return tuple(text for line in lines if (text := re.sub(r"\s*\[[\w-]+\]$", "", line).strip()))
