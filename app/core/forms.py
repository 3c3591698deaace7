"""The form every form is built on.

A form that creates carries a submission key, a form that edits carries the version it was opened with. What a service
refuses comes back to the field it concerns (``refusals``).
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.exc import DataError, IntegrityError, InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Field, HiddenField, IntegerField
from wtforms.i18n import messages_path
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from app.core import conflict
from app.core.errors import Difference, DomainError, EditConflict, Refused
from app.core.submissions import refuse_repeat
from app.extensions import db


@cache
def _wtforms_messages(locale: Locale | None) -> NullTranslations:
    # Flask-WTF reads the file anew in every request that has a form.
    return Translations.load(messages_path(), [locale] if locale else None, domain="wtforms")


class VersionField(IntegerField):
    """The version a form was opened with; one that comes back without it was opened with none."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent, never the record's own version, which would let any edit pass."""
        self.data = None
        super().process_formdata(valuelist)


class BaseForm(FlaskForm):
    """A form of the portal.

    ``constraint_messages`` maps a database constraint (``table.column`` or its name) to ``(field, message)``, for the
    race that a service's own check cannot see.
    """

    class Meta:
        """How every form speaks."""

        def get_translations(self, _form: FlaskForm) -> NullTranslations:
            """WTForms' own messages in the reader's language."""
            return _wtforms_messages(get_locale())

    constraint_messages: ClassVar[dict[str, tuple[str, Any]]] = {}
    hidden_names: ClassVar[frozenset[str]] = frozenset({"csrf_token", "version", "submission_key", "base"})

    version = VersionField(validators=[Optional()])
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16), validators=[Length(max=64)])
    base = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_stale = False
        self.conflict: Sequence[Difference] = ()
        self.taken_over: Sequence[str] = ()
        self._record = kwargs.get("obj")

    def hidden_tag(self, *fields: Any) -> Any:
        """The hidden fields; a form that edits carries fingerprints of the record as it was opened with it."""
        if self._record is not None and not self.is_submitted():
            self.base.data = conflict.written(self._texts_of(self._record))
        return super().hidden_tag(*fields)

    @property
    def is_searching(self) -> bool:
        """Whether the form was sent to look for options of a picker, without script, and not to be saved."""
        return bool(self.is_submitted() and request.form.get("find"))

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form again."""
        if self.is_stale:
            return 409
        return 422 if self.is_submitted() and self.errors else 200

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent and holds; a form that was carried out before raises ``AlreadySubmitted``."""
        if not self.is_submitted() or self.is_searching:
            return False
        if not self.version.data:
            refuse_repeat(db.session, self.submission_key.data)
        return bool(self.validate(extra_validators))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every field holds; where one does not, what the service would refuse is told with it."""
        holds = bool(super().validate(extra_validators))
        if not holds:
            self.foresee()
        return holds

    def foreseen(self) -> None:
        """Ask the rules that the service will ask, of what can be read. Raises ``Refused`` as they do.

        A form says here what it could otherwise tell only once all its fields hold.
        """

    def foresee(self) -> None:
        """Show what ``foreseen`` refuses at fields that nothing was said about yet: all of it in one answer."""
        try:
            self.foreseen()
        except (KeyError, ValueError):
            return  # A code or key that was not offered, so that nothing can be made of it; its field has said so.
        except Refused as refused:
            said = {name for name in refused.messages if name in self._fields and self._fields[name].errors}
            self.refuse({name: text for name, text in refused.messages.items() if name not in said})

    def facts(self, *without: str) -> dict[str, Any]:
        """What was filled in, by field name, for a service."""
        return {name: value for name, value in self.data.items() if name not in {*self.hidden_names, *without}}

    def refuse(self, messages: Mapping[str, str]) -> None:
        """Show refusals at their fields; those of no field stand above the form."""
        for name, message in messages.items():
            if name in self._fields:
                field = self._fields[name]
                field.errors = [*field.errors, message]
            else:
                self.form_errors.append(message)

    @contextmanager
    def refusals(self, record: Any = None) -> Iterator[None]:
        """Undo and show what the enclosed service refuses.

        An edit conflict on ``record`` takes over what only somebody else changed, and becomes a comparison of what
        stands now and what was typed where both did; the form then holds the new version, so that saving again is a
        decision.
        """
        try:
            yield
        except Refused as refused:
            db.session.rollback()
            self.refuse(refused.messages)
        except IntegrityError as error:
            db.session.rollback()
            if not self.version.data:
                refuse_repeat(db.session, self.submission_key.data)
            self.refuse(dict([self._meaning(error)]))
        except (DataError, OverflowError):
            db.session.rollback()
            self.refuse({"": _("A number in it is larger than the portal can keep.")})
        except (EditConflict, StaleDataError):
            db.session.rollback()
            if record is None:
                raise
            self._compare(record)

    @contextmanager
    def kept_from(self, *errors: type[DomainError]) -> Iterator[None]:
        """Show above the form what forbids to save it, though it could be opened: the record has moved on since.

        Within ``refusals``; what was typed stays in the form.
        """
        try:
            yield
        except errors as error:
            raise Refused(str(error)) from error

    def _compare(self, record: Any) -> None:
        try:
            db.session.refresh(record)
        except InvalidRequestError:
            raise EditConflict(_("Somebody else removed this in the meantime.")) from None
        self.is_stale = True
        self._settle(record)
        self.version.data = record.version
        self.version.raw_data = None
        self.base.data = conflict.written(self._texts_of(record))

    def _meaning(self, error: IntegrityError) -> tuple[str, str]:
        text = f"{getattr(getattr(error.orig, 'diag', None), 'constraint_name', '')} {error.orig}"
        for constraint, (field, message) in self.constraint_messages.items():
            if constraint in text:
                return field, str(message)
        raise error

    def _texts_of(self, record: Any) -> dict[str, str]:
        """What a record says in the fields of this form that show it, as texts to compare."""
        names = (name for name in self._fields if name not in self.hidden_names and hasattr(record, name))
        return {name: compared(self[name], getattr(record, name)) for name in names}

    def _settle(self, record: Any) -> None:
        """Give each field the text that stands, and list those in which somebody has to decide."""
        base = conflict.read(self.base.data)
        differences, taken_over = [], []
        for name, theirs in self._texts_of(record).items():
            field = self[name]
            mine = compared(field, field.data)
            stands = conflict.judge(base.get(name), theirs, mine)
            if stands is conflict.Stands.THEIRS:
                field.process(None, getattr(record, name))
                field.raw_data = None
                taken_over.append(str(field.label.text))
            elif stands is conflict.Stands.UNDECIDED:
                both = (shown(field, value) for value in (getattr(record, name), field.data))
                differences.append(Difference(str(field.label.text), *both))
        self.conflict, self.taken_over = differences, taken_over


def compared(field: Field, value: Any) -> str:
    """A field's value as a text that is another one when the value is; it asks the database for nothing."""
    keys = getattr(field, "keys_of", None)
    return " ".join(map(str, keys(value))) if keys else shown(field, value)


def shown(field: Field, value: Any) -> str:
    """A field's value as a person reads it, for comparing two of them."""
    show = getattr(field, "shown", None)
    if show is not None:
        return str(show(value))
    if isinstance(value, dict):
        return "\n".join(f"{code}: {text}" for code, text in sorted(value.items()) if text)
    choices = getattr(field, "choices", None)
    if choices:
        labels = {str(choice[0]): str(choice[1]) for choice in choices}
        values = value if isinstance(value, (list, tuple, set)) else [value]
        return ", ".join(labels.get(str(item), "") for item in values)
    if isinstance(value, (list, tuple, set)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
