"""Forms of whoever signs, and of whoever looks after the signing."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired

from app.core.fields import DrawingField, LineField, TextField
from app.core.forms import BaseForm
from app.mou.signing import services
from app.mou.signing.models import MouLink
from app.mou.signing.rules import STATEMENTS
from app.mou.signing.services import Said

CODE_KEYS = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "20", "spellcheck": "false"}


class CodeForm(BaseForm):
    """The code that was sent to the mailbox."""

    code = LineField(
        _l("Code"), [DataRequired(_l("Type the six digits of the code."))], longest=40, render_kw=CODE_KEYS
    )


class SignForm(BaseForm):
    """A signature: three statements, each ticked by itself, one besides, the name typed, a drawing for who likes to."""

    constraint_messages = {
        "uq_mou_signature_once": ("", _l("You have signed this document already.")),
        "mou_signature.text_id": ("", _l("You have signed this document already.")),
    }

    electronic = BooleanField()
    authorised = BooleanField()
    privacy = BooleanField()
    publication = BooleanField()
    name = LineField(_l("Your name"), longest=400, render_kw={"autocomplete": "name"})
    drawing = DrawingField(_l("Draw your signature, if you like"))
    document = HiddenField()

    def __init__(self, *args: Any, link: MouLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.link = link
        self.statements = services.statements_of(link)
        for one in self.statements:
            self[one["code"]].label.text = one["text"]
        self.publication.label.text = services.publication_of(link)["text"]
        if not self.is_submitted() and link.text is not None:
            self.document.data = link.text.html_sha256

    def said(self, language: str, proven_at: datetime | None) -> Said:
        """What was filled in, on a page in ``language``, in a browser where the mailbox was proven then."""
        return Said(
            name=self.name.data,
            agreed={name: bool(self[name].data) for name in STATEMENTS},
            document=self.document.data or "",
            language=language,
            proven_at=proven_at,
            drawing=self.drawing.data,
            agrees_to_publication=bool(self.publication.data),
        )


class DeclineForm(BaseForm):
    """A no, with a reason for who likes to give one."""

    reason = TextField(_l("Why? Everybody who was asked reads it."), longest=2000)


class ProposeForm(BaseForm):
    """Somebody else who signs."""

    name = LineField(_l("Who signs instead?"), [DataRequired(_l("Write the name."))], longest=200)
    role_title = LineField(_l("As what?"), [DataRequired(_l("Write as what, such as director."))], longest=200)
    email = LineField(_l("E-mail"), [DataRequired(_l("Write an address like name@example.org."))])
    reason = TextField(_l("Do you want to add something?"), longest=1000)
