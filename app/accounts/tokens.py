"""Secrets that travel in links and cookies: what is sent out is never what is stored."""

import hashlib
import secrets


def new_token() -> tuple[str, str]:
    """A fresh secret of 256 bits and the digest under which it is stored."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    """What is stored of ``token``: its SHA-256, hexadecimal. Slow hashing would add nothing to 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
