"""Forms of feedback: one point, several at once, what became of one, why one is withdrawn; of questions."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form
from wtforms.validators import DataRequired, InputRequired, StopValidation

from app.core.access import current_actor
from app.core.errors import Refused
from app.core.fields import ChoiceField, RowsField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import plain_tr, reader_language
from app.events import queries as events
from app.events.feedback import queries, rules
from app.events.feedback.models import ANSWERED, Disposition, FeedbackPoint, Question, Stance
from app.events.feedback.services import AnswerFacts, PointFacts, check
from app.events.models import Event
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.microcredentials.models import MicroCredential
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, language_choices
from app.stakeholders.models import Organisation

ROWS = 6
SHORTENED = 90
NAMED_HINT = _l("Only if it agreed. Otherwise the public reads its category and country.")


def taking_part(event: Event) -> list[tuple[str, str]]:
    """Who took part, for a choice."""
    known, _others = events.organisations_of(current_actor(), event)
    return [(str(row.id), row.name) for row in known]


def question_choices(event: Event) -> list[tuple[str, str]]:
    """The event's questions, for a choice."""
    return [(str(one.id), shortened(plain_tr(one.text))) for one in queries.questions(event)]


def shortened(text: str) -> str:
    """A text as far as a choice has room for it."""
    return text if len(text) <= SHORTENED else f"{text[: SHORTENED - 1].rstrip()}…"


def chosen_in(form: Form, name: str) -> str | None:
    """What was chosen in a field; nothing where the form has none, because there is nothing to choose from."""
    return form[name].data or None if name in form else None


def _organisation(key: str | int | None) -> Organisation | None:
    return next(iter(stakeholders.by_keys(current_actor(), [int(key)])), None) if key else None


def _question(event: Event, key: str | None) -> Question | None:
    return next((one for one in queries.questions(event) if str(one.id) == key), None) if key else None


class PointForm(BaseForm):
    """One point of feedback."""

    text = TranslatedField(_l("What did they say?"), rows=3, longest=rules.LONGEST_TEXT)
    stance = ChoiceField(
        _l("Stance"), [InputRequired(_l("Choose a stance."))], choices=Stance.choices, any_label=_l("Choose one")
    )
    question_id = ChoiceField(_l("In answer to which question?"), any_label=_l("No question in particular"))
    organisation_id = ChoiceField(_l("Who said it?"), any_label=_l("Not told"))
    elsewhere = OrganisationsField(_l("Or an organisation that did not take part"), multiple=False)
    may_be_named = BooleanField(_l("May be named in public"), description=NAMED_HINT)
    microcredentials = MicroCredentialsField(_l("Which micro-credentials is it about?"))
    outcome_id = ChoiceField(_l("A learning outcome in particular?"), any_label=_l("The whole micro-credential"))

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.question_id.choices = question_choices(event)
        self.organisation_id.choices = taking_part(event)
        concerned = {*self.microcredentials.values, *(link.microcredential_id for link in event.microcredential_links)}
        self.outcomes = {str(outcome.id): (outcome, code) for outcome, code in queries.outcomes_of(sorted(concerned))}
        self.outcome_id.choices = [
            (key, shortened(f"{code} · {plain_tr(outcome.text)}")) for key, (outcome, code) in self.outcomes.items()
        ]
        for name in ("question_id", "outcome_id"):
            if not self[name].choices:
                del self[name]

    @classmethod
    def new(cls, event: Event) -> "PointForm":
        """An empty form; where the event concerns one micro-credential, the point does, too."""
        concerned = list(event.microcredentials)
        return cls(event, data={"microcredentials": concerned if len(concerned) == 1 else []})

    @classmethod
    def of(cls, point: FeedbackPoint) -> "PointForm":
        """The form as the point stands."""
        form = cls(point.event, obj=point)
        if not form.is_submitted():
            key = str(point.organisation_id or "")
            took_part = key in dict(form.organisation_id.choices)
            form.organisation_id.data = key if took_part else None
            form.elsewhere.data = None if took_part else point.organisation_id
            for name in ("question_id", "outcome_id"):
                if name in form:
                    form[name].data = str(getattr(point, name) or "") or None
        return form

    def foreseen(self) -> None:
        """Ask the rules of feedback."""
        check(self.point_facts())

    def point_facts(self) -> PointFacts:
        """What was filled in. Raises ``Refused`` where two organisations were chosen."""
        if self.organisation_id.data and self.elsewhere.data:
            raise Refused(elsewhere=_("Choose one organisation: one of those who took part, or another."))
        chosen = self.outcomes.get(chosen_in(self, "outcome_id") or "")
        return PointFacts(
            text=self.text.data,
            stance=Stance(self.stance.data),
            organisation=_organisation(self.organisation_id.data or self.elsewhere.data),
            question=_question(self.event, chosen_in(self, "question_id")),
            outcome=chosen[0] if chosen else None,
            microcredentials=microcredentials.by_keys(current_actor(), self.microcredentials.data),
            may_be_named=bool(self.may_be_named.data),
        )


class PointRow(Form):
    """One of several points; a row without a text is left out."""

    text = TextField(_l("What did they say?"), longest=rules.LONGEST_TEXT)
    organisation_id = ChoiceField(_l("Who said it?"), any_label=_l("Not told"))
    stance = ChoiceField(_l("Stance"), choices=Stance.choices, any_label=_l("Choose one"))
    about = ChoiceField(_l("Micro-credential"), any_label=_l("All of the event"))

    def validate_text(self, field: TextField) -> None:
        """A row in which something was chosen says something."""
        if not field.data and (self.stance.data or self.organisation_id.data or chosen_in(self, "about")):
            raise StopValidation(_("Write what was said, or leave the whole row empty."))

    def validate_stance(self, field: ChoiceField) -> None:
        """What was said has a stance."""
        if self.text.data and not field.data:
            raise StopValidation(_("Choose a stance."))


def _row_line(get: Callable[[str], Any]) -> str:
    return str(get("text") or "")


class PointsForm(BaseForm):
    """Several points at once, as they are written down in the room."""

    question_id = ChoiceField(_l("In answer to which question?"), any_label=_l("No question in particular"))
    language = ChoiceField(_l("Language"), choices=language_choices)
    rows = RowsField(PointRow, _l("Points"), _row_line, max_entries=50)

    def __init__(self, event: Event, **kwargs: Any) -> None:
        super().__init__(data={"language": reader_language().code}, **kwargs)
        self.event = event
        self.question_id.choices = question_choices(event)
        if not self.question_id.choices:
            del self["question_id"]
        self.concerned: dict[str, MicroCredential] = {str(one.id): one for one in event.microcredentials}
        while len(self.rows.entries) < ROWS:
            self.rows.append_entry({})
        people = taking_part(event)
        topics = [(key, shortened(f"{one.code} {plain_tr(one.title)}")) for key, one in self.concerned.items()]
        for entry in self.rows.entries:
            entry.form.organisation_id.choices, entry.form.about.choices = people, topics
            if len(topics) < 2:
                del entry.form["about"]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every row holds, and one at least says something."""
        holds = super().validate(extra_validators)
        if holds and not any(entry.form.text.data for entry in self.rows.entries):
            self.rows.entries[0].form.text.errors = [_("Write down one point at least.")]
            self.rows.errors = [{"text": [""]}]
            return False
        return holds

    def said(self) -> list[PointFacts]:
        """What was filled in, row by row."""
        rows = [entry.form for entry in self.rows.entries if entry.form.text.data]
        return [self._facts(row) for row in rows]

    def _facts(self, row: Any) -> PointFacts:
        one = self.concerned.get(chosen_in(row, "about") or "")
        return PointFacts(
            text={self.language.data: row.text.data},
            stance=Stance(row.stance.data),
            organisation=_organisation(row.organisation_id.data),
            question=_question(self.event, chosen_in(self, "question_id")),
            microcredentials=[one] if one else list(self.concerned.values()),
        )


class AnswerForm(BaseForm):
    """What becomes of a point, and what of it the public reads."""

    state = ChoiceField(
        _l("What becomes of it?"),
        [InputRequired(_l("Choose what becomes of it."))],
        choices=lambda: Disposition.choices(ANSWERED),
        any_label=_l("Choose one"),
    )
    reason = TranslatedField(
        _l("Why?"),
        rows=3,
        longest=rules.LONGEST_TEXT,
        description=_l("Needed unless all of it is accepted. Whoever said it reads this, and the public if published."),
    )
    change = TranslatedField(
        _l("What changes because of it?"),
        rows=2,
        longest=rules.LONGEST_TEXT,
        description=_l("For example: eight hours more for care of the machine."),
    )
    public_text = TranslatedField(
        _l("Text for the public"),
        rows=2,
        longest=rules.LONGEST_TEXT,
        description=_l("What was said without anything that tells who said it. Left empty, the public reads no text."),
    )
    public_reason = TranslatedField(
        _l("Reason for the public"),
        rows=2,
        longest=rules.LONGEST_TEXT,
        description=_l("Left empty, the public reads the reason above, unless it names who is not to be named."),
    )
    may_be_named = BooleanField(_l("May be named in public"), description=NAMED_HINT)

    @classmethod
    def of(cls, point: FeedbackPoint) -> "AnswerForm":
        """The form as the answer stands."""
        form = cls(obj=point)
        if not form.is_submitted() and not point.is_answered:
            form.state.data = None
        return form

    def foreseen(self) -> None:
        """Ask the rules of answers."""
        rules.check_answer(Disposition(self.state.data), self.reason.data)

    def answer_facts(self) -> AnswerFacts:
        """What was filled in."""
        return AnswerFacts(
            state=Disposition(self.state.data),
            reason=self.reason.data or None,
            change=self.change.data or None,
            public_text=self.public_text.data or None,
            public_reason=self.public_reason.data or None,
            may_be_named=bool(self.may_be_named.data),
        )


class WithdrawForm(BaseForm):
    """Why a point is withdrawn."""

    reason = TextField(
        _l("Why is it withdrawn?"),
        [DataRequired(_l("Say why; it stays in the register with this reason."))],
        longest=500,
    )


class QuestionForm(BaseForm):
    """One question, in the languages of the consortium."""

    text = TranslatedField(_l("Question"), rows=2, longest=rules.LONGEST_QUESTION)

    def foreseen(self) -> None:
        """Ask the rules of questions."""
        rules.check_text(self.text.data)
