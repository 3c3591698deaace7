"""Forms that ask little of an event: moving it on, exchanging its date, cancelling it."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from app.core.fields import ChoiceField, LineField, TextField
from app.core.forms import BaseForm
from app.events.models import EventState


class MoveForm(BaseForm):
    """A move to another state, with the version the page showed."""

    state = ChoiceField(_l("State"), choices=EventState.choices)


class SwapForm(BaseForm):
    """Two events that exchange their dates."""

    other = ChoiceField(_l("With which event?"), any_label=_l("Choose one"))
    reason = LineField(_l("Why?"), description=_l("It stands on both pages and in calendars."))


class ReopenForm(BaseForm):
    """Letting what was called off take place after all, with the reason that calendars and mails give."""

    reason = TextField(
        _l("Why does it take place after all?"),
        [DataRequired(_l("Say why; those who were told that it is cancelled will ask."))],
        longest=500,
        description=_l("Those who were told that it is cancelled get a mail with it."),
    )


class CancelForm(BaseForm):
    """Calling an event off, with the reason that calendars show."""

    reason = TextField(
        _l("Why is it cancelled?"),
        [DataRequired(_l("Say why; those who wanted to come will ask."))],
        longest=500,
        description=_l("The event keeps its date. The reason stands on its page and in calendars."),
    )
