"""Pages on which events are read: the list, one event; and the ways between the views of several."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _

from app.clusters import queries as clusters
from app.core import clock, panels, portal
from app.core.access import Actor, current_actor, public
from app.core.list_page import ListPage
from app.core.list_parts import View
from app.core.narrowing import address
from app.core.web import answer
from app.events import clashes, permissions, presence, queries, spans
from app.events.attendance.queries import counts as attendance_counts
from app.events.documents import queries as documents
from app.events.feedback import queries as feedback
from app.events.guards import lacking
from app.events.invitations.queries import may_see_names
from app.events.invitations.queries import tally as invitation_tally
from app.events.listing import WHEN, EventListing
from app.events.minutes import queries as minutes
from app.events.models import OVER, Event, EventKind, EventState
from app.events.outcomes.queries import of_event
from app.events.steps import steps
from app.extensions import db

bp = Blueprint("events", __name__, url_prefix="/events")

SUBSCRIBING = "feeds.index"


@dataclass(frozen=True)
class Ways:
    """Links to the views of the events, and to the page about subscribing to them where the portal has it."""

    views: list[View]
    subscribe_url: str | None


def ways(current: str, kept: Mapping[str, str], day: date | None) -> Ways:
    """The ways from the view ``current``, which shows ``day``, with the filters and words in force ``kept``."""
    shown = {**kept, "day": day.isoformat() if day else ""}
    # The list runs from the newest on; what begins on a day is read from that day on.
    listed = {**shown, "sort": "date"} if day else shown
    views = [
        View(_("List"), address(url_for("events.index"), listed), current == "list"),
        View(_("Month"), address(url_for("events.month"), shown), current == "month"),
        View(_("Week"), address(url_for("events.week"), shown), current == "week"),
    ]
    return Ways(views, f"{address(url_for(SUBSCRIBING), kept)}#chosen" if has_page(SUBSCRIBING) else None)


def has_page(endpoint: str) -> bool:
    """Whether the portal has a page that a feature above this one adds."""
    return endpoint in current_app.view_functions


@bp.get("/")
@public("What is public of the calendar is for everybody; the list shows what its reader may see")
def index() -> Response:
    """The list of events."""
    listing = EventListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("events/list.html", "events/_results.html", listing=listing.load(), ways=_ways(listing))


def _ways(listing: ListPage) -> Ways:
    values = {state.name: state.value for state in listing.filters}
    kept = {"q": listing.query, **{name: value for name, value in values.items() if name not in WHEN}}
    return ways("list", kept, date.fromisoformat(values["day"]) if values["day"] else None)


@bp.get("/<int:event_id>")
@public("Public events are for everybody; others answer 404 to who may not see them")
def show(event_id: int) -> Response:
    """One event: when and where, what it concerns, who took part, what was said and decided."""
    return page_of(queries.event(current_actor(), event_id))


def page_of(event: Event, problems: Any = None) -> Response:
    """The page of an event, with the ``problems`` that kept it from what was asked."""
    actor, consortium = current_actor(), portal.consortium()
    today = clock.today(consortium.zone)
    organisations, others = queries.organisations_of(actor, event)
    microcredentials, closed = queries.microcredentials_of(actor, event)
    there_is, may_edit = presence.of(actor, event.id), permissions.may_edit(actor, event)
    facts = {
        "event": event,
        "known": (event.id, event.version, event.updated_at, event.organiser.name if event.organiser else None, today),
        "today": today,
        "microcredentials": microcredentials,
        "closed": closed,
        "cluster": clusters.named(actor, event.cluster_id),
        "organisations": organisations,
        "others": others,
        "hosts": queries.hosts_of(actor, event) if there_is.hosts else (),
        "moves": queries.moves(event) if actor.is_internal else [],
        "reschedulings": queries.reschedulings(event),
        "may_edit": may_edit,
        "steps": steps(event, today) if may_edit else [],
        "may_join": permissions.may_join(actor, event, there_is),
        "clashes": clashes.of(actor, event) if may_edit and event.state not in OVER and event.ends_on >= today else (),
        "outside": spans.outside_project(event.starts_on, event.ends_on, consortium.start, consortium.end),
        "problems": problems,
        "lacking": lacking(event) if may_edit and is_late_draft(event, today) else [],
        "calendar_url": calendar_url(event),
        "watching": _watching(actor, event, today, there_is.is_watched),
        "outcomes": of_event(actor, event, today, there_is),
        "feedback": feedback.of_event(actor, event, there_is),
        "attendance_counts": attendance_counts(event) if there_is.attendance and actor.is_internal else {},
        "documents": documents.of_event(actor, event) if there_is.documents else (),
        "may_see_names": may_see_names(actor),
        **(minutes.on_page(actor, event) if there_is.minutes else {}),
        "panels": panels.of("event", actor, event),
        "invited": invitation_tally(event) if there_is.invitations and actor.is_internal else None,
    }
    return answer("events/show.html", status=422 if problems else 200, **facts)


def is_late_draft(event: Event, today: date) -> bool:
    """Whether it is a draft of something whose day has come: all it can become is held."""
    return event.state is EventState.DRAFT and event.kind is not EventKind.DEADLINE and event.ends_on <= today


def _watching(actor: Actor, event: Event, today: date, is_watched: bool) -> bool | None:
    """Whether the actor is told of the event by mail; ``None`` where that is not offered.

    It is past, or a draft; of what is cancelled nobody asks any more, and whoever did can still stop it.
    """
    is_to_come = event.is_published and event.state not in OVER and event.ends_on >= today
    is_offered = is_to_come and (is_watched or event.state is not EventState.CANCELLED)
    return bool(is_watched) if is_offered and actor.user_id is not None else None


def calendar_url(event: Event) -> str | None:
    """Where the event's calendar file is; ``None`` for a draft, which has none."""
    if not event.is_published or not has_page("calendars.event"):
        return None
    return url_for("calendars.event", event_id=event.id)
