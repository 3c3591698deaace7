"""The overview at 5,000 micro-credentials of 50 countries, beside the same rows read and nothing else."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.config import Settings
from app.core import portal
from app.core.access import SYSTEM
from app.core.database import writing
from app.core.migrations import migrations
from app.events.models import Event
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation import overview
from app.valorisation.asof import AsOf
from app.valorisation.evidence.models import Evidence
from app.valorisation.tracks.models import Milestone
from tests.bench import data, plans

DESIGNS, COUNTRIES = 5_000, 50
EVENTS = 500
MOST = 3.0


@dataclass(frozen=True)
class Overview:
    """Milliseconds for what the page shows and for the rows alone, and how many statements that takes."""

    portal: float
    bare: float
    statements: int

    @property
    def ratio(self) -> float:
        """How many times as long the portal takes."""
        return self.portal / self.bare


def measure(settings: dict[str, str], number: int) -> Overview:
    """Fill a database of its own and read it ``number`` times."""
    app = create_app(Settings.from_environment(settings))
    _fill(app)
    with app.test_request_context():
        asked: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            asked.append((statement, parameters))

        sa.event.listen(db.engine, "before_cursor_execute", note)
        _read()
        sa.event.remove(db.engine, "before_cursor_execute", note)
        gc.collect()
        gc.freeze()  # As the server does once it has started.
        mine = [_timed(_read) for _round in range(number)]
        cursor = db.session.connection().connection.cursor()
        bare = [_timed(lambda: _replay(cursor, asked)) for _round in range(number)]
        db.session.close()
        db.engine.dispose()
    return Overview(statistics.median(mine), statistics.median(bare), len(asked))


def _read() -> None:
    rows = overview.rows_of(SYSTEM, portal.consortium(), AsOf.on(data.AS_OF))
    if len(rows) != DESIGNS or not any(row.is_valorised for row in rows):
        raise RuntimeError("The overview does not show what was made up.")


def _replay(cursor: Any, asked: list[tuple[str, Any]]) -> None:
    for statement, parameters in asked:
        cursor.execute(statement, parameters)
        cursor.fetchall()


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _fill(app: Flask) -> None:
    with app.app_context(), writing():
        migrations().upgrade()
        with db.engine.begin() as connection:
            for table, rows in (
                (Organisation, map(data.organisation, range(1, 65))),
                (MicroCredential, map(_design, range(1, DESIGNS + 1))),
                (Event, map(data.event, range(1, EVENTS + 1))),
                (Milestone, plans.milestones(DESIGNS)),
                (Evidence, plans.evidence(DESIGNS, EVENTS)),
            ):
                data.insert(connection, table, rows)


def _design(key: int) -> dict[str, Any]:
    made = key % COUNTRIES
    country = f"{chr(65 + made // 26)}{chr(65 + made % 26)}"
    own = {"country": country, "code": f"{country}-{key:04}", "awarding_body_id": key % 64 + 1}
    return data.design(key) | own
