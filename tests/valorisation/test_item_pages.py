"""The pages of plan items, as the people who use them meet them."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events.models import Event
from app.stakeholders.models import Organisation
from app.valorisation.evidence import proofs
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import Evidence, ProofKind
from app.valorisation.items.models import PlanItem
from app.valorisation.models import ActionPlan, PlanState
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page
from tests.valorisation.conftest import Made
from tests.valorisation.test_items import added, held

pytestmark = pytest.mark.usefixtures("tokens")
S = PlanState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)
MOST_STATEMENTS = 9


def test_an_item_is_added_moved_proven_and_done(app: Flask, lead: FlaskClient, world: World, made: Made):
    key = made(*TO_APPROVED)
    with work(app):
        value = proofs.picked(ProofKind.EVENT, held(world).id)
    form = open_page(lead, f"/valorisation/{key}/items/new").form("Save item")
    page = Page(form.submit(lead, follow=True, **{"title-en": "Hear five companies", "due_on": "2025-05-01"}))
    assert page.messages == ["Item 5 is added."]
    assert "Late" in page.text
    path = page.links["Edit"]
    form = open_page(lead, path).form("Save item")
    wrong = form.submit(lead, due_on="2025-05-20")
    assert (wrong.status_code, Page(wrong).errors) == (
        422,
        ["Why does the day move? The plan was approved with another day. Say why it moves."],
    )
    page = Page(Page(wrong).form("Save item").submit(lead, follow=True, move_reason="Two could not come."))
    assert "1 May 2025 → 20 May 2025" in page.text
    assert "moved 19 days · Two could not come." in page.text
    done, prove = page.links["Call it done"], page.links["Add evidence"]
    answer = open_page(lead, done).form("Call it done").submit(lead)
    assert (answer.status_code, len(Page(answer).errors)) == (422, 1)
    assert "Nothing proves it yet" in Page(answer).errors[0]
    form = open_page(lead, prove).form("Add the evidence")
    empty = form.submit(lead)
    assert Page(empty).errors == ["What proves it? Choose a record, or send a file."]
    found = open_page(lead, f"{prove}?records-q=textile")
    assert found.heading == "Add evidence"
    answer = lead.post(prove, data=form.values | {"records": [str(value)]})
    assert answer.status_code == 303
    page = Page(open_page(lead, done).form("Call it done").submit(lead, follow=True, done_on="2025-05-06"))
    assert page.messages == ["The item is done."]
    assert "Needs of textile workshops" in page.text
    plan = open_page(lead, f"/valorisation/{key}")
    assert "1 of 5 done" in plan.text
    assert "Why days moved" in plan.text


def test_a_file_is_evidence_and_comes_back(app: Flask, lead: FlaskClient, made: Made):
    key = made()
    with work(app) as session:
        item = session.query(PlanItem).filter_by(plan_id=key, number=1).one().id
    path = f"/valorisation/items/{item}/evidence/new"
    form = open_page(lead, path).form("Add the evidence")
    wrong = lead.post(path, data=form.values | {"file": (BytesIO(b"MZ\x90\x00 x"), "plan.pdf"), "note": "Kept"})
    assert wrong.status_code == 422
    assert Page(wrong).form("Add the evidence").values["note"] == ["Kept"]
    form = open_page(lead, path).form("Add the evidence")
    sent = lead.post(path, data=form.values | {"file": (BytesIO(b"%PDF-1.7 plan"), "plan.pdf")})
    assert sent.status_code == 303
    page = open_page(lead, f"/valorisation/items/{item}")
    assert lead.get(page.links["plan.pdf"]).data == b"%PDF-1.7 plan"
    withdraw = next(url for words, url in page.links.items() if words.startswith("Withdraw"))
    page = Page(open_page(lead, withdraw).form("Withdraw it").submit(lead, follow=True, reason="Wrong file"))
    assert "Wrong file" in page.text
    with work(app) as session:
        assert session.query(Evidence).one().withdrawal_reason == "Wrong file"


@pytest.mark.parametrize("value", ["99999", "7", "-1", "x", "9" * 30])
def test_forged_evidence_is_refused(app: Flask, lead: FlaskClient, made: Made, value: str):
    key = made()
    with work(app) as session:
        item = session.query(PlanItem).filter_by(plan_id=key, number=1).one().id
    path = f"/valorisation/items/{item}/evidence/new"
    form = open_page(lead, path).form("Add the evidence")
    assert lead.post(path, data=form.values | {"records": [value]}).status_code == 422


def test_two_who_move_one_date_at_once_see_both(app: Flask, lead: FlaskClient, made: Made):
    key = made(*TO_APPROVED)
    with work(app) as session:
        item = session.query(PlanItem).filter_by(plan_id=key, number=4).one().id
    path = f"/valorisation/items/{item}/edit"
    first, second = (open_page(lead, path).form("Save item") for _one in range(2))
    assert first.submit(lead, due_on="2025-08-10", move_reason="Holidays").status_code == 303
    answer = second.submit(lead, due_on="2025-09-10", move_reason="Hall")
    assert answer.status_code == 409
    page = Page(answer)
    assert "2025-08-10" in page.text
    form = page.form("Save item")
    assert (form.values["due_on"], form.values["move_reason"]) == (["2025-09-10"], ["Hall"])
    page = Page(form.submit(lead, follow=True))
    assert "31 July 2025 → 10 August 2025" in page.text
    assert "10 August 2025 → 10 September 2025" in page.text


def test_others_change_nothing(app: Flask, sign_in: SignIn, made: Made):
    key = made()
    with work(app) as session:
        item = session.query(PlanItem).filter_by(plan_id=key, number=1).one().id
    for end in ("edit", "done", "delete", "evidence/new"):
        assert sign_in("foreign lead").get(f"/valorisation/items/{item}/{end}").status_code == 403
        assert sign_in("auditor").get(f"/valorisation/items/{item}/{end}").status_code == 403
    assert sign_in("auditor").get(f"/valorisation/items/{item}").status_code == 200
    assert sign_in("guest").get(f"/valorisation/items/{item}").status_code == 403


def test_a_plan_of_fifty_items_asks_as_often_as_one_of_few(app: Flask, lead: FlaskClient, world: World, made: Made):
    key = made()

    def grow(count: int) -> None:
        with work(app) as session:
            plan = session.get_one(ActionPlan, key)
            for number in range(count):
                item = added(app, world, plan, title={"en": f"Item {number}"})
                proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])

    def asked() -> int:
        lead.get(f"/valorisation/{key}")
        with statements(app) as seen:
            lead.get(f"/valorisation/{key}")
        return len(seen)

    grow(2)
    few = asked()
    grow(44)
    assert asked() == few <= MOST_STATEMENTS


def test_the_list_of_items_follows_what_changes_elsewhere(app: Flask, lead: FlaskClient, world: World, made: Made):
    key = made(*TO_APPROVED)
    with work(app) as session:
        item = added(app, world, session.get_one(ActionPlan, key), title={"en": "Hear five companies"})
        proven, answers = held(world), item.organisation_id
        proving.add(SYSTEM, item, [(ProofKind.EVENT, proven.id)])
        number = proven.id
    before = open_page(lead, f"/valorisation/{key}").text
    with work(app) as session:
        session.get_one(Event, number).title = {"en": "Five companies at one table"}
        session.get_one(Organisation, answers).name = "Agency of another name"
    after = open_page(lead, f"/valorisation/{key}").text
    for told in ("Five companies at one table", "Agency of another name"):
        assert told not in before
        assert told in after
