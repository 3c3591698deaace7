"""How people name what was said, decided and set at an event: F3-2, D3-2, A3-1."""

import re
from typing import Any

from sqlalchemy import ColumnElement, false

from app.events.models import Event

_CODE = re.compile(r"([A-Z])(E?)([0-9]{1,9})-([0-9]{1,9})", re.IGNORECASE)


def code_of(letter: str, meeting: int | None, event_id: int, number: int) -> str:
    """The name of a decision (``D``) or an action (``A``).

    Within a numbered meeting ``D3-2``; events without a number, such as round tables, are told apart by their key:
    ``DE41-2``.
    """
    return f"{letter}{meeting}-{number}" if meeting else f"{letter}E{event_id}-{number}"


_BEGINNING = re.compile(r"([A-Z])(E?)([0-9]{1,9})-?", re.IGNORECASE)


def begins_so(text: str, letter: str, record: Any) -> ColumnElement[bool]:
    """Whether somebody typed how the names of an event's records begin, such as ``FE41``; the event is joined."""
    found = _BEGINNING.fullmatch(text.strip())
    if found is None or found[1].upper() != letter:
        return false()
    meeting = record.event_id if found[2] else Event.number
    named: ColumnElement[bool] = meeting == int(found[3])
    return named


def is_called(text: str, letter: str, record: Any) -> ColumnElement[bool]:
    """Whether a record of an event has the name somebody typed; the event is joined to it."""
    found = _CODE.fullmatch(text.strip())
    if found is None or found[1].upper() != letter:
        return false()
    meeting = record.event_id if found[2] else Event.number
    named: ColumnElement[bool] = (meeting == int(found[3])) & (record.number == int(found[4]))
    return named
