"""Forms of publication: which parties agreed and how, or why it is taken back."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from app.core.fields import ChecksField, TextField
from app.core.forms import BaseForm
from app.core.templating import plain_tr
from app.mou.models import Mou
from app.mou.publication import queries


class PublishForm(BaseForm):
    """The consent of each party; nothing is ticked beforehand."""

    agreed = ChecksField(_l("Who agreed that everybody may see it?"))
    note = TextField(
        _l("How did they agree?"), longest=1000, description=_l("Such as by mail of which day, or in which minutes.")
    )

    def __init__(self, *args: Any, mou: Mou, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.said = queries.agreed_by_signing(mou)
        others = [party for party in mou.parties if party.id not in self.said]
        self.agreed.choices = [(str(party.id), plain_tr(party.legal_name)) for party in others]
        if not others:
            del self.agreed

    def parties(self) -> set[int]:
        """The keys of the parties that agreed."""
        return {int(key) for key in self.agreed.data or ()} if "agreed" in self else set()


class WithdrawConsentForm(BaseForm):
    """Which parties no longer agree to what they agreed to when they signed."""

    parties = ChecksField(_l("Who took it back?"))
    reason = TextField(
        _l("Why?"),
        [DataRequired(_l("Write why, in a few words."))],
        longest=1000,
        description=_l("Such as by mail of which day."),
    )

    def __init__(self, *args: Any, mou: Mou, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = queries.agreed_by_signing(mou)
        self.parties.choices = [
            (str(party.id), plain_tr(party.legal_name)) for party in mou.parties if party.id in said
        ]

    def who(self) -> set[int]:
        """The keys of the parties that took it back."""
        return {int(key) for key in self.parties.data or ()}


class TakeBackForm(BaseForm):
    """Why it is shown no longer."""

    reason = TextField(_l("Why?"), [DataRequired(_l("Write why, in a few words."))], longest=1000)
