"""What was asked and said at each event of a consultation report, with what became of it; on paper, too.

The report goes to others than those who may read the register: a point stands in it with its text for the public, and
with its answer as the public would read it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import clock, documents
from app.core.templating import country_name, plain_tr
from app.events.feedback import telling
from app.events.feedback.listing import said_by
from app.events.feedback.models import Disposition, FeedbackPoint, Question
from app.events.feedback.report import Held, Report
from app.events.feedback.telling import Shown
from app.events.spans import words
from app.extensions import db
from app.stakeholders.models import Organisation


@dataclass(frozen=True)
class Told:
    """One event of a report with its questions and points."""

    held: Held
    questions: Sequence[Question]
    points: Sequence[Shown]


def told(report: Report) -> list[Told]:
    """The events of a report at which something was asked or said: three statements, however many events there are."""
    keys = [held.event.id for held in report.events]
    questions: dict[int, list[Question]] = defaultdict(list)
    points: dict[int, list[FeedbackPoint]] = defaultdict(list)
    asked = select(Question).where(Question.event_id.in_(keys)).order_by(Question.position, Question.id)
    for question in db.session.scalars(asked):
        questions[question.event_id].append(question)
    said = (
        select(FeedbackPoint)
        .where(FeedbackPoint.event_id.in_(keys), FeedbackPoint.state != Disposition.WITHDRAWN)
        .options(
            joinedload(FeedbackPoint.event),
            joinedload(FeedbackPoint.organisation).selectinload(Organisation.names),
            joinedload(FeedbackPoint.question),
        )
        .order_by(FeedbackPoint.number)
    )
    for point in db.session.scalars(said):
        points[point.event_id].append(point)
    return [
        Told(held, questions[held.event.id], telling.as_read(points[held.event.id]))
        for held in report.events
        if held.event.id in questions or held.event.id in points
    ]


def paper(report: Report, about: str) -> bytes:
    """The report as a PDF, in the language that is spoken. Raises ``DocumentTooLong``."""
    data: dict[str, Any] = {"labels": _labels(), "about": about, "head": _head(report), "held": _held(report)}
    data["told"] = [_told(one) for one in told(report)]
    title = _("Consultation report: %(about)s", about=about)
    return documents.render("consultations", data, title=title, dated=clock.today())


def _labels() -> dict[str, str]:
    return {
        "held": _("What was held"),
        "told": _("What was said and what became of it"),
        "day": _("Date"),
        "event": _("Event"),
        "present": _("Present"),
        "feedback": _("Feedback"),
        "number": _("Number"),
        "said": _("What was said"),
        "became": _("What became of it"),
    }


def _head(report: Report) -> list[tuple[str, str]]:
    said = report.said
    return [
        (_("Events"), str(len(report.events))),
        (_("Micro-credentials"), ", ".join(report.codes)),
        (_("Feedback"), str(said.points)),
        (_("Answered"), _("%(disposed)s of %(points)s", disposed=said.disposed, points=said.points)),
    ]


def _held(report: Report) -> list[list[str]]:
    return [
        [
            words(held.event.starts_on),
            "\n".join(filter(None, (plain_tr(held.event.title), held.place, country_name(held.event.country)))),
            str(held.people) if held.people is not None else "",
            str(held.said.points or ""),
        ]
        for held in report.events
    ]


def _told(one: Told) -> dict[str, Any]:
    return {
        "title": f"{plain_tr(one.held.event.title)} · {words(one.held.event.starts_on)}",
        "questions": [
            _("Question %(number)s: %(text)s", number=number, text=plain_tr(question.text))
            for number, question in enumerate(one.questions, 1)
        ],
        "points": [[shown.point.code, _said(shown), _became(shown)] for shown in one.points],
    }


def _said(shown: Shown) -> str:
    point = shown.point
    text = plain_tr(point.public_text) if point.public_text else _("The wording is not public.")
    return f"{text}\n\n{said_by(point)} · {point.stance.label}"


def _became(shown: Shown) -> str:
    change = f"{_('What changes:')} {plain_tr(shown.change)}" if shown.change else ""
    withheld = _("Part of the answer is not public.") if shown.withheld else ""
    told = (str(shown.point.state.label), plain_tr(shown.reason) if shown.reason else "", change, withheld)
    return "\n\n".join(filter(None, told))
