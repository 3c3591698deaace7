"""The attendance list as a document: whoever is on site signs, for those online the organiser declares.

One document holds both, as a hybrid event needs it. The same list gives the same bytes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import documents, portal
from app.core.i18n import read_in
from app.core.templating import country_name, reader_language
from app.events.attendance import queries, rules
from app.events.attendance.listing import address_of
from app.events.attendance.models import THERE, Attendance, AttendanceDeclaration, Presence
from app.events.attendance.rules import ELSEWHERE
from app.events.invitations.models import Way
from app.events.models import Event, Format
from app.events.when import said, stamped


def attendance_list(event: Event, *, blank: int = 0) -> bytes:
    """The PDF, with ``blank`` rows for those who come without an invitation, in the reader's language."""
    declarations = queries.declarations(event)
    rows = listed(queries.of_event(event), declarations)
    return documents.render(
        "attendance",
        list_facts(event, rows, declarations, blank),
        title=f"{_('Attendance list')}: {title_of(event)}",
        dated=_latest(event, rows, declarations),
    )


def listed(rows: Sequence[Attendance], declarations: Sequence[AttendanceDeclaration]) -> list[Attendance]:
    """Who stands on the document: everybody but those excused, unless they signed or were declared all the same."""
    declared = declared_in(declarations)
    return [row for row in rows if row.state is not Presence.EXCUSED or row.is_contradicted(declared)]


def declared_in(declarations: Sequence[AttendanceDeclaration]) -> set[int]:
    """The keys of the rows that declarations name."""
    return {person["attendance"] for one in declarations for person in one.people}


def title_of(event: Event) -> str:
    """The title in the language that is spoken."""
    reading = read_in(event.title, reader_language().code)
    return reading.text if reading else ""


def head_of(event: Event) -> list[tuple[str, str | None]]:
    """What every document of an event says of it first."""
    place = (event.venue, event.address, event.city, country_name(event.country))
    return [
        (_("When"), said(event)),
        (_("Place"), ", ".join(part for part in place if part)),
        (_("Form"), str(event.format.label) if event.format else None),
        (_("Organiser"), event.organiser.name if event.organiser else None),
    ]


def list_facts(
    event: Event, rows: Sequence[Attendance], declarations: Sequence[AttendanceDeclaration], blank: int = 0
) -> dict[str, Any]:
    """Everything the template shows, as words in the language that is spoken."""
    # Where there is a signature it is shown, however the row was marked afterwards.
    onsite = [row for row in rows if row.how is Way.ONSITE or row.signature]
    online = [row for row in rows if row.how is Way.ONLINE and not row.signature]
    declared = declared_in(declarations)
    missing = sum(row.state in THERE and row.id not in declared for row in online)
    onsite_wanted = bool(onsite) or (event.format is not Format.ONLINE)
    return {
        "labels": {
            "onsite": _("On site"),
            "online": _("Online"),
            "declarations": _("Declaration for those online"),
            "counts": _("Counts"),
            "number": _("No."),
            "name": _("Name"),
            "organisation": _("Organisation and address"),
            "signature": _("Signature"),
            "attendance": _("Attendance"),
            "declared": _("Declared"),
            "nobody": _("Nobody is on the list."),
        },
        "head": [*head_of(event), (_("As of"), stamped(_latest(event, rows, declarations), event.zone))],
        "onsite": [_onsite(row, event, declared) for row in onsite] if onsite_wanted else None,
        "blank": blank if onsite_wanted else 0,
        "online": [
            [row.name or "", _body(row), _marked(row, declared), _("yes") if row.id in declared else ""]
            for row in online
        ],
        "undeclared": ngettext(
            "%(num)d who took part online is not declared yet.",
            "%(num)d who took part online are not declared yet.",
            missing,
        )
        if missing
        else "",
        "contradicted": rules.contradicted(sum(row.is_contradicted(declared) for row in rows)),
        "declarations": [_declaration(one, event) for one in declarations],
        "counts": counts_of(event),
    }


def counts_of(event: Event) -> list[tuple[str, str | None]]:
    """How many were there, as they were counted; nothing where nobody counted."""
    if event.people is None:
        return []
    by_gender = (
        (_("women"), event.women),
        (_("men"), event.men),
        (_("non-binary"), event.nonbinary),
        (_("not stated"), event.undisclosed),
    )
    countries = (
        (_("elsewhere") if code == ELSEWHERE else country_name(code), count)
        for code, count in (event.by_country or {}).items()
    )
    return [
        (_("Altogether"), str(event.people)),
        (_("By gender"), ", ".join(f"{name} {count}" for name, count in by_gender if count is not None)),
        (_("By country"), ", ".join(f"{name} {count}" for name, count in countries)),
    ]


def _marked(row: Attendance, declared: Collection[int]) -> str:
    """How a row is marked; where it was signed or declared and marked otherwise, that it does not go together."""
    state = str(row.state.label)
    return _("marked as “%(state)s”: contradicts", state=state) if row.is_contradicted(declared) else state


def _onsite(row: Attendance, event: Event, declared: Collection[int]) -> dict[str, Any]:
    signature = row.signature
    drawing = ""
    if signature is None:
        note = ""
    elif signature.drawing:
        drawing = portal.files().read(signature.drawing.sha256).decode()
        note = stamped(signature.signed_at, event.zone)
    else:
        note = _("confirmed by typing the name, %(moment)s", moment=stamped(signature.signed_at, event.zone))
    is_away = row.state is Presence.ABSENT or row.is_contradicted(declared)
    return {
        "name": row.name or "",
        "function": row.function or "",
        "body": _body(row),
        "signed": signature.name if signature else "",
        "drawing": drawing,
        "note": "\n".join(filter(None, (note, _marked(row, declared) if is_away else ""))),
    }


def _body(row: Attendance) -> str:
    where = ", ".join(part for part in (address_of(row), country_name(row.country)) if part)
    return "\n".join(part for part in (row.sent_by, where) if part)


def _declaration(one: AttendanceDeclaration, event: Event) -> dict[str, Any]:
    return {
        "text": one.text,
        "people": [[person["name"] or "", person["organisation"] or ""] for person in one.people],
        "signed": f"{one.name}, {one.function} · {stamped(one.declared_at, event.zone)}",
        "name": one.name,
        "drawing": portal.files().read(one.drawing.sha256).decode() if one.drawing else "",
    }


def _latest(event: Event, rows: Sequence[Attendance], declarations: Sequence[AttendanceDeclaration]) -> datetime:
    """When the list was last changed: a document is dated by what it holds, not by when somebody asks for it."""
    signed = (row.signature.signed_at for row in rows if row.signature)
    return max(event.updated_at, *(row.updated_at for row in rows), *signed, *(one.declared_at for one in declarations))
