"""The pages of action plans, as the people who use them meet them."""

import csv
import io
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.valorisation.models import ActionPlan, PlanState
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page
from tests.pdfs import text_of
from tests.valorisation.conftest import Made

pytestmark = pytest.mark.usefixtures("tokens")
S = PlanState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)


def test_a_plan_begins_with_what_the_template_says(lead: FlaskClient, world: World):
    form = open_page(lead, "/valorisation/new").form("Save plan")
    assert form.values["country"] == ["AM"]
    assert "Keep the BEM network." in form.values["sustainability-en"][0]
    page = Page(form.submit(lead, follow=True, **{"risks-en": "Nobody comes."}))
    assert page.heading == "Valorisation plan of Armenia"
    assert page.messages == ["The action plan is begun."]
    assert "Nobody comes." in page.text
    assert "Before it can be approved: Nobody answers for it yet" in page.text
    assert "346 days later" in page.text


def test_a_double_click_begins_once(app: Flask, lead: FlaskClient):
    form = open_page(lead, "/valorisation/new").form("Save plan")
    answers = [form.submit(lead) for _press in range(2)]
    assert answers[0].location == answers[1].location
    with work(app) as session:
        assert session.query(ActionPlan).count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"country": "GE"},
        {"country": "nonsense"},
        {"starts_on": "31.12.2024"},
        {"ends_on": "2020-01-01"},
        {"lead": "99999"},
        {"microcredentials": "2"},
        {"risks-en": "x" * 20_001},
    ],
)
def test_what_is_wrong_is_said_in_its_place_and_nothing_is_lost(lead: FlaskClient, forged: dict[str, str]):
    form = open_page(lead, "/valorisation/new").form("Save plan")
    answer = lead.post("/valorisation/new", data=form.values | {"objectives-en": "Kept"} | forged)
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error:")
    assert page.form("Save plan").values["objectives-en"] == ["Kept"]


def test_two_editors_at_once_see_both_texts(lead: FlaskClient, made: Made):
    key = made()
    first, second = (open_page(lead, f"/valorisation/{key}/edit").form("Save plan") for _one in range(2))
    assert first.submit(lead, **{"risks-en": "ONE"}).status_code == 303
    answer = second.submit(lead, **{"risks-en": "TWO"})
    assert answer.status_code == 409
    page = Page(answer)
    assert "ONE" in page.text
    assert page.form("Save plan").values["risks-en"] == ["TWO"]
    assert page.form("Save plan").submit(lead).status_code == 303


def test_a_plan_goes_from_draft_to_its_second_version(lead: FlaskClient, made: Made):
    key = made()
    page = Page(open_page(lead, f"/valorisation/{key}").form("Send into consultation").submit(lead, follow=True))
    assert page.messages == ["The plan is now: In consultation."]
    form = open_page(lead, page.links["Approve"]).form("Approve the plan")
    wrong = form.submit(lead, approved_on="2025-05-13")
    assert (wrong.status_code, Page(wrong).errors) == (422, ["Approved on: This day has not come yet."])
    page = Page(form.submit(lead, follow=True, approved_on="2024-05-31", note="Ministry"))
    assert page.messages == ["Version 1 is approved."]
    assert "otherwise than the template" in page.text.lower()
    assert "Edit" not in page.links
    anew = ("state", "draft")
    refused = page.form("Begin the next version draft").submit(lead, anew)
    assert refused.status_code == 422
    assert Page(refused).errors == ["Why? Write why, in a few words."]
    form = Page(refused).form("Begin the next version draft")
    page = Page(form.submit(lead, anew, reason="New law", follow=True))
    assert "Version 1 of 31 May 2024 holds until it is approved." in page.text
    version = open_page(lead, page.links["Version 1"])
    assert "One is valorised." in version.text


def test_a_plan_with_open_items_is_not_completed_in_one_click(lead: FlaskClient, made: Made):
    key = made(*TO_APPROVED, S.IN_EXECUTION)
    refused = open_page(lead, f"/valorisation/{key}").form("Call it completed").submit(lead)
    page = Page(refused)
    assert refused.status_code == 422
    assert "These items are still open: 1. " in page.errors[0]
    form = page.form("Begin the next version draft")
    page = Page(form.submit(lead, ("state", "completed"), reason="The project ends", follow=True))
    assert page.messages == ["The plan is now: Completed."]
    form = page.form("Carry it out again in_execution")
    page = Page(form.submit(lead, ("state", "in_execution"), reason="By mistake", follow=True))
    assert page.messages == ["The plan is now: In execution."]


def test_another_plan_of_the_same_days_is_told(lead: FlaskClient, made: Made):
    first = made()
    assert "Another plan of this country" not in open_page(lead, f"/valorisation/{first}").text
    second = made()
    assert "Another plan of this country is for the same days." in open_page(lead, f"/valorisation/{second}").text
    apart = made(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    assert "Another plan of this country" not in open_page(lead, f"/valorisation/{apart}").text


def test_a_second_plan_that_would_hold_is_refused_in_place(lead: FlaskClient, made: Made):
    made(*TO_APPROVED)
    key = made(S.IN_CONSULTATION)
    answer = open_page(lead, f"/valorisation/{key}/approve").form("Approve the plan").submit(lead, note="Kept")
    assert answer.status_code == 422
    page = Page(answer)
    assert "Another plan of this country is approved" in page.errors[0]
    assert page.form("Approve the plan").values["note"] == ["Kept"]


def test_one_that_came_first_by_a_moment_is_told_in_place_too(
    lead: FlaskClient, made: Made, monkeypatch: pytest.MonkeyPatch
):
    made(*TO_APPROVED)
    key = made(S.IN_CONSULTATION)
    monkeypatch.setattr("app.valorisation.queries.another_holds", lambda plan: False)
    answer = open_page(lead, f"/valorisation/{key}/approve").form("Approve the plan").submit(lead)
    assert answer.status_code == 422
    assert "at the same moment" in Page(answer).errors[0]


def test_a_plan_is_printed_as_it_stands_and_as_it_was_approved(lead: FlaskClient, made: Made):
    key = made(*TO_APPROVED)
    for path in (f"/valorisation/{key}/plan.pdf", f"/valorisation/{key}/versions/1/plan.pdf"):
        answer = lead.get(path)
        assert answer.mimetype == "application/pdf"
        assert "Council, then register" in text_of(answer.data)
        words = text_of(answer.data)
        assert "Version 1, approved on 12 May 2025" in words
        for only_now in ("First promised", "Otherwise than the template", "Indicator and target"):
            assert (only_now in words) is ("versions" not in path)


def test_what_is_made_up_is_marked_on_paper(lead: FlaskClient, made: Made):
    example, real = made(marks={"is_example": True}), made()
    assert "[example]" in text_of(lead.get(f"/valorisation/{example}/plan.pdf").data)
    assert "[example]" not in text_of(lead.get(f"/valorisation/{real}/plan.pdf").data)


def test_others_see_no_plans(sign_in: SignIn, client: FlaskClient, made: Made):
    key = made(*TO_APPROVED)
    for path in ("/valorisation/", f"/valorisation/{key}", f"/valorisation/{key}/plan.pdf"):
        assert sign_in("guest").get(path).status_code == 403
        assert sign_in("auditor").get(path).status_code == 200
        assert client.get(path).status_code == 303
    for path in (f"/valorisation/{key}/edit", f"/valorisation/{key}/approve", f"/valorisation/{key}/delete"):
        assert sign_in("foreign lead").get(path).status_code == 403
    assert sign_in("lead").get("/valorisation/99").status_code == 404


def test_the_list_is_found_filtered_and_exported(lead: FlaskClient, made: Made):
    made(*TO_APPROVED)
    page = open_page(lead, "/valorisation/?q=Հայաստան")
    assert "Lori College" in page.text
    assert "Nothing matches" in open_page(lead, "/valorisation/?q=Niš").text
    page = open_page(lead, "/valorisation/?q=lori&state=approved&country=AM&mc=AM-03")
    assert "Lori College" in page.text
    rows = list(csv.DictReader(io.StringIO(lead.get("/valorisation/?format=csv").data.decode("utf-8-sig"))))
    assert [(row["country"], row["version"], row["approved_on"]) for row in rows] == [("AM", "1", "2025-05-12")]


def test_the_list_asks_the_same_for_one_plan_and_for_many(app: Flask, lead: FlaskClient, made: Made):
    made()
    lead.get("/valorisation/")
    with statements(app) as one:
        lead.get("/valorisation/")
    for _plan in range(10):
        made()
    lead.get("/valorisation/")
    with statements(app) as many:
        lead.get("/valorisation/")
    assert len(one) == len(many)


def test_what_was_reached_is_counted_for_a_plan_once_one_reads_that_far(lead: FlaskClient, made: Made):
    key = made(*TO_APPROVED)
    page = open_page(lead, f"/valorisation/{key}")
    assert page.links["Count it now"] == f"/valorisation/{key}/timeline#reached"
    assert f'hx-get="/valorisation/{key}/reached"' in page.html
    part = lead.get(f"/valorisation/{key}/reached", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith("<section")
    assert "<dt>Approved action plans of the country</dt><dd>1</dd>" in part
    assert 'id="reached"' in lead.get(f"/valorisation/{key}/timeline").get_data(as_text=True)


def test_a_plan_is_deleted_after_asking(lead: FlaskClient, made: Made):
    key = made()
    page = Page(open_page(lead, f"/valorisation/{key}/delete").form("Delete the plan").submit(lead, follow=True))
    assert page.messages == ["The plan of Armenia is deleted."]
    key = made(*TO_APPROVED)
    assert "Approved version of an action plan" in open_page(lead, f"/valorisation/{key}/delete").text
