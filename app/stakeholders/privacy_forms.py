"""Forms about a person's data: what the person agreed to, looking again, erasing."""

from collections.abc import Sequence
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired, Optional

from app.core.errors import Refused
from app.core.fields import ChecksField, ChoiceField, DayField, SentAs, TextField
from app.core.forms import BaseForm
from app.core.vocabulary import Term
from app.stakeholders.consent import WAYS, ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.subject_data import SubjectData

# A saved Outlook mail is told by its container, which it shares with old documents of Word, and by its ending. A mail
# that begins with a header of its own reads as plain text.
EVIDENCE = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "image/heif": (".heic", ".heif"),
    "image/webp": (".webp",),
    "message/rfc822": (".eml",),
    "application/msword": (".msg",),
    "application/vnd.ms-outlook": (".msg",),
    "text/plain": (".txt", ".eml"),
}


class ConsentForm(BaseForm):
    """What a person agreed to, or takes back."""

    act = ChoiceField(_l("What the person said"), choices=ConsentAct.choices, default=ConsentAct.GIVEN.value)
    purposes = ChecksField(_l("To what"), choices=ConsentPurpose.choices)
    on_day = DayField(_l("On"), [InputRequired(_l("Say when the person agreed or withdrew."))])
    way = ChoiceField(_l("How"), choices=lambda: ConsentWay.choices(WAYS), default=ConsentWay.FORM.value)
    note = TextField(_l("Note"), description=_l("What shows it, in a few words. It goes when the person is erased."))
    evidence = FileField(
        _l("File that shows it"),
        [
            SentAs(
                EVIDENCE,
                _l("Send a scan (PDF, JPEG, PNG, TIFF, HEIC or WebP) or a mail (EML, MSG or plain text)."),
            )
        ],
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


class Rest(Term):
    """What becomes of texts about which nobody decided whether they mean the person."""

    ASK = "ask", _l("Ask me: nothing is erased before each of them is decided")
    REDACT = "redact", _l("Redact them all")
    LEAVE = "leave", _l("Leave them all as they are")


class ErasureForm(BaseForm):
    """Erasing a person: why, and which texts are redacted, too.

    Texts that name the person and nobody else are ticked to begin with; what is a field of somebody else's, or an
    address that somebody else has, too, never is, and nothing but a tick takes it there. Whether anything else means
    the person is asked of each text, since once the name is gone the portal cannot find those again that were left.
    """

    reason = ChoiceField(
        _l("Why"), [InputRequired(_l("Choose a reason."))], choices=ErasureReason.choices, any_label=""
    )
    texts = SelectMultipleField(_l("Texts in which the name stands"))
    rest = RadioField(_l("Those you have not decided"), choices=Rest.choices, default=Rest.ASK.value)
    is_sure = BooleanField(
        _l("I have read what goes and what stays. It cannot be undone."), [InputRequired(_l("Tick the box to erase."))]
    )
    doubtful: Sequence[str] = ()

    @classmethod
    def of(cls, data: SubjectData) -> "ErasureForm":
        """The form for what was found of a person, with a choice for each text that may be about somebody else."""
        open_to_choice = [place for place in data.places if not place.is_kept]
        certain = [place.mention for place in open_to_choice if place.is_certain]
        shared = [place.mention for place in open_to_choice if place.is_shared]
        doubtful = [place.mention.key for place in open_to_choice if not place.is_certain and not place.is_shared]
        fields = {
            key: RadioField(_l("Is this the person?"), [Optional()], choices=whose, id=key.replace(":", "-"))
            for key in doubtful
        }
        form = type("ErasureForm", (cls,), dict(fields))()
        form.doubtful = doubtful
        form.texts.choices = [(mention.key, mention.excerpt.text) for mention in (*certain, *shared)]
        if not form.is_submitted():
            form.texts.data = [mention.key for mention in certain]
            form.version.process_data(data.person.version)
        return cast(ErasureForm, form)

    @property
    def undecided(self) -> list[str]:
        """Keys of texts about which nobody decided."""
        return [key for key in self.doubtful if self[key].data not in ("person", "other")]

    @property
    def chosen(self) -> set[str]:
        """Keys of the texts that are redacted."""
        meant = {key for key in self.doubtful if self[key].data == "person"}
        rest = self.undecided if self.rest.data == Rest.REDACT else ()
        return {*(self.texts.data or ()), *meant, *rest}

    def foreseen(self) -> None:
        """Ask for a decision about every text, or about all that are left."""
        left = len(self.undecided)
        if left and self.rest.data not in (Rest.REDACT, Rest.LEAVE):
            raise Refused(
                rest=ngettext(
                    "One text is not decided. Say whether it is the person, or what becomes of it.",
                    "%(num)s texts are not decided. Say of each whether it is the person, or what becomes of them.",
                    left,
                )
            )


def whose() -> list[tuple[str, Any]]:
    """Whom a text is about that may be about somebody else."""
    return [("person", _l("The person: redact")), ("other", _l("Somebody else: leave"))]
