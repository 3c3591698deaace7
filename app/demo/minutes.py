"""Writes the minutes of meetings, sends them to example mailboxes, and enters what was said of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.core import clock
from app.core.access import SYSTEM
from app.demo.events import report
from app.demo.gatherings import load_gatherings
from app.events.agenda import queries as agenda
from app.events.attendance.models import THERE
from app.events.minutes import queries, services
from app.events.minutes.models import MinutesVersion, Taken, Verdict
from app.events.minutes.rules import Remark
from app.events.minutes.services import SendFacts
from app.events.models import Event, EventState
from app.stakeholders.models import Organisation


def load_minutes(
    entries: list[dict[str, Any]], events: Mapping[str, Event], organisations: Mapping[str, Organisation]
) -> None:
    """Take the meetings that have minutes through them, and close them; whoever was there is made up."""
    for entry in entries:
        if entry.get("minutes"):
            event = events[entry["key"]]
            load_gatherings([entry], events, organisations)
            for place, said in entry["minutes"]["said"].items():
                item = agenda.items(event)[place - 1]
                services.write(SYSTEM, item, item.version, said)
            _send(event, entry["minutes"])
            report(event, EventState(entry["state"]))


def _send(event: Event, entry: dict[str, Any]) -> None:
    host = replace(SYSTEM, name=event.organiser.name if event.organiser else SYSTEM.name)
    until = clock.today(event.zone) + timedelta(days=14)
    facts = SendFacts(
        comments_until=until,
        approves_on=until + timedelta(days=1),
        contact=entry["contact"],
        language="en",
        attendees=[row for row, _address in queries.attendees(event) if row.state in THERE],
        remind_days=2,
    )
    version = services.send(host, event, facts, is_example=True)
    _comment(event, version, entry.get("comments") or [])
    if entry.get("approved"):
        services.approve(host, version.minutes, version.minutes.version, entry["approved"])


def _comment(event: Event, version: MinutesVersion, entries: list[dict[str, Any]]) -> None:
    items = agenda.items(event)
    recipients = {one.email: one for one in queries.recipients(version.minutes)}
    for entry in entries:
        recipient = recipients[entry["from"]]
        item = items[entry["item"] - 1].id if entry.get("item") else None
        services.say(recipient, version.number, [Remark(Verdict(entry["said"]), entry.get("text"), item)])
        if entry.get("answer"):
            services.answer(SYSTEM, queries.said_by(recipient)[-1], Taken(entry["answer"]), entry.get("reason"))
