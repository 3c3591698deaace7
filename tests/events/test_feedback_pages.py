"""Pages of feedback: written down, answered, withdrawn, found in the register; told by mail and to the public."""

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events.feedback import queries, services
from app.events.feedback.models import Disposition, FeedbackPoint, Stance
from app.events.models import Event, EventState, Visibility
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.accounts.people import statements, work
from tests.events.conftest import Entered, SignIn
from tests.events.feedback import Read, by, held, organisation, said
from tests.events.world import LAST_WEEK, NEXT_WEEK, World


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    return sign_in("lead")


def row(number: int, **typed: object) -> dict[str, object]:
    return {f"rows-{number}-{name}": value for name, value in typed.items()}


def points(app: Flask) -> list[FeedbackPoint]:
    with app.app_context():
        found = list(db.session.scalars(sa.select(FeedbackPoint).order_by(FeedbackPoint.id)))
        db.session.expunge_all()
        return found


# ---- Writing down ----


def test_several_points_are_written_down_at_once(app: Flask, lead: FlaskClient, logged: int, world: World) -> None:
    page = f"/events/{logged}/feedback"
    typed = {
        "language": "de",
        **row(0, text="Mehr Stunden.", stance="support_with_changes", organisation_id=str(world.company)),
        **row(2, text="=Gut so.", stance="support"),
    }
    wrong = Read(lead.post(page, data=typed | row(1, stance="objection") | row(2, stance="")))
    assert wrong.status == 422
    assert len(wrong.errors) == 2
    assert "Mehr Stunden." in wrong.html
    answer = lead.post(page, data=typed)
    assert answer.location == f"/events/{logged}#feedback"
    made = points(app)
    assert [(one.text, one.stance, one.organisation_id) for one in made] == [
        ({"de": "Mehr Stunden."}, "support_with_changes", world.company),
        ({"de": "=Gut so."}, "support", None),
    ]
    text = Read(lead.get(f"/events/{logged}")).text
    assert "It was not told who said it." in text
    assert "need an answer: " in text


@pytest.mark.parametrize(
    "typed",
    [
        {},
        row(0, text="Yes.", stance="shout"),
        row(0, text="Yes.", stance="support", organisation_id="999"),
        row(0, text="Yes.", stance="support", about="x"),
        row(0, text="x" * 5000, stance="support"),
        {"language": "xx", **row(0, text="Yes.", stance="support")},
        {"language": "en", "question_id": "12", **row(0, text="Yes.", stance="support")},
        {"language": "en", **row(4999999999999999999999, text="Yes.", stance="support")},
    ],
)
def test_rows_that_make_no_sense_are_told_at_their_fields(
    app: Flask, lead: FlaskClient, logged: int, typed: dict[str, object]
) -> None:
    answer = lead.post(f"/events/{logged}/feedback", data={"language": "en"} | typed)
    assert answer.status_code in (303, 422)
    assert Read(answer).errors if answer.status_code == 422 else points(app)


def test_a_point_is_written_edited_answered_and_withdrawn_on_pages(
    app: Flask, lead: FlaskClient, logged: int, world: World
) -> None:
    page = f"/events/{logged}/feedback"
    typed = {"text-en": "Sixty hours.", "stance": "objection", "organisation_id": "", "elsewhere": world.agency}
    typed |= {"microcredentials": [world.pattern], "may_be_named": "y"}
    for wrong in ({"text-en": ""}, {"stance": ""}, {"organisation_id": str(world.company)}):
        refused = lead.post(f"{page}/new", data=typed | wrong)
        assert refused.status_code == 422, wrong
        assert Read(refused).errors
    assert lead.post(f"{page}/new", data=typed).status_code == 303
    (point,) = points(app)
    assert (point.organisation_id, point.may_be_named, point.stance) == (world.agency, True, Stance.OBJECTION)
    shown = Read(lead.get(f"{page}/{point.id}"))
    assert "Skills Agency" in shown.text
    edited = typed | {"version": point.version, "text-en": "Eighty hours."}
    assert lead.post(f"{page}/{point.id}", data=edited).status_code == 303
    stale = lead.post(f"{page}/{point.id}", data=edited | {"text-en": "Ninety hours."})
    assert stale.status_code == 409
    (point,) = points(app)
    answered = {"version": point.version, "state": "rejected", "reason-en": "The curriculum is fixed."}
    assert lead.post(f"{page}/{point.id}/answer", data=answered | {"reason-en": ""}).status_code == 422
    assert lead.post(f"{page}/{point.id}/answer", data=answered | {"state": "open"}).status_code == 422
    assert lead.post(f"{page}/{point.id}/answer", data=answered).status_code == 303
    assert "The curriculum is fixed." in Read(lead.get(f"/events/{logged}")).text
    assert "Not accepted" in Read(lead.get(f"{page}/{point.id}/answer")).text
    (point,) = points(app)
    taken = {"version": point.version, "reason": "It asked us to."}
    assert lead.post(f"{page}/{point.id}/withdraw", data=taken | {"reason": " "}).status_code == 422
    assert lead.post(f"{page}/{point.id}/withdraw", data=taken).status_code == 303
    assert lead.post(f"{page}/{point.id}/withdraw", data=taken).status_code == 303, "a double click withdraws once"
    assert lead.post(f"{page}/{point.id}/withdraw", data=taken | {"reason": "Other."}).status_code == 409
    assert "It asked us to." in lead.get(f"/events/{logged}").text


def test_questions_are_written_changed_and_taken_away_on_pages(app: Flask, lead: FlaskClient, logged: int) -> None:
    page = f"/events/{logged}/questions"
    assert lead.post(page, data={"language": "en", "lines": " \n"}).status_code == 422
    assert lead.post(page, data={"language": "en", "lines": "How long?\nFor whom?"}).status_code == 303
    assert lead.post(f"{page}/1", data={"version": 1, "text-en": ""}).status_code == 422
    assert lead.post(f"{page}/1", data={"version": 1, "text-en": "How long?", "text-de": "Wie lange?"}).location == page
    assert lead.post(f"{page}/1", data={"version": 1, "text-en": "When?"}).status_code == 409
    assert "Wie lange?" in lead.get(f"/events/{logged}", headers={"Accept-Language": "de"}).text
    with work(app):
        event = queries.question(SYSTEM, logged, 1).event
        by_question = queries.question(SYSTEM, logged, 1)
        services.say(SYSTEM, event, [said(question=by_question)])
    assert lead.post(f"{page}/1/remove").location == page
    assert "1 point answers this question" in lead.get(page).text
    assert lead.post(f"{page}/2/remove").location == page
    assert "For whom?" not in lead.get(f"/events/{logged}").text


def test_a_form_of_an_event_that_takes_nothing_says_so(lead: FlaskClient, entered: Entered, world: World) -> None:
    coming = entered(world.consultation, EventState.PLANNED, starts_on=NEXT_WEEK)
    refused = lead.get(f"/events/{coming}/feedback")
    assert refused.status_code == 422
    assert "it begins on 20 May 2025" in refused.text


def test_closing_is_refused_on_the_page_with_what_lacks(app: Flask, lead: FlaskClient, world: World) -> None:
    with work(app):
        event = held(world)
        by(world, event)
        key, version = event.id, event.version
    answer = lead.post(f"/events/{key}/move", data={"version": version, "state": "closed"})
    assert answer.status_code == 422
    assert f"one point of feedback needs an answer: FE{key}-1." in answer.text


# ---- The register ----


@pytest.fixture
def filled(app: Flask, world: World) -> World:
    with work(app):
        first, second = held(world, number=3), held(world, number=4, starts_on=LAST_WEEK.replace(day=1))
        by(world, first, Disposition.ACCEPTED, microcredentials=list(first.microcredentials), stance=Stance.SUPPORT)
        by(world, first, organisation=None, text={"en": "A word on seams."})
        by(world, second, Disposition.DEFERRED, organisation=organisation(world.school), stance=Stance.OBJECTION)
        hidden = held(world, visibility=Visibility.PRIVATE, number=5)
        by(world, hidden)
    return world


def register(browser: FlaskClient, query: str = "") -> list[str]:
    rows = csv.DictReader(io.StringIO(browser.get(f"/events/feedback?format=csv&{query}").data.decode("utf-8-sig")))
    return sorted(row["code"] for row in rows)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["F3-1", "F3-2", "F4-1"]),
        ("stance=objection", ["F4-1"]),
        ("state=open", ["F3-2"]),
        ("country=AM", ["F3-1", "F3-2", "F4-1"]),
        ("country=GE", []),
        ("mc=am-03", ["F3-1"]),
        ("kind=consultation", ["F3-1", "F3-2", "F4-1"]),
        ("kind=round_table", []),
        ("organisation=1", ["F4-1"]),
        ("since=2025-05-05", ["F3-1", "F3-2"]),
        ("until=2025-05-05", ["F4-1"]),
        ("q=seam", ["F3-2"]),
        ("sort=organisation", ["F3-1", "F3-2", "F4-1"]),
    ],
)
def test_the_register_is_narrowed(filled: World, sign_in: SignIn, query: str, codes: list[str]) -> None:
    assert register(sign_in("foreign lead"), query) == codes


@pytest.mark.parametrize("query", ["organisation=999999", "since=soon"])
def test_no_file_is_made_of_what_is_not_understood(filled: World, sign_in: SignIn, query: str) -> None:
    browser = sign_in("foreign lead")
    assert "was not understood" in Read(browser.get(f"/events/feedback?{query}")).text
    assert browser.get(f"/events/feedback?{query}&format=csv").status_code == 422


def test_the_register_shows_what_its_reader_may_read(app: Flask, filled: World, sign_in: SignIn) -> None:
    assert len(register(sign_in("coordinator"))) == 4
    assert register(sign_in("guest")) == ["F3-1"]
    assert app.test_client().get("/events/feedback").status_code in (302, 303)
    page = Read(sign_in("auditor").get("/events/feedback"))
    assert "A word on seams." in page.text


def test_the_register_asks_as_much_for_many_points_as_for_few(app: Flask, filled: World, sign_in: SignIn) -> None:
    browser = sign_in("coordinator")
    browser.get("/events/feedback")
    with statements(app) as few:
        browser.get("/events/feedback")
    with work(app):
        event = held(filled)
        for _number in range(60):
            by(filled, event, microcredentials=list(event.microcredentials))
    browser.get("/events/feedback")
    with statements(app) as many:
        browser.get("/events/feedback")
    assert len(many) == len(few) <= 7


def test_an_event_asks_as_much_for_many_points_as_for_few(app: Flask, world: World, lead: FlaskClient) -> None:
    with work(app):
        one, more = held(world), held(world)
        keys = one.id, more.id
        for event, count in ((one, 1), (more, 30)):
            question = services.ask(SYSTEM, event, [{"en": "Why?"}])[0]
            for _number in range(count):
                by(world, event, question=question, microcredentials=list(event.microcredentials))
    counts = []
    for key in keys:
        lead.get(f"/events/{key}")
        with statements(app) as seen:
            lead.get(f"/events/{key}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 11


def test_a_withdrawn_point_opens_no_form_and_takes_no_answer(
    app: Flask, lead: FlaskClient, logged: int, world: World
) -> None:
    with work(app) as session:
        point = by(world, session.get_one(Event, logged))
        services.withdraw(SYSTEM, point, point.version, "It was said twice.")
        session.flush()
        key, code, version = point.id, point.code, point.version
    for page in ("", "/answer", "/withdraw"):
        opened = lead.get(f"/events/{logged}/feedback/{key}{page}")
        assert opened.status_code == 422, page
        assert f"{code} was withdrawn and stays as it is." in opened.get_data(as_text=True)
    typed = {"version": version, "state": "rejected", "reason-en": "The curriculum is fixed."}
    answer = lead.post(f"/events/{logged}/feedback/{key}/answer", data=typed)
    assert answer.status_code == 422
    assert "The curriculum is fixed." in answer.get_data(as_text=True), "what was typed stays"


def test_where_nothing_has_an_answer_the_page_of_mails_says_so(
    app: Flask, lead: FlaskClient, logged: int, world: World
) -> None:
    page = f"/events/{logged}/feedback/tell"
    with work(app) as session:
        by(world, session.get_one(Event, logged))
    assert "Nothing that an organisation said has an answer yet." in Read(lead.get(page)).text
    with work(app) as session:
        by(world, session.get_one(Event, logged), Disposition.ACCEPTED)
        session.get_one(Organisation, world.company).email = None
    assert "Cannot be told by mail" in Read(lead.get(page)).text


def test_a_question_is_asked_once(app: Flask, lead: FlaskClient, logged: int) -> None:
    page = f"/events/{logged}/questions"
    typed = {"language": "en", "lines": "What is missing?\nIs it too long?"}
    assert lead.post(page, data=typed).status_code == 303
    for lines in ("What  is MISSING?", "Who pays?\nWho pays?"):
        refused = lead.post(page, data=typed | {"lines": lines})
        assert refused.status_code == 422
        assert "is asked already." in " ".join(Read(refused).errors)
    edited = lead.post(f"{page}/2", data={"version": 1, "text-en": "What is missing?"})
    assert edited.status_code == 422
    translated = {"version": 1, "text-en": "Is it too long?", "text-de": "Zu lang?"}
    assert lead.post(f"{page}/2", data=translated).status_code == 303
