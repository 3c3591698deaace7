"""Days as a consortium's files write them."""

from datetime import date
from typing import overload


@overload
def day_of(text: str) -> date: ...
@overload
def day_of(text: None) -> None: ...
def day_of(text: str | None) -> date | None:
    """A day written ``YYYY-MM-DD``, or nothing."""
    return date.fromisoformat(text) if text else None
