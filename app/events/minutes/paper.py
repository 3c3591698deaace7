"""Approved minutes as a document: what was sent, who was there in numbers, and how it was approved.

It is made of the frozen version, so the same version gives the same bytes. Besides who sent and who approved it nobody
is named here: attendance is numbers and organisations, and whoever commented is the organisation that sent them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core import documents, portal
from app.core.i18n import read_in
from app.core.templating import country_name, day, moment, reader_language
from app.events.attendance.models import Presence
from app.events.attendance.rules import ELSEWHERE
from app.events.minutes import content, queries
from app.events.minutes.models import Approved, MinutesComment, MinutesVersion, Verdict
from app.events.models import EventKind, Format
from app.events.spans import words


@dataclass(frozen=True)
class Paper:
    """Everything a document is made of; with it, nothing more is asked of the database."""

    data: Mapping[str, Any]
    title: str
    dated: date

    def pdf(self) -> bytes:
        """The PDF, in the language that is spoken. Raises ``DocumentTooLong``."""
        return documents.render("minutes", self.data, title=self.title, dated=self.dated)


def paper_of(version: MinutesVersion) -> Paper:
    """The document of an approved version, in the language that is spoken."""
    said, approval = version.content, version.approval
    event = said["event"]
    title = _("Minutes: %(title)s", title=text(event["title"]))
    return Paper(
        {
            "labels": _labels(),
            "head": _head(version),
            "attendance": _attendance(said["attendance"]),
            "organisations": [
                f"{name} ({country_name(country)})" if country else name
                for name, country in said["attendance"]["organisations"]
            ],
            "summary": text(said["summary"]),
            "items": [
                {
                    "title": text(item["title"]),
                    "facts": " · ".join(filter(None, (_day(item["day"]), item["presenters"]))),
                    "said": text(item["said"]),
                }
                for item in said["items"]
            ],
            "decisions": [[one["code"], text(one["text"]), _day(one["day"])] for one in said["decisions"]],
            "actions": [
                [
                    one["code"],
                    text(one["text"]),
                    "\n".join(filter(None, (one["owner"], text(one["responsible"])))),
                    _day(one["due"]),
                ]
                for one in said["actions"]
            ],
            "record": _record(version),
            "comments": [_comment(one) for one in queries.comments(version)],
        },
        title,
        approval.approved_on if approval else version.sent_at.date(),
    )


def text(texts: Mapping[str, str] | None) -> str:
    """A translated text in the language that is spoken, else in English, else in any."""
    reading = read_in(dict(texts or {}), reader_language().code)
    return reading.text if reading else ""


def _labels() -> dict[str, str]:
    return {
        "attendance": _("Attendance"),
        "organisations": _("Organisations that took part"),
        "summary": _("Summary"),
        "items": _("Agenda and what was said"),
        "decisions": _("Decisions"),
        "actions": _("Agreed actions"),
        "record": _("How these minutes were approved"),
        "comments": _("Comments and answers"),
        "number": _("No."),
        "decision": _("Decision"),
        "action": _("Action"),
        "day": _("Day"),
        "owner": _("Owner"),
        "due": _("Due"),
        "who": _("Who"),
        "said": _("What was said"),
        "answer": _("Answer"),
    }


def _head(version: MinutesVersion) -> list[tuple[str, str | None]]:
    event, consortium = version.content["event"], portal.consortium()
    place = [*event["place"], country_name(event["country"])]
    kind = str(EventKind(event["kind"]).label)
    return [
        (_("Project"), f"{consortium.acronym} · {text(consortium.title)}"),
        (_("Grant"), f"{consortium.programme} {consortium.grant_number}"),
        (_("Kind"), f"{kind} {event['number']}" if event["number"] else kind),
        (_("When"), content.when(event)),
        (_("Place"), ", ".join(filter(None, place))),
        (_("Form"), str(Format(event["format"]).label) if event["format"] else None),
        (_("Organiser"), event["organiser"]),
        (_("Version"), str(version.number)),
    ]


def _attendance(counted: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    states = [
        (str(state.label), str(counted["states"][state.value])) for state in Presence if state in counted["states"]
    ]
    countries = (
        f"{_('elsewhere') if code == ELSEWHERE else country_name(code)} {count}"
        for code, count in counted["countries"].items()
    )
    return [*states, (_("By country"), ", ".join(countries))]


def _record(version: MinutesVersion) -> list[tuple[str, str | None]]:
    approval, zone = version.approval, version.content["event"]["zone"]
    place = zone.replace("_", " ")
    return [
        (_("Sent"), f"{moment(version.sent_at, zone)} ({place}), {version.actor_name}"),
        (_("Comments until"), f"{words(version.comments_until)} ({place})"),
        (_("Approved by silence on"), words(version.approves_on)),
        (_("Why this version"), version.reason),
        (_("Approved"), _approved(version)),
        (_("Note"), approval.note if approval else None),
        (_("SHA-256 of the text"), version.sha256),
    ]


def _approved(version: MinutesVersion) -> str | None:
    approval = version.approval
    if approval is None:
        return None
    who = approval.actor_name if approval.how is Approved.EXPLICIT else None
    told = (str(approval.how.label), words(approval.approved_on), who)
    return ", ".join(filter(None, told))


def _comment(comment: MinutesComment) -> list[str]:
    answer = comment.answer
    items = {item["key"]: text(item["title"]) for item in comment.version.content["items"]}
    body = comment.recipient.organisation
    about = items.get(comment.item or 0, "")
    return [
        "\n".join(filter(None, (body.name if body else _("An attendee"), day(comment.made_at)))),
        "\n".join(filter(None, (f"{comment.said.label}{': ' + about if about else ''}", comment.text))),
        "\n".join(filter(None, (str(answer.taken.label), answer.reason)))
        if answer
        else ("" if comment.said is Verdict.AGREE else "–"),
    ]


def _day(written: str | None) -> str:
    return words(date.fromisoformat(written)) if written else ""
