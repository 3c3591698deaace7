"""The section of a proof pack about minutes that were approved."""

from flask_babel import gettext as _

from app.core.templating import day
from app.events.minutes import queries as written
from app.events.minutes.models import MinutesState, MinutesVersion
from app.events.models import Event
from app.events.when import stamped
from app.reporting.packs.parts import Part, data, kept
from app.reporting.packs.sections import Section


def approved(event: Event) -> MinutesVersion | None:
    """The version of the minutes that is approved; ``None`` while they are written, out for comments or reopened."""
    found = written.of_event(event)
    return found.current if found is not None and found.state is MinutesState.APPROVED else None


def minutes(event: Event) -> Section | None:
    """The approved minutes: the PDF as it was made, and what was frozen when they were sent."""
    version = approved(event)
    if version is None or version.approval is None:
        return None
    approval, paper = version.approval, version.document
    what = _("Minutes as they were sent")
    parts: list[Part] = [data(f"minutes/version-{version.number}.json", version.content, what, version)]
    if paper is not None and paper.file is not None:
        parts.append(kept("minutes", version.number, paper.file, _("Approved minutes"), paper))
    pairs = [
        (_("Version"), str(version.number)),
        (_("Sent"), stamped(version.sent_at, event.zone)),
        (_("Comments until"), day(version.comments_until)),
        (_("Approved"), f"{day(approval.approved_on)}, {approval.how.label}"),
        (_("Files"), "\n".join(part.entry.path for part in parts)),
        ("SHA-256", version.sha256),
    ]
    return Section(_("Approved minutes"), pairs=pairs, parts=parts)
