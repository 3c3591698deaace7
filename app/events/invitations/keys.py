"""The two secrets of an invitation: one in the link of a mail, one in the address that calendar programs answer to.

Both follow from the portal's key and the invitation's identifier, so that an update or a reminder brings the link that
the first mail brought, and the organiser of a calendar entry never changes. What is stored are digests.
"""

import base64
from uuid import UUID

from app.accounts.tokens import digest, standing_secret, standing_token

# 100 bits; a mailbox's name may have 64 characters, and programs write it in small letters.
TAG_LENGTH = 20
LINK, REPLY = "event invitation", "reply to an event invitation"


def link_token(uid: UUID) -> str:
    """The secret in the link of an invitation."""
    return standing_token(LINK, uid)


def reply_tag(uid: UUID) -> str:
    """The secret in the address for replies: letters and figures that survive being written in small letters."""
    return base64.b32encode(standing_secret(REPLY, uid)).decode().lower()[:TAG_LENGTH]


def tagged(address: str, tag: str) -> str:
    """The address that brings a reply of one invitation: ``answers+TAG@example.org``."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{tag}@{domain}"


def tag_of(address: str, base: str) -> str | None:
    """The tag in an address for replies, where it is one of ``base``."""
    local, _at, domain = address.strip().lower().rpartition("@")
    own, _sign, own_domain = base.lower().rpartition("@")
    name, _plus, tag = local.rpartition("+")
    return tag if tag and name == own and domain == own_domain else None


def digests(uid: UUID) -> dict[str, str]:
    """What an invitation stores of its secrets, by column."""
    return {"token_hash": digest(link_token(uid)), "tag_hash": digest(reply_tag(uid))}
