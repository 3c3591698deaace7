"""Reading replies to invitations from the command line: one that a mail server pipes in, or those of a mailbox."""

import logging

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.events.invitations import mailbox, receiving
from app.events.invitations.receiving import Received
from app.extensions import db

log = logging.getLogger(__name__)
LARGEST = 10 * 1024 * 1024


class NoMailbox(Exception):
    """No mailbox is set up to fetch from."""


def receive(app: Flask, octets: bytes) -> str:
    """Read one message in a transaction of its own; answers what became of it, in one line."""
    if len(octets) > LARGEST:
        return f"left aside: larger than {LARGEST} bytes"
    with app.app_context(), writing(), acting_as(SYSTEM):
        received = receiving.receive(octets)
        told = _told(received)
        db.session.commit()
    return told


def fetch(app: Flask) -> list[str]:
    """Read every unread message of the mailbox; answers a line for each.

    Each is marked as read once its answer is kept. Raises ``NoMailbox`` and ``MailboxUnreachable``.
    """
    url = app.config["PORTAL"].imap_url
    if not url:
        raise NoMailbox("PORTAL_IMAP_URL names no mailbox.")
    lines = []
    with mailbox.opened(url) as server:
        for key in mailbox.unread(server):
            octets = mailbox.message(server, key)
            if octets is None:
                continue
            try:
                lines.append(receive(app, octets))
            except OperationalError:  # the database is not there: nothing can be kept, so nothing is marked as read
                raise
            except Exception as error:
                # One message that cannot be taken in must not keep those behind it from being read.
                log.exception("Message %s of the mailbox stays unread.", key)
                lines.append(f"stays unread: message {key}, {type(error).__name__}")
            else:
                mailbox.mark_read(server, key)
    return lines


def _told(received: Received) -> str:
    if received.invitation is not None:
        return f"answered: invitation {received.invitation.id}, {received.invitation.state.value}"
    if received.kept is not None:
        return f"kept to be read: reply {received.kept.id}, {received.kept.why.value}"
    return "known already"
