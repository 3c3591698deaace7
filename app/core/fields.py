"""The fields the registers share: trimmed texts, codes, translated texts, pickers, dates that say how to write them."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from wtforms import (
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import Choice
from wtforms.validators import Length, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app.core import portal
from app.core.files import HEAD, mime_of
from app.core.i18n import Language
from app.core.sheets import LONGEST_LINE

LONGEST_TEXT = 20_000
MOST_CHOSEN = 500
FIRST_YEAR, LAST_YEAR = 1900, 2199


def stripped(value: str | None) -> str | None:
    """What was typed without the white space around it; nothing when only that was typed.

    NUL goes too: nobody types it, and PostgreSQL has no place for it.
    """
    return ("".join(filter(_is_seen, value)).strip() or None) if value else None


def _is_seen(letter: str) -> bool:
    """Whether a letter belongs into a text: no control character but line breaks, and none that turns reading round."""
    return letter in "\n\r\t\u200c\u200d" or unicodedata.category(letter) not in ("Cc", "Cf")


def at_most(longest: int) -> Length:
    """Refuses a longer text, in the reader's words."""
    return Length(max=longest, message=_l("This is longer than %(max)d characters."))


class SentAs:
    """Refuses a file whose content is of another kind, or whose name says another kind than its content.

    ``kinds`` has the endings of names for each media type, as ``mime_of`` tells it; ``wanted`` is said of any other.
    """

    def __init__(self, kinds: Mapping[str, Sequence[str]], wanted: Any) -> None:
        self.kinds, self.wanted = kinds, wanted

    def __call__(self, form: Form, field: Field) -> None:
        """Look at what was sent, if anything was."""
        if not field.data:
            return
        head, name = field.data.stream.read(HEAD), field.data.filename
        field.data.stream.seek(0)
        endings, ending = self.kinds.get(mime_of(head, name)), Path(name).suffix.lower()
        if not head or endings is None:
            raise StopValidation(str(self.wanted) if head else _("This file is empty."))
        if ending and ending not in endings:
            raise StopValidation(
                _(
                    "The name ends in %(ending)s, but the content is that of a file ending in %(endings)s. "
                    "Rename it, or choose another file.",
                    ending=ending,
                    endings=", ".join(endings),
                )
            )


class LineField(StringField):
    """One line of text, trimmed; longer than 500 characters is refused."""

    def __init__(self, label: Any = None, validators: Iterable[Any] = (), longest: int = LONGEST_LINE, **kwargs: Any):
        super().__init__(label, [*validators, at_most(longest)], filters=[stripped], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed without the white space around it: blanks alone are no answer to a required question."""
        self.raw_data = [value.strip() for value in valuelist]
        super().process_formdata(self.raw_data)


class DrawingField(StringField):
    """Strokes of a signature, as ``components/signature.html`` sends them; ``core.drawing`` says what they must be."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the strokes as they came, or nothing."""
        self.data = (valuelist[0] if valuelist else "") or None


class TextField(TextAreaField):
    """Several lines of text, trimmed, with plain line ends; longer than 20,000 characters is refused."""

    def __init__(self, label: Any = None, validators: Iterable[Any] = (), longest: int = LONGEST_TEXT, **kwargs: Any):
        filters = [lambda text: text.replace("\r\n", "\n") if text else text, stripped]
        super().__init__(label, [*validators, at_most(longest)], filters=filters, **kwargs)


class RowsField(FieldList):
    """Rows of a subform.

    ``line`` says a row in a comparison; it is given what reads a name from it, be the row a record or what was typed.
    """

    def __init__(self, row: type[Form], label: Any, line: Callable[[Callable[[str], Any]], str], **kwargs: Any) -> None:
        super().__init__(FormField(row), label=label, **kwargs)
        self.line = line

    def shown(self, value: Any) -> str:
        """The rows as a person reads them, one beneath the other; empty ones are left out."""
        return "\n".join(filter(None, (self.line(partial(_read, row)) for row in value or ())))


def _read(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else getattr(row, name)


class Select(widgets.Select):
    """A list to choose from; a choice is written without a dictionary of attributes, as there are hundreds of zones."""

    @classmethod
    def render_option(cls, choice: Choice, **attributes: Any) -> str:
        """One choice, as HTML."""
        if attributes or choice.render_kw or isinstance(choice.value, bool):
            return str(super().render_option(choice, **attributes))
        selected = "selected " if choice.selected else ""
        return f'<option {selected}value="{escape(choice.value)}">{escape(choice.label or choice.value)}</option>'


class ChoiceField(SelectField):
    """One of several codes; ``any_label`` adds an empty choice, which means ``None``."""

    widget = Select()

    def __init__(self, label: Any = None, validators: Iterable[Any] = (), any_label: Any = None, **kwargs: Any) -> None:
        self.any_label = any_label
        super().__init__(label, list(validators), coerce=lambda value: value or None, **kwargs)

    def iter_choices(self) -> Iterator[Any]:
        """The choices, the empty one first where there is one."""
        if self.any_label is not None:
            yield Choice("", self.any_label, self.data is None, {})
        yield from super().iter_choices()

    def pre_validate(self, form: Form) -> None:
        """Accept nothing where an empty choice is offered; refuse a code that is not one of the choices."""
        if self.data is None and self.any_label is not None:
            return
        if self.data is None:
            raise StopValidation(_("Choose one."))
        if self.data not in {str(choice[0]) for choice in self.choices or ()}:
            raise StopValidation(_("Choose one of the list."))


class ChecksField(SelectMultipleField):
    """Any number of several codes, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


@dataclass
class TranslatedEntry:
    """The input of one language within a ``TranslatedField``."""

    id: str
    name: str
    language: Language
    value: str


class TranslatedField(Field):
    """A content text in several languages: ``{language: text}``, one input each, named ``<field>-<language>``.

    ``rows`` of more than 1 makes them text areas. ``required_language`` must be filled in.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Iterable[Any] = (),
        rows: int = 1,
        required_language: str | None = None,
        longest: int = LONGEST_TEXT,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.rows = rows
        self.required_language = required_language
        self.longest = longest
        if required_language:
            self.flags.required = True

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the texts from the form, one by language, else from the record."""
        self.process_errors: list[str] = []
        self.object_data = data
        self.data = dict(data or {}) if isinstance(data, dict) else {}
        if formdata is None:
            return
        languages = portal.consortium().languages
        names = {language.code: f"{self.name}-{language.code}" for language in languages}
        typed = {code: formdata.get(name) for code, name in names.items() if name in formdata}
        if typed:
            known = {code: text for code, text in self.data.items() if code not in typed}
            texts = {code: stripped((text or "").replace("\r\n", "\n")) for code, text in typed.items()}
            self.data = known | {code: text for code, text in texts.items() if text}
            self.raw_data = [self.data] if self.data else []

    def pre_validate(self, form: Form) -> None:
        """Refuse a missing required language and a text that is too long."""
        if self.required_language and not self.data.get(self.required_language):
            in_english = self.required_language == "en"
            raise StopValidation(_("Write it in English at least.") if in_english else _("Required."))
        for entry in self.entries:
            if len(entry.value) > self.longest:
                told = _("Write at most %(count)s characters.", count=self.longest)
                raise StopValidation(f"{entry.language.label}: {told}")

    @property
    def entries(self) -> list[TranslatedEntry]:
        """One input for each language of the consortium, English first."""
        languages = portal.consortium().languages
        return [
            TranslatedEntry(
                id=f"{self.id}-{language.code}",
                name=f"{self.name}-{language.code}",
                language=language,
                value=self.data.get(language.code, ""),
            )
            for language in languages
        ]


class DayField(DateField):
    """A date; the browser's own control, and a message with the date in words when it cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``YYYY-MM-DD``."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data: date | None = None
            raise ValueError(_("Write a date like 2025-05-12.")) from None
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            self.data = None
            raise ValueError(_("Write a year from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))


class ClockField(TimeField):
    """A time of day."""

    def __init__(self, label: Any = None, validators: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), format=["%H:%M", "%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``HH:MM``, with or without seconds."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError(_("Write a time like 14:30.")) from None
