"""Pictures say what their tables say, and each is told without its colours."""

import csv
import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.microcredentials.models import MicroCredentialState
from app.valorisation.items import services as items
from app.valorisation.items.models import ItemState
from app.valorisation.items.queries import all_of
from app.valorisation.models import PlanState
from app.valorisation.overview import Row
from app.valorisation.pictures import delays, funnel, timeline
from app.valorisation.pictures.funnel import Part
from app.valorisation.pictures.then import Item, Standing
from app.valorisation.tracks.models import MilestoneKind, MilestoneState, Track
from app.valorisation.tracks.valorised import Reached
from tests.accounts.people import statements, work
from tests.events.world import World
from tests.page import Page, open_page
from tests.valorisation.conftest import NOW, Made, begin, move
from tests.valorisation.test_items import added, said

K, S, T = MilestoneKind, MilestoneState, ItemState
MAY, JUNE = date(2024, 5, 31), date(2024, 6, 14)


def item(**changes: Any) -> Item:
    """An item of Armenia that was promised for the end of May 2024 and is planned still."""
    values: dict[str, Any] = {
        "key": 1,
        "number": 1,
        "title": {"en": "Agree"},
        "country": "AM",
        "organisation": None,
        "is_example": False,
        "baseline_on": MAY,
        "due_on": MAY,
        "done_on": None,
        "state": T.PLANNED,
        "day": date(2024, 5, 1),
    }
    return Item(**values | changes)


@pytest.mark.parametrize(
    ("changes", "standing", "moved", "delay"),
    [
        ({}, Standing.PLANNED, 0, None),
        ({"state": T.IN_PROGRESS}, Standing.UNDER_WAY, 0, None),
        ({"due_on": JUNE}, Standing.MOVED, 14, None),
        ({"due_on": JUNE, "day": date(2024, 6, 1)}, Standing.MOVED, 14, 1),
        ({"day": date(2024, 6, 10)}, Standing.LATE, 0, 10),
        ({"done_on": JUNE, "state": T.DONE, "day": NOW}, Standing.DONE, 14, 14),
        ({"done_on": date(2024, 5, 1), "state": T.DONE, "day": NOW}, Standing.DONE, -30, 0),
        ({"state": T.CANCELLED, "day": NOW}, Standing.CANCELLED, 0, None),
    ],
)
def test_an_item_stands_as_its_days_say(
    changes: dict[str, Any], standing: Standing, moved: int, delay: int | None
) -> None:
    found = item(**changes)
    assert (found.standing, found.moved_days, found.delay) == (standing, moved, delay)


def test_standings_are_told_apart_by_shape_and_word(app: Flask) -> None:
    with app.test_request_context():
        assert len({one.shape for one in Standing}) == len({str(one.label) for one in Standing}) == len(Standing)
        assert len({one.shape for one in Part}) == len(Part)


def test_a_timeline_places_days_in_order_within_its_width() -> None:
    drawn = timeline.draw([item(done_on=JUNE, state=T.DONE, day=NOW), item(due_on=date(2025, 9, 1), day=NOW)], NOW)
    first, second = drawn.lines
    assert 0 < first.promised < first.now < drawn.day < second.now < 100
    assert first.is_later
    assert first.left == first.promised
    assert first.width == pytest.approx(first.now - first.promised, abs=0.01)
    assert [month for _x, month in drawn.ticks] == sorted(month for _x, month in drawn.ticks)
    early = timeline.draw([item(done_on=date(2024, 5, 1), state=T.DONE, day=NOW)], NOW).lines[0]
    assert not early.is_later
    assert early.left == early.now


@pytest.mark.parametrize("day", [MAY, date(2024, 6, 1), date(2024, 12, 31), NOW, date(2029, 1, 1)])
def test_days_of_the_delays_are_few_and_end_with_the_day(day: date) -> None:
    days = delays.days_until(MAY, day)
    assert days == sorted(set(days))
    assert days[-1] == day
    assert len(days) <= delays.MOST_DAYS + 1


def test_delays_follow_what_was_done_when() -> None:
    done, open_ = item(done_on=JUNE, state=T.DONE, day=NOW), item(country="GE", baseline_on=date(2024, 12, 31), day=NOW)
    drawn = delays.draw([done, open_, item(state=T.CANCELLED, country="GE", day=NOW)], NOW)
    assert drawn is not None
    by_country = {one.country: {point.day: point for point in one.points} for one in drawn.series}
    assert by_country["AM"][MAY].average == 0
    assert by_country["AM"][date(2024, 6, 30)].average == by_country["AM"][NOW].average == 14
    assert (by_country["GE"][MAY].promised, by_country["GE"][NOW].promised) == (0, 1)
    late = (NOW - date(2024, 12, 31)).days
    assert [(point.average, point.open_) for point in drawn.series[1].points][-1] == (late, 1)
    assert drawn.rows[-1] == (NOW, [14.0, float(late)])
    assert drawn.most == late
    assert drawn.series[1].last.y == delays.TOP
    assert delays.draw([item(baseline_on=date(2026, 1, 1), day=NOW)], NOW) is None


def row(*milestones: Reached) -> Row:
    held = frozenset(one.kind for one in milestones if one.holds(NOW))
    return Row(1, "AM-01", {"en": "x"}, "AM", MicroCredentialState.FINAL, False, milestones, NOW, held, False)


def test_each_milestone_is_counted_among_all_and_once() -> None:
    reached = Reached(K.PILOTED, S.REACHED, MAY, None, is_proven=True)
    bars = funnel.bars(
        [
            row(reached, Reached(K.PILOTED, S.PLANNED, planned_on=MAY)),
            row(Reached(K.PILOTED, S.REACHED, MAY, JUNE, is_proven=True), Reached(K.IMPLEMENTED, S.UNDER_WAY)),
            row(Reached(K.PILOTED, S.REACHED, MAY), Reached(K.IMPLEMENTED, S.PLANNED, planned_on=MAY)),
            row(Reached(K.PILOTED, S.WITHDRAWN), Reached(K.IMPLEMENTED, S.PLANNED, planned_on=date(2025, 9, 1))),
            row(),
        ]
    )
    assert list(bars) == list(Track)
    piloted, implemented = bars[Track.PRACTICE]
    assert piloted.counts == Counter({Part.ENDED: 2, Part.REACHED: 1, Part.WITHDRAWN: 1})
    assert implemented.counts == Counter({Part.UNDER_WAY: 1, Part.LATE: 1, Part.PLANNED: 1})
    assert [(part, count, left, width) for part, count, left, width in piloted.pieces] == [
        (Part.REACHED, 1, 0, 20),
        (Part.ENDED, 2, 20, 40),
        (Part.WITHDRAWN, 1, 60, 20),
    ]
    assert {bar.of for found in bars.values() for bar in found} == {5}


# ---- Pages ----


@pytest.fixture
def plan(app: Flask, world: World) -> int:
    """A plan with the template's four points and an item that moved."""
    with work(app):
        found = begin(app, world)
        moved = added(app, world, found)
        move(found, PlanState.IN_CONSULTATION, PlanState.APPROVED)
        later = said(world, due_on=date(2025, 8, 31), move_reason="Two companies wait")
        items.edit(SYSTEM, moved, moved.version, later, app.config["CONSORTIUM"])
        return found.id


def test_a_plan_in_time_says_the_same_in_picture_table_and_file(lead: FlaskClient, plan: int) -> None:
    page = open_page(lead, f"/valorisation/{plan}/timeline")
    assert "Moved 31 August 2025, moved 92 days" in " ".join(page.text.split())
    table = page.select("#figures tbody tr")
    rows = list(
        csv.DictReader(io.StringIO(lead.get(f"/valorisation/{plan}/timeline?format=csv").data.decode("utf-8-sig")))
    )
    assert len(table) == len(page.select("ol.lines > li")) == len(rows) == 5
    assert (rows[-1]["standing"], rows[-1]["first_promised"], rows[-1]["due_on"]) == (
        "moved",
        "2025-05-31",
        "2025-08-31",
    )
    assert f"/valorisation/{plan}/timeline" in lead.get(f"/valorisation/{plan}").text


def test_a_plan_without_items_says_what_is_missing(app: Flask, lead: FlaskClient, world: World) -> None:
    with work(app):
        found = begin(app, world)
        for one in list(all_of(found)):
            items.delete(SYSTEM, one, one.version)
        key = found.id
    assert "No item yet." in open_page(lead, f"/valorisation/{key}/timeline").text


@pytest.mark.parametrize("table", ["milestones", "delays"])
def test_every_picture_has_its_table_and_its_file(lead: FlaskClient, plan: int, table: str) -> None:
    page = open_page(lead, "/valorisation/pictures")
    told = page.select(f"#{table} tbody tr")
    answer = lead.get(f"/valorisation/pictures?table={table}&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    if table == "milestones":
        assert len(told) == len(rows) == len(K)
    else:
        assert {row["country"] for row in rows} == {"AM"}
        assert len(told) == len(rows) > 0
        assert rows[-1]["day"] == NOW.isoformat()
    assert lead.get("/valorisation/pictures?table=nonsense&format=csv").status_code == 422


def test_pictures_ask_the_same_number_of_times_for_many(
    app: Flask, lead: FlaskClient, world: World, made: Made
) -> None:
    counts = []
    for _more in range(2):
        lead.get("/valorisation/pictures?as_of=2025-05-01")
        with statements(app) as seen:
            assert lead.get("/valorisation/pictures?as_of=2025-05-01").status_code == 200
        counts.append(len(seen))
        with work(app):
            found = begin(app, world, country="AM")
            for _item in range(10):
                added(app, world, found)
    assert counts[0] == counts[1] <= 17


def test_who_may_not_sees_no_pictures(client: FlaskClient, plan: int) -> None:
    assert Page(client.get("/valorisation/pictures", follow_redirects=True)).heading == "Sign in"
