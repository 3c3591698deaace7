"""What holds of action plans, whoever asks."""

from collections.abc import Callable
from datetime import date
from itertools import product
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.errors import EditConflict, NotAllowed, OutOfReach, Refused, StillReferred
from app.core.states import StateTransitionError, moves_of
from app.microcredentials import links
from app.microcredentials.models import MicroCredential
from app.valorisation import queries, rules, services
from app.valorisation.deviations import approval_deviation, deviations
from app.valorisation.items import queries as items
from app.valorisation.items.models import ItemState
from app.valorisation.models import HOLDS, MOVES, SECTIONS, ActionPlan, PlanState, PlanVersion
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.world import World
from tests.valorisation.conftest import NOW, Made, begin, facts, move

S = PlanState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)


@pytest.mark.parametrize(("old", "new"), [*product(PlanState, PlanState)])
def test_a_plan_moves_by_its_table(old: PlanState, new: PlanState) -> None:
    allowed = {
        S.DRAFT: {S.IN_CONSULTATION, S.ARCHIVED},
        S.IN_CONSULTATION: {S.DRAFT, S.APPROVED, S.ARCHIVED},
        S.APPROVED: {S.DRAFT, S.IN_EXECUTION, S.ARCHIVED},
        S.IN_EXECUTION: {S.DRAFT, S.COMPLETED, S.ARCHIVED},
        S.COMPLETED: {S.IN_EXECUTION, S.ARCHIVED},
        S.ARCHIVED: set(),
    }
    assert MOVES.allows(old, new) is (new in allowed[old])


def test_a_draft_is_not_called_approved_by_a_move(app: Flask, session: Session, world: World) -> None:
    plan = move(begin(app, world), S.IN_CONSULTATION)
    with pytest.raises(Refused):
        services.move(SYSTEM, plan, plan.version, S.APPROVED)
    with pytest.raises(StateTransitionError):
        services.move(SYSTEM, plan, plan.version, S.COMPLETED, "Because")


def test_what_is_approved_is_kept_word_for_word_and_never_changed(app: Flask, session: Session, world: World) -> None:
    plan = move(begin(app, world), *TO_APPROVED)
    first = plan.versions[0]
    assert (first.number, first.approved_on) == (1, NOW)
    assert first.content["sections"]["objectives"] == {"en": "One is valorised."}
    with pytest.raises(Refused):
        services.edit(SYSTEM, plan, plan.version, facts(world, risks={"en": "None"}), app.config["CONSORTIUM"])
    move(plan, S.DRAFT)
    services.edit(SYSTEM, plan, plan.version, facts(world, objectives={"en": "Two."}), app.config["CONSORTIUM"])
    move(plan, *TO_APPROVED)
    session.refresh(plan)
    assert [one.number for one in plan.versions] == [1, 2]
    assert plan.versions[0].content["sections"]["objectives"] == {"en": "One is valorised."}
    assert [step.new for step in moves_of(session, plan)][-3:] == ["draft", "in_consultation", "approved"]
    session.commit()
    for rewrite in ("UPDATE action_plan_version SET note = 'x'", "DELETE FROM action_plan_version"):
        with pytest.raises(DBAPIError, match="append-only"):
            session.connection().exec_driver_sql(rewrite)
        session.rollback()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"lead": None}, "Nobody answers"),
        ({"legal_framework": None}, "Legal framework"),
        ({"recognition_route": None, "objectives": None}, "Route to recognition, Objectives"),
        ({"microcredentials": ()}, "No micro-credential"),
    ],
)
def test_what_is_missing_for_an_approval_is_said(
    app: Flask, session: Session, world: World, changes: dict[str, Any], word: str
) -> None:
    plan = move(begin(app, world, **changes), S.IN_CONSULTATION)
    with pytest.raises(rules.NotReadyToApprove, match=word):
        services.approve(SYSTEM, plan, plan.version, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "DE"}, "country"),
        ({"country": "XX"}, "country"),
        ({"ends_on": date(2022, 12, 31)}, "ends_on"),
        ({"country": "GE"}, "microcredentials"),
    ],
)
def test_what_no_plan_can_say_is_refused_at_its_field(
    app: Flask, session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        begin(app, world, **changes)
    assert field in refused.value.messages


def test_a_day_to_come_and_one_before_the_last_version_are_refused(app: Flask, session: Session, world: World) -> None:
    plan = move(begin(app, world), S.IN_CONSULTATION)
    with pytest.raises(Refused) as refused:
        services.approve(SYSTEM, plan, plan.version, date(2025, 5, 13))
    assert list(refused.value.messages) == ["approved_on"]
    move(plan, S.APPROVED, S.DRAFT, S.IN_CONSULTATION)
    with pytest.raises(Refused) as refused:
        services.approve(SYSTEM, plan, plan.version, date(2025, 5, 1))
    assert list(refused.value.messages) == ["approved_on"]


def test_a_country_works_by_one_plan_at_a_time(app: Flask, session: Session, world: World) -> None:
    first, second = begin(app, world), begin(app, world)
    move(first, *TO_APPROVED)
    move(second, S.IN_CONSULTATION)
    for state in (None, S.IN_EXECUTION):
        if state:
            move(first, state)
        with pytest.raises(rules.AnotherHolds):
            services.approve(SYSTEM, second, second.version, NOW)
    other = begin(app, world, country="GE", microcredentials=[session.get_one(MicroCredential, world.wine)])
    move(other, *TO_APPROVED)
    move(first, S.COMPLETED)
    move(second, S.APPROVED)
    assert {first.state, second.state, other.state} == {S.COMPLETED, S.APPROVED}


def test_a_plan_whose_next_version_is_written_holds_until_it_ends(app: Flask, session: Session, world: World) -> None:
    first, second = move(begin(app, world), *TO_APPROVED, S.DRAFT), move(begin(app, world), S.IN_CONSULTATION)
    with pytest.raises(rules.AnotherHolds):
        services.approve(SYSTEM, second, second.version, NOW)
    move(first, *TO_APPROVED, S.DRAFT, S.ARCHIVED)
    move(second, S.APPROVED)
    assert (first.state, second.state) == (S.ARCHIVED, S.APPROVED)


def test_a_plan_is_completed_with_open_items_only_with_a_reason_and_can_be_taken_up_again(
    app: Flask, session: Session, world: World
) -> None:
    plan = move(begin(app, world), *TO_APPROVED, S.IN_EXECUTION)
    with pytest.raises(rules.StillOpen) as refused:
        services.move(SYSTEM, plan, plan.version, S.COMPLETED)
    assert [one[:2] for one in refused.value.items] == ["1.", "2.", "3.", "4."]
    services.move(SYSTEM, plan, plan.version, S.COMPLETED, "The project ends")
    with pytest.raises(Refused) as unsaid:
        services.move(SYSTEM, plan, plan.version, S.IN_EXECUTION)
    assert list(unsaid.value.messages) == ["reason"]
    with pytest.raises(NotAllowed):
        services.move(world.actors["editor"], plan, plan.version, S.IN_EXECUTION, "By mistake")
    other = move(begin(app, world), *TO_APPROVED)
    with pytest.raises(rules.AnotherHolds):
        services.move(SYSTEM, plan, plan.version, S.IN_EXECUTION, "By mistake")
    move(other, S.ARCHIVED)
    services.move(SYSTEM, plan, plan.version, S.IN_EXECUTION, "By mistake")
    assert plan.state is S.IN_EXECUTION
    for item in items.all_of(plan):
        item.move_to(ItemState.CANCELLED, SYSTEM)
    session.flush()
    services.move(SYSTEM, plan, plan.version, S.COMPLETED)


def test_the_databases_themselves_refuse_a_second_plan_that_holds(
    app: Flask, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(begin(app, world), *TO_APPROVED)
    second = move(begin(app, world), S.IN_CONSULTATION)
    monkeypatch.setattr(queries, "another_holds", lambda plan: False)
    with pytest.raises(IntegrityError):
        services.approve(SYSTEM, second, second.version, NOW)


def test_of_two_approvals_at_the_same_moment_one_holds(fresh: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked before either wrote: on PostgreSQL the index decides, on SQLite the one writer."""
    from tests.events.world import build

    app = fresh.app
    clock.reckon_with(NOW)
    with work(app):
        world = build()
        keys = [move(begin(app, world), S.IN_CONSULTATION).id for _one in range(2)]
    ready, outcomes = Barrier(2), []
    looked = queries.another_holds

    def look(plan: ActionPlan) -> bool:
        found = looked(plan)
        if fresh.name != "sqlite":
            ready.wait(10)
        return found

    monkeypatch.setattr(queries, "another_holds", look)

    def press(key: int) -> None:
        try:
            with work(app):
                plan = queries.plan(SYSTEM, key)
                services.approve(SYSTEM, plan, plan.version, NOW)
            outcomes.append("approved")
        except (IntegrityError, rules.AnotherHolds):
            outcomes.append("refused")

    pressing = [Thread(target=press, args=(key,)) for key in keys]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(30)
    assert sorted(outcomes) == ["approved", "refused"]
    with work(app) as session:
        assert session.query(ActionPlan).filter(ActionPlan.state.in_(HOLDS)).count() == 1
        assert session.query(PlanVersion).count() == 1


@pytest.mark.parametrize(
    ("who", "reaches"),
    [
        ("admin", (True, True)),
        ("coordinator", (True, True)),
        ("lead", (True, True)),
        ("foreign lead", (False, False)),
        ("editor", (True, False)),
        ("foreign editor", (False, False)),
        ("expert", (False, False)),
        ("cluster", (False, False)),
        ("auditor", (False, False)),
        ("guest", (False, False)),
    ],
)
def test_roles_reach_as_far_as_they_say(
    app: Flask, session: Session, world: World, who: str, reaches: tuple[bool, bool]
) -> None:
    actor, (may_begin, may_approve) = world.actors[who], reaches
    plan = move(begin(app, world), S.IN_CONSULTATION)
    if may_begin:
        begin(app, world, actor=actor)
    else:
        with pytest.raises((NotAllowed, OutOfReach)):
            begin(app, world, actor=actor)
    if may_approve:
        services.approve(actor, plan, plan.version, NOW)
    else:
        with pytest.raises(NotAllowed):
            services.approve(actor, plan, plan.version, NOW)


@pytest.mark.parametrize(
    ("state", "was_approved", "by_editor"),
    [
        (S.DRAFT, False, (S.IN_CONSULTATION, S.ARCHIVED)),
        (S.DRAFT, True, (S.IN_CONSULTATION,)),
        (S.IN_CONSULTATION, False, (S.DRAFT, S.ARCHIVED)),
        (S.IN_CONSULTATION, True, (S.DRAFT,)),
        *((state, True, ()) for state in (S.APPROVED, S.IN_EXECUTION, S.COMPLETED, S.ARCHIVED)),
    ],
)
def test_a_plan_offers_the_moves_of_its_table_less_what_is_for_those_who_approve(
    state: PlanState, was_approved: bool, by_editor: tuple[PlanState, ...]
) -> None:
    plan = ActionPlan(country="AM", lead_id=5, state=state, versions=[PlanVersion()] if was_approved else [])
    offered = {role: services.onwards(Actor(1, "", (Grant(role, "AM", 5),)), plan) for role in Role}
    approving = dict.fromkeys((Role.ADMIN, Role.COORDINATOR, Role.COUNTRY_LEAD), MOVES.onwards(state))
    assert offered == dict.fromkeys(Role, ()) | approving | {Role.PARTNER_EDITOR: by_editor}


def test_what_was_approved_is_archived_by_who_may_approve(app: Flask, session: Session, world: World) -> None:
    plan, draft = move(begin(app, world), *TO_APPROVED), begin(app, world)
    session.refresh(plan)
    move(plan, S.DRAFT)
    with pytest.raises(NotAllowed):
        services.move(world.actors["editor"], plan, plan.version, S.ARCHIVED, "Because")
    services.move(world.actors["editor"], plan, plan.version, S.IN_CONSULTATION)
    services.move(world.actors["lead"], plan, plan.version, S.ARCHIVED, "Because")
    services.move(world.actors["editor"], draft, draft.version, S.ARCHIVED, "Because")
    assert plan.state is draft.state is S.ARCHIVED


def test_a_version_that_somebody_changed_meanwhile_is_a_conflict(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world)
    asked: list[Callable[[int], object]] = [
        lambda version: services.edit(SYSTEM, plan, version, facts(world), app.config["CONSORTIUM"]),
        lambda version: services.move(SYSTEM, plan, version, S.IN_CONSULTATION),
        lambda version: services.approve(SYSTEM, plan, version, NOW),
        lambda version: services.delete(SYSTEM, plan, version),
    ]
    for ask in asked:
        with pytest.raises(EditConflict):
            ask(plan.version + 1)


def test_a_plan_is_deleted_until_it_was_approved(app: Flask, session: Session, world: World) -> None:
    plan, kept = begin(app, world), move(begin(app, world), *TO_APPROVED)
    services.delete(SYSTEM, plan, plan.version)
    with pytest.raises(StillReferred):
        services.delete(SYSTEM, kept, kept.version)
    assert session.query(ActionPlan).count() == 1


def test_a_plan_stands_on_the_pages_of_its_micro_credentials(app: Flask, world: World, made: Made) -> None:
    made()
    kind = links.kind_named("action_plan")
    assert kind is not None
    with work(app) as session:
        found = links.concerning(session, world.actors["expert"], world.pattern, kind, limit=5)
        assert [one.url for one in found.records] == ["/valorisation/1"]
        assert links.concerning(session, world.actors["guest"], world.pattern, kind, limit=5).records == []
        assert "Action plans" in links.referrers(session, session.get_one(MicroCredential, world.pattern))
    assert not kind.open_to(world.actors["public"])


def test_what_is_otherwise_than_the_template_is_said_in_days(app: Flask) -> None:
    consortium = app.config["CONSORTIUM"]
    project = (consortium.start, consortium.end)
    with app.test_request_context():
        told: dict[str, Any] = {name: {"en": "x"} for name in SECTIONS}
        assert deviations(consortium.plan, told, project, project) == []
        found = deviations(consortium.plan, told | {"risks": None}, (project[0], date(2026, 1, 10)), project)
        assert [(one.what, one.days, one.how_far) for one in found] == [
            ("Ends", 10, "10 days later"),
            ("Risks", None, ""),
        ]
        assert approval_deviation(consortium.plan, date(2024, 5, 31), NOW) is None
        assert approval_deviation(consortium.plan, date(2024, 6, 30), NOW).days == 30
        assert approval_deviation(consortium.plan, None, NOW).plan == "not yet"
