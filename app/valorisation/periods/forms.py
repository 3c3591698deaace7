"""The form by which a reporting period is frozen."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from app.core import clock, portal
from app.core.fields import DayField, LineField, TextField
from app.core.forms import BaseForm
from app.valorisation.periods import rules
from app.valorisation.periods.services import PeriodFacts

LONGEST_NAME = 120
LONGEST_NOTE = 500
_TAKEN = _l("A period of this name was frozen at the same moment. Choose another name.")


class PeriodForm(BaseForm):
    """Which days are frozen, and under which name."""

    constraint_messages = {
        "uq_reporting_period_name": ("name", _TAKEN),
        "reporting_period.name": ("name", _TAKEN),
    }

    name = LineField(
        _l("Name"),
        [InputRequired(_l("Give it a name."))],
        longest=LONGEST_NAME,
        description=_l("As the report is called, such as “Interim report 2024”. It is given once."),
    )
    starts_on = DayField(_l("From"), [InputRequired(_l("Choose a day."))])
    ends_on = DayField(_l("Until"), [InputRequired(_l("Choose a day."))], description=_l("This day is part of it."))
    note = TextField(_l("Note"), longest=LONGEST_NOTE)

    @classmethod
    def new(cls) -> "PeriodForm":
        """A form with the days from the project's beginning until today, or until its end."""
        consortium = portal.consortium()
        return cls(data={"starts_on": consortium.start, "ends_on": min(clock.today(), consortium.end)})

    def foreseen(self) -> None:
        """Ask the rules of periods."""
        if self.starts_on.data and self.ends_on.data:
            rules.check_days(self.starts_on.data, self.ends_on.data, clock.today())

    def period_facts(self) -> PeriodFacts:
        """What was filled in."""
        return PeriodFacts(**self.facts())
