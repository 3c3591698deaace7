"""What minutes say, as plain facts that can be frozen, hashed and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.access import SYSTEM
from app.core.i18n import read_in
from app.core.templating import country_name
from app.core.word_changes import Part, compared
from app.events.agenda import queries as agenda
from app.events.agenda.models import AgendaItem
from app.events.attendance import queries as attendance
from app.events.attendance.models import THERE
from app.events.models import Event, Format
from app.events.outcomes import queries as outcomes
from app.events.outcomes.models import DecisionState
from app.events.when import said


def frozen(event: Event) -> dict[str, Any]:
    """Everything the minutes of an event say as they stand, as JSON: no account, and of those there only bodies."""
    rows = attendance.of_event(event)
    present = [row for row in rows if row.state in THERE]
    bodies = {row.sent_by: row.organisation.country if row.organisation else row.country for row in present}
    return {
        "event": {
            "title": dict(event.title),
            "kind": event.kind.value,
            "number": event.number,
            "zone": event.zone,
            "all_day": event.all_day,
            "starts_on": event.starts_on.isoformat(),
            "ends_on": event.ends_on.isoformat(),
            "starts_at": event.starts_at.isoformat() if event.starts_at else None,
            "ends_at": event.ends_at.isoformat() if event.ends_at else None,
            "format": event.format.value if event.format else None,
            "place": [part for part in (event.venue, event.address, event.city) if part],
            "country": event.country,
            "organiser": event.organiser.name if event.organiser else None,
        },
        "attendance": {
            "states": {state.value: count for state, count in attendance.counts(event).items()},
            "countries": dict(attendance.present_by_country(event)),
            "organisations": [[name, country] for name, country in bodies.items() if name],
        },
        "summary": dict(event.summary or {}),
        "items": [_item(item) for item in agenda.items(event)],
        "decisions": [
            {"code": one.code, "text": dict(one.text), "day": one.decided_on.isoformat()}
            for one in outcomes.decisions(event)
            if one.state is not DecisionState.REVOKED
        ],
        "actions": [
            {
                "code": outcomes.action_code(one),
                "text": dict(one.title),
                "due": one.ends_on.isoformat(),
                "owner": one.organiser.name if one.organiser else None,
                "responsible": dict(one.responsible or {}),
            }
            for one in outcomes.actions(SYSTEM, event)
        ],
    }


def _item(item: AgendaItem) -> dict[str, Any]:
    return {
        "key": item.id,
        "title": dict(item.title),
        "day": item.day.isoformat() if item.day else None,
        "presenters": item.presenters,
        "said": dict(item.said or {}),
    }


def is_written(content: Mapping[str, Any]) -> bool:
    """Whether the minutes say anything: at an item, as a summary or as a decision."""
    return bool(content["summary"] or content["decisions"] or any(item["said"] for item in content["items"]))


# What minutes say of the event, with the facts each follows from. A later name of the organiser is none of it.
_OF_EVENT = {
    "title": ("title",),
    "number": ("number",),
    "when": ("zone", "all_day", "starts_on", "ends_on", "starts_at", "ends_at"),
    "place": ("place", "country"),
    "form": ("format",),
}
LABELS = {
    "title": _l("Title"),
    "number": _l("Number"),
    "when": _l("When"),
    "place": _l("Place"),
    "form": _l("Form"),
    "summary": _l("Summary"),
    "items": _l("Agenda and what was said"),
    "decisions": _l("Decisions"),
    "actions": _l("Agreed actions"),
}


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Any]:
    """What two versions say differently, by its label, as "Title", "When", "Decisions".

    Days on which actions are due and who was there may have moved since.
    """
    before, after = _words(one), _words(other)
    return [LABELS[name] for name, words in after.items() if words != before[name]]


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two versions say the same."""
    return not differing(one, other)


def _words(content: Mapping[str, Any]) -> dict[str, Any]:
    event = content["event"]
    return {name: [event[fact] for fact in facts] for name, facts in _OF_EVENT.items()} | {
        "summary": content["summary"],
        "items": [(item["key"], item["title"], item["said"]) for item in content["items"]],
        "decisions": [(one["code"], one["text"]) for one in content["decisions"]],
        "actions": [(one["code"], one["text"]) for one in content["actions"]],
    }


# ---- What changed between two versions ----


@dataclass(frozen=True)
class Change:
    """One place that says something else than before; ``title`` is empty for the summary."""

    kind: str
    title: Any
    parts: Sequence[Part]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Change]:
    """Where two versions differ, in the order of the later one, as a reader of ``language`` has the texts."""
    old, new = _places(before, language), _places(after, language)
    found = []
    for place in (*new, *(gone for gone in old if gone not in new)):
        (_title, was), (title, now) = old.get(place, ("", "")), new.get(place, ("", ""))
        if was != now:
            found.append(Change(place[0], title or _title, compared(was, now)))
    return found


def _places(content: Mapping[str, Any], language: str) -> dict[tuple[str, Any], tuple[Any, str]]:
    def text(texts: Mapping[str, str]) -> str:
        reading = read_in(dict(texts), language)
        return reading.text if reading else ""

    event = content["event"]
    places: dict[tuple[str, Any], tuple[Any, str]] = {
        ("title", None): (LABELS["title"], text(event["title"])),
        ("number", None): (LABELS["number"], str(event["number"] or "")),
        ("when", None): (LABELS["when"], when(event)),
        ("place", None): (LABELS["place"], ", ".join(filter(None, (*event["place"], country_name(event["country"]))))),
        ("form", None): (LABELS["form"], str(Format(event["format"]).label) if event["format"] else ""),
        ("summary", None): ("", text(content["summary"])),
    }
    for item in content["items"]:
        title = text(item["title"])
        spoken = text(item["said"])
        places["item", item["key"]] = (title, f"{title}\n{spoken}" if spoken else title)
    for kind in ("decisions", "actions"):
        for one in content[kind]:
            places[kind, one["code"]] = (one["code"], text(one["text"]))
    return places


def when(event: Mapping[str, Any]) -> str:
    """When a frozen event was, as ``events.when`` says it."""
    days = {name: date.fromisoformat(event[name]) for name in ("starts_on", "ends_on")}
    instants = {name: datetime.fromisoformat(event[name]) if event[name] else None for name in ("starts_at", "ends_at")}
    return said(SimpleNamespace(zone=event["zone"], all_day=event["all_day"], **days, **instants))


def day(written: str | None) -> date | None:
    """A day as the content has it."""
    return date.fromisoformat(written) if written else None
