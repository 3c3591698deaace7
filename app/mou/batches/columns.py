"""The columns of a file with companies: one row, one memorandum."""

import re
from dataclasses import dataclass
from typing import Any

from app.core.cells import NO, YES, CellFault, term_of, wording
from app.core.consortium import Consortium
from app.core.sheet_columns import Draft, SheetColumn
from app.core.told import told as _
from app.mou.models import Basis

MAIL = re.compile(r"[^@\s;,<>]+@[^@\s;,<>]+\.[^@\s;,<>.]+")


@dataclass(frozen=True, kw_only=True)
class RowFacts:
    """A company and who signs for it, as a row says."""

    company: str
    signatory: str
    role: str
    email: str
    language: str
    basis: Basis = Basis.REGISTER
    country: str | None = None
    city: str | None = None
    address: str | None = None
    register_number: str | None = None
    is_new: bool = False


def _said(name: str, *, required: bool = False, lettered: bool = True) -> Any:
    def read(cell: str, draft: Draft, _known: Consortium) -> None:
        if required and not cell:
            raise CellFault(_("Every row needs this."))
        draft.values[name] = wording(cell, lettered=lettered) or None

    return read


def _company(cell: str, draft: Draft, _known: Consortium) -> None:
    if not cell:
        raise CellFault(_("Every row needs this."))
    draft.values["company"] = cell if cell.startswith("#") else wording(cell)


def _email(cell: str, draft: Draft, _known: Consortium) -> None:
    if not MAIL.fullmatch(cell):
        raise CellFault(_("Write an address like name@example.org."))
    draft.values["email"] = cell


def _language(cell: str, draft: Draft, known: Consortium) -> None:
    if cell not in known.by_language:
        raise CellFault(_("“%(codes)s” is not one of %(allowed)s.", codes=cell, allowed=", ".join(known.by_language)))
    draft.values["language"] = cell


def _country(cell: str, draft: Draft, known: Consortium) -> None:
    if cell and cell.upper() not in known.by_country:
        raise CellFault(_("“%(codes)s” is not one of %(allowed)s.", codes=cell, allowed=", ".join(known.by_country)))
    draft.values["country"] = cell.upper() or None


def _basis(cell: str, draft: Draft, _known: Consortium) -> None:
    draft.values["basis"] = term_of(Basis, cell) if cell else Basis.REGISTER


def _new(cell: str, draft: Draft, _known: Consortium) -> None:
    if cell.lower() not in YES | NO:
        raise CellFault(_("Write yes, or leave it empty."))
    draft.values["is_new"] = cell.lower() in YES


def _column(key: str, read: Any, name: str | None = None) -> SheetColumn[RowFacts, Consortium]:
    return SheetColumn(key, lambda facts: getattr(facts, name or key), read, longest=300)


COLUMNS = (
    _column("company", _company),
    _column("signatory", _said("signatory", required=True)),
    _column("role", _said("role", required=True)),
    _column("email", _email),
    _column("language", _language),
    _column("address", _said("address")),
    _column("city", _said("city")),
    _column("country", _country),
    _column("register_number", _said("register_number", lettered=False)),
    _column("basis", _basis),
    _column("new", _new, "is_new"),
)
REQUIRED = ("company", "signatory", "role", "email", "language")
EXAMPLE = ("Weavers Ltd", "Anna Weaver", "director", "anna@example.org", "en", "Main street 1")
