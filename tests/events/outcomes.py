"""What tests of decisions and actions share: a coordination meeting, and facts of a decision."""

from datetime import date
from typing import Any

from app.core.access import SYSTEM
from app.events import services as events
from app.events.models import EventKind, MeetingType, Visibility
from app.events.outcomes.services import DecisionFacts
from tests.events.world import LAST_WEEK, World

SERIES = {"en": "Coordination meetings"}


def meeting(world: World, number: int, day: date, **changes: Any) -> Any:
    """A coordination meeting that took place, or is to come, on a day."""
    facts = world.consultation(
        kind=EventKind.MEETING,
        consultation_type=None,
        meeting_type=MeetingType.COORDINATION,
        number=number,
        starts_on=day,
        title={"en": f"Meeting {number}"},
        visibility=Visibility.PUBLIC,
        series=SERIES,
        **changes,
    )
    return (events.log if day <= LAST_WEEK else events.plan)(SYSTEM, facts)


def decided(day: date = LAST_WEEK, **changes: Any) -> DecisionFacts:
    """What was decided."""
    facts: dict[str, Any] = {"text": {"en": "WP2 is closed."}, "decided_on": day}
    return DecisionFacts(**facts | changes)
