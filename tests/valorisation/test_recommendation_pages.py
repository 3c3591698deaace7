"""The pages of recommendations, and the forms that say what something came from, as people meet them."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.events.models import Event
from app.extensions import db
from app.stakeholders.models import Organisation
from app.valorisation.items.models import PlanItem
from app.valorisation.origins.sources import picked
from app.valorisation.recommendations.models import Recommendation
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page
from tests.pdfs import text_of
from tests.valorisation.conftest import Made
from tests.valorisation.recommendations import S, decision, held, point, source, written

pytestmark = pytest.mark.usefixtures("tokens")
REGISTER = "/valorisation/recommendations"


def recommended(app: Flask, world: World, *states: S, **changes: object) -> int:
    with work(app):
        return written(app, world, *states, **changes).id


def test_a_recommendation_goes_from_draft_to_its_answer(app: Flask, world: World, lead: FlaskClient) -> None:
    with work(app):
        event = held(world)
        said, decided = point(world, event), decision(world, event)
        values = [picked(*source(said)), picked(*source(decided))]
    form = open_page(lead, f"{REGISTER}/new").form("Save recommendation")
    assert form.values["country"] == ["AM"]
    filled = {"text-en": "Count blocks.", "text-de": "Blöcke zählen.", "body": "The committee", "microcredentials": "1"}
    chosen = {"origins": [str(value) for value in values]}
    page = Page(lead.post(f"{REGISTER}/new", data=form.values | filled | chosen, follow_redirects=True))
    assert page.messages == ["The recommendation is written down, as a draft."]
    for words in ("Count blocks.", "Eighty hours are too many.", "Two blocks of forty hours.", "AM-03"):
        assert words in page.text
    page = Page(open_page(lead, page.links["It was sent"]).form("It was sent").submit(lead, follow=True))
    assert page.messages == ["The recommendation is sent; its words stay as they are."]
    assert "text-en" not in open_page(lead, page.links["Edit"]).form("Save recommendation").values
    form = open_page(lead, page.links["Write down the answer"]).form("Save the answer")
    wrong = form.submit(lead, state="declined")
    assert wrong.status_code == 422
    assert Page(wrong).errors == ["In which words? Write down what was answered; the reader will ask why."]
    assert Page(form.submit(lead, state="")).errors == ["What was answered? Choose what was answered."]
    page = Page(form.submit(lead, state="partly", follow=True, **{"answer-en": "From autumn on."}))
    assert "From autumn on." in page.text
    assert "Change the answer" in page.links


@pytest.mark.parametrize(
    "forged",
    [
        {"country": "GE"},
        {"country": "nonsense"},
        {"text-en": ""},
        {"text-en": "x" * 1001},
        {"body": ""},
        {"body": "y" * 201},
        {"addressee": "3"},
        {"addressee": "99999"},
        {"microcredentials": "2"},
        {"origins": "99999"},
        {"origins": "-1"},
        {"origins": "1" * 30},
        {"follow_up_on": "30.02.2025"},
    ],
)
def test_what_is_wrong_is_said_in_its_place_and_nothing_is_lost(lead: FlaskClient, forged: dict[str, str]) -> None:
    form = open_page(lead, f"{REGISTER}/new").form("Save recommendation")
    filled = {"text-en": "Count.", "body": "The committee", "background-en": "Kept"}
    answer = lead.post(f"{REGISTER}/new", data=form.values | filled | forged)
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error:")
    assert page.form("Save recommendation").values["background-en"] == ["Kept"]


def test_two_editors_at_once_see_both_texts(app: Flask, world: World, lead: FlaskClient) -> None:
    path = f"{REGISTER}/{recommended(app, world)}/edit"
    first, second = (open_page(lead, path).form("Save recommendation") for _one in range(2))
    assert first.submit(lead, **{"background-en": "ONE"}).status_code == 303
    answer = second.submit(lead, **{"background-en": "TWO"})
    assert answer.status_code == 409
    assert "ONE" in Page(answer).text


def test_it_is_taken_back_and_withdrawn_with_a_reason(app: Flask, world: World, lead: FlaskClient) -> None:
    page = open_page(lead, f"{REGISTER}/{recommended(app, world, S.SENT)}")
    form = page.form("It was not sent: back to a draft draft")
    refused = form.submit(lead, ("state", "draft"))
    assert (refused.status_code, Page(refused).errors) == (422, ["Why? Write why, in a few words."])
    page = Page(form.submit(lead, ("state", "draft"), reason="It never left", follow=True))
    assert page.messages == ["The recommendation is now: Draft."]
    form = page.form("Withdraw it withdrawn")
    page = Page(form.submit(lead, ("state", "withdrawn"), reason="Asked elsewhere", follow=True))
    assert "Asked elsewhere" in page.text
    assert "Edit" not in page.links


def test_the_register_is_found_filtered_and_exported(app: Flask, world: World, lead: FlaskClient) -> None:
    with work(app):
        agency = db.session.get_one(Organisation, world.agency)
        written(app, world, S.SENT)
        written(app, world, text={"en": "Name assessors."}, addressee=agency, body=None, microcredentials=())
    for query, found, missing in (
        ("q=register", "Count blocks", "Name assessors"),
        ("addressee=Skills+Agency", "Name assessors", "Count blocks"),
        ("addressee=The+committee+for+the+register", "Count blocks", "Name assessors"),
        ("state=sent&country=AM&mc=am-03", "Count blocks", "Name assessors"),
    ):
        page = open_page(lead, f"{REGISTER}?{query}")
        assert found in page.text
        assert missing not in page.text
    assert "was not understood" in open_page(lead, f"{REGISTER}?state=nonsense").text
    rows = list(csv.DictReader(io.StringIO(lead.get(f"{REGISTER}?format=csv").data.decode("utf-8-sig"))))
    assert [(row["text"], row["addressee"], row["state"], row["sent_on"]) for row in rows] == [
        ("Name assessors.", "Skills Agency", "draft", ""),
        ("Count blocks of forty hours.", "The committee for the register", "sent", "2025-05-01"),
    ]


def test_the_register_and_the_paper_ask_the_same_for_one_and_for_many(
    app: Flask, world: World, lead: FlaskClient
) -> None:
    with work(app):
        event = held(world)
        origins = [source(point(world, event)), source(decision(world, event))]
        written(app, world, S.SENT, origins=origins)
        key = event.id
    paths = (REGISTER, f"{REGISTER}/paper/AM", f"{REGISTER}/1")
    counts = [_asked(app, lead, path) for path in paths]
    with work(app) as session:
        event = session.get_one(Event, key)
        for _one in range(10):
            written(app, world, S.SENT, origins=[*origins, source(point(world, event))])
    assert [_asked(app, lead, path) for path in paths] == counts
    assert max(counts) <= 12


def _asked(app: Flask, browser: FlaskClient, path: str) -> int:
    browser.get(path)
    with statements(app) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_the_paper_is_read_and_printed(app: Flask, world: World, lead: FlaskClient) -> None:
    recommended(app, world, S.SENT, S.ACCEPTED)
    recommended(app, world, text={"en": "Still a draft."})
    page = open_page(lead, f"{REGISTER}/paper/AM")
    assert "Count blocks of forty hours." in page.text
    assert "Still a draft." not in page.text
    assert "Still a draft." in open_page(lead, page.links["With drafts"]).text
    answer = lead.get(page.links["As a PDF"])
    assert answer.mimetype == "application/pdf"
    assert "Count blocks of forty hours." in text_of(answer.data)
    assert "was not understood" in open_page(lead, f"{REGISTER}/paper/AM?drafts=perhaps").text
    assert lead.get(f"{REGISTER}/paper/AM/paper.pdf?drafts=perhaps").status_code == 422
    for country in ("DE", "XX", "am"):
        assert lead.get(f"{REGISTER}/paper/{country}").status_code == 404


def test_others_see_no_recommendations(app: Flask, world: World, sign_in: SignIn, client: FlaskClient) -> None:
    path = f"{REGISTER}/{recommended(app, world, S.SENT)}"
    for page in (REGISTER, path, f"{REGISTER}/paper/AM", f"{REGISTER}/paper/AM/paper.pdf", "/valorisation/sources"):
        assert sign_in("guest").get(page).status_code == 403
        assert sign_in("auditor").get(page).status_code == 200
        assert client.get(page).status_code == 303
    for page in (f"{path}/edit", f"{path}/send", f"{path}/answer"):
        assert sign_in("foreign lead").get(page).status_code == 403
        assert sign_in("auditor").get(page).status_code == 403
    assert sign_in("lead").get(f"{REGISTER}/99").status_code == 404


def test_an_item_and_a_decision_say_what_led_to_them(app: Flask, world: World, lead: FlaskClient, made: Made) -> None:
    made()
    with work(app):
        event = held(world)
        said, decided = point(world, event), decision(world, event)
        number, keys = picked(*source(decided)), (event.id, decided.id, said.id)
        code = said.code
    assert "Eighty hours" in lead.get("/events/feedback/options?name=points&points-q=eighty").text
    assert "Two blocks" in lead.get("/valorisation/sources?name=origins&origins-q=blocks").text
    path = f"/events/{keys[0]}/decisions/{keys[1]}"
    form = open_page(lead, path).form("Save decision")
    assert lead.post(path, data=form.values | {"points": str(keys[2])}).status_code == 303
    page = open_page(lead, "/valorisation/items/1")
    assert "Nobody said yet" in page.text
    form = open_page(lead, "/valorisation/items/1/edit").form("Save item")
    sent = form.values | {"origins": str(number)}
    page = Page(lead.post("/valorisation/items/1/edit", data=sent, follow_redirects=True))
    assert "Two blocks of forty hours." in page.text
    page = open_page(lead, page.links["The whole way"])
    assert code in page.text
    with work(app) as session:
        (origin,) = session.get_one(PlanItem, 1).origins
        assert origin.decision_id == keys[1]
        assert session.query(Recommendation).count() == 0
