"""Views of lists that people saved: the filters of an address under a name of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from flask_babel import gettext as _
from sqlalchemy import Row, bindparam, func, select

from app.accounts.models import SavedView
from app.core import mentions
from app.core.access import Actor
from app.core.database import plain_rows
from app.core.errors import NotAllowed, Refused, expect_version
from app.core.listing import titles
from app.core.sought import Sought
from app.extensions import db

MOST_VIEWS = 30
LONGEST_QUERY = 2000

# Made once: every list asks it.
_OF_LIST = (
    select(SavedView.name, SavedView.query)
    .where(SavedView.user_id == bindparam("person"), SavedView.listing == bindparam("listing"))
    .order_by(SavedView.id)
)


@dataclass(frozen=True)
class ViewFacts:
    """What is saved: the name, and of which list, at which path, with which filters."""

    name: str
    listing: str
    path: str
    query: str


def of_list(actor: Actor, listing: str) -> Sequence[Row[*tuple[str, str]]]:
    """Name and query of the views the person saved of a list, the oldest first."""
    return plain_rows(db.session, _OF_LIST, {"person": actor.user_id, "listing": listing})


def of_person(actor: Actor) -> list[SavedView]:
    """All views of a person, list by list."""
    own = select(SavedView).where(SavedView.user_id == actor.user_id)
    return list(db.session.scalars(own.order_by(SavedView.listing, SavedView.id)))


def one(actor: Actor, view_id: int) -> SavedView:
    """One of the person's own views. Raises ``NoResultFound`` for those of others."""
    own = select(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id)
    return db.session.execute(own).scalar_one()


def save(actor: Actor, facts: ViewFacts) -> SavedView:
    """Save a view. Raises ``Refused`` for a name that is taken, too many views, and filters of no list."""
    if actor.user_id is None:
        raise NotAllowed(_("Sign in to save a view."))
    if facts.listing not in titles() or len(facts.query) > LONGEST_QUERY:
        raise Refused(_("There is no such list."))
    saved = select(func.count()).where(SavedView.user_id == actor.user_id, SavedView.listing == facts.listing)
    if (db.session.scalar(saved) or 0) >= MOST_VIEWS:
        raise Refused(_("You have %(count)s views of this list. Remove one first.", count=MOST_VIEWS))
    _refuse_taken(actor, facts.listing, facts.name)
    view = SavedView(user_id=actor.user_id, listing=facts.listing, path=facts.path, name=facts.name, query=facts.query)
    db.session.add(view)
    db.session.flush()
    return view


def rename(actor: Actor, view: SavedView, version: int | None, name: str) -> None:
    """Give a view another name. Raises ``Refused`` for one that is taken, and ``EditConflict``."""
    expect_version(view, version)
    if name != view.name:
        _refuse_taken(actor, view.listing, name)
    view.name = name
    db.session.flush()


def remove(view: SavedView) -> None:
    """Remove a view; the list keeps what was in it."""
    db.session.delete(view)
    db.session.flush()


def naming(wanted: Sought) -> list[SavedView]:
    """Everybody's views that look for a person, or are named after one."""
    views = db.session.scalars(select(SavedView).order_by(SavedView.id))
    return [view for view in views if mentions.is_named([view.name, unquote_plus(view.query)], wanted)]


def forget(views: Iterable[SavedView]) -> None:
    """Remove views of whomever they are, because they look for a person who is erased."""
    for view in views:
        db.session.delete(view)
    db.session.flush()


def _refuse_taken(actor: Actor, listing: str, name: str) -> None:
    same = select(SavedView.id).where(
        SavedView.user_id == actor.user_id, SavedView.listing == listing, SavedView.name == name
    )
    if db.session.scalar(same) is not None:
        raise Refused(name=_("You have a view of this list with this name."))
