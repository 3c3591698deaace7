"""When which program fetched a feed last: noted in memory while answering, written later by a step of its own.

Answering a poll writes nothing and waits for nobody. Once a minute, where anything was noted, a thread writes what is
new in a transaction of its own; what is lost with the process or a busy database is lost without harm.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import lru_cache
from threading import Lock, Timer
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.feeds.models import FeedFetch, Program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask import Flask
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds
# How the portal calls itself where it tests its own feeds, which is no fetch.
OWN_AGENT = "portal-feed-test"
LONGEST_AGENT = 200
# What each program says of itself, in lower case; the first that fits is it. Outlook's servers say Exchange, Apple's
# phones and computers name the part of the system that asks.
SAID = (
    (Program.GOOGLE, ("google",)),
    (Program.THUNDERBIRD, ("thunderbird", "lightning/")),
    (Program.NEXTCLOUD, ("nextcloud",)),
    (Program.OUTLOOK, ("outlook", "exchange", "microsoft office", "ms-office")),
    (Program.APPLE, ("dataaccessd", "calendaragent", "remindd", "ios/", "macos/", "mac+os")),
)


@lru_cache(maxsize=1024)
def program_of(agent: str) -> Program | None:
    """The program that calls itself ``agent`` in its ``User-Agent``; ``None`` for the portal itself."""
    if agent == OWN_AGENT:
        return None
    said = agent.casefold()
    return next((program for program, marks in SAID if any(mark in said for mark in marks)), Program.OTHER)


class Fetches:
    """Fetches noted since they were written last; ``every`` is in seconds, and without it nothing is written."""

    def __init__(self, app: Flask, every: float | None = EVERY) -> None:
        self._app = app
        self._every = every
        self._noted: dict[tuple[str, Program], datetime] = {}
        self._timer: Timer | None = None
        self._lock = Lock()

    def note(self, scope: str, agent: str | None) -> None:
        """Remember that a program has just fetched the feed ``scope``; it takes about a microsecond."""
        program = program_of((agent or "")[:LONGEST_AGENT])
        if program is not None:
            self._noted[scope, program] = clock.now()
            if self._timer is None and self._every is not None:
                self._begin(self._every)

    def write(self) -> None:
        """Write what was noted; what cannot be written now is let go."""
        self._timer = None
        noted, self._noted = self._noted, {}
        try:
            with self._app.app_context(), writing():
                record(db.session, noted)
                db.session.commit()
        except Exception:
            log.exception("Who fetched which feed could not be written; it is let go.")

    def _begin(self, every: float) -> None:
        with self._lock:
            if self._timer is None:
                self._timer = Timer(every, self.write)
                self._timer.daemon = True
                self._timer.start()


def record(session: Session, noted: Mapping[tuple[str, Program], datetime]) -> None:
    """Store the later of what is noted and what is stored; another process may store the same."""
    for (scope, program), moment in sorted(noted.items()):
        key = (FeedFetch.scope == scope, FeedFetch.program == program)
        known = session.scalar(select(FeedFetch.fetched_at).where(*key))
        if known is None:
            with suppress(IntegrityError), session.begin_nested():
                session.add(FeedFetch(scope=scope, program=program, fetched_at=moment))
        session.execute(update(FeedFetch).where(*key, FeedFetch.fetched_at < moment).values(fetched_at=moment))


def last_fetches(session: Session, scope: str) -> dict[Program, datetime]:
    """When each program fetched a feed last; a program that never did is missing."""
    rows = session.execute(select(FeedFetch.program, FeedFetch.fetched_at).where(FeedFetch.scope == scope)).all()
    return {row.program: row.fetched_at for row in rows}


def own_scope(secret_id: int) -> str:
    """What the feed of one's own is called that a secret opens."""
    return f"my:{secret_id}"


def last_of_secrets(session: Session, secrets: list[int]) -> dict[int, tuple[datetime, Program]]:
    """The latest fetch through each secret, by the secret's key."""
    scopes = {own_scope(key): key for key in secrets}
    rows = session.execute(
        select(FeedFetch.scope, FeedFetch.fetched_at, FeedFetch.program)
        .where(FeedFetch.scope.in_(scopes))
        .order_by(FeedFetch.fetched_at)
    )
    return {scopes[row.scope]: (row.fetched_at, row.program) for row in rows}


def forget_secret(session: Session, secret_id: int) -> None:
    """Forget when a secret was used, as when it opens nothing any more."""
    session.execute(delete(FeedFetch).where(FeedFetch.scope == own_scope(secret_id)))
