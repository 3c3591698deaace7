"""Secrets that travel in links and cookies: what is sent out is never what is stored."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from app.core import portal


def new_token() -> tuple[str, str]:
    """A fresh secret of 256 bits and the digest under which it is stored."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def standing_token(purpose: str, uid: UUID) -> str:
    """The secret of a record that follows from the portal's own key, so that each mail brings the same.

    Another ``purpose`` makes another secret of the same record.
    """
    return base64.urlsafe_b64encode(standing_secret(purpose, uid)).rstrip(b"=").decode()


def standing_secret(purpose: str, uid: UUID) -> bytes:
    """The same as 32 octets, for whoever has to write it in other letters."""
    return hmac.new(portal.settings().secret_key.encode(), f"{purpose}: {uid}".encode(), hashlib.sha256).digest()


def digest(token: str) -> str:
    """What is stored of ``token``: its SHA-256, hexadecimal. Slow hashing would add nothing to 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
