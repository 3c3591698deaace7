"""``./run bench``: measures the portal beside a bare Flask route and writes ``docs/benchmarks.md``."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.events.models import Event, EventState
from app.events.services import move
from app.extensions import db
from tests.bench import data, overview, report, rounds, starting
from tests.bench.routes import ROUTES
from tests.bench.server import Server
from tests.servers import postgresql_url

BACKENDS = ("sqlite", "postgresql")
STARTED = time.monotonic()


def tell(what: str) -> None:
    """Say how far it is."""
    print(f"{time.monotonic() - STARTED:6.1f} s  {what}", flush=True)


def settings_for(database: str, folder: Path) -> dict[str, str]:
    """Settings of a portal as in production, on a database of its own."""
    return {
        "PORTAL_PROFILE": "production",
        "PORTAL_SECRET_KEY": "a secret that is used by nobody else",
        "PORTAL_PASSWORD_SALT": "a salt that is used by nobody else",
        "PORTAL_DATABASE_URL": database,
        "PORTAL_FILES_URL": (folder / "files").as_uri(),
        "PORTAL_PUBLIC_URL": "http://127.0.0.1:8000",
        "PORTAL_AS_OF": data.AS_OF.isoformat(),
    }


@contextmanager
def portal(name: str, backend: str, size: data.Size, folder: Path) -> Iterator[rounds.Portal]:
    """Fill a database and serve it."""
    url = f"sqlite:///{folder / f'{name}.db'}" if backend == "sqlite" else postgresql_url(f"bench_{name}")
    settings = settings_for(url, folder)
    app = create_app(Settings.from_environment(settings))
    cookies = data.fill(app, size)
    tell(f"{backend}: {name} database filled")

    with Server.portal(settings) as server:
        yield rounds.Portal(server, cookies, sa.make_url(url), lambda: change(app))
    with app.app_context():
        db.engine.dispose()


def change(app: Flask) -> None:
    """Confirm the first event to come that is in the feed of 5,000 and not in that of 1,000, or take that back."""
    open_ones = (Event.id > data.OF_COUNTRY, Event.id <= data.OF_KIND, Event.starts_on > data.AS_OF)
    with app.app_context(), writing(), acting_as(SYSTEM):
        event = db.session.scalars(select(Event).where(*open_ones).order_by(Event.id).limit(1)).one()
        wanted = EventState.CONFIRMED if event.state is EventState.PLANNED else EventState.PLANNED
        move(SYSTEM, event, event.version, wanted)
        db.session.commit()


def measure(backend: str, number: int) -> report.Backend:
    """Measure everything on one kind of database."""
    with tempfile.TemporaryDirectory(prefix="bench") as place, ExitStack() as stack:
        folder = Path(place)
        small = stack.enter_context(portal("small", backend, data.SMALL, folder))
        large = stack.enter_context(portal("large", backend, data.LARGE, folder))
        bare = stack.enter_context(Server.bare())
        results = rounds.run(
            bare, small, large, routes=ROUTES, rounds=number, tell=lambda what: tell(f"{backend}: {what}")
        )
        memory = small.server.memory
        settings = settings_for(small.database.render_as_string(hide_password=False), folder)
        tell(f"{backend}: starting")
        start = starting.measure(settings, number)
        tell(f"{backend}: overview")
        url = f"sqlite:///{folder / 'overview.db'}" if backend == "sqlite" else postgresql_url("bench_overview")
        read = overview.measure(settings_for(url, folder), number)
        return report.Backend(backend, results, start, memory, starting.imports(settings), read)


def main() -> None:
    """Measure and write the report; time never makes it fail."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two rounds instead of five")
    parser.add_argument("--only", choices=BACKENDS, help="one database instead of both")
    parser.add_argument("--output", type=Path, default=report.FILE, help="where to write the report")
    arguments = parser.parse_args()
    # Servers are ended and databases dropped, also when somebody ends this.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    number = 2 if arguments.quick else 5
    found = [measure(backend, number) for backend in BACKENDS if arguments.only in (None, backend)]
    arguments.output.write_text(report.text(found, number), "utf-8")
    tell(f"written to {arguments.output}")


if __name__ == "__main__":
    main()
