"""Named refusals of the domain, and how they reach the person who asked.

A rule that is broken raises a ``DomainError`` subclass. ``Refused`` carries messages by field, so that a form can show
each in its place. Nothing here knows HTTP; ``core.web`` turns these into pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _


class DomainError(Exception):
    """A rule of the portal's domain forbids what was asked; ``str()`` is the reason in the reader's language."""


class Refused(DomainError):
    """Input that cannot be accepted.

    ``messages`` maps a field's name to the reason; the empty name is the form as a whole.
    """

    def __init__(self, message: str | None = None, /, **messages: str) -> None:
        self.messages: Mapping[str, str] = {"": message, **messages} if message else messages
        super().__init__(" ".join(str(text) for text in self.messages.values()))


class NotAllowed(DomainError):
    """The actor may see the record but may not do this with it."""


class Withheld(NotAllowed):
    """A kept ``file``, called ``name``, that may name people, for an actor who reads everything but people.

    What the actor may know of it is told instead: what it is, its hash, who can show it.
    """

    def __init__(self, file: Any, name: str) -> None:
        self.file = file
        self.name = name
        super().__init__(_("This file may name people, and your role reads no personal data."))


class OutOfReach(NotAllowed, Refused):
    """The actor may do this, but not there: with what was chosen, the record lies beyond the actor's own country.

    A form shows it at the field that says where; anything else shows the page of what is not allowed.
    """


class StillReferred(DomainError):
    """A record cannot be deleted, because others refer to it; ``referrers`` names them."""

    def __init__(self, message: str, referrers: Sequence[str]) -> None:
        self.referrers = referrers
        super().__init__(message)


@dataclass(frozen=True)
class Difference:
    """One field that two people changed at once: what stands now, and what the second one wanted."""

    label: str
    theirs: Any
    mine: Any


class MergedBeyond(NotAllowed):
    """What is edited was merged into a record that the actor may see, at ``location``, but not change.

    ``typed`` is what was filled in meanwhile and does not stand there; empty where nothing was sent.
    """

    def __init__(self, called: str, location: str, typed: Sequence[Difference]) -> None:
        self.location = location
        self.typed = typed
        super().__init__(_("“%(name)s” was merged into this record, which is not yours to change.", name=called))


class EditConflict(DomainError):
    """Somebody else saved the record after this form was opened."""

    def __init__(self, message: str, rows: Sequence[Difference] = ()) -> None:
        self.rows = rows
        super().__init__(message)


def expect_version(record: Any, version: int | None) -> None:
    """Refuse to save over what somebody else saved: ``version`` is the one the form was opened with.

    Raises ``EditConflict``.
    """
    if version != record.version:
        raise EditConflict(_("Somebody else changed this in the meantime."))
