"""What slips and why: on the page of all countries, of a plan and of an item."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events import services as events
from app.events.models import Event, EventState
from app.events.outcomes import services as outcomes
from app.events.outcomes.services import ActionFacts
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.items import services
from app.valorisation.items.models import PlanItem
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.slips.rules import days_behind, days_late, is_slipping
from tests.accounts.people import statements, work
from tests.conftest import AS_OF
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page
from tests.stakeholders.register import person
from tests.valorisation.conftest import Made, move
from tests.valorisation.test_items import added, said

pytestmark = pytest.mark.usefixtures("tokens")
S = PlanState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)
LATE = AS_OF - timedelta(days=12)
ALL = "/valorisation/slips"


def late_item(app: Flask, world: World, plan: ActionPlan, **changes: Any) -> PlanItem:
    """An item that should have been done twelve days ago."""
    return added(app, world, plan, **{"due_on": LATE, **changes})


def moved(app: Flask, world: World, item: PlanItem, due: date, reason: str) -> None:
    """Move the day of an item that was promised."""
    facts = said(world, due_on=due, title=item.title, move_reason=reason)
    services.edit(SYSTEM, item, item.version, facts, app.config["CONSORTIUM"])


def action(world: World, title: str, **changes: Any) -> Event:
    """An agreed action that is to be done."""
    meeting = events.log(SYSTEM, world.consultation(organisations=[db.session.get_one(Organisation, world.agency)]))
    facts: dict[str, Any] = {"text": {"en": title}, "due_on": AS_OF - timedelta(days=3)}
    return outcomes.set_action(SYSTEM, meeting, ActionFacts(**facts | changes))


@pytest.mark.parametrize(
    ("baseline", "due", "late", "behind", "slips"),
    [
        (0, 0, 0, 0, False),
        (-1, -1, 1, 1, True),
        (-30, -10, 10, 30, True),
        (-30, 5, 0, 35, True),
        (5, 3, 0, -2, False),
        (10, 10, 0, 0, False),
    ],
)
def test_how_late_an_item_is_follows_from_its_days(
    baseline: int, due: int, late: int, behind: int, slips: bool
) -> None:
    first, now = AS_OF + timedelta(days=baseline), AS_OF + timedelta(days=due)
    assert days_late(now, AS_OF) == late
    assert days_behind(first, now, AS_OF) == behind
    assert is_slipping(first, now, AS_OF) is slips


def test_a_late_item_says_whom_it_waits_for_when_we_spoke_and_what_is_open(
    app: Flask, lead: FlaskClient, world: World, made: Made
) -> None:
    key = made(*TO_APPROVED)
    with work(app):
        plan = db.session.get_one(ActionPlan, key)
        item = late_item(app, world, plan, title={"en": "Sign with three companies"})
        moved(app, world, item, LATE + timedelta(days=2), "Holidays")
        company = db.session.get_one(Organisation, world.company)
        events.log(SYSTEM, world.consultation(organisations=[company], starts_on=AS_OF - timedelta(days=40)))
        pattern = db.session.get_one(MicroCredential, world.pattern)
        action(world, "Send the draft", microcredentials=[pattern])
        done = action(world, "Was done long ago", microcredentials=[pattern])
        events.move(SYSTEM, done, done.version, EventState.DONE)
        action(world, "Has nothing to do with it")
        name, number = company.name, item.id
    pages = [open_page(lead, path) for path in (ALL, f"/valorisation/{key}", f"/valorisation/items/{number}")]
    for page in pages:
        assert name in page.text
        assert "last contact: 40 days ago" in page.text
        assert "Send the draft" in page.text
        assert "late since" in page.text
        assert "Was done long ago" not in page.text
        assert "Has nothing to do with it" not in page.text
    for page in pages[:2]:
        assert "10 days late" in page.text
        assert "Holidays · portal" in page.text


def test_what_was_due_first_stands_first_and_what_is_in_time_is_not_there(
    app: Flask, lead: FlaskClient, world: World, made: Made
) -> None:
    key = made(*TO_APPROVED)
    with work(app):
        plan = db.session.get_one(ActionPlan, key)
        late_item(app, world, plan, title={"en": "Less late"})
        late_item(app, world, plan, title={"en": "Later still"}, due_on=LATE - timedelta(days=30))
        coming = added(app, world, plan, title={"en": "Moved on"}, due_on=AS_OF + timedelta(days=5))
        moved(app, world, coming, AS_OF + timedelta(days=50), "No room")
        added(app, world, plan, title={"en": "In time"}, due_on=AS_OF + timedelta(days=5))
        gone = late_item(app, world, plan, title={"en": "Given up"})
        services.move(SYSTEM, gone, gone.version, type(gone.state).CANCELLED, "Nobody wants it")
    page = open_page(lead, ALL)
    places = [page.text.index(title) for title in ("Later still", "Less late", "Moved on")]
    assert places == sorted(places)
    assert "In time" not in page.text
    assert "Given up" not in page.text
    assert "Moved on" not in open_page(lead, f"{ALL}?standing=late").text
    assert "Later still" not in open_page(lead, f"{ALL}?standing=moved").text
    assert "Later still" in open_page(lead, f"{ALL}?country=AM&level=sectoral&responsible={world.school}").text
    assert "Later still" not in open_page(lead, f"{ALL}?country=GE").text
    assert "Later still" not in open_page(lead, f"{ALL}?level=national").text
    for words, there in (("armen", True), ("Лори", True), ("lori", True), ("georgia", False)):
        assert ("Later still" in open_page(lead, f"{ALL}?q={words}").text) is there, words


def test_nothing_of_a_draft_slips(app: Flask, lead: FlaskClient, world: World, made: Made) -> None:
    draft = made()
    with work(app):
        item = late_item(app, world, db.session.get_one(ActionPlan, draft), title={"en": "Of the draft"}).id
    pages = (ALL, f"/valorisation/{draft}", f"/valorisation/items/{item}")
    told = ("Of the draft", "What slips and why", "Why it slips")
    for path, words in zip(pages, told, strict=True):
        page = open_page(lead, path)
        assert words not in page.text
        assert path == ALL or "Late" not in page.text
    with work(app):
        move(db.session.get_one(ActionPlan, draft), *TO_APPROVED)
    for path, words in zip(pages, told, strict=True):
        page = open_page(lead, path)
        assert words in page.text
        assert "Late" in page.text


def test_the_file_says_who_moved_it_and_why(app: Flask, lead: FlaskClient, world: World, made: Made) -> None:
    key = made(*TO_APPROVED)
    with work(app):
        item = late_item(app, world, db.session.get_one(ActionPlan, key), title={"en": "Sign three"})
        moved(app, world, item, LATE + timedelta(days=2), "Holidays")
        company = db.session.get_one(Organisation, world.company).name
    lines = lead.get(f"{ALL}?format=csv&standing=late").get_data(as_text=True).splitlines()
    line = next(one for one in lines if "Sign three" in one)
    assert f"{LATE} → {LATE + timedelta(days=2)}" in line
    assert "Holidays" in line
    assert f"{company}: never" in line
    assert ",10,12," in line  # days late, days behind the first promise
    assert lead.get(f"{ALL}?format=csv&standing=nonsense").status_code == 422


@pytest.mark.parametrize("who", ["guest", "stranger"])
def test_others_are_not_told_what_slips(sign_in: SignIn, client: FlaskClient, who: str) -> None:
    browser = sign_in("guest") if who == "guest" else client
    answer = browser.get(ALL)
    assert answer.status_code == 403 or "/sign-in" in answer.headers["Location"]


def test_a_name_is_told_only_to_who_may_read_of_people(app: Flask, sign_in: SignIn, world: World, made: Made) -> None:
    key = made(*TO_APPROVED)
    with work(app):
        ani = person("Ani", family_name="Petrosyan")
        late_item(app, world, db.session.get_one(ActionPlan, key), person=ani)
    assert "Ani Petrosyan" in open_page(sign_in("lead"), ALL).text
    assert "Ani" not in open_page(sign_in("auditor"), ALL).text
    assert "Petrosyan" not in sign_in("auditor").get(f"{ALL}?format=csv").get_data(as_text=True)


def test_fifty_items_are_asked_about_as_often_as_one(app: Flask, lead: FlaskClient, world: World, made: Made) -> None:
    key = made(*TO_APPROVED)

    def grow(count: int) -> None:
        with work(app):
            plan = db.session.get_one(ActionPlan, key)
            for number in range(count):
                item = late_item(app, world, plan, title={"en": f"Item {number}"})
                moved(app, world, item, LATE + timedelta(days=1), "So it is")
                action(world, f"Action {number}", microcredentials=list(item.microcredentials))

    def asked(path: str) -> int:
        lead.get(path)
        with statements(app) as seen:
            assert lead.get(path).status_code == 200
        return len(seen)

    grow(1)
    paths = (ALL, f"/valorisation/{key}", f"{ALL}?format=csv")
    few = [asked(path) for path in paths]
    grow(49)
    assert [asked(path) for path in paths] == few
    assert few[1] <= 13  # One of them is when somebody spoke with the stakeholders last.
    assert few[0] <= 9
    assert Page(lead.get(ALL)).text.count("days late") == 50
    page = Page(lead.get(f"/valorisation/{key}"))
    assert "The first 20 of 52." in page.text
    assert page.links["All that slips in Armenia"].endswith("/valorisation/slips?country=AM")


def test_what_slips_follows_what_changes_elsewhere(app: Flask, lead: FlaskClient, world: World, made: Made) -> None:
    key = made(*TO_APPROVED)
    with work(app):
        late_item(app, world, db.session.get_one(ActionPlan, key), title={"en": "Sign with three companies"})
        pattern = db.session.get_one(MicroCredential, world.pattern)
        first, *_others = [action(world, f"Step {number}", microcredentials=[pattern]).id for number in range(1, 6)]
    page = open_page(lead, f"/valorisation/{key}")
    assert "Step 1" in page.text
    assert "Step 4" not in page.text
    assert "and 2 more" in page.text
    with work(app):
        done = db.session.get_one(Event, first)
        events.move(SYSTEM, done, done.version, EventState.DONE)
        db.session.get_one(Organisation, world.company).name = "Weavers of Lori"
    page = open_page(lead, f"/valorisation/{key}")
    assert "Step 1" not in page.text
    assert "Step 4" in page.text
    assert "and 1 more" in page.text
    assert "Weavers of Lori" in page.text
