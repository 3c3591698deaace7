"""What may happen to documents of an event: added, described, replaced, taken off or withdrawn."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import IO

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import clock, portal
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.files import StoredFile, keep, let_go
from app.events import queries as events
from app.events import rules as event_rules
from app.events.documents import queries, rules
from app.events.documents.models import Audience, DocumentKind, EventDocument, FormerFile
from app.events.models import OVER, Event
from app.events.permissions import check_edit
from app.extensions import db

MOST_DOCUMENTS = 200
# What features above do when the bytes of a document are taken back, because somebody no longer agrees to be in it.
when_forgotten: list[Callable[[Actor, EventDocument], None]] = []


@dataclass(frozen=True, kw_only=True)
class DocumentFacts:
    """What a document is, as somebody filled it in; without a title it is called as its file."""

    kind: DocumentKind
    language: str
    title: str | None = None
    audience: Audience = Audience.CONSORTIUM
    everybody_agreed: bool = False
    consent_note: str | None = None


@dataclass(frozen=True)
class Sent:
    """A file that was sent: its bytes and its name."""

    stream: IO[bytes]
    name: str


def check(facts: DocumentFacts) -> None:
    """Check what holds of every document. Raises ``Refused`` with everything that is wrong."""
    agreed = facts.everybody_agreed
    event_rules.all_of(
        lambda: rules.check_audience(facts.kind, facts.audience, everybody_agreed=agreed),
        lambda: rules.check_note(facts.kind, facts.consent_note, everybody_agreed=agreed),
    )


def add(
    actor: Actor, event: Event, facts: DocumentFacts, sent: Sequence[Sent], *, is_example: bool = False
) -> list[EventDocument]:
    """Keep files as documents of an event: all of them, or none where one is unfit.

    Of pictures nothing is kept but what is seen (``unmarked``). Raises ``Refused`` with all that is wrong, and
    ``NotAllowed``.
    """
    _check_open(actor, event)
    rules.check_number(len(sent))
    fit: list[tuple[IO[bytes], str]] = []
    event_rules.all_of(
        lambda: check(facts),
        lambda: fit.extend(rules.check_files(facts.kind, [(one.stream, one.name) for one in sent])),
    )
    there = db.session.scalar(select(func.count()).where(EventDocument.event_id == event.id)) or 0
    if there + len(sent) > MOST_DOCUMENTS:
        raise Refused(file=_("An event has at most %(most)s documents.", most=MOST_DOCUMENTS))
    made = []
    for number, (one, (stream, mime)) in enumerate(zip(sent, fit, strict=True), 1):
        title = rules.titled(facts.title, one.name, number, of=len(sent))
        said = asdict(facts) | {"title": title}
        file = _kept(actor, Sent(stream, one.name), mime)
        made.append(EventDocument(event_id=event.id, file_id=file.id, is_example=is_example, **said))
    db.session.add_all(made)
    db.session.flush()
    return made


def describe(actor: Actor, document: EventDocument, version: int | None, facts: DocumentFacts) -> None:
    """Change what is said of a document. Raises ``EditConflict``, ``Refused`` and ``NotAllowed``."""
    _check_there(actor, document)
    expect_version(document, version)
    if not facts.title:
        raise Refused(title=_("Write what it is called."))
    check(facts)
    if document.file is not None:
        try:
            rules.check_kind(facts.kind, document.file.mime, document.file.name)
        except rules.FileUnfit as unfit:
            raise rules.FileUnfit(kind=unfit.messages["file"]) from unfit
    for name, value in asdict(facts).items():
        setattr(document, name, value)
    db.session.flush()


def replace(actor: Actor, document: EventDocument, version: int | None, sent: Sent | None, reason: str | None) -> None:
    """Put another file in a document's place; the one before stays with the reason.

    A photo with other people in it needs their agreement anew, so it goes back to the consortium. Raises
    ``EditConflict``, ``Refused`` and ``NotAllowed``.
    """
    _check_there(actor, document)
    expect_version(document, version)
    if sent is None:
        raise rules.NothingSent(file=_("Choose a file."))
    rules.check_reason(reason)
    ((stream, mime),) = rules.check_files(document.kind, [(sent.stream, sent.name)])
    former = FormerFile(file_id=document.file_id, reason=reason or "", actor_id=actor.user_id, actor_name=actor.name)
    document.former.append(former)
    document.file = _kept(actor, Sent(stream, sent.name), mime)
    if document.kind is DocumentKind.PHOTO:
        document.audience, document.everybody_agreed, document.consent_note = Audience.CONSORTIUM, False, None
    document.updated_at = clock.now()
    db.session.flush()


def can_delete(document: EventDocument) -> bool:
    """Whether a document may vanish: before the event was held, and while no other record refers to it."""
    return document.event.state not in OVER and not queries.referrers(document)


def remove(
    actor: Actor, document: EventDocument, version: int | None, reason: str | None, *, forget: bool = False
) -> None:
    """Take a document off: gone where it may vanish (``can_delete``), else withdrawn with a reason.

    ``forget`` also takes the bytes away, all there ever were, for somebody who no longer agrees to be in it. Raises
    ``EditConflict``, ``Refused`` and ``NotAllowed``.
    """
    check_edit(actor, document.event)  # Of a closed event, too: whoever no longer agrees need not wait.
    events.lock(document.event, document)
    _check_not_withdrawn(document)
    expect_version(document, version)
    if can_delete(document):
        files = _files_of(document)
        db.session.delete(document)
        _forget(files)
        return
    rules.check_reason(reason)
    document.withdrawn_at, document.withdrawn_by_name = clock.now(), actor.name
    document.withdrawal_reason, document.audience = reason, Audience.CONSORTIUM
    if forget:
        files = _files_of(document)
        document.file = None
        for former in document.former:
            former.file = None
        _forget(files)
        for told in when_forgotten:
            told(actor, document)
    db.session.flush()


def _kept(actor: Actor, sent: Sent, mime: str) -> StoredFile:
    file = keep(db.session, portal.files(), sent.stream, sent.name, actor.user_id)
    file.mime = mime  # What the parts of an archive say, where its first bytes say little.
    return file


def _files_of(document: EventDocument) -> list[StoredFile]:
    return [file for file in (document.file, *(former.file for former in document.former)) if file is not None]


def _forget(files: Sequence[StoredFile]) -> None:
    """Let go of rows and, once this is committed, of bytes that nobody else sent."""
    db.session.flush()
    for file in files:
        let_go(db.session, file)
    db.session.flush()


def _check_there(actor: Actor, document: EventDocument) -> None:
    _check_open(actor, document.event, document)
    _check_not_withdrawn(document)


def _check_not_withdrawn(document: EventDocument) -> None:
    if document.withdrawn_at is not None:
        raise Refused(_("This document was withdrawn."))


def _check_open(actor: Actor, event: Event, *parts: EventDocument) -> None:
    """Hold the event, so that two who add at once are counted in turn, and whether documents can still be changed."""
    check_edit(actor, event)
    events.lock(event, *parts)
    event_rules.check_not_closed(event.state)
