"""Mails about minutes: to those who were there, each alone and with a link of their own, and to the writers."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.accounts.tokens import standing_token
from app.core import mail
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.events.minutes import content
from app.events.minutes.models import MinutesAnswer, MinutesComment, MinutesRecipient, MinutesVersion
from app.events.subjects import Titled
from app.extensions import db

PATH = "/minutes/{token}"
PURPOSE = "minutes"


def path_of(recipient: MinutesRecipient) -> str:
    """The path of a recipient's page; whoever has it can comment."""
    return PATH.format(token=standing_token(PURPOSE, recipient.uid))


def send(recipients: Sequence[MinutesRecipient], version: MinutesVersion, before: MinutesVersion | None) -> None:
    """Send a version: what it is about, until when, what silence means, and what is new in it."""
    subject = _l("Minutes to read: %(title)s")
    changed: dict[str, list[content.Change]] = {}  # by language: comparing takes longer than writing a mail
    for recipient in recipients:
        language = recipient.language
        if before is not None and language not in changed:
            changed[language] = content.changes(before.content, version.content, language)
        told = changed.get(language, [])
        _write(recipient, version, subject, "events/minutes", about="new", changed=told)


def remind(recipient: MinutesRecipient, version: MinutesVersion) -> None:
    """Remind somebody who said nothing that the window ends."""
    subject = _l("Comments end soon: %(title)s")
    _write(recipient, version, subject, "events/minutes", about="reminder", changed=[])


def tell_answer(answer: MinutesAnswer) -> None:
    """Tell somebody what became of a comment."""
    comment = answer.comment
    subject = _l("Your comment on the minutes: %(title)s")
    _write(comment.recipient, comment.version, subject, "events/minutes_answer", answer=answer, comment=comment)


def tell_approved(recipient: MinutesRecipient, version: MinutesVersion, sha256: str) -> None:
    """Tell somebody that the minutes are approved, with the hash of the document."""
    subject = _l("Minutes approved: %(title)s")
    _write(recipient, version, subject, "events/minutes_approved", sha256=sha256)


def _write(recipient: MinutesRecipient, version: MinutesVersion, subject: Any, template: str, **facts: Any) -> None:
    """One mail to one recipient; one without a mailbox, as after an erasure, is left alone."""
    if not recipient.email:
        return
    title = read_in(version.content["event"]["title"], recipient.language)
    named = title.text if title else ""
    mail.send(
        db.session,
        recipient.email,
        Titled(subject, named),
        template,
        recipient.language,
        is_outside=True,
        version=version,
        event=version.minutes.event,
        title=named,
        path=path_of(recipient),
        **facts,
    )


def tell_held_up(
    writer: User, version: MinutesVersion, objections: Sequence[MinutesComment], differing: Sequence[object]
) -> None:
    """Tell a writer why silence did not approve a version; ``differing`` is what was changed since."""
    language = writer.language or SOURCE_LANGUAGE
    title = read_in(version.content["event"]["title"], language)
    named = title.text if title else ""
    mail.send(
        db.session,
        writer.email,
        Titled(_l("Minutes not approved yet: %(title)s"), named),
        "events/minutes_held_up",
        language,
        version=version,
        title=named,
        objections=objections,
        differing=differing,
        path=f"/events/{version.minutes.event_id}/minutes/approval",
    )
