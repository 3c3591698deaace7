"""What must hold of the items of a plan: pure functions with named refusals."""

from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused


class DueBeforeStart(Refused):
    """An item would be due before it begins."""

    def __init__(self) -> None:
        super().__init__(due_on=_("It is due before it begins."))


class BeyondProject(Refused):
    """The days of an item lie outside the project's, and nobody says why."""

    def __init__(self, first: str, last: str) -> None:
        super().__init__(
            beyond_reason=_(
                "The project runs from %(first)s to %(last)s. Say why this lies outside, or choose another day.",
                first=first,
                last=last,
            )
        )


class MovedWithoutReason(Refused):
    """The day of what was approved would move, and nobody says why."""

    def __init__(self) -> None:
        super().__init__(move_reason=_("The plan was approved with another day. Say why it moves."))


class NotProven(Refused):
    """Something would count as reached without evidence that holds."""

    def __init__(self) -> None:
        super().__init__(_("Nothing proves it yet: add evidence first, such as an event that was held."))


def is_beyond(starts_on: date | None, due_on: date, project: tuple[date, date]) -> bool:
    """Whether a day lies outside the project's first and last."""
    first, last = project
    return not first <= due_on <= last or (starts_on is not None and not first <= starts_on <= last)


def check_order(starts_on: date | None, due_on: date) -> None:
    """Refuse to be due before the beginning. Raises ``DueBeforeStart``."""
    if starts_on is not None and due_on < starts_on:
        raise DueBeforeStart


def check_move(old: date, new: date, is_promised: bool, reason: str | None) -> None:
    """Refuse to move what was promised without a reason. Raises ``MovedWithoutReason``."""
    if is_promised and old != new and not reason:
        raise MovedWithoutReason


def check_figures(measure: str | None, actual: int | None, source: str | None) -> None:
    """Refuse a typed figure beside a counted one, and one that nobody knows the source of."""
    if measure and actual is not None:
        raise Refused(actual=_("It is counted from the records. Leave this open, or count nothing."))
    if actual is not None and not source:
        raise Refused(actual_source=_("Say where this number comes from."))


def check_begun(starts_on: date | None, done_on: date | None) -> None:
    """Refuse a beginning after the day on which it was done."""
    if starts_on is not None and done_on is not None and starts_on > done_on:
        raise Refused(starts_on=_("It was done before this day."))


def check_done(done_on: date, starts_on: date | None, today: date, proven: bool) -> None:
    """Stand before something counts as done. Raises ``Refused`` for a day to come, and ``NotProven``."""
    if done_on > today:
        raise Refused(done_on=_("This day has not come yet."))
    if starts_on is not None and done_on < starts_on:
        raise Refused(done_on=_("It began later."))
    if not proven:
        raise NotProven
