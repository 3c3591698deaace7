"""What must hold of a report on a commitment, pure."""

from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused

MOST = 1_000_000_000


def check_report(
    amount: int | None, words: str | None, day: date, *, is_counted: bool, signed_on: date, today: date
) -> None:
    """A report says how much, where that is counted, or something in words, as of a day since the signing.

    Raises ``Refused`` with everything that is wrong.
    """
    wrong = {}
    if amount is None and is_counted:
        wrong["amount"] = _("Say how many so far; 0 is an answer, too.")
    elif amount is not None and not 0 <= amount <= MOST:
        wrong["amount"] = _("From 0 to %(most)d.", most=MOST)
    if amount is None and not is_counted and not words:
        wrong["words"] = _("Say in a few words how far it is.")
    if day > today:
        wrong["day"] = _("That day is still to come.")
    elif day < signed_on:
        wrong["day"] = _("It was not signed yet on that day.")
    if wrong:
        raise Refused(**wrong)
