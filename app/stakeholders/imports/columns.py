"""Organisations as a file: every column, how it is written on export and read on import.

The first name stands in ``name``; the others by their kind, a line each with the language at its end:
``Школа Ниш [sr-Cyrl]``. ``id``, ``uid`` and ``version`` say which record a row is; columns that only tell are written
and not read.
"""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

from app.core import sheet_columns
from app.core.cells import CellFault, split, wording
from app.core.phones import PhoneUnreadable, kept
from app.core.sheet_columns import Draft
from app.core.sheets import LONGEST_CELL, LONGEST_LINE
from app.core.told import told as _
from app.stakeholders.imports.vocabularies import Choices, Vocabularies
from app.stakeholders.models import Category, NameKind, Organisation, RecognitionRole, Script, Size
from app.stakeholders.services import NameFacts, OrganisationFacts, script_of

ID, UID, VERSION = "id", "uid", "version"
IDENTITY = {ID: _l("Number in the portal"), UID: _l("Permanent identifier"), VERSION: _l("Version")}
TOLD_ONLY = ("partner_number", "is_example")
# What a cell says to take a value away; an empty cell leaves it alone.
DELETE = "[delete]"
DELETES = frozenset({DELETE, "[löschen]"})
PLAIN = (
    *("category", "country", "region", "city", "address", "website", "email", "phone"),
    *("register_number", "pic", "size", "recognition_roles", "notes"),
)
# Languages that are not written in Latin letters alone, by their first part.
SCRIPTS = {
    "uk": {Script.CYRL},
    "mk": {Script.CYRL},
    "sr": {Script.LATN, Script.CYRL},
    "cnr": {Script.LATN, Script.CYRL},
    "ka": {Script.GEOR},
    "hy": {Script.ARMN},
}

SheetColumn = sheet_columns.SheetColumn[OrganisationFacts, Vocabularies]


def facts_of(organisation: Organisation) -> OrganisationFacts:
    """An organisation as it stands, the name it works under first."""
    names = [NameFacts(row.text, row.language, row.kind) for row in organisation.names]
    names.sort(key=lambda name: (name.text, name.language) != (organisation.name, organisation.name_language))
    if not names:
        names = [NameFacts(organisation.name, organisation.name_language, NameKind.WORKING)]
    plain = {name: getattr(organisation, name) for name in PLAIN}
    return OrganisationFacts(names=names, **{**plain, "recognition_roles": organisation.recognition})


def columns() -> tuple[SheetColumn, ...]:
    """Every column of the file that is read, in the order of the export; countries stand before their regions."""
    return (
        SheetColumn("name", lambda facts: facts.names[0].text, _read_name, _l("Name"), longest=LONGEST_LINE),
        SheetColumn(
            "name_language", lambda facts: facts.names[0].language, _read_name_language, _l("Language of the name")
        ),
        *(_names(kind) for kind in NameKind),
        _coded("category", _l("Category"), lambda known: known.categories, Category),
        _coded("country", _l("Country"), lambda known: known.countries, str),
        SheetColumn("region", lambda facts: facts.region, _read_region, _l("Region")),
        _text("city", _l("Place"), wording),
        _text("address", _l("Address"), wording),
        _text("website", _l("Website"), _web_address),
        _text("email", _l("E-mail"), mailbox),
        SheetColumn("phone", lambda facts: facts.phone, _read_phone, _l("Telephone"), longest=LONGEST_LINE),
        _text("register_number", _l("Register number")),
        _text("pic", _l("PIC"), _pic),
        _coded("size", _l("Size"), lambda known: known.sizes, Size, required=False),
        SheetColumn(
            "recognition_roles",
            lambda facts: "\n".join(role.value for role in facts.recognition_roles),
            _read_roles,
            _l("Role in recognition"),
        ),
        _text("notes", _l("Notes"), longest=LONGEST_CELL),
    )


def _read_roles(cell: str, draft: Draft, known: Vocabularies) -> None:
    found = [RecognitionRole(known.roles.find(entry)) for entry in split(cell)]
    draft.values["recognition_roles"] = [role for role in RecognitionRole if role in found]


def finished(draft: Draft) -> OrganisationFacts:
    """The organisation a row describes. Raises ``CellFault`` for what every organisation needs."""
    if not draft.values.get("names"):
        raise CellFault(_("An organisation needs a name."), "name")
    if not draft.values.get("country"):
        raise CellFault(_("A new organisation needs a country."), "country")
    if not draft.values.get("category"):
        raise CellFault(_("A new organisation needs a category."), "category")
    return OrganisationFacts(**draft.values)


def values_of(facts: OrganisationFacts) -> dict[str, Any]:
    """The fields of a draft that begins as an organisation stands."""
    return {"names": list(facts.names), **{name: getattr(facts, name) for name in PLAIN}}


# ---- Cells ----


def _text(key: str, label: Any, check: Callable[[str], str] = str, longest: int = LONGEST_LINE) -> SheetColumn:
    def read(cell: str, draft: Draft, known: Vocabularies) -> None:
        draft.values[key] = check(cell) if cell else None

    return SheetColumn(key, lambda facts: getattr(facts, key), read, label, longest=longest)


def _coded(
    key: str, label: Any, choices: Callable[[Vocabularies], Choices], make: Callable[[str], Any], required: bool = True
) -> SheetColumn:
    def read(cell: str, draft: Draft, known: Vocabularies) -> None:
        if not cell and required:
            raise CellFault(_("This cannot be taken away, only changed."))
        draft.values[key] = make(choices(known).find(cell)) if cell else None

    def write(facts: OrganisationFacts) -> Any:
        value = getattr(facts, key)
        return getattr(value, "value", value)

    return SheetColumn(key, write, read, label)


def _read_region(cell: str, draft: Draft, known: Vocabularies) -> None:
    if not cell:
        draft.values["region"] = None
        return
    country = draft.values.get("country") or ""
    if country not in known.regions:
        raise CellFault(_("Without its country a region cannot be known."))
    draft.values["region"] = known.regions[country].find(cell)


def mailbox(cell: str) -> str:
    """An e-mail address. Raises ``CellFault``."""
    try:
        validate_email(cell, check_deliverability=False)
    except EmailNotValidError:
        raise CellFault(_("Write an address like name@example.org.")) from None
    return cell


def _web_address(cell: str) -> str:
    address = cell if "://" in cell else f"https://{cell}"
    if not re.fullmatch(r"https?://[^\s/?#]+\.[^\s/?#.]+([/?#]\S*)?", address, re.IGNORECASE):
        raise CellFault(_("Write an address like https://example.org."))
    return address


def _pic(cell: str) -> str:
    if not re.fullmatch(r"\d{9}", cell, re.ASCII):
        raise CellFault(_("A participant identification code has nine digits."))
    return cell


# ---- Names ----


def _read_name(cell: str, draft: Draft, known: Vocabularies) -> None:
    if not cell:
        raise CellFault(_("An organisation needs a name."))
    wording(cell, lettered=False)  # There is a company called 4711.
    if not any(map(str.isalnum, cell)):
        raise CellFault(_("A name has a letter or a digit."))
    cell, language = _tagged(cell, known)
    names = list(draft.values.get("names") or ())
    if names:
        names[0] = NameFacts(cell, language or names[0].language, names[0].kind)
    else:
        names = [NameFacts(cell, language or language_of(cell, draft, known), NameKind.WORKING)]
    draft.values["names"] = names


def _read_phone(cell: str, draft: Draft, known: Vocabularies) -> None:
    draft.values["phone"] = telephone(cell, draft.values.get("country"))


def _lost_its_plus(cell: str, country: str | None) -> bool:
    """Whether a spreadsheet took a number for a quantity: 381181234567 for +381 18 1234567."""
    if not re.fullmatch(r"[1-9]\d{9,14}", cell, re.ASCII):
        return False
    try:
        kept(cell, country)
    except PhoneUnreadable:
        return True
    return False


def telephone(cell: str, country: str | None) -> str | None:
    """A telephone number as it is kept. Raises ``CellFault``."""
    try:
        return kept(f"+{cell}" if _lost_its_plus(cell, country) else cell, country)
    except PhoneUnreadable as unreadable:
        raise CellFault(unreadable.messages["phone"]) from None


def _read_name_language(cell: str, draft: Draft, known: Vocabularies) -> None:
    names = list(draft.values.get("names") or ())
    if cell and names:
        names[0] = NameFacts(names[0].text, known.languages.find(cell), names[0].kind)
        draft.values["names"] = names


def _names(kind: NameKind) -> SheetColumn:
    def write(facts: OrganisationFacts) -> str:
        return "\n".join(f"{name.text} [{name.language}]" for name in facts.names[1:] if name.kind is kind)

    def read(cell: str, draft: Draft, known: Vocabularies) -> None:
        names: list[NameFacts] = list(draft.values.get("names") or ())
        if not names:
            raise CellFault(_("An organisation needs a name."), "name")
        lines = (line.strip() for line in cell.split("\n") if line.strip())
        draft.values["names"] = [
            names[0],
            *_replaced(names[1:], [_name(line, kind, draft, known) for line in lines], kind),
        ]

    return SheetColumn(f"{kind.value}_names", write, read, NAME_LABELS[kind], longest=LONGEST_LINE)


NAME_LABELS = {
    NameKind.WORKING: _l("Further working names"),
    NameKind.LEGAL: _l("Legal names"),
    NameKind.SHORT: _l("Short names"),
    NameKind.NATIVE: _l("Names in the national language"),
    NameKind.ALSO: _l("Other names"),
    NameKind.FORMER: _l("Former names"),
    NameKind.EU_REGISTER: _l("Names in the EU register"),
    NameKind.TRANSLIT: _l("Transliterations"),
}


def _replaced(names: Sequence[NameFacts], new: Sequence[NameFacts], kind: NameKind) -> list[NameFacts]:
    """``names`` with those of a kind replaced, each in its place, so that the others keep theirs."""
    left, kept = list(new), []
    for name in names:
        if name.kind is not kind:
            kept.append(name)
        elif left:
            kept.append(left.pop(0))
    return [*kept, *left]


def _tagged(line: str, known: Vocabularies) -> tuple[str, str | None]:
    """A name and the language in brackets at its end. Raises ``CellFault`` for a code that is no language here."""
    tagged = re.fullmatch(r"(.*\S)\s*\[([A-Za-z]{2,3}(?:-\w+)?)\]", line)
    if not tagged:
        return line, None
    return tagged[1], tagged[2] if tagged[2] in known.consortium.by_language else known.languages.find(tagged[2])


def further(name: NameFacts, first: NameFacts, draft: Draft, known: Vocabularies) -> NameFacts:
    """A name that a row gives an organisation of another first name, as one that stands beside it."""
    language = name.language if name.language != first.language else language_of(name.text, draft, known)
    return NameFacts(name.text, language, NameKind.ALSO if script_of(name.text) is Script.LATN else NameKind.NATIVE)


def names_put_back(stands: Sequence[NameFacts], was: Sequence[NameFacts], keys: Collection[str]) -> list[NameFacts]:
    """Names that stand, with those of the columns of these keys as they were."""
    first, old = stands[0], was[0]
    if "name" in keys:
        first = NameFacts(old.text, first.language, old.kind)
    if "name_language" in keys:
        first = NameFacts(first.text, old.language, first.kind)
    others = list(stands[1:])
    for kind in NameKind:
        if f"{kind.value}_names" in keys:
            others = _replaced(others, [name for name in was[1:] if name.kind is kind], kind)
    return [first, *others]


def _name(line: str, kind: NameKind, draft: Draft, known: Vocabularies) -> NameFacts:
    text, language = _tagged(line, known)
    if language:
        return NameFacts(text, language, kind)
    return NameFacts(line, language_of(line, draft, known, native=kind is NameKind.NATIVE), kind)


def language_of(text: str, draft: Draft, known: Vocabularies, native: bool = False) -> str:
    """The language a name is most likely in: the country's own, by its script; in Latin letters, English."""
    script = script_of(text)
    country = known.consortium.by_country.get(draft.values.get("country") or "")
    own = list(country.languages) if country else []
    if script is Script.LATN and not native:
        return "en"
    return next((code for code in own or known.consortium.by_language if script in _scripts(code)), (*own, "en")[0])


def _scripts(language: str) -> set[Script]:
    """The scripts a language is written in; a code that names one, as sr-Cyrl does, says it."""
    named = language.partition("-")[2]
    if named in set(Script):
        return {Script(named)}
    return SCRIPTS.get(language.partition("-")[0], {Script.LATN})
