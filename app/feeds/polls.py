"""Polls of public feeds that find nothing new, answered before they become requests.

Calendar programs send the same poll every few hours, for ever, and nearly always nothing has changed. What was answered
to a poll is remembered; while the feed has the version it had then, the same answer is sent again after one look at
that version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import set_writing
from app.feeds.queries import version_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where a view says which feed in which version it answered with: a public one, the same for everybody.
ANSWERED = "portal.feed"
MOST = 5_000
# Everything in a request that its answer follows from.
ASKED = ("PATH_INFO", "SCRIPT_NAME", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT_ENCODING", "HTTP_HOST", "wsgi.url_scheme")


@dataclass(frozen=True)
class Answer:
    """The headers of a 304, good while the feed has this version of this date."""

    scope: str
    version: int
    changed_at: datetime
    headers: list[tuple[str, str]]


class Polls:
    """The portal as a WSGI application, with what it answered to polls."""

    def __init__(self, portal: "WSGIApplication", engine: Engine) -> None:
        self._portal = portal
        self._engine = engine
        self._answers: dict[tuple[Any, ...], Answer] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a known poll, else leave the request to the portal."""
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_IF_NONE_MATCH" not in environ:
            return self._portal(environ, start_response)
        asked = tuple(environ.get(name) for name in ASKED)
        answer = self._answers.get(asked)
        if answer is not None:
            if self._holds(answer):
                start_response("304 NOT MODIFIED", list(answer.headers))
                return []
            self._answers.pop(asked, None)

        def note(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if status.startswith("304") and ANSWERED in environ:
                if len(self._answers) >= MOST:
                    self._answers.clear()
                scope, version, changed_at = environ[ANSWERED]
                self._answers[asked] = Answer(scope, version, changed_at, list(headers))
            return start_response(status, headers, *more)

        return self._portal(environ, note)

    def _holds(self, answer: Answer) -> bool:
        set_writing(False)  # This thread may have written before.
        try:
            with self._engine.connect() as connection:
                found = version_of(connection, answer.scope)
        except SQLAlchemyError:
            return False  # The portal will say what is wrong.
        return found is not None and (found[0], found[2]) == (answer.version, answer.changed_at)
