"""The attendance list as a file: neither mailboxes nor telephones nor the gender of anybody named."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.export import plain
from app.events.attendance.models import Attendance
from app.events.when import on_the_clock

HEAD = (
    _l("Name"),
    _l("Organisation"),
    _l("Address"),
    _l("Country"),
    _l("Function"),
    _l("How"),
    _l("Attendance"),
    _l("Without an invitation"),
    _l("Signed"),
    _l("Signed, local time"),
    _l("Declared"),
    _l("Signed or declared, and marked as not there"),
    _l("Example"),
)


def address_of(row: Attendance) -> str:
    """The address of the sending organisation, on one line."""
    body = row.organisation
    return ", ".join(" ".join(part.split()) for part in (body.address, body.city) if part) if body else ""


def file_rows(rows: Sequence[Attendance], declared: Collection[int], zone: str) -> Iterator[list[Any]]:
    """The rows of the file, in the order of ``HEAD``; ``zone`` is that of the event."""
    for row in rows:
        yield [
            row.name or "",
            row.sent_by or "",
            address_of(row),
            row.country or "",
            row.function or "",
            row.how.value,
            row.state.value,
            "yes" if row.is_walk_in else "",
            plain(row.signature.signed_at if row.signature else None),
            on_the_clock(row.signature.signed_at if row.signature else None, zone),
            "yes" if row.id in declared else "",
            "yes" if row.is_contradicted(declared) else "",
            "yes" if row.is_example else "",
        ]
