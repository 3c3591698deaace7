"""Days as a consortium's files write them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import overload

from app.core import clock


@overload
def day_of(text: str) -> date: ...
@overload
def day_of(text: None) -> None: ...
def day_of(text: str | None) -> date | None:
    """A day written ``YYYY-MM-DD``, or nothing."""
    return date.fromisoformat(text) if text else None


@contextmanager
def on(day: date | None) -> Iterator[None]:
    """Reckon with a day within, where one is named: what took place then is entered as on that day."""
    asked = clock.as_of()
    if day is not None:
        clock.reckon_with(day)
    try:
        yield
    finally:
        clock.reckon_with(asked)
