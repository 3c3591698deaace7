"""What stands in a proof pack of an event: its sections as they are printed, and the files beside them."""

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.access import ANYBODY, SYSTEM, Actor
from app.events import queries as events
from app.events.attendance import paper as attendance_paper
from app.events.models import Event
from app.events.when import in_utc, named, said
from app.reporting.packs import documents, matters, minutes, people
from app.reporting.packs.models import PackLevel
from app.reporting.packs.sections import Section, read


def sections(event: Event, level: PackLevel) -> list[Section]:
    """Everything there is, in the language that is spoken; without people where it is for publishing."""
    is_full = level is PackLevel.FULL
    reader = SYSTEM if is_full else ANYBODY
    of_people = [people.invited(event), people.attended(event)] if is_full else [people.counted(event)]
    of_matters = [
        matters.agenda(event, is_full=is_full, is_approved=minutes.approved(event) is not None),
        minutes.minutes(event) if is_full else None,
        matters.decided(event, is_full=is_full),
        matters.said(event) if is_full else None,
        matters.concerned(event, reader),
        documents.documents(event, level),
        documents.photos(event, level),
    ]
    return [_event(event, reader), *(section for section in (*of_people, *of_matters) if section is not None)]


def _event(event: Event, reader: Actor) -> Section:
    known, others = events.organisations_of(reader, event)
    names = ", ".join(f"{row.name} ({row.country})" for row in known)
    if others:
        names += f" {ngettext('and %(num)s that is not public', 'and %(num)s that are not public', others)}"
    moved = [
        _("It was announced for %(time)s.", time=said(former)) + f" {former.reason or ''}".rstrip()
        for former in events.reschedulings(event)
    ]
    pairs = [
        (_("Kind"), str(event.kind.label)),
        *attendance_paper.head_of(event),
        (_("Time zone"), named(event.zone)),
        (_("In UTC"), in_utc(event)),
        (_("State"), str(event.state.label)),
        (_("Organisations"), names.strip()),
        (_("Moved"), " ".join(moved)),
    ]
    texts = [read(event.description), read(event.summary)]
    return Section(_("The event"), texts=[text for text in texts if text], pairs=pairs)
