"""The pages of the catalogue, and what they answer to bad input."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.access import SYSTEM, Role
from app.events.models import Visibility
from app.extensions import db
from app.microcredentials import services
from app.microcredentials.models import MicroCredential
from app.microcredentials.models import MicroCredentialState as S
from tests.accounts.people import statements, work
from tests.microcredentials.conftest import Enter, Made
from tests.microcredentials.designs import college, event


def stands(app: Flask, code: str = "AM-03") -> MicroCredential:
    """The design as the database has it now."""
    with app.app_context():
        return db.session.scalars(select(MicroCredential).where(MicroCredential.code == code)).one()


def filled(developer: int, **changes: str) -> dict[str, str]:
    """What a browser sends for a small design."""
    fields = {
        "code": "am-70",
        "country": "AM",
        "title-en": "Weaving",
        "title-hy": "Գործվածք",
        "developers": str(developer),
        "outcomes-0-text-en": "Weaves a band",
        "outcomes-0-type": "skill",
        "outcomes-1-text-en": "",
        "assessments-0-type": "practical",
        "isced_f-0": "0723 Textiles (clothes, footwear and leather)",
        "isced_f-1": "",
        "ecvet_points": "2,5",
        "eqf_level": "3",
        "submission_key": "one press",
    }
    return fields | changes


def errors(page: str) -> str:
    """The summary of errors on a page."""
    found = re.search(r'<div class="errors".*?</div>', page, re.DOTALL)
    return found[0] if found else ""


# ---- Reading ----


def test_the_public_reads_what_is_published_and_nothing_internal(made: Made, client: FlaskClient):
    made(S.PUBLISHED)
    made(S.DRAFT, code="AM-04")
    page = client.get("/microcredentials/").text
    assert "AM-03" in page
    assert "AM-04" not in page
    page = client.get("/microcredentials/AM-03").text
    assert "Pattern on Fabric" in page
    for internal in ('id="history"', "/edit", "/move", "Latest changes"):
        assert internal not in page
    assert client.get("/microcredentials/AM-04").status_code == 404
    assert client.get("/microcredentials/NO-SUCH").status_code == 404


def test_its_calendar_is_subscribed_to_from_its_page(made: Made, client: FlaskClient):
    made(S.PUBLISHED)
    assert 'href="/feeds/?mc=AM-03"' in client.get("/microcredentials/AM-03").text
    assert "webcal://localhost/feeds/mc/AM-03.ics" in client.get("/feeds/?mc=AM-03").text


def test_a_retired_one_that_was_public_keeps_its_page(app: Flask, made: Made, client: FlaskClient):
    made(S.PUBLISHED)
    with work(app):
        one = db.session.scalars(select(MicroCredential)).one()
        services.move(SYSTEM, one, S.RETIRED, one.version, "Superseded")
    assert "Retired" in client.get("/microcredentials/AM-03").text


def test_a_code_is_found_in_small_letters(made: Made, client: FlaskClient):
    made(S.PUBLISHED)
    assert client.get("/microcredentials/am-03").status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=Նախշ", True),
        ("q=nakhsh", True),
        ("q=am-03", True),
        ("q=nothing", False),
        ("country=AM", True),
        ("country=RS", False),
        ("state=published", True),
        ("state=draft", False),
        ("eqf=3", True),
        ("eqf=4", False),
        ("participation=project", True),
        ("participation=online", False),
        ("language=hy", True),
        ("language=ka", False),
        ("annex=complete", True),
        ("annex=incomplete", False),
        ("eqf=x&country=%00&page=-1&sort=bogus", True),
        ("developer=1e9", False),
        ("sort=-state", True),
        ("sort=title", True),
    ],
)
def test_the_list_is_narrowed_by_words_and_filters(made: Made, client: FlaskClient, query: str, found: bool):
    made(S.PUBLISHED)
    answer = client.get(f"/microcredentials/?{query}")
    assert answer.status_code == 200
    assert ('href="/microcredentials/AM-03"' in answer.text) is found


def test_the_list_is_narrowed_by_who_develops(made: Made, client: FlaskClient):
    one = made(S.PUBLISHED)
    made(S.PUBLISHED, code="AM-04")
    page = client.get(f"/microcredentials/?developer={one.developer}").text
    assert "AM-03" in page
    assert 'href="/microcredentials/AM-04"' not in page


def test_htmx_gets_the_results_alone(made: Made, client: FlaskClient):
    made(S.PUBLISHED)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    page = client.get("/microcredentials/?q=pattern", headers=headers).text
    assert page.lstrip().startswith('<div id="results">')


def test_pages_keep_to_their_number_of_statements(app: Flask, made: Made, enter: Enter):
    made(S.PUBLISHED)
    with work(app) as session:
        one = session.scalars(select(MicroCredential)).one()
        for _number in range(60):
            event(session, one)
    browser = enter(Role.ADMIN)
    for path, most in (
        ("/microcredentials/", 6),
        ("/microcredentials/AM-03", 8),
        ("/microcredentials/AM-03/concerns/event", 6),
    ):
        browser.get(path)
        with statements(app) as seen:
            assert browser.get(path).status_code == 200
        assert len(seen) <= most, "\n".join(seen)


def test_the_page_says_what_is_missing_and_where_to_add_it(made: Made, enter: Enter):
    made(S.DRAFT, qa_type=None)
    page = enter().get("/microcredentials/AM-03").text
    assert "8 of 9 elements" in page
    assert 'href="/microcredentials/AM-03/edit#qa_type"' in page


def test_everything_that_concerns_it_is_listed_and_paged(app: Flask, made: Made, client: FlaskClient):
    made(S.PUBLISHED)
    with work(app) as session:
        one = session.scalars(select(MicroCredential)).one()
        for number in range(52):
            event(session, one, title={"en": f"Meeting {number}."})
        event(session, one, title={"en": "Behind doors."}, visibility=Visibility.PRIVATE)
    page = client.get("/microcredentials/AM-03").text
    assert page.count("Meeting ") == 10
    assert 'href="/microcredentials/AM-03/concerns/event"' in page
    first = client.get("/microcredentials/AM-03/concerns/event").text
    assert (first.count("Meeting "), "page=2" in first) == (50, True)
    assert client.get("/microcredentials/AM-03/concerns/event?page=2").text.count("Meeting ") == 2
    assert client.get("/microcredentials/AM-03/concerns/event?page=zz").status_code == 200
    assert client.get("/microcredentials/AM-03/concerns/nonsense").status_code == 404
    assert "Behind doors" not in page + first


def test_the_picker_offers_what_the_actor_may_see(made: Made, client: FlaskClient, enter: Enter):
    made(S.DRAFT)
    path = "/microcredentials/options?name=mc&mc-q=pattern"
    assert "AM-03" in enter().get(path).text
    assert "AM-03" not in client.get(path).text


# ---- Writing ----


def test_a_design_is_added_once_however_often_the_button_is_pressed(app: Flask, enter: Enter):
    browser = enter()
    with work(app) as session:
        key = college(session).id
    for _press in range(2):
        answer = browser.post("/microcredentials/new", data=filled(key))
        assert (answer.status_code, answer.location) == (303, "/microcredentials/AM-70")
    one = stands(app, "AM-70")
    assert (one.state, one.ecvet_points, one.isced_f, one.eqf_level) == (S.IDEA, 2.5, ["0723"], 3)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MicroCredential)) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"code": ""}, "Write a code"),
        ({"code": "../etc"}, "capital letters"),
        ({"title-en": "", "title-hy": ""}, "needs a title"),
        ({"title-en": "x" * 501}, "at most 500"),
        ({"country": "XX"}, "Choose one of the list"),
        ({"country": ""}, "Choose a country"),
        ({"developers": ""}, "at least one organisation"),
        ({"developers": "999999"}, "no longer exists"),
        ({"workload_hours": "many"}, "Workload"),
        ({"workload_hours": "0"}, "from 1 to"),
        ({"workload_hours": "99999999999999999999"}, "from 1 to"),
        ({"ecvet_points": "nan"}, "from 0 to"),
        ({"ecvet_points": "two"}, "number like 2.5"),
        ({"eqf_level": "9"}, "Choose one of the list"),
        ({"isced_f-0": "9998 Nothing"}, "Not in ISCED-F"),
        ({"participation": "telepathic"}, "participation"),
        ({"nqf_level_code": "NQFS 4"}, "No level codes are known"),
        ({"skillstools_url": "javascript:alert(1)"}, "https://example.org"),
        ({"accreditation_valid_until": "soon"}, "2025-05-12"),
        ({"outcomes-0-type": "talent"}, "Choose one of the list"),
    ],
)
def test_bad_input_is_told_in_its_place_and_what_was_typed_is_kept(
    app: Flask, enter: Enter, changes: dict[str, str], told: str
):
    browser = enter()
    with work(app) as session:
        key = college(session).id
    answer = browser.post("/microcredentials/new", data=filled(key, **changes))
    assert answer.status_code == 422
    assert told in errors(answer.text)
    assert "Weaves a band" in answer.text
    assert "<title>Error:" in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MicroCredential)) == 0


def test_a_code_that_is_taken_is_told_at_the_code(app: Flask, made: Made, enter: Enter):
    one = made()
    answer = enter().post("/microcredentials/new", data=filled(one.developer, code="AM-03"))
    assert answer.status_code == 422
    assert "This code is taken" in errors(answer.text)


def test_the_form_shows_a_design_as_it_stands(made: Made, enter: Enter):
    before = made(S.DRAFT, occupations=["http://data.europa.eu/esco/occupation/1"], eqf_level=4)
    page = enter().get("/microcredentials/AM-03/edit").text
    assert ">Recognises ornaments</textarea>" in page
    assert re.search(r'<option selected value="4"', page)
    assert "http://data.europa.eu/esco/occupation/1" in page
    assert f'value="{before.version}"' in page


def test_two_editors_at_once_see_both_texts_and_nothing_is_lost(app: Flask, made: Made, enter: Enter):
    one = made(S.DRAFT)
    browser = enter()
    sent = filled(one.developer, code="AM-03", version=str(one.version))
    assert browser.post("/microcredentials/AM-03/edit", data=sent).status_code == 303
    answer = browser.post(
        "/microcredentials/AM-03/edit", data=sent | {"title-en": "Spinning", "outcomes-0-text-en": "Spins"}
    )
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("Weaving", "Spinning", "Weaves a band", "Spins"))
    version = stands(app).version
    assert f'value="{version}"' in answer.text
    assert stands(app).title["en"] == "Weaving"
    answer = browser.post("/microcredentials/AM-03/edit", data=sent | {"title-en": "Spinning", "version": str(version)})
    assert answer.status_code == 303
    assert stands(app).title["en"] == "Spinning"


def test_another_countrys_design_is_refused_and_stays(app: Flask, made: Made, enter: Enter):
    made(S.DRAFT, code="RS-01", country="RS")
    browser = enter(Role.COUNTRY_LEAD, country="AM")
    for path in ("edit", "retire"):
        assert browser.get(f"/microcredentials/RS-01/{path}").status_code == 403
    one = stands(app, "RS-01")
    key = one.id
    for path, data in (
        ("edit", filled(key, version=str(one.version))),
        ("move", {"to": "internal_review", "version": str(one.version)}),
        ("retire", {"to": "retired", "reason": "x", "version": str(one.version)}),
        ("delete", {}),
    ):
        assert browser.post(f"/microcredentials/RS-01/{path}", data=data).status_code == 403
    assert stands(app, "RS-01").state is S.DRAFT


def test_who_may_not_write_is_sent_to_sign_in_or_refused(made: Made, client: FlaskClient, enter: Enter):
    made(S.PUBLISHED)
    auditor = enter(Role.AUDITOR)
    for path in ("/microcredentials/new", "/microcredentials/AM-03/edit", "/microcredentials/import"):
        assert "/sign-in" in client.get(path).location
        assert auditor.get(path).status_code == 403


@pytest.mark.parametrize("path", ["edit", "move", "retire", "delete"])
def test_a_forged_code_does_not_exist(enter: Enter, path: str):
    assert enter().post(f"/microcredentials/XX-99/{path}", data={"to": "draft"}).status_code == 404


# ---- Moving, retiring, deleting ----


def test_a_design_goes_its_way_by_buttons(app: Flask, made: Made, enter: Enter):
    made()
    browser = enter()
    for wanted in ("draft", "internal_review", "final", "published"):
        page = browser.get("/microcredentials/AM-03").text
        assert f'name="to" value="{wanted}"' in page
        sent = {"to": wanted, "version": str(stands(app).version)}
        assert browser.post("/microcredentials/AM-03/move", data=sent).status_code == 303
    assert stands(app).state is S.PUBLISHED
    assert stands(app).published_at is not None


def test_what_keeps_it_from_moving_is_said_on_its_page(app: Flask, made: Made, enter: Enter):
    one = made(S.INTERNAL_REVIEW, qa_type=None)
    browser = enter()
    answer = browser.post("/microcredentials/AM-03/move", data={"to": "final", "version": str(one.version)})
    assert answer.status_code == 422
    assert "Type of quality assurance" in errors(answer.text)
    answer = browser.post("/microcredentials/AM-03/move", data={"to": "draft", "version": str(one.version)})
    assert answer.status_code == 422
    assert "Write why" in errors(answer.text)
    assert stands(app).state is S.INTERNAL_REVIEW


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"to": "published"}, 409),
        ({"to": "published", "version": "99"}, 409),
        ({"to": "nonsense", "version": "1"}, 422),
        ({}, 422),
    ],
)
def test_a_stale_or_forged_move_changes_nothing(app: Flask, made: Made, enter: Enter, sent: dict, status: int):
    made(S.FINAL)
    assert enter().post("/microcredentials/AM-03/move", data=sent).status_code == status
    assert stands(app).state is S.FINAL


def test_a_final_design_cannot_be_edited(made: Made, enter: Enter):
    made(S.FINAL)
    answer = enter().get("/microcredentials/AM-03/edit")
    assert answer.status_code == 409
    assert "back to draft" in answer.text


def test_what_was_typed_stays_when_the_design_became_final_meanwhile(app: Flask, made: Made, enter: Enter):
    one = made(S.FINAL)
    sent = filled(one.developer, code="AM-03", version=str(one.version)) | {"title-en": "Typed for an hour"}
    answer = enter().post("/microcredentials/AM-03/edit", data=sent)
    assert answer.status_code == 422
    assert all(text in answer.text for text in ("Typed for an hour", "back to draft"))
    assert stands(app).title["en"] != "Typed for an hour"


def test_retiring_asks_why_and_keeps_the_page(app: Flask, made: Made, enter: Enter):
    one = made(S.PUBLISHED)
    browser = enter()
    page = browser.get("/microcredentials/AM-03/retire").text
    assert "Delete for good" not in page
    sent = {"to": "retired", "version": str(one.version), "reason": ""}
    assert browser.post("/microcredentials/AM-03/retire", data=sent).status_code == 422
    assert browser.post("/microcredentials/AM-03/retire", data=sent | {"reason": "Superseded"}).status_code == 303
    page = browser.get("/microcredentials/AM-03").text
    assert "Superseded" in page
    assert stands(app).state is S.RETIRED
