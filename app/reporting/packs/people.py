"""The sections of a proof pack about people: who was invited, what they answered, who came."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from app.core.export import plain
from app.core.templating import day
from app.events.attendance import paper as attendance_paper
from app.events.attendance import queries as attendance
from app.events.attendance.listing import HEAD, file_rows
from app.events.invitations import queries as invitations
from app.events.invitations.models import EventInvitation, InvitationState
from app.events.models import Event
from app.events.when import on_the_clock, stamped
from app.reporting.packs import messages
from app.reporting.packs.parts import Part, data, made, table
from app.reporting.packs.sections import Section, Table

SVG = "image/svg+xml"
ANSWERS = (
    "invitation",
    "name",
    "organisation",
    "sent_at",
    "state",
    "said",
    "how",
    "answered_at",
    "answered_local",
    "comment",
)


def invited(event: Event) -> Section | None:
    """Everybody who was invited with the last answer; beside it every answer and every mail."""
    found = invitations.of_event(event)
    if not found:
        return None
    rows = [[one.name, _body(one), day(one.sent_at), str(one.state.label), *_answer(one, event)] for one in found]
    head = [_("Name"), _("Organisation"), _("Sent"), _("Answer"), _("When and how"), _("Comment")]
    answers = table(
        "invitations/answers.csv", ANSWERS, _answer_rows(found, event.zone), _("Answers to the invitations")
    )
    mails = messages.parts_of(messages.of_event(event, found), event.zone)
    return Section(
        _("Invitations and answers"),
        tables=[Table(["1.2fr", "1.3fr", "auto", "auto", "1fr", "1.2fr"], head, rows)],
        parts=[answers, *mails],
    )


def _answer_rows(found: Iterable[EventInvitation], zone: str) -> Iterable[list[Any]]:
    for one in found:
        of_whom = [str(one.uid), one.name, _body(one), plain(one.sent_at), one.state.value]
        for answer in one.answers:
            at = [plain(answer.answered_at), on_the_clock(answer.answered_at, zone)]
            yield [*of_whom, answer.said.value, answer.how.value, *at, answer.comment or ""]
        if not one.answers:
            yield [*of_whom, *[""] * 5]


def _body(one: EventInvitation) -> str:
    return one.organisation.name if one.organisation else ""


def _answer(one: EventInvitation, event: Event) -> list[str]:
    if not one.answers or one.state is InvitationState.INVITED:
        return ["", ""]
    last = one.answers[-1]
    return [f"{stamped(last.answered_at, event.zone)}, {last.how.label}", last.comment or ""]


def attended(event: Event) -> Section | None:
    """The attendance list with signatures and declarations; beside it the list as a table and what was drawn."""
    rows, declarations = attendance.of_event(event), attendance.declarations(event)
    if not rows and event.people is None:
        return None
    facts = attendance_paper.list_facts(event, attendance_paper.listed(rows, declarations), declarations)
    parts: list[Part] = []
    if rows:
        declared = attendance_paper.declared_in(declarations)
        parts.append(
            table("attendance/attendance.csv", HEAD, file_rows(rows, declared, event.zone), _("Attendance list"))
        )
    for number, row in enumerate((row for row in rows if row.signature and row.signature.drawing), start=1):
        parts.append(_drawing("attendance/signature", number, row.signature, row.called))
    for number, one in enumerate(declarations, start=1):
        parts.append(
            data(
                f"attendance/declaration-{number:03d}.json",
                _declared(one, event.zone),
                _("Declaration for those online"),
                one,
            )
        )
        if one.drawing:
            parts.append(_drawing("attendance/declaration", number, one, one.name))
    return Section(_("Attendance"), attendance=facts | {"head": []}, parts=parts)


def _drawing(path: str, number: int, record: Any, name: str) -> Part:
    file = record.drawing
    what = _("Signature of %(name)s", name=name)
    part = made(f"{path}-{number:03d}.svg", b"", SVG, what, record)
    return Part(replace(part.entry, sha256=file.sha256, size=file.size))


def _declared(one: Any, zone: str) -> dict[str, Any]:
    return {
        "people": one.people,
        "text": one.text,
        "name": one.name,
        "function": one.function,
        "declared_at": one.declared_at.isoformat(),
        "declared_local": on_the_clock(one.declared_at, zone),
    }


def counted(event: Event) -> Section | None:
    """How many were there, without anybody's name."""
    counts = attendance.counts(event)
    standing = [(str(presence.label), str(count)) for presence, count in counts.items()]
    pairs = [*standing, *attendance_paper.counts_of(event)]
    return Section(_("Attendance"), pairs=pairs) if pairs else None
