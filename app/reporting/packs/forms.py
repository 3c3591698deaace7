"""Forms of proof packs: what is wanted, and why one is removed."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from app.core.fields import LineField
from app.core.forms import BaseForm
from app.reporting.packs.models import PackLevel


class OrderForm(BaseForm):
    """Which pack is wanted."""

    level = RadioField(
        _l("Whom is it for?"),
        choices=PackLevel.choices,
        default=PackLevel.FULL.value,
    )


class RemoveForm(BaseForm):
    """Why a pack is removed before its time."""

    reason = LineField(_l("Why?"), description=_l("It stays with the pack. Do not name anybody."))
