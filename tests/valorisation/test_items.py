"""What holds of the items of plans and of what proves them."""

from datetime import date
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import EditConflict, NotAllowed, Refused, StillReferred
from app.core.states import StateTransitionError
from app.events import services as events
from app.events.models import Event, EventState
from app.events.outcomes import services as outcomes
from app.events.outcomes.services import DecisionFacts
from app.extensions import db
from app.microcredentials import links
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.deviations import item_deviations
from app.valorisation.evidence import proofs
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import Evidence, ProofKind
from app.valorisation.evidence.services import SentFile
from app.valorisation.items import queries, rules, services
from app.valorisation.items.models import MOVES, ItemLevel, ItemSlip, ItemState, PlanItem
from app.valorisation.items.services import ItemFacts
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.services import approve, delete
from app.valorisation.views import deviations_of
from tests.events.world import LAST_WEEK, NEXT_WEEK, World
from tests.valorisation.conftest import NOW, begin, move

S, T = PlanState, ItemState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)


def said(world: World, **changes: Any) -> ItemFacts:
    """Memoranda with three companies, due at the end of May."""
    values: dict[str, Any] = {
        "title": {"en": "Sign memoranda with three companies"},
        "level": ItemLevel.SECTORAL,
        "due_on": date(2025, 5, 31),
        "organisation": db.session.get_one(Organisation, world.school),
        "stakeholders": [db.session.get_one(Organisation, world.company)],
        "microcredentials": [db.session.get_one(MicroCredential, world.pattern)],
    }
    return ItemFacts(**values | changes)


def added(app: Flask, world: World, plan: ActionPlan, **changes: Any) -> PlanItem:
    return services.add(SYSTEM, plan, said(world, **changes), app.config["CONSORTIUM"])


def held(world: World, **changes: Any) -> Event:
    """A consultation that was held."""
    return events.log(SYSTEM, world.consultation(**changes))


@pytest.mark.parametrize(("old", "new"), [*product(ItemState, ItemState)])
def test_an_item_moves_by_its_table(old: ItemState, new: ItemState) -> None:
    allowed = {
        T.PLANNED: {T.IN_PROGRESS, T.DONE, T.CANCELLED},
        T.IN_PROGRESS: {T.PLANNED, T.DONE, T.CANCELLED},
        T.DONE: {T.IN_PROGRESS},
        T.CANCELLED: {T.PLANNED},
    }
    assert MOVES.allows(old, new) is (new in allowed[old])


def test_a_plan_after_the_project_has_the_points_in_its_own_time(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world, starts_on=date(2026, 1, 1), ends_on=date(2028, 6, 30))
    found = queries.all_of(plan)
    assert [item.due_on.isoformat() for item in found] == ["2027-05-31", "2027-12-31", "2028-06-30", "2028-06-30"]
    assert all(item.beyond_reason for item in found)
    assert [one.days for one in deviations_of(plan, found)[:2]] == [1096, 912]  # the plan's own days, nothing else


def test_what_a_plan_has_besides_the_template_is_said(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world)
    kept, gone = added(app, world, plan), added(app, world, plan)
    services.move(SYSTEM, gone, gone.version, T.CANCELLED, "Entered twice")
    told = item_deviations(app.config["CONSORTIUM"].plan, queries.all_of(plan))
    assert [(one.what, one.template, one.plan) for one in told] == [
        (kept.title["en"], "not in the template", "31 May 2025")
    ]


def test_a_plan_begins_with_the_points_of_the_template(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world)
    found = queries.all_of(plan)
    assert [(item.number, item.point, item.due_on.isoformat()) for item in found] == [
        (1, "plan", "2024-05-31"),
        (2, "consultations", "2024-12-31"),
        (3, "valorised", "2025-06-30"),
        (4, "round_table", "2025-07-31"),
    ]
    assert item_deviations(app.config["CONSORTIUM"].plan, found) == []
    services.edit(SYSTEM, found[3], found[3].version, said(world, due_on=date(2025, 8, 31)), app.config["CONSORTIUM"])
    services.move(SYSTEM, found[1], found[1].version, T.CANCELLED, "No time")
    told = item_deviations(app.config["CONSORTIUM"].plan, found)
    assert [(one.plan, one.days) for one in told] == [("cancelled", None), ("31 August 2025", 31), ("no target", None)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": {}}, "title"),
        ({"starts_on": date(2025, 6, 1)}, "due_on"),
        ({"due_on": date(2026, 1, 1)}, "beyond_reason"),
        ({"starts_on": date(2022, 12, 31)}, "beyond_reason"),
        ({"actual": 3}, "actual_source"),
        ({"actual": -1, "actual_source": "x"}, "actual"),
        ({"target": -1}, "target"),
        ({"measure": "memoranda", "actual": 3, "actual_source": "x"}, "actual"),
    ],
)
def test_what_no_item_can_say_is_refused_at_its_field(
    app: Flask, session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        added(app, world, begin(app, world), **changes)
    assert list(refused.value.messages) == [field]


def test_days_outside_the_project_are_allowed_with_a_reason(app: Flask, session: Session, world: World) -> None:
    item = added(app, world, begin(app, world), due_on=date(2026, 3, 1), beyond_reason="The council meets in March.")
    assert item.beyond_reason == "The council meets in March."
    services.edit(SYSTEM, item, item.version, said(world, beyond_reason="Old"), app.config["CONSORTIUM"])
    assert item.beyond_reason is None


def test_every_move_of_a_promised_day_keeps_its_reason_and_author(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world)
    item = added(app, world, plan)
    services.edit(SYSTEM, item, item.version, said(world, due_on=date(2025, 6, 5)), app.config["CONSORTIUM"])
    assert item.baseline_on == date(2025, 6, 5)
    move(plan, *TO_APPROVED)
    session.refresh(plan)
    with pytest.raises(rules.MovedWithoutReason) as refused:
        services.edit(SYSTEM, item, item.version, said(world, due_on=date(2025, 7, 5)), app.config["CONSORTIUM"])
    assert list(refused.value.messages) == ["move_reason"]
    later = said(world, due_on=date(2025, 7, 5), move_reason="Holidays")
    services.edit(world.actors["lead"], item, item.version, later, app.config["CONSORTIUM"])
    assert (item.baseline_on, item.moved_days) == (date(2025, 6, 5), 30)
    told = [(slip.days, slip.reason, slip.actor_name) for slip in queries.slips(item)]
    assert told == [(30, "Holidays", "country_lead"), (5, None, "portal")]
    services.edit(SYSTEM, item, item.version, said(world, due_on=item.due_on), app.config["CONSORTIUM"])
    assert session.query(ItemSlip).count() == 2
    session.commit()
    for rewrite in ("UPDATE plan_item_slip SET reason = 'x'", "DELETE FROM plan_item_slip"):
        with pytest.raises(DBAPIError, match="append-only"):
            session.connection().exec_driver_sql(rewrite)
        session.rollback()


def test_what_is_done_has_a_day_that_came_and_evidence_that_holds(app: Flask, session: Session, world: World) -> None:
    item = added(app, world, begin(app, world))
    with pytest.raises(rules.NotProven):
        services.finish(SYSTEM, item, item.version, NOW)
    to_come = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.PLANNED)
    proving.add(SYSTEM, item, [(ProofKind.EVENT, to_come.id)])
    with pytest.raises(rules.NotProven):
        services.finish(SYSTEM, item, item.version, NOW)
    proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
    with pytest.raises(Refused) as refused:
        services.finish(SYSTEM, item, item.version, date(2025, 5, 13))
    assert list(refused.value.messages) == ["done_on"]
    services.finish(SYSTEM, item, item.version, LAST_WEEK)
    assert (item.state, item.done_on) == (T.DONE, LAST_WEEK)
    with pytest.raises(StateTransitionError):
        services.finish(SYSTEM, item, item.version, LAST_WEEK)
    with pytest.raises(Refused):
        services.move(SYSTEM, item, item.version, T.IN_PROGRESS)
    services.move(SYSTEM, item, item.version, T.IN_PROGRESS, "One company left")
    assert item.done_on is None


def test_what_is_done_began_before(app: Flask, session: Session, world: World) -> None:
    item, consortium = added(app, world, begin(app, world)), app.config["CONSORTIUM"]
    proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
    services.finish(SYSTEM, item, item.version, LAST_WEEK)
    with pytest.raises(Refused) as refused:
        services.edit(SYSTEM, item, item.version, said(world, starts_on=NOW), consortium)
    assert list(refused.value.messages) == ["starts_on"]
    services.edit(SYSTEM, item, item.version, said(world, starts_on=LAST_WEEK), consortium)


def test_the_last_evidence_of_what_is_done_stays(app: Flask, session: Session, world: World) -> None:
    item = added(app, world, begin(app, world))
    event = held(world)
    first, second = proving.add(SYSTEM, item, [(ProofKind.EVENT, event.id), (ProofKind.EVENT, held(world).id)])
    with pytest.raises(Refused):
        proving.add(SYSTEM, item, [(ProofKind.EVENT, event.id)])
    services.finish(SYSTEM, item, item.version, NOW)
    with pytest.raises(Refused):
        proving.withdraw(SYSTEM, first, first.version, None)
    proving.withdraw(SYSTEM, first, first.version, "Another subject")
    with pytest.raises(Refused, match="last evidence"):
        proving.withdraw(SYSTEM, second, second.version, "Another subject")
    assert session.query(Evidence).count() == 2


def test_a_record_that_is_evidence_is_not_deleted(app: Flask, session: Session, world: World) -> None:
    item = added(app, world, begin(app, world))
    draft = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.DRAFT)
    proving.add(SYSTEM, item, [(ProofKind.EVENT, draft.id)])
    with pytest.raises(StillReferred) as refused:
        events.delete(SYSTEM, draft, draft.version)
    assert refused.value.referrers == ["Evidence"]
    with pytest.raises(StillReferred):
        delete(SYSTEM, item.plan, item.plan.version)


def test_evidence_is_found_by_words_and_told_with_what_it_is_worth(app: Flask, session: Session, world: World) -> None:
    event = held(world)
    decision = outcomes.decide(SYSTEM, event, DecisionFacts(text={"en": "Textile first."}, decided_on=LAST_WEEK))
    found = {option.label: option for option in proofs.find_options(SYSTEM, "textile")}
    assert set(found) == {"Needs of textile workshops", "Textile first."}
    values = [option.value for option in found.values()]
    assert {proofs.read(value) for value in values} == {(ProofKind.EVENT, event.id), (ProofKind.DECISION, decision.id)}
    assert len(proofs.options_of(SYSTEM, values)) == 2
    assert proofs.find_options(world.actors["public"], "textile first") == []
    item = added(app, world, begin(app, world))
    file = SentFile(BytesIO(b"%PDF-1.7 x"), "letter.pdf")
    pieces = proving.add(SYSTEM, item, [proofs.read(value) for value in values], file=file)  # type: ignore[misc]
    told = proofs.proofs_of(SYSTEM, pieces)
    assert all(proof.holds for proof in told.values())
    outcomes.revoke(SYSTEM, decision, decision.version, "Wrong")
    told = proofs.proofs_of(SYSTEM, pieces)
    assert {proof.kind: (proof.holds, proof.why_not) for proof in told.values()} == {
        ProofKind.EVENT: (True, ""),
        ProofKind.DECISION: (False, "Revoked"),
        ProofKind.FILE: (True, ""),
    }
    hidden = proofs.proofs_of(world.actors["public"], pieces)
    assert {proof.title for proof in hidden.values()} == {"not open to you", "letter.pdf"}


def test_two_who_move_one_item_meet_the_conflict(app: Flask, session: Session, world: World) -> None:
    item = added(app, world, begin(app, world))
    for ask in (
        lambda version: services.edit(SYSTEM, item, version, said(world), app.config["CONSORTIUM"]),
        lambda version: services.move(SYSTEM, item, version, T.IN_PROGRESS),
        lambda version: services.finish(SYSTEM, item, version, NOW),
        lambda version: services.delete(SYSTEM, item, version),
    ):
        with pytest.raises(EditConflict):
            ask(item.version + 1)


def test_whoever_answers_for_an_item_may_change_it(app: Flask, session: Session, world: World) -> None:
    agency = session.get_one(Organisation, world.agency)
    item = added(app, world, begin(app, world), organisation=agency)
    services.move(world.actors["foreign editor"], item, item.version, T.IN_PROGRESS)
    for who in ("foreign lead", "expert", "auditor", "cluster"):
        with pytest.raises(NotAllowed):
            services.move(world.actors[who], item, item.version, T.PLANNED)
    with pytest.raises(Refused) as refused:
        services.edit(world.actors["foreign editor"], item, item.version, said(world), app.config["CONSORTIUM"])
    assert list(refused.value.messages) == ["organisation"]


def test_a_plan_is_approved_with_the_items_that_were_looked_at(app: Flask, session: Session, world: World) -> None:
    plan, consortium = move(begin(app, world), S.IN_CONSULTATION), app.config["CONSORTIUM"]
    item, other = added(app, world, plan), added(app, world, plan)
    proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
    for change in (
        lambda: added(app, world, plan),
        lambda: services.edit(SYSTEM, item, item.version, said(world, due_on=date(2025, 6, 30)), consortium),
        lambda: services.move(SYSTEM, item, item.version, T.IN_PROGRESS),
        lambda: services.finish(SYSTEM, item, item.version, LAST_WEEK),
        lambda: services.delete(SYSTEM, other, other.version),
    ):
        looked_at = plan.version
        change()
        with pytest.raises(EditConflict):
            approve(SYSTEM, plan, looked_at, NOW)
    approve(SYSTEM, plan, plan.version, NOW)
    assert plan.state is S.APPROVED


def test_an_item_goes_until_its_plan_was_approved(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world)
    item, kept = added(app, world, plan), added(app, world, plan)
    services.delete(SYSTEM, item, item.version)
    move(plan, *TO_APPROVED)
    session.refresh(plan)
    with pytest.raises(Refused):
        services.delete(SYSTEM, kept, kept.version)
    assert [one["number"] for one in plan.versions[0].content["items"]] == [1, 2, 3, 4, 6]
    move(plan, S.IN_EXECUTION, S.COMPLETED)
    with pytest.raises(Refused, match="not changed any more"):
        services.move(SYSTEM, kept, kept.version, T.IN_PROGRESS)


def test_an_item_stands_on_the_pages_of_its_micro_credentials(app: Flask, session: Session, world: World) -> None:
    item = added(app, world, begin(app, world))
    session.flush()
    kind = links.kind_named("plan_item")
    assert kind is not None
    found = links.concerning(session, SYSTEM, world.pattern, kind, limit=5)
    assert [(one.url, one.dated) for one in found.records] == [(f"/valorisation/items/{item.id}", item.due_on)]
