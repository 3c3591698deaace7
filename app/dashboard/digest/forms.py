"""The form on which a person says how often to be written to."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from app.core.fields import ChoiceField
from app.core.forms import BaseForm
from app.dashboard.digest.models import Rhythm


class RhythmForm(BaseForm):
    """How often."""

    # SQLite names the column where PostgreSQL names the constraint.
    constraint_messages = dict.fromkeys(
        ("uq_digest_wish_user_id", "digest_wish.user_id"),
        ("rhythm", _l("Somebody else changed this in the meantime.")),
    )

    rhythm = ChoiceField(
        _l("How often?"),
        [InputRequired(_l("Choose how often."))],
        choices=Rhythm.choices,
        description=_l("Nothing is sent in a week in which nothing waits and nothing is new."),
    )
