"""Forms of originals signed elsewhere: the file with what is claimed of it, and what somebody found who checked it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms.validators import InputRequired, Optional

from app.core import clock
from app.core.fields import ChoiceField, DayField, LineField, TextField
from app.core.forms import BaseForm
from app.core.templating import plain_tr
from app.mou.models import Mou
from app.mou.originals.models import Level, Result
from app.mou.originals.rules import LONGEST_NOTE
from app.mou.originals.services import OriginalFacts, Sent, ValidationFacts

ACCEPTED = ".pdf,.asice,.sce,.asics,.scs,.p7s,.p7m,.jpg,.jpeg,.png"


class OriginalForm(BaseForm):
    """A file that was signed elsewhere; for each party a field says how, and one who signed (``original_form``)."""

    file = FileField(_l("The signed file"), render_kw={"accept": ACCEPTED})
    evidence = FileField(
        _l("The document it belongs to"),
        description=_l("Only where the signature is a file of its own, such as p7s."),
    )
    signed_on = DayField(_l("Signed on"), [InputRequired(_l("Say on which day it was signed."))])
    note = TextField(_l("Anything else?"), longest=LONGEST_NOTE, render_kw={"rows": 2})

    parties: tuple[int, ...] = ()

    def refuse(self, messages: Any) -> None:
        """Say what is wrong with the levels at the first of them."""
        first = f"level{self.parties[0]}" if self.parties else ""
        super().refuse({first if name == "levels" else name: text for name, text in messages.items()})

    def original_facts(self) -> OriginalFacts:
        """What was filled in."""
        chosen = {key: self[f"level{key}"].data for key in self.parties}
        return OriginalFacts(
            levels={key: Level(level) for key, level in chosen.items() if level},
            names={key: self[f"name{key}"].data or "" for key in self.parties},
            signed_on=self.signed_on.data,
            note=self.note.data or None,
        )

    def sent(self, name: str) -> Sent | None:
        """The file of a field, if one was chosen."""
        file = self[name].data
        return Sent(file.stream, file.filename) if file else None


def original_form(mou: Mou) -> OriginalForm:
    """The form for an original of a memorandum, with the fields of each of its parties."""
    fields: dict[str, Any] = {"parties": tuple(party.id for party in mou.parties)}
    usual: dict[str, Any] = {"signed_on": clock.today()}
    for party in mou.parties:
        name = plain_tr(party.legal_name)
        fields[f"level{party.id}"] = ChoiceField(
            _("How did %(party)s sign?", party=name), choices=Level.choices, any_label=_l("Not in this file")
        )
        fields[f"name{party.id}"] = LineField(_("Who signed for %(party)s?", party=name), longest=200)
        usual[f"name{party.id}"] = ", ".join(one.name for one in party.signatories)[:200]
    form: OriginalForm = type("OriginalForm", (OriginalForm,), fields)(data=usual)
    return form


class ValidationForm(BaseForm):
    """What somebody found who checked an original."""

    result = ChoiceField(_l("What was found?"), choices=Result.choices)
    validator = LineField(
        _l("With which program or service?"),
        description=_l("Its name or address, such as the validation service of a ministry, or EU DSS."),
    )
    checked_on = DayField(_l("Checked on"), [Optional()])
    note = TextField(_l("What did it say?"), longest=LONGEST_NOTE, render_kw={"rows": 3})

    def validation_facts(self) -> ValidationFacts:
        """What was filled in."""
        return ValidationFacts(
            result=Result(self.result.data),
            validator=self.validator.data or None,
            checked_on=self.checked_on.data or clock.today(),
            note=self.note.data or None,
        )
