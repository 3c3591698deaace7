"""Between two tests everything that was written goes, evidence included, and keys count from one again.

What many tests begin with is put back as it was.
"""

from io import BytesIO
from typing import Any

from flask import current_app
from sqlalchemy import func, inspect, select, table, text

from app.core.files import keep
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.accounts.people import organisation, work
from tests.conftest import Backend


def rows(backend: Backend) -> dict[str, int]:
    """How many rows there are in each table that has some."""
    with backend.engine.connect() as connection:
        names = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
        counted = {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
    return {name: number for name, number in counted.items() if number}


def test_what_was_written_is_gone_and_the_next_key_is_one(backend: Backend):
    assert rows(backend) == {}
    for _test in range(2):
        with work(backend.app) as session:
            assert organisation(session).id == 1
        assert {"audit_entry", "organisation"} <= set(rows(backend))
        backend.clean()
        assert rows(backend) == {}


def school() -> int:
    return organisation(db.session, name="Škola").id


def address(key: int) -> str:
    found = db.session.get_one(Organisation, key)
    found.address = f"Loom Street {key}"
    return found.address


def content(backend: Backend) -> dict[str, list[Any]]:
    with backend.engine.connect() as connection:
        return {name: sorted(connection.execute(text(f"SELECT * FROM {name}")), key=str) for name in rows(backend)}  # noqa: S608 - own tables


def test_what_tests_begin_with_is_put_back_as_it_was_and_keys_go_on(backend: Backend):
    made, before = backend.begin_with(school), content(backend)
    backend.clean()
    assert backend.begin_with(school) == made == 1
    assert content(backend) == before
    assert backend.begin_with(address, made) == "Loom Street 1"
    after = content(backend)
    backend.clean()
    backend.begin_with(school)
    assert backend.begin_with(address, made) == "Loom Street 1"
    assert content(backend) == after != before
    with work(backend.app) as session:
        assert organisation(session).id == 2


def test_what_a_test_wrote_before_is_not_overwritten(backend: Backend):
    backend.begin_with(school)
    with work(backend.app) as session:
        organisation(session)
    assert backend.begin_with(school) == 3
    assert rows(backend)["organisation"] == 3


def paper() -> str:
    return keep(db.session, current_app.extensions["files"], BytesIO(b"a paper"), "paper.txt", None).sha256


def test_a_file_that_tests_begin_with_is_put_back_too(backend: Backend):
    store = backend.app.extensions["files"]
    for _test in range(2):
        sha256 = backend.begin_with(paper)
        backend.begin_with(school)
        assert store.read(sha256) == b"a paper"
        store.remove(sha256)
        backend.clean()
