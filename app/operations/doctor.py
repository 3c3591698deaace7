"""Examines what a portal stands on, for the operator who wants to know before the users do."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from app.config import Settings
from app.core.outbox import Job, JobState
from app.extensions import db


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found."""

    what: str
    is_good: bool
    detail: str


def examine(app: Flask) -> list[Finding]:
    """Look at everything once; a part that fails is a finding, never an exception."""
    with app.app_context():
        return [_look(what, look) for what, look in _examinations(app)]


def _look(what: str, look: object) -> Finding:
    try:
        return Finding(what, True, look())  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the finding
        return Finding(what, False, f"{type(error).__name__}: {error}".splitlines()[0])


def _examinations(app: Flask) -> Iterator[tuple[str, object]]:
    settings: Settings = app.config["PORTAL"]
    yield "database", lambda: f"{db.engine.dialect.name} {_server_version()}"
    yield "schema", _schema
    yield "files", lambda: _files(app)
    yield "pages", lambda: _pages(app)
    if settings.redis_url:
        yield "redis", lambda: _redis(settings.redis_url or "")
    yield "mail", lambda: _mail(settings)
    yield "jobs", _jobs
    yield "seal", lambda: _seal(settings)


def _server_version() -> str:
    with db.engine.connect() as connection:
        name = "sqlite_version()" if db.engine.dialect.name == "sqlite" else "version()"
        return str(connection.scalar(sa.text(f"SELECT {name}")))[:40]


def _schema() -> str:
    from app.core.migrations import migrations

    current = [revision.revision for revision in migrations().current()]
    heads = [revision.revision for revision in migrations().heads()]
    if current != heads:
        raise RuntimeError(f"at {current or 'nothing'}, newest is {heads}; run portal db upgrade")
    return f"at {', '.join(heads)}"


def _files(app: Flask) -> str:
    store = app.extensions["files"]
    sha256, _size = store.put(io.BytesIO(b"the doctor was here"))
    if store.read(sha256) != b"the doctor was here":
        raise RuntimeError("what was written was not read back")
    return "written and read back"


def _pages(app: Flask) -> str:
    manifest = app.jinja_env.globals["asset"]("main.css")  # type: ignore[operator]
    if "-" not in manifest:
        raise RuntimeError("style sheets are not built; run ./run build")
    return "built"


def _redis(url: str) -> str:
    import redis

    redis.Redis.from_url(url, socket_timeout=3).ping()
    return "answers"


def _seal(settings: Settings) -> str:
    from app.core import clock
    from app.mou.seals import keys

    if settings.seal_folder is None:
        return "no keys set; signed memoranda wait for their seal"
    keys.check_in_force(keys.load(settings.seal_folder, settings.seal_passphrase).certificate, clock.now())
    found = keys.certificate(settings.seal_folder, clock.now())
    if found is None or found.ends_soon:
        raise RuntimeError(f"the certificate ends on {found.ends if found else '?'}; portal seal renew makes a new one")
    return f"good until {found.ends}"


def _mail(settings: Settings) -> str:
    if settings.smtp_url is None:
        return "no server set; messages stay in the mailbox"
    import socket

    parts = urlsplit(settings.smtp_url)
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    with socket.create_connection((parts.hostname or "localhost", port), timeout=5):
        return f"{parts.hostname} answers"


def _jobs() -> str:
    dead = db.session.scalar(sa.select(sa.func.count()).where(Job.state == JobState.DEAD)) or 0
    if dead:
        raise RuntimeError(f"{dead} were given up; see Jobs that failed")
    return "none was given up"
