"""One record for one press of a button.

A form carries a key. The key (of an edit, a digest of it and of what was typed) is stored with the address of what was
made or changed, in the same transaction; a double click, a reload or a retry after a lost answer finds it and is shown
the record that exists. A digest of what was typed is kept beside it: the same form sent with something else, after
going back to it, was not saved, and is told so.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.database import Base
from app.core.errors import DomainError


class Submission(Base):
    """A form that was carried out: its key and where its result is."""

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(unique=True)
    location: Mapped[str]
    # Empty where the key says it already, as that of an edit does.
    content: Mapped[str | None]
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)


class AlreadySubmitted(DomainError):
    """The same form was carried out before; ``location`` is the path of its result."""

    def __init__(self, location: str, message: str | None = None) -> None:
        self.location = location
        super().__init__(message or _("This was saved already; here it is."))


class SavedOtherwise(DomainError):
    """The form was carried out before with other content; ``location`` is the path of what came of that."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(_("This form was saved already, with other content."))


def refuse_repeat(session: Session, key: str | None, content: str | None = None) -> None:
    """Raise ``AlreadySubmitted`` when the form with this key was carried out before.

    Raises ``SavedOtherwise`` where something else was typed then; ``content`` is a digest of what is typed now.
    """
    sought = select(Submission.location, Submission.content).where(Submission.key == key)
    found = session.execute(sought).one_or_none() if key else None
    if found is None:
        return
    if None not in (content, found.content) and content != found.content:
        raise SavedOtherwise(found.location)
    raise AlreadySubmitted(found.location)


def locations(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Where the results of the forms with these keys are, by key; forms that were not carried out are left out."""
    rows = session.execute(select(Submission.key, Submission.location).where(Submission.key.in_(keys))) if keys else ()
    return {row.key: row.location for row in rows}


def remember(session: Session, key: str | None, location: str, content: str | None = None) -> None:
    """Store that the form with this key made what stands at ``location``; ``content`` is a digest of what was typed.

    Two requests at once: the one that commits second finds the key taken, and raises ``AlreadySubmitted`` or
    ``SavedOtherwise`` after its own work is undone.
    """
    if not key:
        return
    session.add(Submission(key=key, location=location, content=content))
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        refuse_repeat(session, key, content)
        raise
