"""What can be asked about mail and jobs."""

from collections.abc import Iterable

from sqlalchemy import select

from app.core.mail import SEND, Mail, MailState, job_key
from app.core.outbox import Job
from app.extensions import db

PER_PAGE = 50


def mails(recipient: str = "", limit: int = PER_PAGE) -> list[Mail]:
    """The newest messages, all or those to one address."""
    statement = select(Mail).order_by(Mail.id.desc()).limit(limit)
    if recipient:
        statement = statement.where(Mail.recipient == recipient.casefold())
    return list(db.session.scalars(statement))


def mail(mail_id: int) -> Mail:
    """One message. Raises ``NoResultFound``."""
    return db.session.get_one(Mail, mail_id)


def failures(messages: Iterable[Mail]) -> dict[int, Job]:
    """By the key of each message that could not be handed over so far: its job, which says why."""
    keys = {job_key(message.id): message.id for message in messages if message.state is MailState.WAITING}
    failed = select(Job).where(Job.dedupe_key.in_(keys), Job.last_error.is_not(None))
    return {keys[job.dedupe_key]: job for job in db.session.scalars(failed) if job.dedupe_key}


def messages_of(jobs: Iterable[Job]) -> dict[int, Mail]:
    """By the key of each job that delivers one: its message."""
    wanted = {job.id: job.payload["mail"] for job in jobs if job.kind == SEND}
    found = {message.id: message for message in db.session.scalars(select(Mail).where(Mail.id.in_(wanted.values())))}
    return {key: found[message] for key, message in wanted.items() if message in found}
