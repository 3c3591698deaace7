"""Action plans, their items and milestones of micro-credentials, made up, for the database that is measured."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from uuid_utils.compat import uuid7

from app.valorisation.items.models import ItemLevel, ItemState
from app.valorisation.models import PlanState
from app.valorisation.tracks.models import MilestoneKind, MilestoneState

STAMP = datetime(2025, 1, 7, 9, 30, tzinfo=UTC)
# A first plan with fifty items, and fifty further ones with nineteen each: a thousand.
PLANS, OF_FIRST, OF_OTHERS = 51, 50, 19
ITEMS = OF_FIRST + (PLANS - 1) * OF_OTHERS
# One milestone on each track.
KINDS = (
    *(MilestoneKind.CONSULTED, MilestoneKind.ACCREDITED),
    *(MilestoneKind.PILOTED, MilestoneKind.EMPLOYER_RECOGNISED),
)
COUNTRIES = ("GE", "UA", "RS", "ME")
SENTENCE = "Companies, schools and the agency agree on what is to be assessed, by whom, and what it is worth."


def plan(key: int) -> dict[str, Any]:
    """A plan; the first is carried out, the others are over."""
    country = COUNTRIES[key % len(COUNTRIES)]
    return {
        **_record(key),
        "country": country,
        "starts_on": date(2023, 1, 1),
        "ends_on": date(2025, 12, 31),
        "state": PlanState.IN_EXECUTION if key == 1 else PlanState.COMPLETED,
        "template": "bench",
        "lead_id": key % 17 + 1,
        "legal_framework": {"en": SENTENCE},
        "recognition_route": {"en": SENTENCE},
        "objectives": {"en": SENTENCE},
        "is_example": False,
        "search_key": country.lower(),
    }


def items() -> Iterator[dict[str, Any]]:
    """The items of every plan; some are done, some late, some moved."""
    key = 0
    for owner in range(1, PLANS + 1):
        for number in range(1, (OF_FIRST if owner == 1 else OF_OTHERS) + 1):
            key += 1
            day = date(2024, 6, 1) + timedelta(days=(key * 37) % 500)
            state = (ItemState.DONE, ItemState.PLANNED, ItemState.IN_PROGRESS)[key % 3]
            yield {
                **_record(key),
                "plan_id": owner,
                "number": number,
                "title": {"en": f"Hold consultation {key} with the companies of the region"},
                "level": ItemLevel.REGIONAL,
                "state": state,
                "organisation_id": key % 64 + 1,
                "baseline_on": day - timedelta(days=key % 40),
                "due_on": day,
                "done_on": day if state is ItemState.DONE else None,
                "is_example": False,
            }


def milestones(designs: int) -> Iterator[dict[str, Any]]:
    """A milestone on each track of every micro-credential, reached but for one in four."""
    key = 0
    for design in range(1, designs + 1):
        for kind in KINDS:
            key += 1
            is_reached = key % 4 > 0
            yield {
                **_record(key),
                "microcredential_id": design,
                "kind": kind,
                "state": MilestoneState.REACHED if is_reached else MilestoneState.PLANNED,
                "planned_on": date(2025, 6, 30),
                "baseline_on": date(2025, 6, 30),
                "reached_on": date(2024, 1, 8) + timedelta(days=key % 400) if is_reached else None,
                "is_example": False,
            }


def evidence(designs: int, events: int) -> Iterator[dict[str, Any]]:
    """An event as evidence of each milestone."""
    for key in range(1, designs * len(KINDS) + 1):
        common = {name: value for name, value in _record(key).items() if name != "uid"}
        yield {**common, "milestone_id": key, "event_id": key % events + 1, "added_by_name": "Maria Muster"}


def _record(key: int) -> dict[str, Any]:
    return {"id": key, "uid": uuid7(), "version": 1, "created_at": STAMP, "updated_at": STAMP}
