"""Forms of batches: a file with companies, the decision, and how people are reminded."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from app.core.fields import LineField
from app.core.forms import BaseForm
from app.mou.forms import READ_NUMBER, CountField


class CompaniesForm(BaseForm):
    """A file with companies."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("CSV (comma, semicolon or tab) or Excel (.xlsx), a row for each company."),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx"},
    )


class ConfirmForm(BaseForm):
    """The decision to draft what the dry run showed."""

    fingerprint = LineField(widget=HiddenInput())


class PolicyForm(BaseForm):
    """How people are reminded, for all memoranda of a batch."""

    remind_after_days = CountField(
        _l("Remind after how many days?"),
        least=1,
        description=_l("Then again as often. Left empty: nobody is reminded."),
    )
    remind_at_most = IntegerField(_l("Remind how often at most?"), [InputRequired(READ_NUMBER)])
