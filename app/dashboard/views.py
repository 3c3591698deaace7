"""The front page, for visitors and for those who are signed in."""

from flask import Blueprint, Response, current_app

from app.core import clock
from app.core.access import current_actor, public
from app.core.web import answer
from app.dashboard import queries
from app.dashboard.matters import Urgency, grouped, matters_of
from app.stakeholders.queries import partners

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@public("The project's face")
def index() -> Response:
    """What needs me now; for visitors, what the project is."""
    return _home() if current_actor().is_authenticated else _face()


def _home() -> Response:
    actor, consortium = current_actor(), current_app.config["CONSORTIUM"]
    today = clock.today(consortium.zone)
    matters = matters_of(actor, today)
    return answer(
        "dashboard/home.html",
        today=today,
        groups=grouped(matters),
        count=len(matters),
        late=sum(matter.urgency is Urgency.LATE for matter in matters),
        events=queries.next_events(actor, today),
        moves=queries.recent_moves(actor),
        standings=queries.standings(actor, consortium),
    )


def _face() -> Response:
    actor, consortium = current_actor(), current_app.config["CONSORTIUM"]
    members = partners()
    return answer(
        "dashboard/face.html",
        events=queries.next_events(actor, clock.today(consortium.zone)),
        standings=queries.standings(actor, consortium),
        featured=queries.featured(actor),
        members=members,
        countries=queries.by_country(members, consortium),
    )
