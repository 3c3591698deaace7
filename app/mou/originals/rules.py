"""What must hold of originals signed elsewhere: pure functions with named refusals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused
from app.mou.models import OPEN, MouState
from app.mou.originals.models import DISCOUNTED, Container, Level, Result

LONGEST_NOTE = 2_000
MOST_ORIGINALS = 40


class NotHere(Refused):
    """Originals are not taken in this state, or while the text is out by link; the text says what to do."""


class Unsigned(Refused):
    """Some party has signed nothing that counts."""


def check_state(state: MouState, *, is_out_by_link: bool) -> None:
    """Originals are added while it is open, or frozen to be signed on paper. Raises ``NotHere``."""
    if is_out_by_link:
        raise NotHere(_("It is out for signature by link. Recall it first, or let everybody sign there."))
    if state not in OPEN and state is not MouState.READY_TO_SIGN:
        raise NotHere(_("It is “%(state)s”: nothing is signed any more.", state=state.label))


def check_added(
    levels: Mapping[int, Level], signed_on: date | None, today: date, since: date | None, container: Container | None
) -> dict[str, str]:
    """What is wrong with what is said of an original, by field; ``since`` is the day its text was frozen."""
    wrong = {}
    if not levels:
        wrong["levels"] = _("Say for which party it is signed.")
    if signed_on is None:
        wrong["signed_on"] = _("Say on which day it was signed.")
    elif signed_on > today:
        wrong["signed_on"] = _("That day is still to come.")
    elif since is not None and signed_on < since:
        wrong["signed_on"] = _("On that day there was not yet the text that was frozen to be signed.")
    pictured = container is Container.PICTURE
    if pictured and set(levels.values()) - {Level.WET_INK, Level.UNKNOWN}:
        wrong["levels"] = _("A picture shows what was signed by hand; it carries no electronic signature.")
    return wrong


def check_validation(result: Result, validator: str | None, note: str | None, checked_on: date, today: date) -> None:
    """A check says with what it was done; what is set aside says why. Raises ``Refused``."""
    wrong = {}
    if result is Result.SET_ASIDE:
        if not note:
            wrong["note"] = _("Write why, in a few words.")
    elif not validator:
        wrong["validator"] = _("Say with which program or service it was checked.")
    if checked_on > today:
        wrong["checked_on"] = _("That day is still to come.")
    if wrong:
        raise Refused(**wrong)


def counts(results: Sequence[Result]) -> bool:
    """Whether an original counts, by what was found of it, oldest first: the newest decides."""
    return not results or results[-1] not in DISCOUNTED


def check_concluded(parties: Mapping[int, str], signed: Collection[int]) -> None:
    """Every party signed something that counts. Raises ``Unsigned`` naming those that did not."""
    lacking = [name for key, name in parties.items() if key not in signed]
    if lacking:
        raise Unsigned(_("Nothing that counts is signed for: %(parties)s.", parties="; ".join(lacking)))
