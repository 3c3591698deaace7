"""What must hold of a period that is frozen: pure functions with named refusals."""

from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused


class NotOver(Refused):
    """A period would be frozen while something can still happen in it."""

    def __init__(self) -> None:
        super().__init__(ends_on=_("This day has not come yet; what happens until then would be missing."))


class NameTaken(Refused):
    """Another period was frozen under this name."""

    def __init__(self) -> None:
        super().__init__(name=_("A period of this name is frozen already, and stays as it is. Choose another name."))


class DaysFrozen(Refused):
    """The same days are frozen already, under another name, and nobody says why they are frozen again."""

    def __init__(self, name: str) -> None:
        super().__init__(note=_("These days are frozen already, as “%(name)s”. Say here why once more.", name=name))


def check_days(starts_on: date, ends_on: date, today: date) -> None:
    """Refuse days that are no period, and one that is not over. Raises ``Refused`` and ``NotOver``."""
    if ends_on < starts_on:
        raise Refused(ends_on=_("It ends before it begins."))
    if ends_on > today:
        raise NotOver
