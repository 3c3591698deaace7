"""The front page, for visitors and for those who are signed in."""

from flask import Blueprint, Response
from flask_babel import gettext as _

from app.core import clock, portal
from app.core.access import current_actor, public
from app.core.places import Located, spread
from app.core.templating import reader_language
from app.core.web import answer
from app.dashboard import queries
from app.dashboard.matters import Urgency, grouped, matters_of
from app.stakeholders.models import Organisation
from app.stakeholders.queries import partners

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@public("The project's face")
def index() -> Response:
    """What needs me now; for visitors, what the project is."""
    return _home() if current_actor().is_authenticated else _face()


def _home() -> Response:
    actor, consortium = current_actor(), portal.consortium()
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
    actor, consortium = current_actor(), portal.consortium()
    members = partners()
    return answer(
        "dashboard/face.html",
        events=queries.next_events(actor, clock.today(consortium.zone)),
        standings=queries.standings(actor, consortium),
        featured=queries.featured(actor),
        members=members,
        countries=len({partner.country for partner in members}),
        spread=spread(consortium, map(_located, members), reader_language().code),
    )


def _located(partner: Organisation) -> Located:
    """A partner for visitors, who cannot open the register."""
    return Located(
        partner.country,
        partner.region,
        partner.city,
        partner.name,
        category=_("coordinator") if partner.is_coordinator else "",
        language=partner.name_language,
        is_example=partner.is_example,
    )
