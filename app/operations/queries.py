"""What can be asked about mail and jobs."""

from sqlalchemy import select

from app.core.mail import Mail
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
