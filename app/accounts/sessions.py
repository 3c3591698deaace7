"""Sessions that can be seen and ended: the cookie holds a secret, the table its digest.

Person, session and roles come in one statement a request. Pages get a ``SignedIn``, which is made of plain columns:
building entities would cost more than many a page. Only Flask-Security's own pages get the ``User`` itself.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from flask import Flask, g, request, session
from flask_login import current_user
from sqlalchemy import bindparam, select, update

from app.accounts.models import SESSION_LIFETIME, Method, RoleGrant, User, UserSession
from app.accounts.tokens import digest, new_token
from app.core import clock, veil
from app.core.access import Actor, Grant
from app.core.database import plain_rows
from app.core.i18n import SOURCE_LANGUAGE
from app.core.web import WRITING_METHODS
from app.extensions import db

COOKIE_KEY = "sid"
SEEN_EVERY = timedelta(minutes=1)

_LOAD = (
    select(
        User.id,
        User.name,
        User.language,
        UserSession.id,
        UserSession.last_seen_at,
        RoleGrant.role,
        RoleGrant.country,
        RoleGrant.organisation_id,
    )
    .join(User, User.id == UserSession.user_id)
    .join(RoleGrant, RoleGrant.user_id == User.id)
    .where(
        UserSession.token_hash == bindparam("token"),
        UserSession.ended_at.is_(None),
        UserSession.created_at > bindparam("since"),
        User.fs_uniquifier == bindparam("identity"),
        User.active,
    )
    .order_by(RoleGrant.id)
)


@dataclass(frozen=True)
class SignedIn:
    """Whoever sends this request: as much of a user as Flask-Login asks for, and the actor."""

    actor: Actor
    session_id: int
    last_seen_at: datetime
    fs_uniquifier: str
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the cookie names the person by."""
        return self.fs_uniquifier


def load(identity: str) -> SignedIn | User | None:
    """The person of the cookie, while the session is open; called by Flask-Login once a request."""
    token = session.get(COOKIE_KEY)
    if not token:
        return None
    since = clock.now() - SESSION_LIFETIME
    rows = plain_rows(db.session, _LOAD, {"token": digest(token), "since": since, "identity": identity})
    if not rows:
        return None
    user_id, name, language, session_id, seen = rows[0][:5]
    actor = Actor(user_id, name, tuple(Grant(*row[5:]) for row in rows), language or SOURCE_LANGUAGE)
    g.fs_authn_via, g.fs_paa = "session", session.get("fs_paa", 0)
    g.session_id = session_id
    if request.method not in WRITING_METHODS:
        veil.draw_for(actor)
    if request.blueprint == "security":
        return db.session.get(User, user_id)
    return SignedIn(actor, session_id, seen, identity)


def note_presence() -> None:
    """Remember that the person was here, with requests that write anyway."""
    if request.method not in WRITING_METHODS or not current_user.is_authenticated:
        return
    now = clock.now()
    seen = getattr(current_user, "last_seen_at", None)
    if seen is None or now - seen > SEEN_EVERY:
        db.session.execute(update(UserSession).where(UserSession.id == g.session_id).values(last_seen_at=now))


def begin(user: User, method: Method) -> UserSession:
    """Open a session for this browser in place of the one it had."""
    end_current()
    token, token_hash = new_token()
    row = UserSession(
        user_id=user.id,
        token_hash=token_hash,
        method=method,
        address=short_address(request.remote_addr or ""),
        browser=browser_of(request.user_agent.string),
    )
    db.session.add(row)
    db.session.flush()
    session[COOKIE_KEY] = token
    session.permanent = True
    if user.language:
        session["language"] = user.language
    g.session_id = row.id
    return row


def end_current() -> None:
    """End the session of this browser, if it has one."""
    token = session.pop(COOKIE_KEY, None)
    if token:
        _end(UserSession.token_hash == digest(token))


def end(actor: Actor, session_id: int) -> bool:
    """End one of the actor's sessions; answers whether there was one to end."""
    return _end(UserSession.user_id == actor.user_id, UserSession.id == session_id) == 1


def end_others(user_id: int) -> int:
    """End every session of a person but this one; answers how many."""
    return _end(UserSession.user_id == user_id, UserSession.id != g.get("session_id", 0))


def end_all(user_id: int) -> int:
    """End every session of a person; answers how many."""
    return _end(UserSession.user_id == user_id)


def _end(*which: object) -> int:
    statement = update(UserSession).where(UserSession.ended_at.is_(None), *which).values(ended_at=clock.now())  # type: ignore[arg-type]
    return db.session.execute(statement).rowcount  # type: ignore[attr-defined, no-any-return]


def short_address(address: str) -> str:
    """An IP address without the part that names one connection: IPv4 to 24 bits, IPv6 to 48."""
    try:
        bits = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Browser and system in a few words, "Firefox on Windows"; a name without versions, to recognise one's own by."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return f"{browser} · {system}"
    return browser or system or re.sub(r"[^\w.-].*", "", user_agent)[:40]


def init_sessions(app: Flask) -> None:
    """Note presence with every request that writes."""
    app.before_request(note_presence)
