"""What must hold of feedback and of the answers to it, as pure functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import Refused
from app.core.sought import keys_of
from app.events.feedback.models import NEEDS_REASON, Disposition
from app.events.models import EventKind, EventState, Visibility
from app.events.spans import words

LONGEST_QUESTION = 500
LONGEST_TEXT = 4000


class NothingSaid(Refused):
    """A point or a question without a text."""


class OutcomeElsewhere(Refused):
    """A learning outcome of a micro-credential that the point does not concern."""


class NothingToSayYet(Refused):
    """The event has not begun."""


class NoFeedbackHere(Refused):
    """An event that takes no feedback: a deadline, a draft, one that was called off or is closed."""


class ReasonMissing(Refused):
    """An answer other than "accepted" without its reason."""


class NoAnswer(Refused):
    """A disposition that is no answer."""


class FeedbackOpen(Refused):
    """An event that would be closed while points have no answer."""


class NotForThePublic(Refused):
    """Feedback of an event that the public does not see."""


class ChangedMeanwhile(Refused):
    """Something would be published that nobody looked at."""


class AskedTwice(Refused):
    """A question that the event asks already."""


class QuestionAnswered(Refused):
    """A question that points answer cannot be taken away."""


def check_text(text: Mapping[str, str]) -> None:
    """Raise ``NothingSaid`` where no language says what was said, or is asked."""
    if not any(part.strip() for part in text.values()):
        raise NothingSaid(text=_("Write it down, in any of the languages."))


def check_asked_once(text: Mapping[str, str], others: Iterable[Mapping[str, str]], field: str) -> None:
    """A question stands once in each language, however it is spaced. Raises ``AskedTwice`` at ``field``."""
    asked = {_plainly(language, part) for other in others for language, part in other.items()}
    for language, part in text.items():
        if _plainly(language, part) in asked:
            raise AskedTwice(**{field: _("“%(text)s” is asked already.", text=part)})


def _plainly(language: str, text: str) -> tuple[str, str]:
    return language, " ".join(text.casefold().split())


def check_outcome(microcredential: int | None, concerned: Collection[int]) -> None:
    """A learning outcome belongs to what the point concerns; both are keys. Raises ``OutcomeElsewhere``."""
    if microcredential is not None and microcredential not in concerned:
        raise OutcomeElsewhere(
            outcome_id=_("This outcome belongs to another micro-credential; choose that one above, too.")
        )


def check_takes_feedback(kind: EventKind, state: EventState) -> None:
    """Raise ``NoFeedbackHere`` where nothing can be written down any more, or ever."""
    if kind is EventKind.DEADLINE or state in (EventState.DRAFT, EventState.CANCELLED, EventState.CLOSED):
        label = kind.label if kind is EventKind.DEADLINE else state.label
        raise NoFeedbackHere(_("%(state)s: no feedback can be written down there.", state=label))


def check_asks(kind: EventKind, state: EventState) -> None:
    """Questions may be prepared in a draft already. Raises ``NoFeedbackHere`` as ``check_takes_feedback``."""
    if state is not EventState.DRAFT or kind is EventKind.DEADLINE:
        check_takes_feedback(kind, state)


def check_begun(starts_on: date, today: date) -> None:
    """Nobody said anything before the event began. Raises ``NothingToSayYet``."""
    if starts_on > today:
        raise NothingToSayYet(_("Nothing has been said yet: it begins on %(day)s.", day=words(starts_on)))


def check_answer(disposition: Disposition, reason: Mapping[str, str] | None) -> None:
    """An answer is no beginning and no withdrawal, and says why unless all is accepted.

    Raises ``NoAnswer`` and ``ReasonMissing``.
    """
    if disposition in (Disposition.OPEN, Disposition.WITHDRAWN):
        raise NoAnswer(state=_("Choose what becomes of it."))
    if disposition in NEEDS_REASON and not any(part.strip() for part in (reason or {}).values()):
        raise ReasonMissing(reason=_("Say why; whoever said it will ask."))


def check_withdrawal(reason: str | None) -> None:
    """Nothing is withdrawn without a reason. Raises ``ReasonMissing``."""
    if not reason:
        raise ReasonMissing(reason=_("Say why; it stays in the register with this reason."))


def check_all_answered(codes: Sequence[str]) -> None:
    """An event is closed when every point has an answer; ``codes`` are those without. Raises ``FeedbackOpen``."""
    if codes:
        raise FeedbackOpen(closing_needs(codes))


def closing_needs(codes: Sequence[str]) -> str:
    """The sentence about points without an answer, for whoever would close their event."""
    return ngettext(
        "Before the event can be closed, one point of feedback needs an answer: %(codes)s.",
        "Before the event can be closed, %(num)s points of feedback need an answer: %(codes)s.",
        len(codes),
        codes=", ".join(codes),
    )


def check_public(visibility: Visibility) -> None:
    """What was said is published of events that the public sees. Raises ``NotForThePublic``."""
    if visibility is not Visibility.PUBLIC:
        raise NotForThePublic(_("The public does not see this event. Open the event to everybody first."))


def check_unanswered(points: int) -> None:
    """Raise ``QuestionAnswered`` where points answer a question."""
    if points:
        raise QuestionAnswered(
            ngettext(
                "%(num)s point answers this question; it stays.",
                "%(num)s points answer this question; it stays.",
                points,
            )
        )


def check_looked_at(seen: str | None, stands: str) -> None:
    """Raise ``ChangedMeanwhile`` where what was looked at is another by now; ``None`` says nothing of it."""
    if seen and seen != stands:
        raise ChangedMeanwhile(_("Something changed after you opened this page. Look at it again, then show it."))


def names_one_of(texts: Mapping[str, str] | None, names: Collection[str]) -> bool:
    """Whether a text, in any of its languages, has one of these names in it, however it is written."""
    wanted = [f" {' '.join(words)} " for words in map(keys_of, names) if words]
    said = [f" {' '.join(keys_of(text))} " for text in (texts or {}).values()]
    return any(name in text for name in wanted for text in said)
