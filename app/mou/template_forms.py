"""Forms of templates: head and clauses of the next version, and its publication."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import DataRequired, InputRequired

from app.core.fields import LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.mou.templates import ClauseFacts

LONGEST_TITLE, LONGEST_TEXT = 300, 10_000


class HeadForm(BaseForm):
    """Title and notice of a template."""

    title = TranslatedField(
        _l("Title"), longest=LONGEST_TITLE, description=_l("It is offered in the languages that have a title.")
    )
    notice = TranslatedField(
        _l("Notice beneath the text"),
        rows=2,
        longest=1_000,
        description=_l("That a lawyer should check it, in each of these languages."),
    )


class ClauseForm(BaseForm):
    """A clause in every language of the template."""

    code = LineField(
        _l("Code"), longest=40, description=_l("Such as data_protection. It stays the same in every version.")
    )
    place = IntegerField(_l("Place"), [InputRequired(_l("Write a whole number."))])
    is_mandatory = BooleanField(_l("It cannot be left out"))
    title = TranslatedField(_l("Title"), longest=LONGEST_TITLE)
    text = TranslatedField(
        _l("Text"),
        rows=8,
        longest=LONGEST_TEXT,
        description=_l("An empty line parts paragraphs. Placeholders are the same in each language."),
    )

    def clause_facts(self) -> ClauseFacts:
        """What was filled in."""
        return ClauseFacts(
            code=self.code.data or "",
            is_mandatory=self.is_mandatory.data,
            place=self.place.data or 1,
            title=self.title.data,
            text=self.text.data,
        )


class PublishForm(BaseForm):
    """What is new in a version that is published."""

    note = TextField(_l("What is new in it?"), [DataRequired(_l("Say what is new in it."))], longest=2_000)


def clause_data(draft: dict[str, Any], code: str) -> dict[str, Any] | None:
    """A clause of a draft as its form shows it; ``None`` where there is none of this code."""
    for place, clause in enumerate(draft["clauses"], start=1):
        if clause["code"] == code:
            return {
                "code": code,
                "place": place,
                "is_mandatory": clause["mandatory"],
                "title": clause["title"],
                "text": clause["text"],
            }
    return None
