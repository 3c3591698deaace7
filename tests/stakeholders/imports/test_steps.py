"""How many rows an import takes at once: what fits into a second, however busy the machine is."""

from collections.abc import Sequence

import pytest
from flask import Flask

from app.core import outbox
from app.stakeholders.imports import steps
from app.stakeholders.imports.checking import Checker, Finding
from app.stakeholders.imports.models import ImportRow
from tests.stakeholders.imports.conftest import Enter, checked, table

ROWS = 700


def test_on_a_busy_machine_a_step_takes_as_many_rows_as_it_comes_to(
    app: Flask, enter: Enter, monkeypatch: pytest.MonkeyPatch
):
    now, loaded = [0.0], []
    ready, examine = Checker.ready, Checker.examine

    def loads(self: Checker, rows: Sequence[ImportRow]) -> None:
        loaded.append(len(rows))
        ready(self, rows)

    def slowly(self: Checker, row: ImportRow) -> Finding:
        now[0] += 0.01
        return examine(self, row)

    monkeypatch.setattr(steps, "monotonic", lambda: now[0])
    monkeypatch.setattr(Checker, "ready", loads)
    monkeypatch.setattr(Checker, "examine", slowly)
    rows = [(f"Weavers {number}", "RS", "company") for number in range(ROWS)]
    checked(enter(), table(("name", "country", "category"), *rows))
    outbox.drain(app)
    assert loaded[0] == steps.CHUNK
    assert ROWS <= sum(loaded) < 2 * ROWS


@pytest.mark.parametrize(
    ("done", "seconds", "next_time"), [(500, 0.2, 500), (100, 2.0, 50), (1, 1.5, 25), (9, 0.0, 500)]
)
def test_the_next_step_takes_what_fits_into_a_second(done: int, seconds: float, next_time: int):
    assert steps.paced(done, seconds, 500) == next_time
