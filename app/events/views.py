"""Pages on which events are read: the list, the month, one event."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import format_date

from app.clusters import queries as clusters
from app.core import clock, portal
from app.core.access import current_actor, public
from app.core.templating import plain_tr, time_of_day
from app.core.web import answer
from app.events import permissions, queries, rules
from app.events.listing import EventListing, shown_state
from app.events.models import Event, EventKind, EventState
from app.events.month import Entry, Month
from app.events.outcomes.queries import of_event
from app.extensions import db

bp = Blueprint("events", __name__, url_prefix="/events")


@bp.get("/")
@public("What is public of the calendar is for everybody; the list shows what its reader may see")
def index() -> Response:
    """The list of events."""
    listing = EventListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("events/list.html", "events/_results.html", listing=listing.load())


@bp.get("/month")
@public("As the list of events")
def month() -> Response:
    """A month; events stand on the days of the clock at their place."""
    today = clock.today(portal.consortium().zone)
    shown = Month.named(request.args.get("month"), today)
    rows = queries.between(current_actor(), shown.first, shown.last)
    return answer(
        "events/month.html",
        month=shown,
        name=format_date(shown.first, "LLLL yyyy", rebase=False),
        weeks=shown.weeks(_spans(rows)),
        today=today,
        empty=not rows,
    )


def _spans(rows: Any) -> Iterator[tuple[Any, Any, Entry, Entry]]:
    for row in rows:
        yield row.starts_on, row.ends_on, _entry(row), _entry(row, going_on=True)


def _entry(row: Any, going_on: bool = False) -> Entry:
    return Entry(
        url=url_for("events.show", event_id=row.id),
        label=plain_tr(row.title),
        time="" if row.all_day or going_on else time_of_day(row.starts_at, row.zone),
        shape=shown_state(row)[0],
        cancelled=row.state is EventState.CANCELLED,
        icon="flag" if row.kind is EventKind.DEADLINE else None,
        is_example=row.is_example,
    )


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
    facts = {
        "event": event,
        "known": (event.id, event.version, event.updated_at, event.organiser.name if event.organiser else None, today),
        "today": today,
        "microcredentials": microcredentials,
        "closed": closed,
        "cluster": clusters.named(actor, event.cluster_id),
        "organisations": organisations,
        "others": others,
        "moves": queries.moves(event) if actor.is_internal else [],
        "reschedulings": queries.reschedulings(event),
        "may_edit": permissions.may_edit(actor, event),
        "outside": rules.outside_project(event.starts_on, event.ends_on, consortium.start, consortium.end),
        "problems": problems,
        "calendar_url": calendar_url(event),
        "outcomes": of_event(actor, event, today),
    }
    return answer("events/show.html", status=422 if problems else 200, **facts)


def calendar_url(event: Event) -> str | None:
    """Where the event's calendar file is; ``None`` for a draft, which has none."""
    if not event.is_published or "calendars.event" not in current_app.view_functions:
        return None
    return url_for("calendars.event", event_id=event.id)
