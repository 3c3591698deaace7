"""What must hold of memoranda: pure functions with named refusals, and what is missing before one can be sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.core.errors import Refused
from app.mou.models import OPEN, RUNNING, Instrument, Mou, MouParty, MouState, PartyRole

LONGEST_MONTHS = 600
LONGEST_NOTICE = 3650
MOST_LANGUAGES = 2
LINK_DAYS = range(1, 181)
REMIND_AFTER = range(1, 91)
MOST_REMINDERS = 10
# So many days before the end somebody is told; the nearest first.
REMINDED_BEFORE = (30, 90)
# Instruments between a school and a company, which need one of each.
PAIRED = frozenset({Instrument.MOU, Instrument.COOPERATION_AGREEMENT, Instrument.DUAL_CONTRACT})


class Frozen(Refused):
    """The text is out for signature or signed, and nobody changes it."""

    def __init__(self, state: MouState) -> None:
        super().__init__(
            _(
                "It is “%(state)s”: what was sent is not changed. Recall it first, or agree on an addendum.",
                state=state.label,
            )
        )


class PartyTwice(Refused):
    """An organisation would be a party twice."""

    def __init__(self, name: str) -> None:
        super().__init__(organisation=_("“%(name)s” is a party already.", name=name))


class NotComplete(Refused):
    """A memorandum lacks what it needs before it is sent; ``missing`` says what."""

    def __init__(self, missing: Sequence["Missing"]) -> None:
        self.missing = missing
        super().__init__(" ".join(one.sentence for one in missing))


class NotNow(Refused):
    """A memorandum cannot be renewed, amended or terminated as it stands; ``str()`` says why."""


@dataclass(frozen=True)
class Missing:
    """Something that stands in the way of sending: a sentence, and the part of the page where it is mended."""

    part: str
    sentence: str


def check_open(state: MouState) -> None:
    """Refuse to change what is frozen. Raises ``Frozen``."""
    if state not in OPEN:
        raise Frozen(state)


def faults(
    title: Mapping[str, str],
    languages: Sequence[str],
    prevailing: str | None,
    *,
    offered: Collection[str],
) -> dict[str, str]:
    """What is wrong with title and languages, by field; ``offered`` are the languages of the template."""
    wrong = {}
    if not any(title.values()):
        wrong["title"] = _("Write a title, in one of its languages at least.")
    if not languages:
        wrong["languages"] = _("Choose the language of the text, or two.")
    elif len(languages) > MOST_LANGUAGES:
        wrong["languages"] = _("Two languages stand side by side; more do not fit.")
    elif len(set(languages)) < len(languages):
        wrong["languages"] = _("Choose two different languages.")
    elif strangers := [code for code in languages if code not in offered]:
        wrong["languages"] = _("The template has no text in: %(codes)s.", codes=", ".join(strangers))
    if prevailing and prevailing not in languages:
        wrong["prevailing_language"] = _("The version that prevails is one of the two.")
    return wrong


def term_faults(
    effective_from: date | None, duration_months: int | None, ends_on: date | None, is_open_ended: bool
) -> dict[str, str]:
    """What is wrong with how long it lasts, by field: a duration, an end or none, and never two of them."""
    wrong = {}
    if duration_months is not None and not 0 < duration_months <= LONGEST_MONTHS:
        wrong["duration_months"] = _("From 1 to %(most)d months.", most=LONGEST_MONTHS)
    if duration_months is not None and ends_on is not None:
        wrong["ends_on"] = _("Either a duration or an end, not both.")
    elif ends_on is not None and effective_from is not None and ends_on < effective_from:
        wrong["ends_on"] = _("It would end before it begins.")
    if is_open_ended and (duration_months is not None or ends_on is not None):
        wrong["is_open_ended"] = _("It cannot be without an end and have one.")
    return wrong


def policy_faults(
    notice_days: int, link_days: int, remind_after_days: int | None, remind_at_most: int
) -> dict[str, str]:
    """What is wrong with notice and with how the signing goes, by field."""
    wrong = {}
    if not 0 <= notice_days <= LONGEST_NOTICE:
        wrong["notice_days"] = _("From 0 to %(most)d days.", most=LONGEST_NOTICE)
    if link_days not in LINK_DAYS:
        wrong["link_days"] = _("From 1 to %(most)d days.", most=LINK_DAYS[-1])
    if remind_after_days is not None and remind_after_days not in REMIND_AFTER:
        wrong["remind_after_days"] = _("From 1 to %(most)d days.", most=REMIND_AFTER[-1])
    if not 0 <= remind_at_most <= MOST_REMINDERS:
        wrong["remind_at_most"] = _("From 0 to %(most)d times.", most=MOST_REMINDERS)
    return wrong


def last_day(begins: date, duration_months: int | None, ends_on: date | None) -> date | None:
    """The last day of an agreement: the one named, or the day before the same day so many months later."""
    if ends_on is not None or duration_months is None:
        return ends_on
    return months_later(begins, duration_months) - timedelta(days=1)


def next_last_day(begins: date, duration_months: int | None, ends_on: date | None, day: date) -> date | None:
    """The last day of an agreement that goes on for as long again each time: the first one on ``day`` or later.

    ``None`` for one that has no end.
    """
    last, times = last_day(begins, duration_months, ends_on), 1
    while last is not None and last < day:
        times += 1
        if duration_months is not None:
            last = months_later(begins, times * duration_months) - timedelta(days=1)
        else:
            # What was signed after the end it names goes on by a day at least: else this would never end.
            last += max((ends_on or last) - begins, timedelta()) + timedelta(days=1)
    return last


def deadline(last: date, notice_days: int, *, goes_on: bool) -> date:
    """The day by which somebody has to have acted: the last one, or for what goes on, the last to give notice."""
    return last - timedelta(days=notice_days) if goes_on else last


def reminder_due(by: date, begins: date, today: date) -> int | None:
    """How many days before ``by`` the reminder is that is due on a day; ``None`` where none is, or it was too soon.

    What lasts no longer than that many days is not reminded of so early.
    """
    left = (by - today).days
    found = next((days for days in REMINDED_BEFORE if 0 <= left <= days), None)
    return found if found is not None and begins + timedelta(days=found) <= by else None


def why_not_renewed(mou: Mou, successor: str | None) -> str | None:
    """Why a memorandum cannot be renewed now; ``successor`` is the number of one that renews it already."""
    if mou.amends_id is not None:
        return _("An addendum is not renewed by itself: renew what it amends.")
    if mou.state is MouState.TERMINATED or mou.termination is not None:
        return _("It was terminated. Draft a new memorandum instead.")
    if mou.state not in (MouState.IN_FORCE, MouState.EXPIRED):
        return _("It is “%(state)s”: only what is in force or expired is renewed.", state=mou.state.label)
    if successor is not None:
        return _("%(reference)s renews it already.", reference=successor)
    return None


def why_not_amended(mou: Mou, addendum: str | None) -> str | None:
    """Why no addendum can be drafted now; ``addendum`` is the number of one that is not signed yet."""
    if mou.amends_id is not None:
        return _("An addendum has no addenda: amend the memorandum itself.")
    if mou.state not in RUNNING:
        return _("It is “%(state)s”: only what is signed and not over is amended.", state=mou.state.label)
    if addendum is not None:
        return _("%(reference)s is an addendum that is not signed yet. Finish it first.", reference=addendum)
    return None


def why_not_terminated(mou: Mou) -> str | None:
    """Why a memorandum cannot be terminated now."""
    if mou.termination is not None:
        return _("That it ends is recorded already.")
    if mou.state not in RUNNING:
        return _("It is “%(state)s”: only what is signed and not over is terminated.", state=mou.state.label)
    return None


@dataclass(frozen=True)
class Term:
    """How long a memorandum runs, as far as its termination asks: when signed, until when, and how it can end."""

    signed_on: date
    last_day: date | None
    notice_days: int
    goes_on: bool


def termination_faults(
    term: Term, *, notice_on: date, last: date, has_party: bool, is_agreed: bool, today: date
) -> dict[str, str]:
    """What is wrong with a termination, by field; ``has_party`` is whether somebody is named who gave notice."""
    wrong = {}
    if not has_party and not is_agreed:
        wrong["party"] = _("Say who gave notice, or that all parties agreed.")
    if notice_on > today:
        wrong["notice_on"] = _("That day is still to come.")
    elif notice_on < term.signed_on:
        wrong["notice_on"] = _("It was not signed yet: it was signed on %(day)s.", day=_day(term.signed_on))
    earliest = notice_on + timedelta(days=term.notice_days)
    if last < notice_on:
        wrong["last_day"] = _("It would end before notice was given.")
    elif last < earliest and not is_agreed:
        days = ngettext("%(num)s day", "%(num)s days", term.notice_days)
        wrong["last_day"] = _(
            "Notice is %(days)s: it ends on %(day)s at the earliest, unless all parties agreed.",
            days=days,
            day=_day(earliest),
        )
    elif term.last_day is not None and not term.goes_on and last > term.last_day:
        wrong["last_day"] = _("It ends on %(day)s by itself.", day=_day(term.last_day))
    return wrong


def _day(day: date) -> str:
    return str(format_date(day, "long", locale=get_locale() or "en_GB"))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    length = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, length))


def missing(mou: Mou, *, by_link: bool = True) -> list[Missing]:
    """What a memorandum lacks before it is sent, a sentence each; the rest of it is checked when it is saved.

    Who signs on paper or elsewhere (not ``by_link``) needs no mailbox.
    """
    found = missing_parties(mou.instrument, mou.parties, by_link=by_link)
    if not mou.microcredentials and not mou.no_microcredentials_reason:
        found.append(Missing("edit", _("It concerns no micro-credential, and nobody wrote why.")))
    if mou.duration_months is None and mou.ends_on is None and not mou.is_open_ended:
        found.append(Missing("edit", _("Nobody said how long it lasts: choose months, an end, or that it has none.")))
    for code in mou.languages:
        if not mou.title.get(code):
            found.append(Missing("edit", _("The title is missing in one of its languages: %(code)s.", code=code)))
        if not (mou.purpose or {}).get(code):
            found.append(Missing("edit", _("The purpose is missing in one of its languages: %(code)s.", code=code)))
    return found


def missing_parties(instrument: Instrument, parties: Sequence[MouParty], *, by_link: bool = True) -> list[Missing]:
    """What the parties lack before the memorandum is sent, a sentence each."""
    found = []
    if len(parties) < 2:
        found.append(Missing("parties", _("An agreement has two parties at least.")))
    roles = {party.role for party in parties}
    if instrument in PAIRED:
        if PartyRole.SCHOOL not in roles:
            found.append(Missing("parties", _("No party is a school.")))
        if PartyRole.COMPANY not in roles:
            found.append(Missing("parties", _("No party is a company.")))
    for party in parties:
        found += _missing_of(party, by_link=by_link)
    return found


def _missing_of(party: MouParty, *, by_link: bool) -> list[Missing]:
    name = next(iter(party.legal_name.values()), "")
    found = []
    if not (party.address or "").strip():
        found.append(Missing("parties", _("%(party)s: its address is missing.", party=name)))
    if not party.signatories:
        found.append(Missing("parties", _("%(party)s: nobody signs for it.", party=name)))
    for signatory in party.signatories:
        if by_link and not signatory.email:
            said = _("%(party)s: %(name)s has no e-mail address.", party=name, name=signatory.name)
            found.append(Missing("parties", said))
    return found


def check_signatories(emails: Sequence[str]) -> None:
    """Refuse one mailbox for two people: a link to it would not say who signed. Raises ``Refused``."""
    known: set[str] = set()
    for email in emails:
        if email.casefold() in known:
            raise Refused(email=_("Another signatory has this address; each signs by a mailbox of their own."))
        known.add(email.casefold())
