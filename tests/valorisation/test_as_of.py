"""What figures say of a day that is over, and of one that has not come."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.access import SYSTEM
from app.core.consortium import VALORISED
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou.models import Mou
from app.valorisation import services as plans
from app.valorisation.asof import AsOf, days_before
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items import services as items
from app.valorisation.items.models import ItemSlip, ItemState
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.overview import countries
from app.valorisation.pictures.then import Standing, items_of
from app.valorisation.tracks import services
from app.valorisation.tracks.models import MilestoneKind, MilestoneSlip, MilestoneState
from app.valorisation.tracks.queries import memoranda, state_on
from app.valorisation.tracks.queries import reached as reached_on
from app.valorisation.tracks.services import MilestoneFacts
from app.valorisation.tracks.valorised import MEMORANDUM, Reached, is_met, judge
from tests.accounts.people import work
from tests.events.world import LAST_WEEK, World
from tests.mou.many import signed
from tests.page import open_page
from tests.valorisation.conftest import NOW, Made, begin, move
from tests.valorisation.test_items import added, held, said
from tests.valorisation.test_tracks import planned, prove

K, S = MilestoneKind, MilestoneState
BEFORE = date(2025, 4, 1)


@pytest.mark.parametrize(
    ("now", "before", "is_reached", "then"),
    [
        (S.PLANNED, None, False, S.PLANNED),
        (S.UNDER_WAY, "planned", False, S.PLANNED),
        (S.REACHED, None, True, S.REACHED),
        (S.REACHED, None, False, S.PLANNED),
        (S.REACHED, "under_way", False, S.UNDER_WAY),
        (S.REACHED, "planned", True, S.REACHED),
        (S.WITHDRAWN, None, True, S.WITHDRAWN),
        (S.WITHDRAWN, None, False, S.WITHDRAWN),
        (S.WITHDRAWN, "reached", True, S.REACHED),
        (S.WITHDRAWN, "reached", False, S.PLANNED),
        (S.WITHDRAWN, "planned", False, S.PLANNED),
        (S.WITHDRAWN, "under_way", True, S.REACHED),
    ],
)
def test_a_milestone_had_the_state_that_its_days_and_moves_say(
    now: MilestoneState, before: str | None, is_reached: bool, then: MilestoneState
) -> None:
    assert state_on(now, before, is_reached) is then


@pytest.mark.parametrize(
    ("day", "stamp", "by", "later"),
    [
        (BEFORE, datetime(2025, 4, 1, 23, tzinfo=UTC), 1, False),
        (BEFORE, datetime(2025, 4, 2, tzinfo=UTC), None, True),
        (BEFORE, datetime(2025, 5, 12, 9, tzinfo=UTC), 1, True),
        (BEFORE, datetime(2026, 1, 1, tzinfo=UTC), None, False),  # a demonstration's stamp, after the day reckoned with
        (BEFORE, datetime(2026, 1, 1, tzinfo=UTC), 1, True),  # a person's, in a demonstration
        (BEFORE, None, 1, False),
        (NOW, datetime(2025, 5, 12, 9, tzinfo=UTC), 1, False),
        (NOW, datetime(2026, 1, 1, tzinfo=UTC), 1, False),
    ],
)
def test_what_was_recorded_after_a_day_was_not_so_on_it(
    day: date, stamp: datetime | None, by: int | None, later: bool
) -> None:
    assert AsOf(day, NOW).came_later(stamp, by) is later


def test_what_a_person_does_in_a_demonstration_was_not_so_before(app: Flask, world: World) -> None:
    someone, consortium = world.actors["lead"], app.config["CONSORTIUM"]
    with work(app):
        plan = begin(app, world)
        kept, begun = added(app, world, plan, starts_on=date(2025, 4, 2)), added(app, world, plan)
        items.move(SYSTEM, kept, kept.version, ItemState.IN_PROGRESS)
        move(plan, PlanState.IN_CONSULTATION)
        plans.approve(SYSTEM, plan, plan.version, date(2025, 3, 1))
        db.session.refresh(plan)
        later = said(world, due_on=date(2025, 8, 31), move_reason="Two companies wait", starts_on=date(2025, 4, 2))
        items.edit(someone, kept, kept.version, later, consortium)
        items.move(someone, begun, begun.version, ItemState.IN_PROGRESS)
        new = items.add(someone, plan, said(world), consortium)
        key, keys = plan.id, (kept.id, begun.id, new.id)
    with app.test_request_context():
        plan = db.session.get_one(ActionPlan, key)
        then, now = ({one.key: one for one in items_of(SYSTEM, AsOf(day, NOW), plan=plan)} for day in (BEFORE, NOW))
    assert keys[2] not in then
    assert (then[keys[0]].due_on, then[keys[0]].moved_days) == (date(2025, 5, 31), 0)
    assert [then[one].standing for one in keys[:2]] == [Standing.PLANNED, Standing.PLANNED]
    assert (now[keys[0]].moved_days, now[keys[1]].standing) == (92, Standing.UNDER_WAY)
    assert keys[2] in now


def test_what_the_portal_knows_only_to_be_done_was_planned_until_then(app: Flask, world: World) -> None:
    with work(app):
        plan = begin(app, world)
        item = added(app, world, plan)
        proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
        items.finish(SYSTEM, item, item.version, LAST_WEEK)
        key, number = plan.id, item.id
    with app.test_request_context():
        plan = db.session.get_one(ActionPlan, key)
        told = [
            next(one.standing for one in items_of(SYSTEM, AsOf(day, NOW), plan=plan) if one.key == number)
            for day in (BEFORE, LAST_WEEK)
        ]
    assert told == [Standing.PLANNED, Standing.DONE]


def test_before_a_plan_is_approved_nothing_had_moved(app: Flask, world: World) -> None:
    with work(app):
        plan = begin(app, world)
        item = added(app, world, plan)
        move(plan, PlanState.IN_CONSULTATION, PlanState.APPROVED)
        db.session.refresh(plan)
        later = said(world, due_on=date(2025, 8, 31), move_reason="Two companies wait")
        items.edit(SYSTEM, item, item.version, later, app.config["CONSORTIUM"])
        key, number = plan.id, item.id
    with app.test_request_context():
        plan = db.session.get_one(ActionPlan, key)
        then = next(one for one in items_of(SYSTEM, AsOf(BEFORE, NOW), plan=plan) if one.key == number)
    assert (then.due_on, then.moved_days, then.standing) == (date(2025, 5, 31), 0, Standing.PLANNED)


def test_a_memorandum_counts_by_the_one_rule_until_its_last_day(app: Flask, world: World) -> None:
    with work(app):
        signed(1)
        found = db.session.scalars(select(Mou)).one()
        found.last_day = date(2025, 5, 12)
        found.concern([db.session.get_one(MicroCredential, world.pattern)])
    with app.test_request_context():
        for day, count in ((NOW, 1), (date(2025, 5, 13), 0), (date(2099, 1, 1), 0)):
            armenia = next(one for one in countries(world.actors["expert"], day) if one.code == "AM")
            assert armenia.memoranda == memoranda(AsOf.on(day)).get(world.pattern, 0) == count, day


@pytest.mark.parametrize("memoranda", [0, 1])
@pytest.mark.parametrize("kind", MilestoneKind)
def test_the_rule_without_words_comes_to_the_same(app: Flask, kind: MilestoneKind, memoranda: int) -> None:
    rule: list[tuple[str, ...]] = [*VALORISED, (), ("piloted", MEMORANDUM)]
    with app.test_request_context():
        verdict = judge(rule, [Reached(kind, S.REACHED, BEFORE, None, is_proven=True)], memoranda, NOW)
    assert is_met(rule, frozenset({kind}), memoranda) is verdict.holds


@pytest.fixture
def told(app: Flask, world: World, made: Made) -> Any:
    """What the overview says of Armenia on a day: a milestone was reached last week, a plan approved today."""
    made(PlanState.IN_CONSULTATION, PlanState.APPROVED)
    with work(app):
        found = planned(world, K.VERIFIED, valid_until=date(2025, 5, 31))
        prove(world, found)
        services.reach(SYSTEM, found, found.version, LAST_WEEK)

    def tell(day: date) -> Any:
        with app.test_request_context():
            return next(one for one in countries(world.actors["expert"], day) if one.code == "AM")

    return tell


def test_a_country_stood_as_its_days_say(told: Any) -> None:
    before, after, now, ahead = (told(day) for day in (BEFORE, LAST_WEEK, NOW, date(2025, 6, 1)))
    assert [one.valorised for one in (before, after, now, ahead)] == [0, 1, 1, 0]
    assert [one.consultations for one in (before, after, now, ahead)] == [0, 1, 1, 1]
    assert [one.organisations for one in (before, after, now, ahead)] == [0, 1, 1, 1]
    assert [one.plan and one.plan.approved_on for one in (before, after, now, ahead)] == [None, None, NOW, NOW]
    assert [next(iter(one.rows[0].cells.values())).shape for one in (before, now)] == ["none", "none"]


def test_the_page_says_what_is_of_then_and_what_of_today(lead: FlaskClient, world: World) -> None:
    page = open_page(lead, f"/valorisation/progress?as_of={BEFORE}")
    assert "As of 1 April 2025." in page.text
    assert "Of today are: how far each design is" in page.text


@pytest.mark.parametrize("path", ["/valorisation/progress", "/valorisation/pictures", "/valorisation/{plan}/timeline"])
@pytest.mark.parametrize(
    "asked",
    [
        ("2025-06-30", "This day has not come yet."),
        ("2022-12-31", "The project had not begun."),
        ("2025-02-30", "“2025-02-30” was not understood"),
        ("1815-06-18", "1815-06-18 is too early to ask for, so this is shown instead: 12 May 2025."),
        ("9999-12-31", "9999-12-31 is too late to ask for"),
        ("yesterday", "“yesterday” was not understood"),
    ],
)
def test_days_that_cannot_be_or_are_to_come_are_told_in_place(
    lead: FlaskClient, made: Made, path: str, asked: tuple[str, str]
) -> None:
    address, (day, said) = path.format(plan=made()), asked
    assert said in open_page(lead, f"{address}?as_of={day}").text
    is_day = "understood" not in said and "too" not in said
    assert lead.get(f"{address}?as_of={day}&format=csv").status_code == (200 if is_day else 422)


def test_a_file_says_of_which_day_it_is(lead: FlaskClient, world: World) -> None:
    answer = lead.get(f"/valorisation/progress?as_of={BEFORE}&format=csv")
    assert f"valorisation-progress-{BEFORE}.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {(row["as_of"], row["known_on"]) for row in rows} == {("2025-04-01", "2025-05-12")}


def test_what_was_withdrawn_or_moved_since_stood_then_as_it_was(app: Flask, world: World) -> None:
    with work(app):
        reached, moved = planned(world, K.VERIFIED), planned(world, K.PILOTED, day=NOW)
        prove(world, reached)
        services.reach(SYSTEM, reached, reached.version, LAST_WEEK)
        services.move(SYSTEM, reached, reached.version, S.WITHDRAWN, "The body took it back")
        later = MilestoneFacts(planned_on=date(2025, 9, 1), move_reason="The provider moved")
        services.edit(SYSTEM, moved, moved.version, later)
        item = added(app, world, move(begin(app, world), PlanState.IN_CONSULTATION, PlanState.APPROVED))
        facts = said(world, due_on=date(2025, 8, 31), move_reason="Two companies wait")
        items.edit(SYSTEM, item, item.version, facts, app.config["CONSORTIUM"])
        keys = reached.id, moved.id, item.id
    today = clock.now().date()
    clock.reckon_with(today)  # Here stamps are of the day reckoned with, as in a portal at work.
    with app.test_request_context():
        then, now = (
            {one.key: one for one in reached_on(asked)[world.pattern]}
            for asked in (AsOf.on(today - timedelta(days=1)), AsOf.on(today))
        )
        assert keys[0] in then
        assert (then[keys[0]].state, now[keys[0]].state) == (S.REACHED, S.WITHDRAWN)
        assert keys[1] not in then  # It was planned today.
        assert now[keys[1]].planned_on == date(2025, 9, 1)
        days = days_before(MilestoneSlip, MilestoneSlip.milestone_id, MilestoneSlip.old_planned, AsOf(NOW, today))
        assert days == {keys[1]: NOW}
        assert days_before(ItemSlip, ItemSlip.item_id, ItemSlip.old_due, AsOf(NOW, today)) == {
            keys[2]: date(2025, 5, 31)
        }
