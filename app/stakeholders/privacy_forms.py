"""Forms about a person's data: what the person agreed to, looking again, erasing."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import InputRequired

from app.core.fields import ChecksField, ChoiceField, DayField, TextField
from app.core.forms import BaseForm
from app.stakeholders.consent import WAYS, ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.subject_data import SubjectData


class ConsentForm(BaseForm):
    """What a person agreed to, or takes back."""

    act = ChoiceField(_l("What the person said"), choices=ConsentAct.choices, default=ConsentAct.GIVEN.value)
    purposes = ChecksField(_l("To what"), choices=ConsentPurpose.choices)
    on_day = DayField(_l("On"), [InputRequired(_l("Say when the person agreed or withdrew."))])
    way = ChoiceField(_l("How"), choices=lambda: ConsentWay.choices(WAYS), default=ConsentWay.FORM.value)
    note = TextField(_l("Note"), description=_l("What shows it, in a few words. It goes when the person is erased."))
    evidence = FileField(
        _l("File that shows it"),
        description=_l("A scan or a mail, if there is one. It goes when the person is erased."),
    )

    def consent_facts(self) -> ConsentFacts:
        """What was filled in."""
        return ConsentFacts(
            act=ConsentAct(self.act.data),
            purposes=[ConsentPurpose(code) for code in self.purposes.data or ()],
            on_day=self.on_day.data,
            way=ConsentWay(self.way.data),
            note=self.note.data,
        )


class ReviewForm(BaseForm):
    """People whose data somebody looked at."""

    people = SelectMultipleField(_l("People"), coerce=int)

    def __init__(self, keys: list[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.people.choices = [(key, "") for key in keys]


class ErasureForm(BaseForm):
    """Erasing a person: why, and which texts are redacted, too; full names are ticked to begin with."""

    reason = ChoiceField(
        _l("Why"), [InputRequired(_l("Choose a reason."))], choices=ErasureReason.choices, any_label=""
    )
    texts = SelectMultipleField(_l("Texts in which the name stands"))
    is_sure = BooleanField(
        _l("I have read what goes and what stays. It cannot be undone."), [InputRequired(_l("Tick the box to erase."))]
    )

    def __init__(self, data: SubjectData, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        open_to_choice = [place.mention for place in data.places if not place.is_kept]
        self.texts.choices = [(mention.key, mention.excerpt.text) for mention in open_to_choice]
        if not self.is_submitted():
            self.texts.data = [mention.key for mention in open_to_choice if mention.is_sure]
            self.version.process_data(data.person.version)
