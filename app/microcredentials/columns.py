"""The catalogue as a file: every column, how it is written on export and read on import.

What the export writes, the import reads. Texts have a column for each language of the consortium (``title_hy``).
Outcomes and assessments stand one beneath the other in their cells, a line each, so that the lines of ``outcomes_en``,
``outcomes_hy`` and ``outcome_types`` belong together. ``TOLD_ONLY`` columns are written and not read: what they say is
decided elsewhere.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core import sheet_columns
from app.core.cells import CellFault, day, not_one_of, points, split, term_of, truth, whole_number, wording
from app.core.consortium import Consortium
from app.core.sheet_columns import Draft, paired
from app.core.vocabulary import Term
from app.microcredentials.facts import AssessmentFacts, MicroCredentialFacts, OutcomeFacts
from app.microcredentials.models import (
    AssessmentType,
    Origin,
    OutcomeType,
    Participation,
    QualityAssurance,
    Stackability,
    Supervision,
    UseType,
)
from app.stakeholders.models import Organisation

REQUIRED = ("code", "country", "developers")
VERSION = "version"
TOLD_ONLY = ("state", "annex_score", "is_example", VERSION)


@dataclass(frozen=True)
class Known:
    """What cells are checked against: the consortium's codes, and organisations by how a file may name them."""

    consortium: Consortium
    organisation: Callable[[str, str], Organisation]

    @property
    def target_groups(self) -> frozenset[str]:
        """Codes of the consortium's target groups."""
        return frozenset(group["code"] for group in self.consortium.target_groups)


SheetColumn = sheet_columns.SheetColumn[MicroCredentialFacts, Known]


def columns(consortium: Consortium) -> tuple[SheetColumn, ...]:
    """Every column of the catalogue's file, in the order of the export."""
    languages = tuple(consortium.by_language)
    return (
        _plain("code", str.upper),
        SheetColumn("country", lambda facts: facts.country, _read_country),
        *_translated("title", languages),
        *_translated("description", languages),
        SheetColumn("developers", lambda facts: _names(facts.developers), _read_developers),
        SheetColumn("awarding_body", lambda facts: _names([facts.awarding_body]), _read_awarding_body),
        _listed("awarding_countries", lambda known: known.consortium.by_country),
        _term("origin", Origin),
        *_lines("outcomes", languages),
        _line_terms("outcome_types", "outcomes", OutcomeType),
        SheetColumn("outcome_esco", _write_esco, _read_esco, lined=True),
        _plain("workload_hours", whole_number),
        _plain("ecvet_points", points),
        _plain("ects_points", points),
        _plain("eqf_level", whole_number),
        _plain("nqf_level_code", str),
        _plain("level_not_applicable", truth),
        *_translated("level_note", languages),
        _listed("isced_f", None),
        _listed("occupations", None),
        _line_terms("assessment_types", "assessments", AssessmentType),
        *_lines("assessments", languages),
        _listed("participation", lambda known: frozenset(Participation)),
        _term("supervision", Supervision),
        _term("qa_type", QualityAssurance),
        _plain("qa_body", str),
        *_translated("prerequisites", languages),
        _term("stackability", Stackability),
        _plain("parent_qualification", str),
        _listed("target_groups", lambda known: known.target_groups),
        _listed("use_types", lambda known: frozenset(UseType)),
        _listed("languages", lambda known: known.consortium.by_language),
        _plain("grade_scheme", str),
        *_translated("further_information", languages),
        _plain("template_version", str),
        _plain("licence", str),
        _plain("skillstools_url", str),
        _plain("europass_url", str),
        _plain("badge_url", str),
        _plain("accreditation_valid_until", day),
    )


def finished(draft: Draft) -> MicroCredentialFacts:
    """The design a row describes, all cells read. Raises ``CellFault`` for lines that do not belong together."""
    values = dict(draft.values)
    for name, make in (("outcomes", _outcome), ("assessments", _assessment)):
        if name in draft.lines:
            values[name] = tuple(row for row in map(make, draft.lines[name]) if row is not None)
    return MicroCredentialFacts(**values)


def _outcome(line: dict[str, Any]) -> OutcomeFacts | None:
    if line.get("text"):
        return OutcomeFacts(line["text"], line.get("type"), tuple(line.get("esco", ())))
    if line.get("told"):
        raise CellFault(_("A type or an ESCO address stands in a line without a learning outcome."), "outcome_types")
    return None


def _assessment(line: dict[str, Any]) -> AssessmentFacts | None:
    if line.get("type"):
        return AssessmentFacts(line["type"], line.get("text") or None)
    if line.get("told"):
        raise CellFault(_("Each assessment needs its type in the same line of assessment_types."), "assessment_types")
    return None


# ---- Cells ----


def _plain(name: str, parse: Callable[[str], Any]) -> SheetColumn:
    def read(cell: str, draft: Draft, known: Known) -> None:
        draft.values[name] = (parse(cell) if cell else None) if parse is not truth else truth(cell)

    return SheetColumn(name, lambda facts: _rounded(getattr(facts, name)), read)


def _rounded(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _translated(name: str, languages: Sequence[str]) -> tuple[SheetColumn, ...]:
    def column(language: str) -> SheetColumn:
        def read(cell: str, draft: Draft, known: Known) -> None:
            stands = draft.values.get(name) or {}
            texts = {**stands, language: cell if cell == stands.get(language) else wording(cell)}
            draft.values[name] = {code: text for code, text in texts.items() if text}

        return SheetColumn(f"{name}_{language}", lambda facts: (getattr(facts, name) or {}).get(language), read)

    return tuple(map(column, languages))


def _term(name: str, terms: type[Term]) -> SheetColumn:
    def read(cell: str, draft: Draft, known: Known) -> None:
        draft.values[name] = term_of(terms, cell) if cell else None

    return SheetColumn(name, lambda facts: getattr(facts, name), read)


def _listed(name: str, allowed: Callable[[Known], Iterable[str]] | None) -> SheetColumn:
    def read(cell: str, draft: Draft, known: Known) -> None:
        codes = tuple(dict.fromkeys(split(cell)))
        unknown = [] if allowed is None else [code for code in codes if code not in allowed(known)]
        if unknown:
            raise CellFault(not_one_of(unknown, allowed(known) if allowed else ()))
        draft.values[name] = codes

    return SheetColumn(name, lambda facts: list(getattr(facts, name)), read)


def _read_country(cell: str, draft: Draft, known: Known) -> None:
    code = cell.upper()
    if code and code not in known.consortium.by_country:
        raise CellFault(not_one_of([code], known.consortium.by_country))
    draft.values["country"] = code


def _names(organisations: Iterable[Organisation | None]) -> list[str]:
    return [organisation.name for organisation in organisations if organisation is not None]


def _read_developers(cell: str, draft: Draft, known: Known) -> None:
    draft.values["developers"] = tuple(
        known.organisation(name, draft.values.get("country", "")) for name in split(cell)
    )


def _read_awarding_body(cell: str, draft: Draft, known: Known) -> None:
    draft.values["awarding_body"] = known.organisation(cell, draft.values.get("country", "")) if cell else None


# ---- Lines of outcomes and assessments ----


def _lines(name: str, languages: Sequence[str]) -> tuple[SheetColumn, ...]:
    attribute = "text" if name == "outcomes" else "title"

    def column(language: str) -> SheetColumn:
        def write(facts: MicroCredentialFacts) -> str:
            texts = ((getattr(row, attribute) or {}).get(language, "") for row in getattr(facts, name))
            return "\n".join(texts).rstrip("\n")

        def read(cell: str, draft: Draft, known: Known) -> None:
            for line, text in _paired(draft, name, cell.split("\n")):
                stands, said = line.get("text", {}), " ".join(text.split())
                texts = {**stands, language: said if said == stands.get(language) else wording(said)}
                line["text"] = {code: text for code, text in texts.items() if text}
                line["told"] = line.get("told") or language in line["text"]

        return SheetColumn(f"{name}_{language}", write, read, lined=True)

    return tuple(map(column, languages))


def _line_terms(key: str, name: str, terms: type[Term]) -> SheetColumn:
    def write(facts: MicroCredentialFacts) -> str:
        return "\n".join(row.type or "" for row in getattr(facts, name)).rstrip("\n")

    def read(cell: str, draft: Draft, known: Known) -> None:
        for line, code in _paired(draft, name, re.split(r"[;\n]", cell)):
            line["type"] = term_of(terms, code.strip()) if code.strip() else None
            line["told"] = line.get("told") or line["type"] is not None

    return SheetColumn(key, write, read, lined=True)


def _write_esco(facts: MicroCredentialFacts) -> str:
    return "\n".join(" ".join(outcome.esco_uris) for outcome in facts.outcomes).rstrip("\n")


def _read_esco(cell: str, draft: Draft, known: Known) -> None:
    for line, addresses in _paired(draft, "outcomes", cell.split("\n")):
        line["esco"] = addresses.split()
        line["told"] = line.get("told") or bool(line["esco"])


def _paired(draft: Draft, name: str, cells: Sequence[str]) -> list[tuple[dict[str, Any], str]]:
    return paired(draft, name, cells, _as_line)


def _as_line(row: OutcomeFacts | AssessmentFacts) -> dict[str, Any]:
    if isinstance(row, OutcomeFacts):
        return {"text": dict(row.text), "type": row.type, "esco": list(row.esco_uris)}
    return {"text": dict(row.title or {}), "type": row.type}
