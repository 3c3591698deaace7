"""The days plan items are due in calendars: of one plan, and of what a person answers for."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import FeedSecret, RoleGrant, User
from app.core import outbox
from app.core.access import SYSTEM, Role
from app.extensions import db
from app.feeds.calendar_checks import of_calendar
from app.feeds.dues import plan_of, status_of
from app.feeds.models import CalendarEntry
from app.microcredentials import services as microcredentials
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Person
from app.valorisation import services as plans
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items import services
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.models import ActionPlan, PlanState
from tests.accounts.people import arrive, person, statements, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page
from tests.stakeholders.register import person as known_person
from tests.valorisation.conftest import NOW, Made
from tests.valorisation.test_items import added, held, said

S = PlanState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)
DUE = date(2025, 8, 20)
TITLE = "Sign memoranda with three companies"


@pytest.fixture
def key(app: Flask, world: World, made: Made) -> int:
    """An approved plan of Armenia with one more item, due on 20 August 2025; the item's key."""
    plan = made(*TO_APPROVED)
    with work(app):
        return added(app, world, db.session.get_one(ActionPlan, plan), due_on=DUE).id


def plan_key(app: Flask, item: int) -> int:
    """The plan of an item."""
    with app.app_context():
        return db.session.get_one(PlanItem, item).plan_id


def address(app: Flask, user: User, scope: str | None = None) -> str:
    """A secret address of a person's, perhaps of one plan alone."""
    _secret, token = accounts.create_feed_secret(user.actor, "my phone", scope)
    return f"/feeds/my/{token}.ics"


def subscribe(app: Flask, scope: str | None = None, role: Role = Role.COORDINATOR, **facts: Any) -> str:
    """A person of a role, and an address of theirs."""
    with work(app) as session:
        return address(app, person(session, role, email=f"{role.value}@example.org", **facts), scope)


def entries(app: Flask, path: str) -> Mapping[str, Any]:
    """What a calendar holds of plan items, by title."""
    answer = app.test_client().get(path)
    assert answer.status_code == 200, path
    found = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(one["SUMMARY"]): one for one in found if "/valorisation/" in str(one["URL"])}


def edit(app: Flask, world: World, key: int, **changes: Any) -> None:
    """Change an item."""
    with work(app):
        item = db.session.get_one(PlanItem, key)
        if "person" in changes:
            changes["person"] = db.session.get_one(Person, changes["person"])
        facts = said(world, **{"due_on": item.due_on, **changes})
        services.edit(SYSTEM, item, item.version, facts, app.config["CONSORTIUM"])


@pytest.mark.parametrize(
    ("item", "plan", "is_approved", "wanted"),
    [
        (ItemState.PLANNED, S.IN_CONSULTATION, False, "tentative"),
        (ItemState.PLANNED, S.APPROVED, True, "confirmed"),
        (ItemState.IN_PROGRESS, S.DRAFT, True, "confirmed"),
        (ItemState.DONE, S.COMPLETED, True, "confirmed"),
        (ItemState.CANCELLED, S.APPROVED, True, "cancelled"),
        (ItemState.PLANNED, S.ARCHIVED, True, "cancelled"),
    ],
)
def test_the_status_follows_from_item_and_plan(
    item: ItemState, plan: PlanState, is_approved: bool, wanted: str
) -> None:
    assert status_of(item, plan, is_approved) == wanted


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        ("plan:4", 4),
        (None, None),
        ("", None),
        ("plan:", None),
        ("plan:x", None),
        ("country:4", None),
        ("plan:-4", None),
    ],
)
def test_a_scope_names_a_plan_or_none(scope: str | None, wanted: int | None) -> None:
    assert plan_of(scope) == wanted


def test_a_plans_feed_has_each_item_as_a_whole_day(app: Flask, world: World, key: int) -> None:
    plan = plan_key(app, key)
    path = subscribe(app, f"plan:{plan}")
    found = entries(app, path)
    assert len(found) == 5
    entry = found[f"Due: {TITLE}"]
    assert (entry.start, entry.end) == (DUE, DUE + timedelta(days=1))
    assert (str(entry["STATUS"]), str(entry["TRANSP"]), int(entry["SEQUENCE"])) == ("CONFIRMED", "TRANSPARENT", 0)
    assert "Plan item" in [str(one) for one in entry["CATEGORIES"].cats]
    octets = app.test_client().get(path).data
    assert [finding for finding in of_calendar(octets) if finding.faults] == []
    calendar = icalendar.Calendar.from_ical(octets)
    assert str(calendar["NAME"]).endswith("Valorisation plan of Armenia")
    secret = path.removeprefix("/feeds/my/").removesuffix(".ics")
    assert secret not in app.test_client().get(path).get_data(as_text=True)


def test_the_uid_stays_and_the_sequence_rises_with_what_is_shown(app: Flask, world: World, key: int) -> None:
    plan = plan_key(app, key)
    path = subscribe(app, f"plan:{plan}")
    before = entries(app, path)[f"Due: {TITLE}"]
    edit(app, world, key, target=3)  # says nothing in a calendar
    silent = entries(app, path)[f"Due: {TITLE}"]
    assert silent.to_ical() == before.to_ical()
    edit(app, world, key, due_on=DUE + timedelta(days=14), move_reason="Holidays")
    moved = entries(app, path)[f"Due: {TITLE}"]
    assert (moved["UID"], int(moved["SEQUENCE"])) == (before["UID"], 1)
    assert moved.start == DUE + timedelta(days=14)
    assert moved["DTSTAMP"].dt >= before["DTSTAMP"].dt
    assert f"First promised for {DUE}" in str(moved["DESCRIPTION"])
    edit(app, world, key, due_on=DUE, move_reason="After all")
    assert int(entries(app, path)[f"Due: {TITLE}"]["SEQUENCE"]) == 2


def test_what_is_done_says_so_and_what_is_dropped_is_cancelled(app: Flask, world: World, key: int) -> None:
    path = subscribe(app, f"plan:{plan_key(app, key)}")
    with work(app):
        item = db.session.get_one(PlanItem, key)
        proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
        services.finish(SYSTEM, item, item.version, NOW)
    done = entries(app, path)[f"Done: {TITLE}"]
    assert (str(done["STATUS"]), int(done["SEQUENCE"])) == ("CONFIRMED", 1)
    assert f"Done on {NOW}" in str(done["DESCRIPTION"])
    with work(app):
        item = db.session.get_one(PlanItem, key)
        services.move(SYSTEM, item, item.version, ItemState.IN_PROGRESS, "It was not")
        services.move(SYSTEM, item, item.version, ItemState.CANCELLED, "Nobody wants it")
    gone = entries(app, path)[f"Cancelled: Due: {TITLE}"]
    assert (str(gone["STATUS"]), int(gone["SEQUENCE"])) == ("CANCELLED", 3)


def test_a_plan_is_shown_from_its_consultation_on_and_cancelled_when_it_is_archived(app: Flask, made: Made) -> None:
    plan = made()
    path = subscribe(app, f"plan:{plan}")
    assert entries(app, path) == {}

    def move(state: PlanState) -> set[tuple[str, int]]:
        with work(app):
            record = db.session.get_one(ActionPlan, plan)
            if state is S.APPROVED:
                plans.approve(SYSTEM, record, record.version, NOW)
            else:
                plans.move(SYSTEM, record, record.version, state, "Because")
        return {(str(one["STATUS"]), int(one["SEQUENCE"])) for one in entries(app, path).values()}

    assert move(S.IN_CONSULTATION) == {("TENTATIVE", 0)}
    assert move(S.APPROVED) == {("CONFIRMED", 1)}
    assert move(S.IN_EXECUTION) == {("CONFIRMED", 1)}
    assert move(S.ARCHIVED) == {("CANCELLED", 2)}


def test_a_deleted_item_leaves_the_feed(app: Flask, world: World, made: Made) -> None:
    plan = made(S.IN_CONSULTATION)
    with work(app):
        key = added(app, world, db.session.get_one(ActionPlan, plan), due_on=DUE).id
    path = subscribe(app, f"plan:{plan}")
    tag = app.test_client().get(path).headers["ETag"]
    with work(app):
        item = db.session.get_one(PlanItem, key)
        services.delete(SYSTEM, item, item.version)
    answer = app.test_client().get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert f"Due: {TITLE}" not in entries(app, path)


def test_an_unchanged_feed_is_answered_without_reading_an_item(app: Flask, world: World, key: int) -> None:
    path, client = subscribe(app, f"plan:{plan_key(app, key)}"), app.test_client()
    answer = client.get(path)
    assert client.get(path).data == answer.data
    with statements(app) as seen:
        unchanged = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, unchanged.headers["ETag"]) == (304, answer.headers["ETag"])
    assert not [one for one in seen if "calendar_entry" in one or "plan_item" in one]
    assert len(seen) <= 2
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    edit(app, world, key, due_on=DUE + timedelta(days=1), move_reason="So it is")
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_ones_own_feed_has_what_one_answers_for(app: Flask, world: World, key: int) -> None:
    at = {"country": "AM", "organisation_id": world.school}
    assert f"Due: {TITLE}" in entries(app, subscribe(app, None, Role.PARTNER_EDITOR, **at))
    assert f"Due: {TITLE}" in entries(app, subscribe(app, None, Role.COUNTRY_LEAD, country="AM"))
    assert entries(app, subscribe(app, None, Role.CLUSTER_COORDINATOR, country="GE")) == {}
    assert entries(app, subscribe(app, None, Role.COORDINATOR)) == {}
    elsewhere = {"country": "AM", "organisation_id": world.company}
    path = subscribe(app, None, Role.LGE_MEMBER, **elsewhere)
    assert entries(app, path) == {}
    tag = app.test_client().get(path).headers["ETag"]
    with work(app):
        named = known_person("Ani", email="LGE_member@example.org")
        found = named.id
    edit(app, world, key, person=found)
    assert app.test_client().get(path, headers={"If-None-Match": tag}).status_code == 200
    assert list(entries(app, path)) == [f"Due: {TITLE}"]
    tag = app.test_client().get(path).headers["ETag"]
    with work(app):
        db.session.get_one(Person, found).email = "another@example.org"
    assert app.test_client().get(path, headers={"If-None-Match": tag}).status_code == 200
    assert entries(app, path) == {}


def test_whoever_is_not_of_the_consortium_any_more_reads_nothing(app: Flask, world: World, key: int) -> None:
    path = subscribe(app, f"plan:{plan_key(app, key)}")
    assert entries(app, path)
    with work(app) as session:
        grant = session.scalars(select(RoleGrant)).one()
        grant.role, grant.country, grant.organisation_id = Role.STAKEHOLDER, "AM", world.company
    assert app.test_client().get(path).status_code == 404
    guest = subscribe(app, None, Role.STAKEHOLDER, country="AM", organisation_id=world.school)
    assert entries(app, guest) == {}


def test_a_plan_that_was_deleted_has_no_feed(app: Flask, made: Made) -> None:
    plan = made(S.IN_CONSULTATION)
    path = subscribe(app, f"plan:{plan}")
    with work(app):
        record = db.session.get_one(ActionPlan, plan)
        plans.delete(SYSTEM, record, record.version)
    assert app.test_client().get(path).status_code == 404
    with app.app_context():
        assert db.session.scalars(select(CalendarEntry)).all() == []


def test_another_code_of_a_microcredential_is_told(app: Flask, world: World, key: int) -> None:
    path = subscribe(app, f"plan:{plan_key(app, key)}")
    with work(app) as session:
        pattern = session.get_one(MicroCredential, world.pattern)
        pattern.code = "AM-93"
        session.flush()
        for follow in microcredentials.after_change:
            follow(pattern)
    outbox.drain(app)
    entry = entries(app, path)[f"Due: {TITLE}"]
    assert "AM-93" in str(entry["DESCRIPTION"])
    assert int(entry["SEQUENCE"]) == 1


@pytest.mark.usefixtures("tokens")
def test_one_subscribes_on_the_page_of_the_plan_and_closes_it_again(app: Flask, client: FlaskClient, key: int) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    plan, lead = plan_key(app, key), client
    subscribing = open_page(lead, f"/valorisation/{plan}").links["Subscribe"]
    wrong = open_page(lead, subscribing).form("Make an address").submit(lead, label="")
    assert wrong.status_code == 422
    page = Page(open_page(lead, subscribing).form("Make an address").submit(lead, follow=True, label="my phone"))
    assert "Your address is ready" in page.messages[0]
    found = page.soup.find("input", id="own-address")
    assert found is not None
    path = "/feeds/my/" + str(found["value"]).rpartition("/")[2]
    assert f"Due: {TITLE}" in entries(app, path)
    again = open_page(lead, subscribing)
    assert again.soup.find("input", id="own-address") is None
    assert "the due days of one plan" in open_page(lead, "/feeds/").text
    again.form("Close this address").submit(lead)
    assert app.test_client().get(path).status_code == 404
    with app.app_context():
        assert db.session.scalars(select(FeedSecret)).one().revoked_at is not None


def test_others_cannot_subscribe(app: Flask, client: FlaskClient, sign_in: SignIn, key: int) -> None:
    plan = plan_key(app, key)
    assert sign_in("guest").get(f"/feeds/plan/{plan}").status_code == 403
    arrive(app, client, Role.AUDITOR, email="auditor@example.com")
    assert client.get("/feeds/plan/999").status_code == 404
    assert client.get(f"/feeds/plan/{plan}").status_code == 200
