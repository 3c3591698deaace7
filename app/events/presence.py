"""What there is of an event besides the event itself.

Most events have little of it, so its page asks once what there is before it reads any of it. Each room says what to ask
for (``ask``), which is answered by name (``of``); some of it is a matter of who reads the page.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.extensions import db

KEY: ColumnElement[int] = bindparam("event_id", type_=Integer)
READER: ColumnElement[int] = bindparam("reader_id", type_=Integer)
_asked: dict[str, Any] = {}


def ask(**questions: Any) -> None:
    """Have each event's page ask more: expressions by name; ``KEY`` is the event, ``READER`` the account."""
    _asked.update(questions)
    _statement.cache_clear()


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    return select(*(question.label(name) for name, question in _asked.items()))


def of(actor: Actor, event_id: int) -> Any:
    """What there is of an event for an actor: a row with the answers by name; one statement."""
    return plain_rows(db.session, _statement(), {"event_id": event_id, "reader_id": actor.user_id})[0]
