"""People as a file: every column, how it is written on export and read on import.

Affiliations stand one beneath the other in their cells, a line each, so that the lines of ``organisations``,
``role_en``, ``valid_from`` belong together. An organisation is named by its number (``#12``) or by any of its names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import sheet_columns
from app.core.cells import CellFault, day, truth, wording
from app.core.clock import EARLIEST
from app.core.sheet_columns import Draft, paired, shown
from app.core.sheets import LONGEST_LINE
from app.core.told import told as _
from app.stakeholders.consent import ConsentPurpose
from app.stakeholders.imports.columns import mailbox, telephone
from app.stakeholders.imports.vocabularies import Vocabularies
from app.stakeholders.models import LawfulBasis, Organisation, Person, Source
from app.stakeholders.services import AffiliationFacts, PersonFacts

PLAIN = (
    *("given_name", "family_name", "native_name", "native_language", "title", "email", "phone"),
    *("lawful_basis", "source", "source_detail", "review_on"),
)
# Files take this in and never carry it out: the ledger of consents only grows.
TAKEN_ONLY = ("consent_on",)
# Contact data are in the files of those alone who may hand out a person's data, and of those people.
CONTACT = ("email", "phone")
TOLD_ONLY = ("country", "is_example")
LINES = "affiliations"


@dataclass(frozen=True)
class PeopleKnown:
    """What cells of people are checked against; ``organisation`` finds one by how a cell names it."""

    words: Vocabularies
    organisation: Callable[[str], Organisation]


SheetColumn = sheet_columns.SheetColumn[PersonFacts, PeopleKnown]


def facts_of(person: Person) -> PersonFacts:
    """A person as it stands."""
    affiliations = tuple(
        AffiliationFacts(
            entry.organisation, dict(entry.role_title), entry.valid_from, entry.valid_to, entry.is_legal_representative
        )
        for entry in person.affiliations
    )
    return PersonFacts(affiliations=affiliations, **{name: getattr(person, name) for name in PLAIN})


def columns(languages: tuple[str, ...]) -> tuple[SheetColumn, ...]:
    """Every column of the file that is read, in the order of the export."""
    return (
        _plain("given_name", _l("Given name"), wording),
        _plain("family_name", _l("Family name"), wording),
        _plain("native_name", _l("Name in the national language"), wording),
        _known("native_language", _l("Its language"), lambda cell, known: known.words.languages.find(cell)),
        _plain("title", _l("Title"), wording),
        _plain("email", _l("E-mail"), mailbox),
        SheetColumn("phone", lambda facts: facts.phone, _read_phone, _l("Telephone"), longest=LONGEST_LINE),
        _known("lawful_basis", _l("Lawful basis"), lambda cell, known: LawfulBasis(known.words.bases.find(cell))),
        _known("source", _l("Source"), _read_source),
        _plain("source_detail", _l("Source in detail"), str),
        _plain("consent_on", _l("Agreed on"), _recent_day),
        _plain("review_on", _l("Look again on"), _recent_day),
        _line(
            "organisations", _l("Speaks for"), "organisation", lambda entry: _called(entry.organisation), _organisation
        ),
        *(_role(code) for code in languages),
        _line("valid_from", _l("From"), "valid_from", lambda entry: entry.valid_from, lambda cell, known: day(cell)),
        _line("valid_to", _l("Until"), "valid_to", lambda entry: entry.valid_to, lambda cell, known: day(cell)),
        _line(
            "may_sign",
            _l("May sign for the organisation"),
            "may_sign",
            lambda entry: entry.is_legal_representative,
            lambda cell, known: truth(cell),
        ),
    )


def values_of(facts: PersonFacts) -> dict[str, Any]:
    """The fields of a draft that begins as a person stands."""
    return {LINES: list(facts.affiliations), **{name: getattr(facts, name) for name in PLAIN}}


def finished(draft: Draft, *, adds: bool = False) -> PersonFacts:
    """The person a row describes; when it ``adds``, affiliations that the row does not name stay as they are.

    Raises ``CellFault`` for lines that belong to no organisation and for what every person needs.
    """
    values = dict(draft.values)
    if not values.get("given_name"):
        raise CellFault(_("Write a given name."), "given_name")
    if not values.get("lawful_basis"):  # nobody's role is public because a file is silent
        raise CellFault(_("Say why these data may be kept: public role, contract or consent."), "lawful_basis")
    if LINES not in values:  # a person who is not in the register yet
        values["source"] = values.get("source") or Source.IMPORT
        if values["source"] is Source.NOT_RECORDED:
            raise CellFault(_("Say where the data came from."), "source")
        if values["lawful_basis"] is LawfulBasis.CONSENT and values.get("consent_on") is None:
            raise CellFault(_("Say when the person agreed."), "consent_on")
    if values["source"] is Source.PUBLIC and not values.get("source_detail"):
        raise CellFault(_("Write the address of the public source."), "source_detail")
    if values.get("consent_on"):
        values["consent_for"] = (ConsentPurpose.CONTACT,)
    if LINES in draft.lines:
        told = [entry for entry in map(_affiliation, draft.lines[LINES]) if entry is not None]
        values[LINES] = _added(values.get(LINES, ()), told) if adds else told
    return PersonFacts(**values)


def _added(stands: Any, told: list[AffiliationFacts]) -> list[AffiliationFacts]:
    """What stands, changed by what a row says about the same organisations, and what it says about others."""
    result = list(stands)
    for new in told:
        place = next((i for i, old in enumerate(result) if old.organisation.id == new.organisation.id), None)
        if place is None:
            result.append(new)
            continue
        old = result[place]
        result[place] = AffiliationFacts(
            old.organisation,
            {**old.role_title, **new.role_title},
            new.valid_from or old.valid_from,
            new.valid_to or old.valid_to,
            new.is_legal_representative or old.is_legal_representative,
        )
    return result


# ---- Cells ----


def _plain(key: str, label: Any, read_as: Callable[[str], Any]) -> SheetColumn:
    return _known(key, label, lambda cell, known: read_as(cell))


def _known(key: str, label: Any, read_as: Callable[[str, PeopleKnown], Any]) -> SheetColumn:
    def read(cell: str, draft: Draft, known: PeopleKnown) -> None:
        draft.values[key] = read_as(cell, known) if cell else None

    def write(facts: PersonFacts) -> Any:
        value = getattr(facts, key)
        return getattr(value, "value", value)

    return SheetColumn(key, write, read, label, longest=LONGEST_LINE)


def _read_phone(cell: str, draft: Draft, known: PeopleKnown) -> None:
    """A number without its country is dialled in that of the first organisation, which is read before."""
    told = [line["organisation"] for line in draft.lines.get(LINES, ()) if line.get("organisation")]
    stands = [entry.organisation for entry in draft.values.get(LINES, ())]
    home = next((organisation.country for organisation in (*told, *stands)), None)
    draft.values["phone"] = telephone(cell, home)


# ---- Lines of affiliations ----


def _line(
    key: str,
    label: Any,
    name: str,
    write_one: Callable[[AffiliationFacts], Any],
    read_as: Callable[[str, PeopleKnown], Any],
) -> SheetColumn:
    def write(facts: PersonFacts) -> str:
        return "\n".join(shown(write_one(entry)) for entry in facts.affiliations).rstrip("\n")

    def read(cell: str, draft: Draft, known: PeopleKnown) -> None:
        for line, text in paired(draft, LINES, cell.split("\n"), _as_line):
            line[name] = read_as(text.strip(), known) if text.strip() else None

    return SheetColumn(key, write, read, label, lined=True, longest=LONGEST_LINE)


def _role(language: str) -> SheetColumn:
    def write(facts: PersonFacts) -> str:
        return "\n".join(entry.role_title.get(language, "") for entry in facts.affiliations).rstrip("\n")

    def read(cell: str, draft: Draft, known: PeopleKnown) -> None:
        for line, text in paired(draft, LINES, cell.split("\n"), _as_line):
            roles = {**line.get("role", {}), language: " ".join(text.split())}
            line["role"] = {code: said for code, said in roles.items() if said}

    return SheetColumn(f"role_{language}", write, read, _l("Function (%(language)s)", language=language), lined=True)


def _as_line(entry: AffiliationFacts) -> dict[str, Any]:
    return {
        "organisation": entry.organisation,
        "role": dict(entry.role_title),
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "may_sign": entry.is_legal_representative,
    }


def _affiliation(line: dict[str, Any]) -> AffiliationFacts | None:
    if line.get("organisation") is None:
        if any(line.get(name) for name in ("role", "valid_from", "valid_to", "may_sign")):
            raise CellFault(_("A function or a day stands in a line without an organisation."), "organisations")
        return None
    starts, ends = line.get("valid_from"), line.get("valid_to")
    if starts and ends and ends < starts:
        name = line["organisation"].name
        raise CellFault(_("The affiliation with %(name)s ends before it begins.", name=name), "valid_to")
    return AffiliationFacts(line["organisation"], line.get("role") or {}, starts, ends, bool(line.get("may_sign")))


def _recent_day(cell: str) -> date:
    found = day(cell)
    if found < EARLIEST:
        raise CellFault(_("Write a day of this century."))
    return found


def _read_source(cell: str, known: PeopleKnown) -> Source:
    return Source(known.words.sources.find(cell))


def _called(organisation: Organisation) -> str:
    return f"#{organisation.id} {organisation.name}"


def _organisation(cell: str, known: PeopleKnown) -> Organisation:
    return known.organisation(cell)
