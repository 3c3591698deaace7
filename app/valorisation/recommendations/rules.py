"""What must hold of recommendations: pure functions with named refusals."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Refused
from app.valorisation.recommendations.models import RecommendationState

S = RecommendationState
# An answer in these states is worth nothing without its words.
NEEDS_WORDS = frozenset({S.PARTLY, S.DECLINED})
NEEDS_REASON = frozenset({S.WITHDRAWN, S.DRAFT})
# What stays as it was sent.
SAID = ("country", "text", "background", "addressee_id", "body")


class OneAddressee(Refused):
    """A recommendation goes to nobody, or to two."""

    def __init__(self, is_double: bool) -> None:
        two = _("Choose an organisation or write a body, not both.")
        super().__init__(body=two if is_double else _("Say who is to read it: an organisation, or a body in words."))


class WasSent(Refused):
    """The words of what was sent would change."""

    def __init__(self) -> None:
        super().__init__(_("It was sent with these words, which stay. Take it back first, or write another one."))


class AnswerMissing(Refused):
    """An answer that does not accept everything says nothing."""

    def __init__(self) -> None:
        super().__init__(answer=_("Write down what was answered; the reader will ask why."))


def check_text(text: Mapping[str, str]) -> None:
    """Refuse a recommendation that says nothing."""
    if not any(words.strip() for words in text.values()):
        raise Refused(text=_("Write what is recommended, in any of the languages."))


def check_country(country: str, known: Collection[str]) -> None:
    """Refuse a country that develops no micro-credentials."""
    if country not in known:
        raise Refused(country=_("Choose a country that develops micro-credentials."))


def check_addressee(is_chosen: bool, body: str | None) -> None:
    """Refuse none and two. Raises ``OneAddressee``."""
    if is_chosen is bool(body):
        raise OneAddressee(is_double=is_chosen)


def check_microcredentials(country: str, microcredentials: Mapping[str, str]) -> None:
    """Refuse micro-credentials of other countries; they come as codes with the country of each."""
    strangers = sorted(code for code, of in microcredentials.items() if of != country)
    if strangers:
        raise Refused(microcredentials=_("Of another country: %(codes)s.", codes=", ".join(strangers)))


def check_said(state: RecommendationState, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse other words than were sent; what was withdrawn does not change at all. Raises ``WasSent``."""
    if state is S.WITHDRAWN:
        raise Refused(_("It was withdrawn and stays as it was."))
    if state is not S.DRAFT and any(before[name] != now[name] for name in SAID):
        raise WasSent


def check_sent(sent_on: date, today: date) -> None:
    """Refuse to have sent something on a day to come."""
    if sent_on > today:
        raise Refused(sent_on=_("This day has not come yet."))


def check_answer(state: RecommendationState, said: Mapping[str, str] | None) -> None:
    """Refuse an answer that does not accept everything and has no words. Raises ``AnswerMissing``."""
    if state in NEEDS_WORDS and not any((said or {}).values()):
        raise AnswerMissing


def check_answered(answered_on: date, sent_on: date | None, today: date) -> None:
    """Refuse an answer on a day to come, and before it was sent."""
    if answered_on > today:
        raise Refused(answered_on=_("This day has not come yet."))
    if sent_on is not None and answered_on < sent_on:
        raise Refused(answered_on=_("It was sent later."))


def check_reason(state: RecommendationState, reason: str | None) -> None:
    """Refuse to take back or withdraw without a reason."""
    if state in NEEDS_REASON and not reason:
        raise Refused(reason=_("Write why, in a few words."))
