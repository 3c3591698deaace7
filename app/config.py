"""Settings of one portal, read from the environment.

Every setting is a ``PORTAL_*`` variable; a production profile that lacks what it needs refuses to start.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Profile(StrEnum):
    """What a running portal is for; ``PRODUCTION`` is the only one that takes real people's data."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class SettingsError(Exception):
    """A setting is missing or cannot be read; the message names the variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one portal process.

    ``as_of`` is the day the portal reckons with (demonstrations and tests); ``None`` means the real day.
    ``max_upload`` is in bytes. ``smtp_url`` of ``None`` keeps mail in the mailbox page. Answers to invitations go to
    ``reply_to``, or to ``mail_from``, and are read from the mailbox ``imap_url``. ``seal_folder`` holds the keys that
    memoranda are sealed with, ``tsa_url`` is a time-stamp authority (RFC 3161), ``tsa_roots`` the certificates it is
    trusted by.
    """

    profile: Profile = Profile.PRODUCTION
    secret_key: str = field(repr=False)
    password_salt: str = field(repr=False)
    database_url: str
    files_url: str
    redis_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "portal@localhost"
    reply_to: str | None = None
    imap_url: str | None = field(default=None, repr=False)
    public_url: str = "http://127.0.0.1:8000"
    consortium: Path = ROOT / "consortia" / "bem"
    as_of: date | None = None
    max_upload: int = 20 * 1024 * 1024
    trusted_proxies: int = 0
    seal_folder: Path | None = None
    seal_passphrase: str | None = field(default=None, repr=False)
    tsa_url: str | None = None
    tsa_roots: Path | None = None

    @property
    def reply_address(self) -> str:
        """The bare address that answers to invitations go to."""
        return parseaddr(self.reply_to or self.mail_from)[1].lower()

    @property
    def is_demo(self) -> bool:
        """Whether strangers may enter as any role and read the mailbox."""
        return self.profile is Profile.DEMO

    @property
    def secure_cookies(self) -> bool:
        """Whether the portal is reached by https, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read ``PORTAL_*`` variables.

        Raises ``SettingsError`` naming every variable that is missing in production or cannot be read.
        """
        env = os.environ if environment is None else environment
        profile = _profile(env.get("PORTAL_PROFILE", Profile.PRODUCTION))
        required = ("PORTAL_SECRET_KEY", "PORTAL_PASSWORD_SALT", "PORTAL_DATABASE_URL", "PORTAL_PUBLIC_URL")
        missing = [name for name in required if not env.get(name)]
        if profile is Profile.PRODUCTION and missing:
            raise SettingsError(f"A production portal needs {', '.join(missing)}.")
        return cls(
            profile=profile,
            secret_key=env.get("PORTAL_SECRET_KEY") or secrets.token_urlsafe(32),
            password_salt=env.get("PORTAL_PASSWORD_SALT") or secrets.token_urlsafe(16),
            database_url=_from_here(env.get("PORTAL_DATABASE_URL") or "sqlite:///var/portal.db"),
            files_url=env.get("PORTAL_FILES_URL") or (ROOT / "var" / "files").as_uri(),
            redis_url=env.get("PORTAL_REDIS_URL") or None,
            smtp_url=_smtp(env),
            mail_from=env.get("PORTAL_MAIL_FROM") or cls.mail_from,
            reply_to=_address(env, "PORTAL_REPLY_TO"),
            imap_url=_imap(env),
            public_url=_public_url(env, cls.public_url),
            consortium=Path(env.get("PORTAL_CONSORTIUM") or cls.consortium),
            as_of=_date(env, "PORTAL_AS_OF"),
            max_upload=_integer(env, "PORTAL_MAX_UPLOAD", cls.max_upload),
            trusted_proxies=_integer(env, "PORTAL_TRUSTED_PROXIES", 0),
            seal_folder=_path(env, "PORTAL_SEAL_FOLDER"),
            seal_passphrase=env.get("PORTAL_SEAL_PASSPHRASE") or None,
            tsa_url=_tsa(env),
            tsa_roots=_path(env, "PORTAL_TSA_ROOTS"),
        )


def _profile(value: str) -> Profile:
    try:
        return Profile(value)
    except ValueError:
        raise SettingsError(f"PORTAL_PROFILE is {value!r}; it can be {', '.join(Profile)}.") from None


def _public_url(env: Mapping[str, str], default: str) -> str:
    value = (env.get("PORTAL_PUBLIC_URL") or default).rstrip("/")
    if not value.startswith(("https://", "http://")):
        raise SettingsError(f"PORTAL_PUBLIC_URL is {value!r}; it begins with https:// or http://.")
    return value


def _smtp(env: Mapping[str, str]) -> str | None:
    value = env.get("PORTAL_SMTP_URL") or None
    if value and not value.startswith(("smtp://", "smtps://")):
        raise SettingsError("PORTAL_SMTP_URL begins with smtp:// or smtps://.")  # Its value may hold a password.
    return value


def _imap(env: Mapping[str, str]) -> str | None:
    value = env.get("PORTAL_IMAP_URL") or None
    if value and not value.startswith(("imap://", "imaps://")):
        raise SettingsError("PORTAL_IMAP_URL begins with imap:// or imaps://.")  # Its value may hold a password.
    return value


def _tsa(env: Mapping[str, str]) -> str | None:
    value = env.get("PORTAL_TSA_URL") or None
    if value and not value.startswith(("https://", "http://")):
        raise SettingsError(f"PORTAL_TSA_URL is {value!r}; it begins with https:// or http://.")
    return value


def _from_here(url: str) -> str:
    """An address with a file below this folder where it names one without its beginning, from wherever it is read."""
    name = url.removeprefix("sqlite:///")
    if name == url or name.startswith(("/", "file:")) or name in ("", ":memory:"):
        return url
    return f"sqlite:///{ROOT / name}"


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name)
    return Path(value) if value else None


def _address(env: Mapping[str, str], name: str) -> str | None:
    value = env.get(name) or None
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1]):
        raise SettingsError(f"{name} is {value!r}; write an address like answers@example.org.")
    return value


def _date(env: Mapping[str, str], name: str) -> date | None:
    value = env.get(name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}; write a date like 2025-05-12.") from None


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name)
    if not value:
        return default
    if not value.isdecimal():
        raise SettingsError(f"{name} is {value!r}; write a whole number.")
    return int(value)
