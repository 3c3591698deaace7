"""The mailbox that replies arrive in, read by IMAP (RFC 3501)."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

TIMEOUT = 30
MOST_AT_ONCE = 500


class MailboxUnreachable(Exception):
    """The mailbox could not be opened or read; the message says why, never the password."""


@contextmanager
def opened(url: str) -> Iterator[imaplib.IMAP4]:
    """The mailbox at ``imaps://user:password@host:port/FOLDER`` (INBOX unless said), ready to be read.

    ``imap://`` turns TLS on where the server offers it. Raises ``MailboxUnreachable``.
    """
    address = urlsplit(url)
    folder = unquote(address.path.strip("/")) or "INBOX"
    try:
        server = _connected(address.scheme, address.hostname or "localhost", address.port)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxUnreachable(f"{address.hostname}: {error}") from error
    try:
        server.login(unquote(address.username or ""), unquote(address.password or ""))
        status, told = server.select(f'"{folder}"')
        if status != "OK":
            raise MailboxUnreachable(f"{folder}: {told!r}")
        yield server
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxUnreachable(f"{address.hostname}: {error}") from error
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _connected(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or 993, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    server = imaplib.IMAP4(host, port or 143, timeout=TIMEOUT)
    if "STARTTLS" in server.capabilities:
        server.starttls(ssl_context=ssl.create_default_context())
    return server


def unread(server: imaplib.IMAP4) -> list[str]:
    """The identifiers of messages nobody has read, the oldest first. Raises ``MailboxUnreachable``."""
    status, found = server.uid("SEARCH", "UNSEEN")
    if status != "OK":
        raise MailboxUnreachable(f"SEARCH: {found!r}")
    return (found[0] or b"").decode("ascii").split()[:MOST_AT_ONCE]


def message(server: imaplib.IMAP4, key: str) -> bytes | None:
    """The octets of one message, which stays unread; ``None`` where it is gone. Raises ``MailboxUnreachable``."""
    status, parts = server.uid("FETCH", key, "(BODY.PEEK[])")
    if status != "OK":
        raise MailboxUnreachable(f"FETCH {key}: {parts!r}")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def mark_read(server: imaplib.IMAP4, key: str) -> None:
    """Say that a message was read, once what follows from it is kept. Raises ``MailboxUnreachable``."""
    status, told = server.uid("STORE", key, "+FLAGS.SILENT", r"(\Seen)")
    if status != "OK":
        raise MailboxUnreachable(f"STORE {key}: {told!r}")
