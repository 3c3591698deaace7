"""What was read of SQLite is not read again until anybody writes; PostgreSQL is asked each time."""

import sqlalchemy as sa
from flask import Flask

from app.core.database import writing
from app.core.unchanged import MOST, unchanged
from app.extensions import db
from tests.core.things import Thing


def a_thing(name: str = "counted") -> None:
    with writing(), db.engine.begin() as connection:
        connection.execute(sa.insert(Thing).values(name=name, version=1))


def counted(times: int = 1, key: str = "things") -> list[int]:
    """The number of things as told so many times, and at the end how often it was counted for that."""
    asked = []

    def read() -> int:
        asked.append(1)
        return db.session.scalar(sa.select(sa.func.count(Thing.id))) or 0

    told = [unchanged(db.session.connection(), key, read) for _time in range(times)]
    db.session.rollback()  # Gives the connection back, as the end of a request does.
    return [*told, len(asked)]


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def test_what_nobody_changed_is_counted_once(app: Flask) -> None:
    with app.app_context(), writing(enabled=False):
        a_thing()
        assert counted(3) == [1, 1, 1, 1 if is_sqlite() else 3]
        assert counted() == [1, 0 if is_sqlite() else 1]
        assert counted(key="others")[-1] == 1


def test_what_anybody_wrote_is_seen_at_once(app: Flask) -> None:
    with app.app_context():
        a_thing()
        assert counted()[0] == 1
        a_thing("another")  # by the same connection, which the pool gives again
        assert counted() == [2, 1]
        other = sa.create_engine(db.engine.url)
        with other.begin() as connection:
            connection.execute(sa.delete(Thing))
        other.dispose()
        assert counted() == [0, 1]


def test_nothing_is_kept_that_could_be_taken_back(app: Flask) -> None:
    with app.app_context():
        a_thing()
        with writing():
            db.session.add(Thing(name="taken back"))
            db.session.flush()
            assert counted() == [2, 1]
        assert counted()[0] == 1


def test_little_is_kept(app: Flask) -> None:
    with app.app_context():
        for number in range(MOST + 1):
            assert counted(key=str(number))[-1] == 1
        assert counted(key="0")[-1] == 1
