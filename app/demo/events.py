"""Reads a consortium's meetings, deadlines and example events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from app.clusters.models import Cluster
from app.core.access import SYSTEM
from app.demo.days import day_of
from app.demo.feedback import load_feedback
from app.demo.papers import load_papers
from app.events.agenda import services as agenda
from app.events.agenda.models import AgendaKind
from app.events.agenda.services import ItemFacts
from app.events.facts import EventFacts
from app.events.models import ConsultationType, Event, EventKind, EventState, Format, MeetingType, Visibility
from app.events.outcomes import services as outcomes
from app.events.outcomes.services import DecisionFacts
from app.events.services import edit, log, move, plan
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation

REPORTED = (EventState.HELD, EventState.MINUTED, EventState.CLOSED)


@dataclass(frozen=True)
class Known:
    """What events refer to, by the keys of the files."""

    organisations: Mapping[str, Organisation]
    designs: Mapping[str, MicroCredential]
    clusters: Mapping[str, Cluster]


def load_events(files: dict[str, list[dict[str, Any]]], known: Known, zone: str) -> dict[str, Event]:
    """Enter what the files say, each in its state; what was moved or called off goes through its history.

    Deadlines end with the day in ``zone``, the project's own. Answers the events by their keys in the files.
    """
    entered: dict[str, Event] = {}
    for entry in files["meetings"]:
        entered[entry["key"]] = _load(entry, _facts(entry, known))
    meetings = {entry["number"]: entered[entry["key"]] for entry in files["meetings"]}
    for entry in files["deadlines"]:
        _load_deadline(entry, _deadline(entry, zone), meetings.get(entry["meeting"]))
    for entry in files["meetings"]:
        if not entry.get("minutes"):  # those with minutes are written up first (``demo.minutes``)
            report(entered[entry["key"]], EventState(entry["state"]))
    for entry in files["examples"]:
        entered[entry["key"]] = event = _load(entry, _facts(entry, known))
        load_feedback(entry, event, known.organisations, known.designs)
        report(event, EventState(entry["state"]))
    return entered


def _load_deadline(entry: dict[str, Any], facts: EventFacts, meeting: Event | None) -> None:
    """A deadline that a meeting set is an action of that meeting."""
    state = EventState(entry["state"])
    if meeting is None:
        deadline = plan(SYSTEM, facts, is_example=entry["is_example"])
    else:
        deadline = outcomes.plan_action(SYSTEM, meeting, facts)
    if state is not EventState.PLANNED:
        move(SYSTEM, deadline, deadline.version, state)


def _load_outcomes(entry: dict[str, Any], event: Event) -> None:
    timetable = entry.get("timetable") or []
    for place, title in enumerate(lines_of(entry.get("agenda") or {})):
        when = _slot(timetable[place]) if place < len(timetable) else {}
        agenda.add(SYSTEM, event, ItemFacts(title=title, **when))
    for text in lines_of(entry.get("decisions") or {}):
        outcomes.decide(SYSTEM, event, DecisionFacts(text=text, decided_on=event.ends_on), is_example=event.is_example)


def _slot(entry: dict[str, Any]) -> dict[str, Any]:
    """When an item of an agenda is, what kind it is and who presents it."""
    starts, _dash, ends = entry["time"].partition("-")
    return {
        "day": day_of(entry["day"]),
        "starts": time.fromisoformat(starts),
        "ends": time.fromisoformat(ends),
        "kind": AgendaKind(entry["kind"]),
        "presenters": entry.get("presenters"),
        "work_package": entry.get("wp"),
    }


def lines_of(text: Mapping[str, str]) -> list[dict[str, str]]:
    """A text in several languages, line by line; a language of another length is left out after its last line."""
    lines = {language: written.splitlines() for language, written in text.items()}
    most = max(map(len, lines.values()), default=0)
    return [{code: said[place] for code, said in lines.items() if place < len(said)} for place in range(most)]


def _load(entry: dict[str, Any], facts: EventFacts) -> Event:
    """Enter an event with its outcomes; what was held is written up and closed by ``report``."""
    state, marks = EventState(entry["state"]), {"is_example": entry["is_example"]}
    if state in REPORTED:
        event = log(SYSTEM, facts, **marks)
        _load_outcomes(entry, event)
        load_papers(entry, event)
        return event
    reason = (entry.get("reason") or {}).get("en")
    former = entry.get("moved_from")
    first = replace(facts, **_time(former)) if former else facts
    event = plan(SYSTEM, first, EventState.PLANNED if state is EventState.CANCELLED else state, **marks)
    if former:
        edit(SYSTEM, event, event.version, replace(facts, reason=reason))
    _load_outcomes(entry, event)
    if state is EventState.CANCELLED:
        move(SYSTEM, event, event.version, state, reason)
    return event


def report(event: Event, state: EventState) -> None:
    """Have what was held written up and closed, as far as the file says."""
    for step in REPORTED[1 : REPORTED.index(state) + 1] if state in REPORTED else ():
        move(SYSTEM, event, event.version, step)


def _time(entry: dict[str, Any]) -> dict[str, Any]:
    starts, _dash, ends = (entry.get("time") or "").partition("-")
    return {
        "starts_on": day_of(entry["start"]),
        "ends_on": day_of(entry["end"]),
        "starts_time": time.fromisoformat(starts) if starts else None,
        "ends_time": time.fromisoformat(ends) if ends else None,
    }


def _facts(entry: dict[str, Any], known: Known) -> EventFacts:
    organisations, designs = known.organisations, known.designs
    concerned = entry["microcredentials"]
    return EventFacts(
        kind=EventKind(entry["kind"]),
        title=entry["title"],
        zone=entry["zone"],
        **_time(entry),
        visibility=Visibility(entry["visibility"]),
        meeting_type=MeetingType(entry["meeting_type"]) if entry.get("meeting_type") else None,
        consultation_type=ConsultationType(entry["consultation_type"]) if entry.get("consultation_type") else None,
        number=entry.get("number"),
        description=entry.get("description"),
        format=Format(entry["format"]) if entry.get("format") else None,
        venue=entry.get("venue"),
        city=entry.get("city"),
        country=entry.get("country"),
        region=entry.get("region"),
        link=entry.get("url"),
        link_follows=not entry.get("url"),
        organiser=organisations.get(entry.get("organiser") or entry.get("host") or ""),
        cluster=known.clusters[entry["cluster"]] if entry.get("cluster") else None,
        organisations=[organisations[key] for key in entry["organisations"]],
        microcredentials=list(designs.values()) if concerned == "all" else [designs[code] for code in concerned],
        series=entry.get("series"),
        hosts=[organisations[key] for key in entry.get("hosts") or ()],
        work_packages=entry.get("wps") or (),
        onsite_seats=entry.get("onsite_seats"),
        online_seats=entry.get("online_seats"),
        summary=entry.get("summary"),
        **(entry.get("counts") or {}),
    )


def _deadline(entry: dict[str, Any], zone: str) -> EventFacts:
    return EventFacts(
        kind=EventKind.DEADLINE,
        title=entry["title"],
        responsible=entry["owner"],
        zone=zone,
        starts_on=day_of(entry["start"] or entry["due"]),
        ends_on=day_of(entry["due"]),
        country=entry["country"],
        visibility=Visibility(entry["visibility"]),
    )
