"""When an item is reminded of: pure functions of the day it is due."""

from datetime import date, timedelta
from enum import StrEnum

BEFORE, AFTER = timedelta(days=7), timedelta(days=7)
# A worker that stood still makes up for an occasion for so long; what lies further back is on the page of what slips.
MADE_UP_FOR = timedelta(days=7)


class Occasion(StrEnum):
    """What a reminder is for; of each there is one for each day an item is due."""

    AHEAD = "ahead"
    DAY = "day"
    PAST = "past"


def occasion(due: date, today: date) -> Occasion | None:
    """The occasion there is for an open item on a day: seven days ahead, its day, seven days past; else none."""
    if due - BEFORE <= today < due:
        return Occasion.AHEAD
    if due <= today < due + AFTER:
        return Occasion.DAY
    return Occasion.PAST if due + AFTER <= today < due + AFTER + MADE_UP_FOR else None


def window(today: date) -> tuple[date, date]:
    """The first and the last day on which what there is an occasion for can be due."""
    return today - AFTER - MADE_UP_FOR + timedelta(days=1), today + BEFORE
