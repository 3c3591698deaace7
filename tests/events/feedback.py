"""What tests of feedback share: an event where something can be said, and facts of points and answers."""

from typing import Any

from app.core.access import SYSTEM
from app.events import services as events
from app.events.feedback import services
from app.events.feedback.models import Disposition, FeedbackPoint, Stance
from app.events.feedback.services import AnswerFacts, PointFacts
from app.events.models import Event, Visibility
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.events.world import World
from tests.page import Page


class Read(Page):
    """A page of a browser whose forms carry no tokens, as those of ``sign_in``; everything else is checked."""

    def faults(self) -> list[str]:
        """What is wrong with it."""
        return [fault for fault in super().faults() if "without a token" not in fault]


def held(world: World, **changes: Any) -> Event:
    """A public consultation that was held."""
    return events.log(SYSTEM, world.consultation(**{"visibility": Visibility.PUBLIC} | changes))


def said(**changes: Any) -> PointFacts:
    """What somebody said."""
    facts: dict[str, Any] = {"text": {"en": "Sixty hours are too few."}, "stance": Stance.CHANGES}
    return PointFacts(**facts | changes)


def became(state: Disposition = Disposition.ACCEPTED, **changes: Any) -> AnswerFacts:
    """What becomes of it; with a reason, which only "accepted" can do without."""
    facts: dict[str, Any] = {"state": state, "reason": {"en": "The curriculum is fixed."}}
    return AnswerFacts(**facts | changes)


def organisation(key: int) -> Organisation:
    """An organisation of the world."""
    return db.session.get_one(Organisation, key)


def by(world: World, event: Event, state: Disposition | None = None, **changes: Any) -> FeedbackPoint:
    """A point of the company at an event, answered where a ``state`` is given."""
    facts = said(**{"organisation": organisation(world.company)} | changes)
    point = services.say(SYSTEM, event, [facts])[0]
    if state is not None:
        services.answer(SYSTEM, point, point.version, became(state))
    return point
