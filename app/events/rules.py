"""What must hold of an event, as pure functions; each refusal has a name of its own and says where it belongs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import Refused
from app.events.models import DEADLINE_STATES, ConsultationType, EventKind, EventState, Format
from app.events.spans import words

CLOSED = _l("This event is closed. Reopen it to change it.")
MOST_PEOPLE = 1_000_000
MOST_SEATS = 100_000
# An event of these kinds is logged for the sake of the micro-credentials it concerned.
ABOUT_MICROCREDENTIALS = frozenset({EventKind.CONSULTATION, EventKind.ROUND_TABLE})
WITHOUT_PLACE = frozenset({ConsultationType.WRITTEN, ConsultationType.SURVEY})


class CountsWrong(Refused):
    """A count below nought, absurdly high, or groups that do not add up to the total."""


class NumberWrong(Refused):
    """A meeting's number that nobody would count to."""


class NumberTaken(Refused):
    """A number that another event of the series has."""


class SeatsWrong(Refused):
    """Seats that are no number of seats, or where nobody meets."""


class LinkWrong(Refused):
    """A link that is no web address."""


class LinkInPlace(Refused):
    """A web address where everybody reads it."""


class PlaceMissing(Refused):
    """Nobody would know where to go."""


class TitleMissing(Refused):
    """No title in any language."""


class NotYetHeld(Refused):
    """The day has not come."""


class NobodyThere(Refused):
    """Neither organisations nor people took part."""


class NothingConcerned(Refused):
    """A consultation or round table without a micro-credential."""


class MinutesMissing(Refused):
    """Neither a summary nor decisions nor minutes of the agenda."""


class EventClosed(Refused):
    """What is closed is reopened before it is changed."""


class StateUnfit(Refused):
    """A state that this kind of event does not have."""


def all_of(*checks: Callable[[], object]) -> None:
    """Run every check, so that everything wrong is told at once. Raises ``Refused`` with the messages of all."""
    messages: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Refused as refused:
            for field, message in refused.messages.items():
                messages.setdefault(field, message)
    if messages:
        raise Refused(**messages)


def check_title(title: dict[str, str]) -> None:
    """A title in one language at least. Raises ``TitleMissing``."""
    if not any(text.strip() for text in title.values()):
        raise TitleMissing(title=_("Write a title, in any of the languages."))


def check_counts(counts: Sequence[int | None], total: int | None) -> None:
    """Counts of women, men, non-binary and not stated, and how many were there altogether. Raises ``CountsWrong``.

    No total, or only a total, is fine.
    """
    named = zip(("women", "men", "nonbinary", "undisclosed", "total"), (*counts, total), strict=True)
    wrong = [field for field, count in named if count is not None and not 0 <= count <= MOST_PEOPLE]
    if wrong:
        raise CountsWrong(**dict.fromkeys(wrong, _("Write a number from 0 to %(most)s.", most=MOST_PEOPLE)))
    known = [count or 0 for count in counts]
    if total is not None and any(count is not None for count in counts) and sum(known) != total:
        raise CountsWrong(
            total=_(
                "%(sum)s make %(made)s, not %(total)s.", sum=" + ".join(map(str, known)), made=sum(known), total=total
            )
        )


def check_countries(people: int, by_country: Mapping[str, int]) -> None:
    """Where people came from adds up to how many there were. Raises ``CountsWrong``; no country is fine."""
    if any(not 0 <= count <= MOST_PEOPLE for count in by_country.values()):
        raise CountsWrong(by_country=_("Write a number from 0 to %(most)s.", most=MOST_PEOPLE))
    made = sum(by_country.values())
    if by_country and made != people:
        each = ", ".join(f"{code} {count}" for code, count in by_country.items())
        raise CountsWrong(
            total=_("By country there are %(made)s (%(each)s), not %(total)s.", made=made, each=each, total=people)
        )


def check_number(number: int | None) -> None:
    """A meeting's number counts from 1. Raises ``NumberWrong``."""
    if number is not None and not 1 <= number <= 9999:
        raise NumberWrong(number=_("Write a number from 1 to 9999."))


def check_seats(held: Format | None, onsite: int | None, online: int | None) -> None:
    """Room for somebody, and only where people meet. Raises ``SeatsWrong``."""
    wrong = {
        name: _("Write a number from 1 to %(most)s.", most=MOST_SEATS)
        for name, seats in (("onsite_seats", onsite), ("online_seats", online))
        if seats is not None and not 1 <= seats <= MOST_SEATS
    }
    if held is Format.ONLINE and onsite is not None:
        wrong.setdefault("onsite_seats", _("It takes place online: leave this empty, or choose another form."))
    if held is Format.ONSITE and online is not None:
        wrong.setdefault("online_seats", _("It takes place on site: leave this empty, or choose another form."))
    if wrong:
        raise SeatsWrong(**wrong)


def check_link(link: str | None) -> None:
    """A web address or nothing. Raises ``LinkWrong``."""
    if link is None:
        return
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or any(c.isspace() or not c.isprintable() for c in link)
    ):
        raise LinkWrong(link=_("Write an address like https://example.org/meeting."))


def check_no_link(**places: str | None) -> None:
    """No web address in a place, by the name of its field: a place is public. Raises ``LinkInPlace``."""
    public = [field for field, place in places.items() if place and "://" in place]
    if public:
        told = _("Everybody reads this. Write the web address under “Link”, which visitors do not see.")
        raise LinkInPlace(**dict.fromkeys(public, told))


def check_place(format: Format | None, place: str | None, link: str | None, *, needs_link: bool) -> None:  # noqa: A002
    """On site one needs a place, online a link unless ``needs_link`` is false. Raises ``PlaceMissing``."""
    if format in (Format.ONSITE, Format.HYBRID) and not place:
        raise PlaceMissing(venue=_("Write where people meet."))
    if format in (Format.ONLINE, Format.HYBRID) and needs_link and not link:
        raise PlaceMissing(link=_("Write the link, or tick that it follows later."))


def check_not_closed(state: EventState) -> None:
    """Raises ``EventClosed``."""
    if state is EventState.CLOSED:
        raise EventClosed(str(CLOSED))


def fits(kind: EventKind, state: EventState) -> bool:
    """Whether a kind of event has this state: deadlines are planned, done or cancelled; nothing else is ever "done"."""
    return state in DEADLINE_STATES if kind is EventKind.DEADLINE else state is not EventState.DONE


def check_state(kind: EventKind, state: EventState) -> None:
    """Raises ``StateUnfit`` where this kind of event does not have the state."""
    if not fits(kind, state):
        raise StateUnfit(_("%(kind)s: cannot become “%(state)s”.", kind=kind.label, state=state.label))


def check_day_has_come(ends_on: date, today: date) -> None:
    """What has been held lies behind us. Raises ``NotYetHeld``."""
    if ends_on > today:
        raise NotYetHeld(starts_on=_("%(day)s is after today, %(today)s.", day=words(ends_on), today=words(today)))


def check_somebody_there(people: int | None, organisations: int) -> None:
    """Somebody took part: counted people or named organisations. Raises ``NobodyThere``."""
    if not people and not organisations:
        raise NobodyThere(organisations=_("Say who took part: organisations, or how many people."))


def check_concerns(kind: EventKind, microcredentials: int) -> None:
    """Consultations and round tables are about micro-credentials. Raises ``NothingConcerned``."""
    if kind in ABOUT_MICROCREDENTIALS and not microcredentials:
        raise NothingConcerned(microcredentials=_("Choose at least one micro-credential."))


def check_minutes(summary: dict[str, str] | None, *, is_written_of: bool) -> None:
    """Minutes are a summary, decisions or what was said at an item of the agenda. Raises ``MinutesMissing``."""
    if not summary and not is_written_of:
        raise MinutesMissing(summary=_("Write what was said, or what was decided, first."))
