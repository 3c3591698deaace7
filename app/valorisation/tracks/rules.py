"""What must hold of milestones: pure functions with named refusals."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import Refused
from app.valorisation.items.rules import NotProven
from app.valorisation.tracks.models import DECIDED, MilestoneKind


class NotConsulted(Refused):
    """Nobody was consulted about a micro-credential yet, or what they said has no answer."""


class AnotherOpen(Refused):
    """The same milestone of the micro-credential is planned already."""

    def __init__(self) -> None:
        super().__init__(kind=_("This milestone is planned already. Change that one instead."))


class MovedWithoutReason(Refused):
    """The day a milestone was planned for would move, and nobody says why."""

    def __init__(self) -> None:
        super().__init__(move_reason=_("It was planned for another day. Say why it moves."))


def check_days(planned_on: date | None, reached_on: date | None, valid_until: date | None) -> None:
    """Refuse a milestone that ends before it was reached, or while it is open before the day it is planned for."""
    if reached_on is not None and valid_until is not None and valid_until < reached_on:
        raise Refused(valid_until=_("It would end before it was reached."))
    if reached_on is None and planned_on is not None and valid_until is not None and valid_until < planned_on:
        raise Refused(valid_until=_("It would end before the day it is planned for."))


def check_reached(reached_on: date, today: date, proven: bool) -> None:
    """Stand before a milestone counts as reached. Raises ``Refused`` for a day to come, and ``NotProven``."""
    if reached_on > today:
        raise Refused(reached_on=_("This day has not come yet."))
    if not proven:
        raise NotProven


def check_decided(kind: MilestoneKind, has_authority: bool, reference: str | None, level: str | None) -> None:
    """Stand before what a body decides: who decided, by which decision, of the national framework its level, too."""
    if kind not in DECIDED:
        return
    wrong = {}
    if not has_authority:
        wrong["authority"] = _("Say which body decided.")
    if not reference:
        wrong["decision_reference"] = _("Say by which decision.")
    if wrong:
        raise Refused(**wrong)
    if kind is MilestoneKind.NQF_INCLUDED and not level:
        raise Refused(_("Its design names no level of the national framework yet."))


def check_consulted(kind: MilestoneKind, consultations: int, unanswered: int) -> None:
    """Stand before something counts as consulted. Raises ``NotConsulted``."""
    if kind is not MilestoneKind.CONSULTED:
        return
    if not consultations:
        raise NotConsulted(_("No consultation about it was held yet; one that was has to name it."))
    if unanswered:
        raise NotConsulted(
            ngettext(
                "%(num)s point of feedback about it has no answer yet.",
                "%(num)s points of feedback about it have no answer yet.",
                unanswered,
            )
        )
