"""The sections of a proof pack about people: who was invited, what they answered, who came."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from app.core.export import plain
from app.core.templating import day, moment
from app.events.attendance import paper as attendance_paper
from app.events.attendance import queries as attendance
from app.events.attendance.listing import HEAD, file_rows
from app.events.attendance.models import Presence
from app.events.invitations import queries as invitations
from app.events.invitations.models import EventInvitation, InvitationState
from app.events.models import Event
from app.reporting.packs import messages
from app.reporting.packs.parts import Part, data, made, table
from app.reporting.packs.sections import Section, Table

SVG = "image/svg+xml"
ANSWERS = ("invitation", "name", "organisation", "sent_at", "state", "said", "how", "answered_at", "comment")


def invited(event: Event) -> Section | None:
    """Everybody who was invited with the last answer; beside it every answer and every mail."""
    found = invitations.of_event(event)
    if not found:
        return None
    rows = [[one.name, _body(one), day(one.sent_at), str(one.state.label), *_answer(one, event)] for one in found]
    head = [_("Name"), _("Organisation"), _("Sent"), _("Answer"), _("When and how"), _("Comment")]
    answers = table("invitations/answers.csv", ANSWERS, _answer_rows(found), _("Answers to the invitations"))
    mails = messages.parts_of(messages.of_event(event, found))
    return Section(
        _("Invitations and answers"),
        tables=[Table(["1.2fr", "1.3fr", "auto", "auto", "1fr", "1.2fr"], head, rows)],
        parts=[answers, *mails],
    )


def _answer_rows(found: Iterable[EventInvitation]) -> Iterable[list[Any]]:
    for one in found:
        of_whom = [str(one.uid), one.name, _body(one), plain(one.sent_at), one.state.value]
        for answer in one.answers:
            said = [answer.said.value, answer.how.value, plain(answer.answered_at), answer.comment or ""]
            yield [*of_whom, *said]
        if not one.answers:
            yield [*of_whom, "", "", "", ""]


def _body(one: EventInvitation) -> str:
    return one.organisation.name if one.organisation else ""


def _answer(one: EventInvitation, event: Event) -> list[str]:
    if not one.answers or one.state is InvitationState.INVITED:
        return ["", ""]
    last = one.answers[-1]
    return [f"{moment(last.answered_at, event.zone)}, {last.how.label}", last.comment or ""]


def attended(event: Event) -> Section | None:
    """The attendance list with signatures and declarations; beside it the list as a table and what was drawn."""
    rows, declarations = attendance.of_event(event), attendance.declarations(event)
    if not rows and event.people is None:
        return None
    there = [row for row in rows if row.state is not Presence.EXCUSED]
    facts = attendance_paper.list_facts(event, there, declarations)
    parts: list[Part] = []
    if rows:
        declared = {person["attendance"] for one in declarations for person in one.people}
        parts.append(table("attendance/attendance.csv", HEAD, file_rows(rows, declared), _("Attendance list")))
    for number, row in enumerate((row for row in rows if row.signature and row.signature.drawing), start=1):
        parts.append(_drawing("attendance/signature", number, row.signature, row.called))
    for number, one in enumerate(declarations, start=1):
        parts.append(
            data(f"attendance/declaration-{number:03d}.json", _declared(one), _("Declaration for those online"), one)
        )
        if one.drawing:
            parts.append(_drawing("attendance/declaration", number, one, one.name))
    return Section(_("Attendance"), attendance=facts | {"head": []}, parts=parts)


def _drawing(path: str, number: int, record: Any, name: str) -> Part:
    file = record.drawing
    what = _("Signature of %(name)s", name=name)
    part = made(f"{path}-{number:03d}.svg", b"", SVG, what, record)
    return Part(replace(part.entry, sha256=file.sha256, size=file.size))


def _declared(one: Any) -> dict[str, Any]:
    return {
        "people": one.people,
        "text": one.text,
        "name": one.name,
        "function": one.function,
        "declared_at": one.declared_at.isoformat(),
    }


def counted(event: Event) -> Section | None:
    """How many were there, without anybody's name."""
    counts = attendance.counts(event)
    standing = [(str(presence.label), str(count)) for presence, count in counts.items()]
    pairs = [*standing, *attendance_paper.counts_of(event)]
    return Section(_("Attendance"), pairs=pairs) if pairs else None
