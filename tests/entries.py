"""Calendar facts and calendars for tests: one ordinary event, and whatever a test changes in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.events.ical import Audience, CalendarFacts, vevent, zone_needed
from app.feeds.calendar import calendar_frame, feed_uid

STARTS = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
ENDS = datetime(2026, 5, 12, 10, 30, tzinfo=UTC)
ORDINARY = CalendarFacts(
    uid=UUID("0198c0de-0000-7000-8000-000000000007"),
    domain="portal.example",
    sequence=2,
    created=datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC),
    changed=datetime(2026, 2, 1, 12, 30, 45, tzinfo=UTC),
    all_day=False,
    starts=STARTS,
    ends=ENDS,
    zone="Europe/Berlin",
    title="Round table",
    page_url="https://portal.example/events/7",
    status="confirmed",
)


def facts(**changes: Any) -> CalendarFacts:
    """Return the ordinary event with `changes`."""
    return replace(ORDINARY, **changes)


def calendar_of(*events: CalendarFacts, audience: Audience = Audience.MEMBER, **changes: Any) -> bytes:
    """Return a feed of `events`; `changes` are arguments of `calendar_frame`."""
    arguments: dict[str, Any] = {
        "name": "BEM – all events",
        "description": "Meetings and deadlines",
        "uid": feed_uid("all", "portal.example"),
        "url": "https://portal.example/events/",
        "source": "https://portal.example/feeds/all.ics",
        "zones": [zone for event in events if (zone := zone_needed(event))],
        "default_zone": "Europe/Berlin",
    }
    entries = "".join(vevent(event, audience=audience) for event in events)
    head, foot = calendar_frame(**{**arguments, **changes})
    return head + entries.encode() + foot


def properties(text: str, name: str) -> list[str]:
    """Return the unfolded lines of the property `name`, each from the character behind the name."""
    lines = text.replace("\r\n ", "").split("\r\n")
    return [line.removeprefix(name) for line in lines if line.startswith((f"{name}:", f"{name};"))]
