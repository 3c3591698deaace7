"""Where things stand in the drawings: inside, apart from each other, in their order."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.engagement import picture, timeline
from app.engagement.models import Attitude

LEVEL = st.integers(1, 5)


@dataclass(frozen=True)
class Row:
    """What a picture needs of an organisation."""

    influence: int
    interest: int
    name: str = "Tekstil Lori"


@dataclass(frozen=True)
class Judged:
    """What a timeline needs of a judgement."""

    judged_on: date
    attitude: Attitude
    event_id: int | None = None


@dataclass(frozen=True)
class Held:
    """What a timeline needs of an event."""

    id: int
    starts_on: date


@given(st.lists(st.builds(Row, LEVEL, LEVEL), max_size=80))
def test_everybody_is_a_spot_or_counted_and_no_two_spots_touch(rows: list[Row]) -> None:
    drawn = picture.draw(rows)
    assert len(drawn.spots) + sum(more.count for more in drawn.more) == len(rows)
    assert sum(len(within) for _quadrant, within in drawn.quadrants) == len(rows)
    places = [*((spot.x, spot.y) for spot in drawn.spots), *((more.x, more.y) for more in drawn.more)]
    assert all(19 < x < picture.WIDTH - 19 and 19 < y < picture.HEIGHT - 19 for x, y in places)
    assert all(abs(a[0] - b[0]) > 38 or abs(a[1] - b[1]) > 38 for a, b in combinations(places, 2))


@given(LEVEL, LEVEL)
def test_a_spot_lies_in_its_field(influence: int, interest: int) -> None:
    spot = picture.draw([Row(influence, interest)]).spots[0]
    assert (5 - spot.y // picture.CELL_HEIGHT, spot.x // picture.CELL_WIDTH + 1) == (influence, interest)


DAY = st.dates(date(2023, 1, 1), date(2025, 5, 12))


@given(st.lists(st.builds(Judged, DAY, st.sampled_from(Attitude), st.none() | st.just(1)), min_size=1), DAY)
def test_a_timeline_runs_from_the_first_judgement_to_today(judged: list[Judged], held: date) -> None:
    judged.sort(key=lambda row: row.judged_on)
    drawn = timeline.draw(judged, [Held(1, held)], date(2025, 5, 12))
    places = [point.x for point in drawn.points]
    assert places == sorted(places)
    assert all(timeline.LEFT <= x <= timeline.RIGHT for x in [*places, *(tick.x for tick in drawn.ticks)])
    assert len(drawn.ticks) <= timeline.MOST_TICKS
    assert all(mark.is_cause == any(row.event_id for row in judged) for mark in drawn.events)


def test_a_judgement_of_today_alone_has_room_before_it() -> None:
    today = date(2025, 5, 12)
    drawn = timeline.draw([Judged(today, Attitude.NEUTRAL)], [], today)
    assert drawn.points[0].x == timeline.RIGHT
    assert drawn.ticks[0].row > today - timedelta(days=60)
