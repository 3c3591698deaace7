"""What must hold of an attendance list, of signatures on it and of the counts made from it, as pure functions."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import Refused
from app.core.search_key import search_key
from app.events.attendance.models import Presence
from app.events.models import EventKind, EventState
from app.events.rules import CLOSED
from app.events.spans import words
from app.stakeholders.consent import is_baseless
from app.stakeholders.models import Organisation, Person

WITHOUT_LIST = frozenset({EventState.DRAFT, EventState.CANCELLED})
# Where people come from whom no country of the consortium sent, or nobody asked.
ELSEWHERE = "other"


class ListClosed(Refused):
    """An event that has no list, or whose list is closed with it."""


class NotYet(Refused):
    """Somebody would be there before the event."""


class NobodyNamed(Refused):
    """Neither a name nor an organisation."""


class ToBeErased(Refused):
    """Somebody whose data nothing allows to keep any more."""


class HadLeft(Refused):
    """An organisation that somebody did not speak for on the day of the event."""


class NameUnfit(Refused):
    """A typed name that is not the one on the list."""


class CountsDiffer(Refused):
    """Counts that do not add up with each other, with the countries or with the list."""


def check_open(kind: EventKind, state: EventState) -> None:
    """Meetings of every kind have a list from when they are planned until they are closed. Raises ``ListClosed``."""
    if kind is EventKind.DEADLINE:
        raise ListClosed(_("Nobody attends a deadline."))
    if state in WITHOUT_LIST:
        raise ListClosed(_("%(state)s: there is no attendance list.", state=state.label))
    if state is EventState.CLOSED:
        raise ListClosed(str(CLOSED))


def check_mark(presence: Presence, starts_on: date, today: date) -> None:
    """Who is excused may be known before; who is there is seen on the day. Raises ``NotYet``."""
    if presence is not Presence.EXCUSED and today < starts_on:
        raise NotYet(_("That can be said from %(day)s on, when the event begins.", day=words(starts_on)))


def check_somebody(name: str | None, organisation: object) -> None:
    """A row says who it is. Raises ``NobodyNamed``."""
    if not name and not organisation:
        raise NobodyNamed(name=_("Write a name, or choose the organisation."))


def check_may_be_listed(person: Person | None) -> None:
    """Nobody is put on a new list whose data are to be erased. Raises ``ToBeErased``."""
    if person is not None and is_baseless(person.lawful_basis, person.consents):
        raise ToBeErased(
            person=_("No consent of %(name)s stands any more: these data are to be erased.", name=person.name)
        )


def check_sent_by(person: Person | None, organisation: Organisation | None, day: date) -> None:
    """Nobody comes for an organisation that they had left, or did not speak for yet. Raises ``HadLeft``."""
    if person is not None and organisation is not None and has_left(person, organisation, day):
        why = _("%(name)s did not speak for this organisation on %(day)s.", name=person.name, day=words(day))
        raise HadLeft(organisation=why)


def has_left(person: Person, organisation: Organisation, day: date) -> bool:
    """Whether a person is known to speak for an organisation on other days alone; of whom nothing is known, not."""
    known = [one.holds_on(day) for one in person.affiliations if one.organisation_id == organisation.id]
    return bool(known) and not any(known)


def check_signed(drawing: str | None, typed: str | None, name: str | None) -> str:
    """Whoever signs draws or types the name on the list; answers the name that is kept.

    Raises ``NameUnfit`` for another name, for none, and for a drawing on a row that nobody is named in.
    """
    if drawing and name and not typed:
        return name
    if not typed:
        raise NameUnfit(typed=_("Type the name.") if drawing else _("Draw the signature, or type the name to confirm."))
    if name and search_key(typed) != search_key(name):
        raise NameUnfit(typed=_("On the list stands “%(name)s”. Type it as it stands there.", name=name))
    return name or typed


def check_counts(
    counts: Mapping[str, int | None],
    total: int | None,
    by_country: Mapping[str, int],
    present: int | None,
) -> None:
    """Women, men, non-binary and not stated make the total, so do the countries, and so does the list.

    ``present`` is how many the list has, ``None`` where there is none. Raises ``CountsDiffer`` with everything that
    does not add up.
    """
    known = [count or 0 for count in counts.values()]
    made = sum(known) if any(count is not None for count in counts.values()) else total
    messages: dict[str, str] = {}
    if total is not None and made != total:
        told = " + ".join(map(str, known))
        messages["total"] = _("%(sum)s make %(made)s, not %(total)s.", sum=told, made=made, total=total)
    countries = sum(by_country.values())
    if by_country and made is not None and countries != made:
        messages["by_country"] = _(
            "By country there are %(countries)s (%(each)s), altogether %(made)s.",
            countries=countries,
            each=each_of(by_country),
            made=made,
        )
    if present is not None and made is not None and made != present:
        told = _("On the list %(present)s were there, counted are %(made)s.", present=present, made=made)
        messages["total"] = f"{messages['total']} {told}" if "total" in messages else told
    if messages:
        raise CountsDiffer(**messages)


def faults(
    counts: Mapping[str, int | None], by_country: Mapping[str, int] | None, present: Mapping[str, int]
) -> list[str]:
    """What of an event's counts does not add up with its list, a sentence each; nothing where nobody counted."""
    if all(count is None for count in counts.values()) or not present:
        return []
    try:
        check_counts(counts, None, by_country or {}, sum(present.values()))
    except CountsDiffer as differ:
        found = list(differ.messages.values())
    else:
        found = []
    if by_country and not found and dict(by_country) != dict(present):
        told = _(
            "By country the list has %(list)s, counted are %(counted)s.",
            list=each_of(present),
            counted=each_of(by_country),
        )
        found.append(told)
    return found


def contradicted(count: int) -> str:
    """What does not go together: that people signed, or were declared, and are marked as not there; else nothing."""
    if not count:
        return ""
    return ngettext(
        "%(num)d who signed or was declared is marked as not there, and is not counted.",
        "%(num)d who signed or were declared are marked as not there, and are not counted.",
        count,
    )


def each_of(by_country: Mapping[str, int]) -> str:
    """Countries with their counts: "AM 3, GE 2"."""
    return ", ".join(f"{_('elsewhere') if code == ELSEWHERE else code} {count}" for code, count in by_country.items())


def taken(present: int, women: int | None, men: int | None, nonbinary: int | None) -> dict[str, int]:
    """Counts that make up ``present``: what is known of women, men and non-binary people stays while it fits.

    The list says nothing of gender, so that the rest is not stated.
    """
    known = {"women": women or 0, "men": men or 0, "nonbinary": nonbinary or 0}
    if sum(known.values()) > present:
        known = dict.fromkeys(known, 0)
    return {**known, "undisclosed": present - sum(known.values())}
