"""Public feeds that are asked for as they were before, answered before they become requests of the portal.

Calendar programs send the same poll every few hours, for ever, and nearly always nothing has changed. How a poll was
answered is remembered; while the feed has the version it had then, it is answered so again, after one look at that
version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.feeds.bodies import Bodies
from app.feeds.fetches import Fetches
from app.feeds.queries import Look

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where a view says which feed it answered with, of which version and date: a public one, the same for everybody.
ANSWERED = "portal.feed"
# Where a view says which feed was fetched, one's own too.
FETCHED = "portal.feed fetched"
MOST = 5_000
# Everything in a request that its answer follows from.
ASKED = (
    "PATH_INFO",
    "SCRIPT_NAME",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_HOST",
    "wsgi.url_scheme",
)


@dataclass(frozen=True)
class Answer:
    """The head of an answer, good while the feed has this version of this date."""

    status: str
    headers: list[tuple[str, str]]
    scope: str
    version: int
    changed_at: datetime


class Polls:
    """The portal as a WSGI application, with what it answered to polls."""

    def __init__(self, app: Flask, engine: Engine, fetches: Fetches) -> None:
        self._app = app
        self._fetches = fetches
        self._portal: WSGIApplication = app.wsgi_app
        self._look = Look(engine)
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._answers: dict[tuple[Any, ...], Answer] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a known poll, else leave the request to the portal."""
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith("/feeds/"):
            return self._portal(environ, start_response)
        asked = tuple(environ.get(name) for name in ASKED)
        answer = self._answers.get(asked)
        body = self._body(answer) if answer is not None else None
        if answer is not None and body is not None:
            self._fetches.note(answer.scope, environ.get("HTTP_USER_AGENT"))
            start_response(answer.status, list(answer.headers))
            return [body] if body else []

        def note(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if FETCHED in environ:
                self._fetches.note(environ[FETCHED], environ.get("HTTP_USER_AGENT"))
            if ANSWERED in environ and (status[:3] == "304" or ("Content-Encoding", "gzip") in headers):
                if len(self._answers) >= MOST:
                    self._answers.clear()
                self._answers[asked] = Answer(status, list(headers), *environ[ANSWERED])
            return start_response(status, headers, *more)

        return self._portal(environ, note)

    def forget(self) -> None:
        """Forget every answer: the database was put back to an earlier state, in which versions repeat."""
        self._answers.clear()

    def _body(self, answer: Answer) -> bytes | None:
        """What follows the head: nothing for a 304, else the packed feed; ``None`` when the answer is out of date."""
        try:
            found = self._look.version_of(answer.scope)
        except (SQLAlchemyError, self._driver_error):
            return None  # The portal will say what is wrong.
        if found != (answer.version, answer.changed_at):
            return None
        if answer.status[:3] == "304":
            return b""
        bodies: Bodies = self._app.extensions["feeds"]
        return bodies.packed(answer.scope, answer.version)
