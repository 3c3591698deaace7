"""The sections of a proof pack about files that are kept with an event: documents, and photos with consent."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.access import ANYBODY, SYSTEM
from app.core.templating import number
from app.events.documents import queries as papers
from app.events.documents.models import DocumentKind, EventDocument
from app.events.models import Event
from app.reporting.packs.models import PackLevel
from app.reporting.packs.parts import kept
from app.reporting.packs.sections import Section, Table


def documents(event: Event, level: PackLevel) -> Section | None:
    """Documents as they are kept; for publishing those that everybody may read."""
    return _section(_("Documents"), "documents", [one for one in _read_by(event, level) if not _is_photo(one)])


def photos(event: Event, level: PackLevel) -> Section | None:
    """Photos on which everybody agreed; how that is known stands beside each."""
    agreed = [one for one in _read_by(event, level) if _is_photo(one) and one.everybody_agreed]
    return _section(_("Photos"), "photos", agreed)


@dataclass(frozen=True)
class Filed:
    """How many files a pack for auditors has, how many photos it leaves out, whether a signed list is among them."""

    documents: int
    photos_without_consent: int
    signed_on_paper: bool


def filed(event: Event) -> Filed:
    """What is kept with an event. A photo is left out because nobody noted that those on it agreed."""
    found = _read_by(event, PackLevel.FULL)
    left_out = sum(_is_photo(one) and not one.everybody_agreed for one in found)
    return Filed(len(found) - left_out, left_out, any(one.kind is DocumentKind.SIGNED_LIST for one in found))


def _read_by(event: Event, level: PackLevel) -> Sequence[EventDocument]:
    return papers.of_event(SYSTEM if level is PackLevel.FULL else ANYBODY, event)


def _is_photo(one: EventDocument) -> bool:
    return one.kind is DocumentKind.PHOTO


def _section(title: str, folder: str, found: Sequence[EventDocument]) -> Section | None:
    files = [
        (one, kept(folder, place, one.file, f"{one.kind.label}: {one.title}", one))
        for place, one in enumerate(found, start=1)
        if one.file is not None
    ]
    if not files:
        return None
    rows = [
        [one.title, one.consent_note or str(one.kind.label), part.entry.path, number(part.entry.size)]
        for one, part in files
    ]
    head = [_("Title"), _("What it is"), _("File"), _("Bytes")]
    return Section(
        title, tables=[Table(["1.5fr", "1.2fr", "1.5fr", "auto"], head, rows)], parts=[part for _one, part in files]
    )
