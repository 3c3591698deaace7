"""The form on which a person says how often to be written to, and of what to be reminded."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from app.core.fields import ChoiceField
from app.core.forms import BaseForm
from app.dashboard.digest.models import Rhythm

ON, OFF = "on", "off"
REMINDERS = ((ON, _l("Seven days before, on the day, and seven days after")), (OFF, _l("Never")))


class RhythmForm(BaseForm):
    """How often, and whether of plan items and milestones when they are due."""

    # SQLite names the column where PostgreSQL names the constraint.
    constraint_messages = dict.fromkeys(
        (
            *("uq_digest_wish_user_id", "digest_wish.user_id"),
            *("uq_reminder_wish_user_id", "reminder_wish.user_id"),
        ),
        ("rhythm", _l("Somebody else changed this in the meantime.")),
    )

    rhythm = ChoiceField(
        _l("How often?"),
        [InputRequired(_l("Choose how often."))],
        choices=Rhythm.choices,
        description=_l("Nothing is sent in a week in which nothing waits and nothing is new."),
    )
    reminders = ChoiceField(
        _l("Reminders of plan items and milestones that you answer for"),
        [InputRequired(_l("Choose whether to be reminded."))],
        choices=lambda: REMINDERS,
        description=_l(
            "One mail for each of these days until it is done or dropped; they follow when it moves. Of what was"
            " reached and runs out, one 90 and one 30 days before."
        ),
    )
