"""People who sign in, what they may do, and how they prove who they are."""

import secrets
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from flask_security.core import UserMixin, WebAuthnMixin
from flask_security.utils import verify_password
from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, LargeBinary
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship, validates

from app.core import clock
from app.core.access import Actor, Grant, Role
from app.core.audit import Audited
from app.core.database import Base, Timestamped, Versioned
from app.core.i18n import SOURCE_LANGUAGE
from app.core.mail import normal_email
from app.core.search_key import search_key
from app.core.veil import AsItIs
from app.core.vocabulary import Term

SESSION_LIFETIME = timedelta(days=14)
INVITATION_LIFETIME = timedelta(days=14)
LINK_LIFETIME = timedelta(minutes=15)

COUNTRY_ROLES = frozenset({Role.COUNTRY_LEAD, Role.CLUSTER_COORDINATOR})
ORGANISATION_ROLES = frozenset({Role.PARTNER_EDITOR, Role.LGE_MEMBER, Role.STAKEHOLDER})


def scopes() -> tuple[CheckConstraint, ...]:
    """Constraints of a table with roles: what each role needs, and what it must not have."""
    return (
        CheckConstraint("role IN ('admin', 'coordinator', 'auditor') OR country IS NOT NULL", name="country"),
        CheckConstraint(
            "role NOT IN ('partner_editor', 'lge_member', 'stakeholder') OR organisation_id IS NOT NULL",
            name="organisation",
        ),
        CheckConstraint(
            "role NOT IN ('admin', 'coordinator', 'auditor') OR (country IS NULL AND organisation_id IS NULL)",
            name="everywhere",
        ),
    )


class Scope:
    """A role and where it holds: ``country`` by ISO alpha-2 code; an organisation's role carries its country too."""

    role: Mapped[Role]
    country: Mapped[str | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))

    @property
    def grant(self) -> Grant:
        """The role and its scope as rights are judged by it."""
        return Grant(self.role, self.country, self.organisation_id)


class User(Base, Timestamped, Versioned, Audited, UserMixin):
    """A person with an account; ``password`` is empty for whoever signs in by passkey or link only.

    Names that begin with ``fs_``, ``tf_`` and ``mf_`` are Flask-Security's. ``tf_last_counter`` is the time step of the
    last code from an authenticator app, so that no code is taken twice. Recovery codes are stored as digests.
    """

    __tablename__ = "user"
    audit_hides: ClassVar[tuple[str, ...]] = (
        "password",
        "fs_uniquifier",
        "fs_webauthn_user_handle",
        "tf_totp_secret",
        "tf_last_counter",
        "mf_recovery_codes",
    )

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[AsItIs]
    search_key: Mapped[str] = mapped_column(index=True)
    language: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None]
    fs_uniquifier: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(32))
    fs_webauthn_user_handle: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(32))
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan", order_by="Passkey.id"
    )

    @validates("name", "email")
    def _keep_findable(self, field: str, value: str) -> str:
        value = normal_email(value) if field == "email" else " ".join(value.split())
        name, email = (value, self.email) if field == "name" else (self.name, value)
        self.search_key = search_key(f"{name or ''} {email or ''}")
        return value

    @property
    def is_authenticated(self) -> bool:
        """Always true: whoever is not active, or signed out, is not loaded in the first place."""
        return True

    @cached_property
    def actor(self) -> Actor:
        """The person as services know who acts."""
        grants = tuple(grant.grant for grant in self.grants)
        return Actor(self.id, self.name, grants, self.language or SOURCE_LANGUAGE)

    @property
    def access_country(self) -> str | None:
        """The country of all the person's roles, or ``None`` when they reach further."""
        countries = {grant.country for grant in self.grants}
        return next(iter(countries)) if len(countries) == 1 else None

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisations the person acts for."""
        return frozenset(grant.organisation_id for grant in self.grants if grant.organisation_id)

    def verify_and_update_password(self, password: str) -> bool:
        """Whether ``password`` is the person's; there is only one kind of hash, so nothing is updated."""
        stored, session = self.password, object_session(self)
        if session is not None:
            session.rollback()  # Hashing takes a fifth of a second; nobody else's writing waits for it.
        return bool(stored) and verify_password(password, stored or "")


class RoleGrant(Scope, Base, Audited):
    """One role of one person, and where it holds."""

    __tablename__ = "role_grant"
    __table_args__ = scopes()

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(back_populates="grants")


class Passkey(Base, Audited, WebAuthnMixin):
    """A passkey: in the device (``multi_device`` when it is synchronised) or on a security key."""

    __tablename__ = "passkey"
    audit_hides: ClassVar[tuple[str, ...]] = ("credential_id", "public_key", "sign_count", "extensions")

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(JSON)
    backup_state: Mapped[bool]
    device_type: Mapped[str]
    extensions: Mapped[str | None]
    usage: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    lastuse_datetime: Mapped[datetime]

    user: Mapped[User] = relationship(back_populates="webauthn")


class Method(Term):
    """How a session began."""

    PASSWORD = "password", _l("Password")
    PASSKEY = "passkey", _l("Passkey")
    LINK = "link", _l("Link by e-mail")
    INVITATION = "invitation", _l("Invitation")
    DEMO = "demo", _l("Demonstration")


class UserSession(Base):
    """One browser that signed in. The address is kept shortened, the browser as a few words.

    ``last_seen_at`` moves with requests that write, at most once a minute: reading never writes.
    """

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user", "user_id", "ended_at", "id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    method: Mapped[Method]
    address: Mapped[str]
    browser: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """The condition that a session neither ended nor outlived ``SESSION_LIFETIME``."""
        return cls.ended_at.is_(None) & (cls.created_at > clock.now() - SESSION_LIFETIME)


class SignInLink(Base):
    """A link that signs a person in once, within ``LINK_LIFETIME``."""

    __tablename__ = "sign_in_link"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    next_path: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: clock.now() + LINK_LIFETIME)
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class InvitationState(Term):
    """Where an invitation stands."""

    OPEN = "open", _l("Invited"), "running"
    ACCEPTED = "accepted", _l("Accepted"), "done"
    EXPIRED = "expired", _l("Expired"), "late"
    REVOKED = "revoked", _l("Withdrawn"), "stopped"


class Invitation(Scope, Base, Timestamped, Versioned, Audited):
    """An offer of an account with one role, open until ``expires_at``; sending it again makes a new link."""

    __tablename__ = "invitation"
    __table_args__ = scopes()
    audit_hides: ClassVar[tuple[str, ...]] = ("token_hash",)

    email: Mapped[str] = mapped_column(index=True)
    language: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    invited_by_name: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(default=lambda: clock.now() + INVITATION_LIFETIME)
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @property
    def state(self) -> InvitationState:
        """Where the invitation stands now."""
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        return InvitationState.EXPIRED if self.expires_at <= clock.now() else InvitationState.OPEN


class FeedSecret(Base, Audited):
    """A secret that opens a calendar feed of one person's to a calendar program, until it is revoked.

    ``scope`` narrows it to one choice, such as ``plan:4``; without one it opens everything that concerns the person.
    """

    __tablename__ = "feed_secret"
    audit_hides: ClassVar[tuple[str, ...]] = ("token_hash",)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    scope: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class SavedView(Base, Timestamped, Versioned):
    """The filters of a list that a person saved under a name.

    ``listing`` is the list by its file name, ``query`` what stands behind the question mark of its address.
    """

    __tablename__ = "saved_view"
    __table_args__ = (Index("uq_saved_view_name", "user_id", "listing", "name", unique=True),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    listing: Mapped[str]
    path: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
