"""Each morning looks for what there is an occasion for; each reminder is a job of its own that looks again.

The name of that job says item or milestone, day, occasion and person: however often a morning looks, and whatever
happens between, nobody is written to twice for one occasion, and a day that moves makes new ones.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import clock, outbox
from app.core.mornings import each_morning
from app.valorisation.reminders import milestones, queries
from app.valorisation.reminders.rules import Occasion, occasion
from app.valorisation.reminders.services import remind, remind_of_milestone

LOOK, PERSON, MILESTONE = "valorisation.look_ahead", "valorisation.remind", "valorisation.remind_of_milestone"


@each_morning(LOOK)
def look(session: Session) -> None:
    """Arrange a reminder for everybody who answers for an item or a milestone there is an occasion for."""
    today = clock.today()
    items, steps = queries.due(today), milestones.due(today)
    users, unwilling = (queries.readers(), queries.unwilling()) if items or steps else ((), ())

    def arrange(kind: str, about: dict[str, Any], why: Occasion, keepers: Iterable[User]) -> None:
        for user in keepers:
            if user.id not in unwilling:
                said = {**about, "occasion": str(why), "user": user.id}
                outbox.enqueue(session, kind, said, dedupe_key=":".join(map(str, (kind, *said.values()))))

    for item in items:
        if why := occasion(item.due_on, today):
            arrange(PERSON, {"item": item.id, "due": item.due_on.isoformat()}, why, queries.keepers(item, users))
    for step in steps:
        if there := milestones.occasion_of(step, today):
            about = {"milestone": step.id, "due": there[1].isoformat()}
            arrange(MILESTONE, about, there[0], milestones.keepers(step, users))


@outbox.handles(PERSON)
def write(session: Session, payload: dict[str, Any]) -> None:
    """Write one reminder, unless it is done, dropped, moved, somebody else's or unwanted meanwhile."""
    item, today = queries.item(payload["item"]), clock.today()
    if item is None or item.due_on.isoformat() != payload["due"] or occasion(item.due_on, today) != payload["occasion"]:
        return
    for user in _still(payload, queries.keepers(item, queries.readers())):
        remind(user, item, today)


@outbox.handles(MILESTONE)
def write_of_milestone(session: Session, payload: dict[str, Any]) -> None:
    """Write one reminder of a milestone, unless it is reached, moved, withdrawn or followed by another meanwhile."""
    step, today = milestones.milestone(payload["milestone"]), clock.today()
    there = milestones.occasion_of(step, today) if step else None
    if step is None or there is None or (str(there[0]), there[1].isoformat()) != (payload["occasion"], payload["due"]):
        return
    for user in _still(payload, milestones.keepers(step, queries.readers())):
        remind_of_milestone(user, step, there[1], today)


def _still(payload: dict[str, Any], keepers: Iterable[User]) -> list[User]:
    """The person a reminder is for, if that one still answers for it and wants to be reminded."""
    wanted = payload["user"] not in queries.unwilling()
    return [user for user in keepers if wanted and user.id == payload["user"]]
