"""Points of feedback as records that one can choose, for what came of them."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from app.core.access import Actor
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.core.templating import day, plain_tr
from app.events.codes import is_called
from app.events.feedback.models import Disposition, FeedbackPoint
from app.events.feedback.queries import visible_to
from app.extensions import db

MOST_FOUND = 20
FOUND_BY = FoundBy((FeedbackPoint.text,), FeedbackPoint.search_key)


def find_options(actor: Actor, query: str) -> list[Option]:
    """Points the actor may read, found by words or by their code, the latest first; withdrawn ones are left out."""
    wanted = _open_to(actor).where(FeedbackPoint.state != Disposition.WITHDRAWN)
    if search_key(query):
        wanted = wanted.where(FOUND_BY.holds(query) | is_called(query, "F", FeedbackPoint))
    newest = wanted.order_by(FeedbackPoint.said_on.desc(), FeedbackPoint.id.desc()).limit(MOST_FOUND)
    return [_option(point) for point in db.session.scalars(newest)]


def options_of(actor: Actor, keys: Sequence[int]) -> list[Option]:
    """The points with these keys that the actor may read."""
    return [_option(point) for point in by_keys(actor, keys)]


def by_keys(actor: Actor, keys: Sequence[int]) -> Sequence[FeedbackPoint]:
    """The points with these keys that the actor may read, in their order."""
    if not keys:
        return ()
    return db.session.scalars(_open_to(actor).where(FeedbackPoint.id.in_(keys)).order_by(FeedbackPoint.id)).all()


def _open_to(actor: Actor) -> Select[FeedbackPoint]:
    with_event = select(FeedbackPoint).join(FeedbackPoint.event).options(contains_eager(FeedbackPoint.event))
    return with_event.where(visible_to(actor))


def _option(point: FeedbackPoint) -> Option:
    note = _("%(event)s, %(day)s", event=plain_tr(point.event.title), day=day(point.said_on))
    return Option(point.id, plain_tr(point.text), code=point.code, note=note, is_example=point.is_example)
