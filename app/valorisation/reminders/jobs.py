"""Each morning looks for what there is an occasion for; each reminder is a job of its own that looks again.

The name of that job says item, day, occasion and person: however often a morning looks, and whatever happens between,
nobody is written to twice for one occasion, and a day that moves makes new ones.
"""

from typing import Any

from sqlalchemy.orm import Session

from app.core import clock, outbox
from app.core.mornings import each_morning
from app.valorisation.reminders import queries
from app.valorisation.reminders.rules import occasion
from app.valorisation.reminders.services import remind

LOOK, PERSON = "valorisation.look_ahead", "valorisation.remind"


@each_morning(LOOK)
def look(session: Session) -> None:
    """Arrange a reminder for everybody who answers for an item there is an occasion for."""
    today = clock.today()
    items = queries.due(today)
    users, unwilling = (queries.readers(), queries.unwilling()) if items else ((), ())
    for item in items:
        why = occasion(item.due_on, today)
        for user in queries.keepers(item, users) if why else ():
            if user.id not in unwilling:
                said = {"item": item.id, "due": item.due_on.isoformat(), "occasion": str(why), "user": user.id}
                key = ":".join(map(str, (PERSON, *said.values())))
                outbox.enqueue(session, PERSON, said, dedupe_key=key)


@outbox.handles(PERSON)
def write(session: Session, payload: dict[str, Any]) -> None:
    """Write one reminder, unless it is done, dropped, moved, somebody else's or unwanted meanwhile."""
    item, today = queries.item(payload["item"]), clock.today()
    if item is None or item.due_on.isoformat() != payload["due"] or occasion(item.due_on, today) != payload["occasion"]:
        return
    if payload["user"] in queries.unwilling():
        return
    for user in queries.keepers(item, queries.readers()):
        if user.id == payload["user"]:
            remind(user, item, today)
