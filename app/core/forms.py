"""The form every form is built on.

Every form carries a submission key, a form that edits also the version it was opened with. What a service refuses comes
back to the field it concerns (``refusals``).
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, NoReturn

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.exc import DataError, IntegrityError, InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Field, FieldList, HiddenField, IntegerField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from app.core import conflict, foreseeing, presses
from app.core.errors import Difference, DomainError, EditConflict, MergedBeyond, Refused
from app.core.fields import TranslatedField
from app.core.submissions import SavedOtherwise, refuse_repeat
from app.core.wording import OurWords
from app.extensions import db

_OUR_WORDS = OurWords()


class VersionField(IntegerField):
    """The version a form was opened with; one that comes back without it, or with what is no number, had none."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent, never the record's own version, which would let any edit pass."""
        self.data: int | None = None
        with suppress(ValueError):  # nobody types it, so nobody can be told to type it otherwise
            super().process_formdata(valuelist)


class BaseForm(FlaskForm):
    """A form of the portal.

    ``constraint_messages`` maps a database constraint (``table.column`` or its name) to ``(field, message)``, for the
    race that a service's own check cannot see.
    """

    class Meta:
        """How every form speaks."""

        def get_translations(self, _form: FlaskForm) -> OurWords:
            """The words for what WTForms says by itself."""
            return _OUR_WORDS

    constraint_messages: ClassVar[dict[str, tuple[str, Any]]] = {}
    hidden_names: ClassVar[frozenset[str]] = frozenset({"csrf_token", "version", "submission_key", "base"})

    version = VersionField(validators=[Optional()])
    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(16), validators=[Length(max=64)])
    base = HiddenField()
    # Whether what is saved is added to what stands, and replaces none of it.
    grows = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_stale = False
        self.conflict: Sequence[Difference] = ()
        self.taken_over: Sequence[str] = ()
        self.unsaved: Sequence[Difference] = ()
        self.merged_from = self.action = self.saved_at = self.stands_for = ""
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
    def press(self) -> str | None:
        """What tells this press of the button from every other one; ``None`` for a form without a key.

        Of a form that creates it is the form's own key. An opened form of a record may be sent, gone back to and sent
        again with other texts, which must not be taken for the same: there what was typed is part of it.
        """
        key = self.submission_key.data
        if not key or not self.version.data:
            return key or None
        if any(file.filename for file in request.files.values()):
            return None  # What a file says is not among what was typed.
        return presses.digest(presses.typed())

    @property
    def content(self) -> str | None:
        """A digest of what was typed, for a form that is known by its key; ``None`` where the press says it already."""
        if self.version.data:
            return None
        files = sorted(file.filename or "" for file in request.files.values())
        return presses.digest(presses.typed("submission_key", "base"), files)

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form again."""
        if self.is_stale or self.saved_at:
            return 409
        return 422 if self.is_submitted() and self.errors else 200

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent and holds; a form that was carried out before raises ``AlreadySubmitted``.

        With other content it does not hold, and says where what was saved before stands.
        """
        if not self.is_submitted() or self.is_searching:
            return False
        try:
            refuse_repeat(db.session, self.press, self.content)
        except SavedOtherwise as before:
            self._tell_apart(before)
            return False
        holds = bool(self.validate(extra_validators))
        if holds:
            self._catch_up()
        return holds

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
        messages = foreseeing.foreseen(self, self.foreseen)
        said = {name for name in messages if name in self._fields and self._fields[name].errors}
        self.refuse({name: text for name, text in messages.items() if name not in said})

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
        except SavedOtherwise as before:
            self._tell_apart(before)
        except IntegrityError as error:
            db.session.rollback()
            refuse_repeat(db.session, self.press, self.content)
            self.refuse(dict([self._meaning(error)]))
        except (DataError, OverflowError):
            db.session.rollback()
            self.refuse({"": _("A number in it is larger than the portal can keep.")})
        except (EditConflict, StaleDataError):
            db.session.rollback()
            refuse_repeat(db.session, self.press)  # Of two at once, the second sees only now that it is the same.
            presses.refuse_again(db.session)
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

    def carry_over(self, record: Any, merged_from: str, action: str) -> bool:
        """Compare with ``record`` what was typed for one that was merged into it meanwhile; whether anything was.

        ``merged_from`` is what that one was called; the form is sent to ``action`` from now on.
        """
        if self.is_submitted():
            self._compare(record)
            self.merged_from, self.action = merged_from, action
        return bool(self.is_submitted())

    def give_back(self, record: Any, merged_from: str, location: str) -> NoReturn:
        """Refuse what was typed for a record that was merged into one that is not the actor's to change.

        Nothing of it is lost: the refusal carries what of it does not stand in ``record``, whose page is at
        ``location``. Raises ``MergedBeyond``.
        """
        if self.is_submitted():
            self._compare(record)
        raise MergedBeyond(merged_from, location, self.unsaved)

    def _tell_apart(self, before: SavedOtherwise) -> None:
        """Hold what was typed as a form of its own beside ``before``; to save it as well is then a decision."""
        self.saved_at, self.stands_for = before.location, self.submission_key.data or ""
        self.submission_key.data = secrets.token_urlsafe(16)

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

    def _catch_up(self) -> None:
        """Go by the version that stands where nobody's text would be lost by it: that alone is no conflict.

        A version rises without another text when a merge is undone, or when two people write the same.
        """
        base, record, opened_with = conflict.read(self.base.data), self._record, self.version.data
        if not base or record is None or opened_with in (None, record.version):
            return
        settled = (conflict.Stands.SAME, conflict.Stands.MINE)
        typed = self._texts_typed(record)
        stands = (
            conflict.judge(base.get(name), theirs, typed[name]) for name, theirs in self._texts_of(record).items()
        )
        if all(whose in settled for whose in stands):
            self.version.data = record.version

    def _meaning(self, error: IntegrityError) -> tuple[str, str]:
        text = f"{getattr(getattr(error.orig, 'diag', None), 'constraint_name', '')} {error.orig}"
        for constraint, (field, message) in self.constraint_messages.items():
            if constraint in text:
                return field, str(message)
        raise error

    def _shown_of(self, record: Any) -> Iterator[tuple[Field, Any]]:
        """The fields that show what a record says, each with what it says there."""
        names = (name for name in self._fields if name not in self.hidden_names and hasattr(record, name))
        return ((self[name], getattr(record, name)) for name in names)

    def _texts_of(self, record: Any) -> dict[str, str]:
        """What a record says in the fields of this form that show it, as texts to compare; each language is one."""
        texts: dict[str, str] = {}
        for field, value in self._shown_of(record):
            if isinstance(field, TranslatedField):
                texts |= {part.name: (value or {}).get(part.language.code, "") for part in field.entries}
            else:
                texts[field.name] = compared(field, value)
        return texts

    def _texts_typed(self, record: Any) -> dict[str, str]:
        """What stands in the same fields of this form, as texts to compare with those of the record."""
        texts: dict[str, str] = {}
        for field, _value in self._shown_of(record):
            if isinstance(field, TranslatedField):
                texts |= {part.name: part.value for part in field.entries}
            else:
                texts[field.name] = compared(field, field.data)
        return texts

    def _settle(self, record: Any) -> None:
        """Give each field the text that stands, and list those in which somebody has to decide."""
        base = conflict.read(self.base.data)
        typed: list[tuple[Difference, conflict.Stands]] = []
        taken_over: list[str] = []
        for field, theirs in self._shown_of(record):
            if isinstance(field, TranslatedField):
                _settle_languages(field, theirs or {}, base, typed, taken_over)
                continue
            stands = conflict.judge(base.get(field.name), compared(field, theirs), compared(field, field.data))
            if stands is conflict.Stands.THEIRS:
                field.process(None, theirs)
                field.raw_data = None
                if isinstance(field, FieldList):
                    field.append_entry()  # A row to add something in, as the form had when it was opened.
                taken_over.append(str(field.label.text))
            elif stands is not conflict.Stands.SAME:
                both = (shown(field, value) for value in (theirs, field.data))
                typed.append((Difference(str(field.label.text), *both), stands))
        self.conflict = [row for row, stands in typed if stands is conflict.Stands.UNDECIDED]
        self.unsaved, self.taken_over = [row for row, _stands in typed], taken_over


def _settle_languages(
    field: TranslatedField,
    theirs: Mapping[str, str],
    base: Mapping[str, str],
    typed: list[tuple[Difference, conflict.Stands]],
    taken_over: list[str],
) -> None:
    """Settle each language of a text by itself: whoever wrote the German one did not touch the Georgian one."""
    for part in field.entries:
        code, label = part.language.code, f"{field.label.text} ({part.language.label})"
        text = theirs.get(code, "")
        stands = conflict.judge(base.get(part.name), text, part.value)
        if stands is conflict.Stands.THEIRS:
            field.data = {**field.data, code: text}
            taken_over.append(label)
        elif stands is not conflict.Stands.SAME:
            typed.append((Difference(label, text, part.value), stands))


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
