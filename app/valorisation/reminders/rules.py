"""When something is reminded of: pure functions of the day it is due, or of the last day on which it holds."""

from datetime import date, timedelta
from enum import StrEnum

BEFORE, AFTER = timedelta(days=7), timedelta(days=7)
# A worker that stood still makes up for an occasion for so long; what lies further back is on the page of what slips.
MADE_UP_FOR = timedelta(days=7)
# How long before what was reached runs out: a body that is to decide anew needs months.
RUNS_OUT = timedelta(days=90)
RUNS_OUT_SOON = timedelta(days=30)


class Occasion(StrEnum):
    """What a reminder is for; of each there is one for each day an item is due."""

    AHEAD = "ahead"
    DAY = "day"
    PAST = "past"
    RUNS_OUT = "runs_out"
    RUNS_OUT_SOON = "runs_out_soon"


def occasion(due: date, today: date) -> Occasion | None:
    """The occasion there is for what is open on a day: seven days ahead, its day, seven days past; else none."""
    if due - BEFORE <= today < due:
        return Occasion.AHEAD
    if due <= today < due + AFTER:
        return Occasion.DAY
    return Occasion.PAST if due + AFTER <= today < due + AFTER + MADE_UP_FOR else None


def window(today: date) -> tuple[date, date]:
    """The first and the last day on which what there is an occasion for can be due."""
    return today - AFTER - MADE_UP_FOR + timedelta(days=1), today + BEFORE


def runs_out(last: date, today: date) -> Occasion | None:
    """The occasion there is for what holds until ``last``, that day included: ninety days ahead, thirty; else none."""
    left = last - today
    if timedelta() <= left <= RUNS_OUT_SOON:
        return Occasion.RUNS_OUT_SOON
    return Occasion.RUNS_OUT if RUNS_OUT_SOON < left <= RUNS_OUT else None
