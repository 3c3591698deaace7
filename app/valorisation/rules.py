"""What must hold of action plans: pure functions with named refusals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import Refused
from app.core.templating import day
from app.valorisation.models import ENDED, SECTIONS, PlanState

# Without these nobody could say what was approved; the other sections may stay open.
NEEDED = ("legal_framework", "recognition_route", "objectives")


class NotReadyToApprove(Refused):
    """A plan lacks what an approved one says; ``missing`` has a sentence for each."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = missing
        super().__init__(" ".join(missing))


class AnotherHolds(Refused):
    """The country works by another plan already, though its next version may be a draft."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Another plan of this country is approved or in execution. Complete or archive that one first, "
                "or write its next version."
            )
        )


class StillOpen(Refused):
    """A plan would be called completed with open ``items``, told by number and title, and nobody says why."""

    def __init__(self, items: Sequence[str]) -> None:
        self.items = items
        super().__init__(
            reason=ngettext(
                "This item is still open: %(items)s. Settle it first, or say why the plan is completed.",
                "These items are still open: %(items)s. Settle them first, or say why the plan is completed.",
                len(items),
                items="; ".join(items),
            )
        )


class OutsidePeriod(Refused):
    """Something would have happened outside the days in which it is expected, and nobody says why."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            reason=_(
                "Expected between %(first)s and %(last)s. Say why the day lies outside, or choose another one.",
                first=day(first),
                last=day(last),
            )
        )


def is_outside(on: date, period: tuple[date, date]) -> bool:
    """Whether a day lies outside a period's first and last."""
    return not period[0] <= on <= period[1]


def check_inside(on: date, period: tuple[date, date], reason: str | None) -> None:
    """Refuse a day outside a period without a reason. Raises ``OutsidePeriod``."""
    if is_outside(on, period) and not reason:
        raise OutsidePeriod(*period)


def check_period(starts_on: date, ends_on: date) -> None:
    """Refuse a period that ends before it begins."""
    if ends_on < starts_on:
        raise Refused(ends_on=_("It ends before it begins."))


def check_country(country: str, known: Collection[str]) -> None:
    """Refuse a country that develops no micro-credentials."""
    if country not in known:
        raise Refused(country=_("Choose a country that develops micro-credentials."))


def check_priorities(country: str, microcredentials: Mapping[str, str]) -> None:
    """Refuse micro-credentials of other countries; they come as codes with the country of each."""
    strangers = sorted(code for code, of in microcredentials.items() if of != country)
    if strangers:
        raise Refused(microcredentials=_("Of another country: %(codes)s.", codes=", ".join(strangers)))


def missing_for_approval(sections: Mapping[str, bool], has_lead: bool, priorities: int) -> list[str]:
    """What an approved plan says and this one does not, a sentence each; ``sections`` says which are written."""
    missing = []
    if not has_lead:
        missing.append(_("Nobody answers for it yet: choose an organisation."))
    blank = [str(SECTIONS[name]) for name in NEEDED if not sections.get(name)]
    if blank:
        missing.append(
            ngettext(
                "This section is not written: %(names)s.",
                "These sections are not written: %(names)s.",
                len(blank),
                names=", ".join(blank),
            )
        )
    if not priorities:
        missing.append(_("No micro-credential comes first: choose one at least."))
    return missing


def check_open(state: PlanState) -> None:
    """Refuse to change what is in a plan that has ended."""
    if state in ENDED:
        raise Refused(_("%(state)s: this plan is not changed any more.", state=state.label))


def check_completed(still_open: Sequence[str], reason: str | None) -> None:
    """Refuse to call a plan completed with open items without a reason. Raises ``StillOpen``."""
    if still_open and not reason:
        raise StillOpen(still_open)


def check_approval(missing: Sequence[str], another_holds: bool, approved_on: date, today: date) -> None:
    """Stand before an approval. Raises ``NotReadyToApprove``, ``AnotherHolds``, and ``Refused`` for a day to come."""
    if missing:
        raise NotReadyToApprove(missing)
    if another_holds:
        raise AnotherHolds
    if approved_on > today:
        raise Refused(approved_on=_("This day has not come yet."))
