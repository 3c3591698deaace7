"""vCards (2.1, 3.0 and 4.0, several in a file) as rows of a table with the columns of our own files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any
from uuid import UUID

from flask_babel import ngettext

from app.core.encodings import text_of
from app.core.errors import Refused
from app.core.sheets import OpenSheet, SheetRow, tidy
from app.core.told import told as _
from app.stakeholders.imports.models import ImportKind

BEGIN = b"BEGIN:VCARD"
# A cell of rows whose card cannot be read; no heading begins with a tabulator.
UNREADABLE = "\tunreadable"
HEADS = {
    ImportKind.PEOPLE: (
        *("uid", "given_name", "family_name", "native_name", "title", "email", "phone", "organisations", "role_en"),
    ),
    ImportKind.ORGANISATIONS: (
        *("uid", "name", "short_names", "email", "phone", "website", "address", "city", "country", "notes"),
    ),
}
# What the reader of vCards raises over a broken card, beside its own error.
BROKEN = (ValueError, KeyError, IndexError, AttributeError, TypeError, UnicodeError)


def is_cards(stream: IO[bytes]) -> bool:
    """Whether a file holds vCards, by its first bytes, in UTF-8 or UTF-16."""
    start = stream.read(64)
    stream.seek(0)
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\r\n ").upper().startswith(BEGIN)


def open_cards(stream: IO[bytes], kind: ImportKind | None, most_rows: int) -> tuple[ImportKind, OpenSheet]:
    """The cards of a file as rows, numbered as the cards are; without a kind, that of the first card that can be read.

    Raises ``Refused`` (field ``file``), also while the rows are read.
    """
    notes: list[str] = []
    cards = _cards(stream, notes)
    begun = []
    for card in cards:
        begun.append(card)
        if not isinstance(card, _Unread):
            break
    if not begun or isinstance(begun[-1], _Unread):
        raise Refused(file=_("There is no card in this file that can be read."))
    wanted = kind or _kind(begun[-1])
    return wanted, OpenSheet(list(HEADS[wanted]), _rows(chain(begun, cards), wanted, most_rows, notes), notes)


@dataclass(frozen=True)
class _Unread:
    """A card that cannot be read, with the name that stands in it as far as one can tell."""

    called: str


def _cards(stream: IO[bytes], notes: list[str]) -> Iterator[Any]:
    """The cards, each read by itself, so that one that is broken breaks no other."""
    import vobject
    from vobject.base import VObjectError

    for text in _texts(_lines(stream, notes)):
        try:
            yield next(iter(vobject.readComponents(text, allowQP=True, ignoreUnreadable=True)))
        except (VObjectError, StopIteration, *BROKEN):
            named = re.search(r"^FN(;[^:\n]*)?:(.*)$", text, re.IGNORECASE | re.MULTILINE)
            yield _Unread(tidy(named[2]) if named else "")


def _lines(stream: IO[bytes], notes: list[str]) -> Iterator[str]:
    try:
        for line in text_of(stream, notes):
            yield line.rstrip("\r\n")
    except UnicodeError:
        raise Refused(file=_("This file cannot be read as text. Export the cards again.")) from None


def _texts(lines_of_all: Iterator[str]) -> Iterator[str]:
    """The text of each card; one that does not end is over where the next begins, but not within an agent's."""
    lines: list[str] = []
    depth, before = 0, ""
    for line in lines_of_all:
        is_begin = line.strip().upper() == "BEGIN:VCARD"
        if is_begin and depth and not before.upper().startswith("AGENT"):
            yield "\n".join(lines)
            depth = 0
        depth += is_begin
        if is_begin and depth == 1:
            lines = []
        lines.append(line)
        if line.strip().upper() == "END:VCARD" and depth:
            depth -= 1
            if not depth:
                yield "\n".join(lines)
        before = line.strip() or before
    if depth:
        yield "\n".join(lines)


def _rows(cards: Iterator[Any], kind: ImportKind, most_rows: int, notes: list[str]) -> Iterator[SheetRow]:
    others, jobless = 0, 0
    for number, card in enumerate(cards, start=1):
        if number > most_rows:
            raise Refused(file=_("The file has more than %(most)s rows. Send it in parts.", most=f"{most_rows:,}"))
        if isinstance(card, _Unread):
            yield SheetRow(number, {HEADS[kind][1]: card.called, UNREADABLE: "1"})
            continue
        if card.name != "VCARD" or _kind(card) is not kind:
            others += 1
            continue
        cells = _person(card) if kind is ImportKind.PEOPLE else _organisation(card)
        if cells.get("role_en") and not cells.get("organisations"):
            cells["role_en"], jobless = "", jobless + 1
        yield SheetRow(number, {name: cells.get(name, "") for name in HEADS[kind]})
    if jobless:
        notes.append(
            ngettext(
                "One card has a function and no organisation; the function is left out.",
                "%(num)s cards have a function and no organisation; their functions are left out.",
                jobless,
            )
        )
    if others:
        notes.append(
            ngettext(
                "One card is of the other kind and is left out; import the file a second time for it.",
                "%(num)s cards are of the other kind and are left out; import the file a second time for them.",
                others,
            )
        )


def _kind(card: Any) -> ImportKind:
    """An organisation says so, or has no name beside its own: address books write that as FN, and some as N, too."""
    shown_as = _first(card, "x_abshowas") or _first(card, "kind")
    name, body = _names(card), _one_line(_body(card))
    of_person = f"{_joined(name.given)} {_joined(name.family)}" if name else ""
    is_body = bool(body) and {_one_line(_first(card, "fn")), _one_line(of_person)} <= {"", body}
    return ImportKind.ORGANISATIONS if is_body or shown_as.lower() in ("company", "org") else ImportKind.PEOPLE


def _person(card: Any) -> dict[str, str]:
    name = _names(card)
    full = _first(card, "fn")
    given, _space, family = full.rpartition(" ")
    return {
        "uid": _uid(card),
        "given_name": (_joined(name.given) if name else "") or (given or full if not name else ""),
        "family_name": _joined(name.family) if name else (family if given else ""),
        "title": _joined(name.prefix) if name else "",
        "email": _first(card, "email"),
        "phone": _first(card, "tel").removeprefix("tel:"),
        "organisations": _body(card),
        "role_en": _first(card, "title") or _first(card, "role"),
    }


def _organisation(card: Any) -> dict[str, str]:
    address = getattr(getattr(card, "adr", None), "value", None)
    code = " ".join(filter(None, (_joined(address.code), _joined(address.city)))) if address else ""
    return {
        "uid": _uid(card),
        "name": _first(card, "fn") or _body(card),
        "short_names": _first(card, "nickname"),
        "email": _first(card, "email"),
        "phone": _first(card, "tel").removeprefix("tel:"),
        "website": _first(card, "url"),
        "address": "\n".join(filter(None, (_joined(address.street), code))) if address else "",
        "city": _joined(address.city) if address else "",
        "country": _joined(address.country) if address else "",
        "notes": _first(card, "note"),
    }


def _names(card: Any) -> Any:
    value = getattr(getattr(card, "n", None), "value", None)
    return value if value and (_joined(value.given) or _joined(value.family)) else None


def _body(card: Any) -> str:
    value = getattr(getattr(card, "org", None), "value", None)
    return _joined(value[0]) if isinstance(value, list) and value else _joined(value or "")


def _uid(card: Any) -> str:
    text = _first(card, "uid").removeprefix("urn:uuid:")
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _first(card: Any, name: str) -> str:
    return _joined(getattr(getattr(card, name, None), "value", "") or "")


def _one_line(text: str) -> str:
    return " ".join(text.casefold().split())


def _joined(value: Any) -> str:
    text = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return re.sub(r"\r\n?", "\n", text).strip()
