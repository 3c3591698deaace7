"""One answer at a time, as long as each is quick.

Python runs one thread at a time anyway. Threads that compute side by side only take the interpreter from each other, at
every statement to SQLite among others, and a page then costs a fifth more. So an answer begins when the one before is
done, and the other threads are there for when that one is slow: a large export, a file far away, a busy database.
"""

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# How long an answer may take before others no longer wait for it, in seconds: several times a page's.
PATIENCE = 0.05


class Turns:
    """A WSGI application whose requests wait for each other, but for no slow one."""

    def __init__(self, application: "WSGIApplication", patience: float = PATIENCE) -> None:
        self._application = application
        self._patience = patience
        self._turn = threading.Lock()
        self._began = 0.0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer in turn, or out of turn beside one that is slow. What a body yields later is outside of the turn."""
        if not self._turn.acquire(blocking=False) and not self._turn.acquire(timeout=self._left()):
            return self._application(environ, start_response)
        self._began = time.monotonic()
        try:
            return self._application(environ, start_response)
        finally:
            self._turn.release()

    def _left(self) -> float:
        """How much longer to wait for the answer that has the turn, in seconds."""
        return max(self._began + self._patience - time.monotonic(), 0.0)
