"""Between two tests everything that was written goes, evidence included, and keys count from one again."""

from sqlalchemy import func, inspect, select, table

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
