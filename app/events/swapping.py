"""Two events exchange their dates; each keeps its place and the clock of it, and what it was announced for before."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.events import queries, services, spans
from app.events.models import Event, EventKind, EventState
from app.events.permissions import check_edit, may_edit
from app.extensions import db

TO_COME = (EventState.PLANNED, EventState.CONFIRMED)
MOST = 100


def candidates(actor: Actor, event: Event) -> Sequence[Event]:
    """Events to come that the actor may change, with which this one could exchange dates, the earliest first."""
    if not _is_to_come(event):
        return []
    found = db.session.scalars(
        select(Event)
        .where(
            Event.id != event.id,
            Event.kind != EventKind.DEADLINE,
            Event.state.in_(TO_COME),
            Event.ends_on >= clock.today(),
            queries.visible_to(actor),
        )
        .order_by(Event.starts_on, Event.id)
        .limit(MOST)
    )
    return [other for other in found if may_edit(actor, other)]


def swap(actor: Actor, event: Event, version: int | None, other: Event | None, reason: str | None) -> None:
    """Let two events exchange days and times of day; both keep their former date with the reason.

    Raises ``Refused`` with all that is missing, for what is over or cancelled and where a time does not exist on the
    other's clock, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    missing = {} if other else {"other": _("Choose the event it exchanges dates with.")}
    if not reason:
        missing["reason"] = _("Say why; those who planned to come will ask.")
    if other is None or not reason:
        raise Refused(**missing)
    check_edit(actor, other)
    for one in sorted((event, other), key=lambda each: each.id):  # In one order, or two swaps wait for each other.
        queries.lock(one)
    expect_version(event, version)
    if event is other or not (_is_to_come(event) and _is_to_come(other)):
        raise Refused(other=_("Only two events to come can exchange their dates."))
    try:
        times = [_time_at(event.zone, other), _time_at(other.zone, event)]
    except Refused as unfit:
        raise Refused(other=" ".join(unfit.messages.values())) from unfit
    services.put_off(actor, event, times[0], reason, swapped_with=other)
    services.put_off(actor, other, times[1], reason, swapped_with=event)


def _is_to_come(event: Event) -> bool:
    return event.kind is not EventKind.DEADLINE and event.state in TO_COME and event.is_over_at > clock.moment()


def _time_at(zone: str, other: Event) -> spans.Span:
    return spans.span(zone, other.starts_on, other.ends_on, other.starts_time, other.ends_time)
