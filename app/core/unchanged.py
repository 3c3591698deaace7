"""What was read of SQLite is kept with the connection that read it, until anybody writes anything.

SQLite reckons in the process that serves, so a figure of ten thousand rows that everybody asks for costs as much as
four pages. It also says for nothing whether a single byte was written since: by somebody else (``data_version``) or by
this connection itself (``total_changes``). PostgreSQL says no such thing, and reckons elsewhere.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import Connection

from app.core.database import is_writing

T = TypeVar("T")
MOST = 64
KEPT = "unchanged"


def unchanged(connection: Connection, key: Hashable, read: Callable[[], T]) -> T:
    """What ``read`` answers, read anew only where something was written since; ``key`` names all that it follows from.

    The answer is given again and again, so nobody may change it. Where the transaction may write, nothing is kept: it
    might be taken back.
    """
    if connection.dialect.name != "sqlite" or is_writing():
        return read()
    driver: Any = connection.connection.dbapi_connection
    # By the driver, in the transaction that reads: so it tells the state that ``read`` would see.
    state = (driver.execute("PRAGMA data_version").fetchone()[0], driver.total_changes)
    seen, kept = connection.info.get(KEPT, (None, {}))
    if seen != state or len(kept) >= MOST:
        kept = {}
        connection.info[KEPT] = (state, kept)
    if key not in kept:
        kept[key] = read()
    answer: T = kept[key]
    return answer
