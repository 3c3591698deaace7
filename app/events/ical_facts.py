"""An event as the facts of its calendar entry.

The entry is in English where an event has English, because one calendar serves readers of every language; it is made of
the event's own row and the codes of its micro-credentials, so that nothing else can change it. To publish one of them
is a change of the entry, too, and gives it a new stamp.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from app.core.consortium import Consortium
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.events.models import Event, EventKind, EventState, Visibility

if TYPE_CHECKING:
    from app.events.ical import CalendarFacts

Status = Literal["tentative", "confirmed", "cancelled"]


@dataclass(frozen=True)
class PublishedPart:
    """What calendars show of an event and count as a change: time, place, link, title, status, and whether at all."""

    all_day: bool
    starts: date | datetime
    ends: date | datetime
    zone: str
    place: tuple[str | None, ...]
    link: str | None
    title: str
    status: Status
    is_public: bool


def published_part(event: Event) -> PublishedPart | None:
    """The part of an event whose change counts its sequence up; ``None`` for a draft, which no calendar shows."""
    if not event.is_published:
        return None
    title = read_in(event.title, SOURCE_LANGUAGE)
    return PublishedPart(
        all_day=event.all_day,
        starts=event.starts_at or event.starts_on,
        ends=event.ends_at or event.ends_on,
        zone=event.zone,
        place=(event.venue, event.address, event.city, event.country),
        link=event.link,
        title=title.text if title else "",
        status=_status(event.state),
        is_public=event.visibility is Visibility.PUBLIC,
    )


def published_facts(
    event: Event, consortium: Consortium, public_url: str, *, for_everybody: bool = False
) -> "CalendarFacts | None":
    """The facts of an event's calendar entry; ``None`` for a draft.

    ``public_url`` is the portal's own address without a slash at its end. ``for_everybody`` leaves out
    micro-credentials that were never published and who is responsible. The event needs its key, its stamps and its
    micro-credentials, so it was flushed before.
    """
    part = published_part(event)
    if part is None:
        return None
    venue, address, city, country = part.place
    title = read_in(event.title, SOURCE_LANGUAGE)
    spoken = consortium.by_language.get(title.language) if title else None
    named = consortium.by_country.get(country or "")
    concerned = [entry for entry in event.microcredentials if entry.is_for_everybody or not for_everybody]
    codes = [entry.code for entry in concerned]
    from app.events.ical import CalendarFacts  # icalendar is heavy, and most processes only read

    return CalendarFacts(
        uid=event.uid,
        domain=consortium.uid_domain,
        sequence=event.sequence,
        created=event.created_at,
        changed=max((event.updated_at, *(entry.published_at for entry in concerned if entry.published_at))),
        all_day=part.all_day,
        starts=part.starts,
        ends=part.ends,
        zone=part.zone,
        title=part.title,
        page_url=f"{public_url}/events/{event.id}",
        status=part.status,
        description=_description(event, codes, for_everybody=for_everybody),
        venue=venue or "",
        address=address or "",
        city=city or "",
        country=named.name.get(SOURCE_LANGUAGE, named.code) if named else (country or ""),
        conference_url=part.link,
        categories=(_category(event.kind), *filter(None, [country]), *codes),
        transparent=event.kind is EventKind.DEADLINE,
        language=spoken.html if spoken else SOURCE_LANGUAGE,
        example=event.is_example,
    )


def _status(state: EventState) -> Status:
    if state is EventState.CANCELLED:
        return "cancelled"
    return "tentative" if state in (EventState.DRAFT, EventState.PLANNED) else "confirmed"


def _category(kind: EventKind) -> str:
    # Not the label: that is in the language of whoever saved the event.
    return kind.value.replace("_", " ").capitalize()


def _description(event: Event, codes: list[str], *, for_everybody: bool) -> str:
    # Who is responsible is often a person, whose name stands in no calendar that anybody can read.
    said = (event.description, None if for_everybody else event.responsible)
    texts = [
        event.change_reason,
        *(reading.text for text in said if (reading := read_in(text, SOURCE_LANGUAGE))),
        f"Work packages: {', '.join(event.work_packages)}" if event.work_packages else None,
        f"Micro-credentials: {', '.join(codes)}" if codes else None,
    ]
    return "\n\n".join(text for text in texts if text)
