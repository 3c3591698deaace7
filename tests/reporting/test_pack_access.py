"""Who may make and open proof packs, for how long they are kept, and what their pages show."""

import hashlib
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import clock, outbox
from app.core.access import SYSTEM
from app.core.errors import NotAllowed, Refused
from app.events.attendance.models import Attendance
from app.events.models import Event
from app.extensions import db
from app.reporting.packs import jobs, queries, services
from app.reporting.packs.models import PackLevel, ProofPack
from app.stakeholders import erasure, subject_data
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.models import Affiliation, LawfulBasis, Person
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import open_page
from tests.pdfs import opened, text_of
from tests.reporting.conftest import Made, archive_of, files_of

MAY = {
    "admin": 200,
    "coordinator": 200,
    "lead": 200,
    "editor": 200,
    "auditor": 200,
    "foreign lead": 403,
    "foreign editor": 403,
    "cluster": 403,
    "expert": 403,
    "guest": 403,
    "public": 303,
}


@pytest.mark.parametrize("who", list(MAY))
def test_packs_are_for_who_answers_for_the_event_and_for_auditors(
    held: int, made: Made, sign_in: SignIn, client: FlaskClient, who: str
):
    key = made(held)
    browser = client if who == "public" else sign_in(who)
    for path in ("", f"/{key}/pack.zip", f"/{key}/pack.pdf"):
        assert browser.get(f"/events/{held}/packs{path}").status_code == MAY[who], path
    assert ("packs" in browser.get(f"/events/{held}").get_data(as_text=True)) is (MAY[who] == 200)


def test_an_auditor_reads_packs_and_makes_none(app: Flask, held: int, made: Made, world: World, sign_in: SignIn):
    made(held)
    page = sign_in("auditor").get(f"/events/{held}/packs").get_data(as_text=True)
    assert "Archive (ZIP)" in page
    assert "Make the pack" not in page
    assert sign_in("auditor").post(f"/events/{held}/packs", data={"level": "full"}).status_code == 403
    with work(app) as session, pytest.raises(NotAllowed):
        services.order(world.actors["auditor"], session.get_one(Event, held), PackLevel.FULL)


def test_a_deadline_and_a_draft_have_no_packs(app: Flask, world: World, entered, sign_in: SignIn):
    from app.events.models import EventState

    for facts, state in ((world.deadline, EventState.PLANNED), (world.consultation, EventState.DRAFT)):
        key = entered(facts, state)
        assert sign_in("coordinator").get(f"/events/{key}/packs").status_code == 403


def test_a_download_is_the_pack_and_says_how_long_it_is(app: Flask, held: int, made: Made, sign_in: SignIn):
    key = made(held)
    sent = sign_in("auditor").get(f"/events/{held}/packs/{key}/pack.zip")
    assert sent.data == archive_of(app, key)
    assert sent.content_length == len(sent.data)
    assert sent.headers["Cache-Control"] == "private, no-store"
    assert sent.headers["Content-Disposition"].endswith("-full.zip")
    assert opened(sign_in("auditor").get(f"/events/{held}/packs/{key}/pack.pdf").data).pages


def test_packs_only_grow(app: Flask, held: int, made: Made):
    made(held)
    for statement in ("UPDATE proof_pack SET sha256 = 'x'", "DELETE FROM proof_pack"):
        with work(app) as session, pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_a_pack_is_removed_when_its_time_is_over_and_its_hash_stays(app: Flask, held: int, made: Made):
    content = archive_of(app, key := made(held))
    with app.app_context():
        pack = db.session.get_one(ProofPack, key)
        assert pack.keep_until == date(2030, 12, 31), "five years after the project"
        shas = pack.sha256, pack.paper.sha256
    outbox.drain(app)
    assert all(app.extensions["files"].has(sha256) for sha256 in shas)
    clock.reckon_with(date(2031, 1, 2))
    with work(app) as session:
        jobs.remove(session, {"pack": key})
    with work(app) as session:
        jobs.remove(session, {"pack": key})
    outbox.drain(app)
    assert not any(app.extensions["files"].has(sha256) for sha256 in shas)
    with app.app_context():
        pack = db.session.get_one(ProofPack, key)
        assert (pack.file_id, pack.paper_id) == (None, None)
        assert queries.known(hashlib.sha256(content).hexdigest()) is pack


def test_only_coordinators_remove_a_pack_and_say_why(app: Flask, held: int, made: Made, world: World, sign_in: SignIn):
    key = made(held)
    with work(app) as session:
        pack = session.get_one(ProofPack, key)
        with pytest.raises(NotAllowed):
            services.remove(world.actors["editor"], pack, "why not")
        with pytest.raises(Refused):
            services.remove(world.actors["coordinator"], pack, " ")
    path = f"/events/{held}/packs/{key}/remove"
    assert sign_in("editor").get(path).status_code == 403
    browser = sign_in("coordinator")
    assert browser.post(path, data={"reason": ""}).status_code == 422
    assert browser.post(path, data={"reason": "It went to the wrong people"}).status_code == 303
    assert browser.get(f"/events/{held}/packs/{key}/pack.zip").status_code == 404
    assert "Its files are removed" in browser.get(f"/events/{held}/packs").get_data(as_text=True)


def test_a_pack_that_names_somebody_who_was_erased_is_for_auditors_alone(
    app: Flask, held: int, made: Made, world: World, sign_in: SignIn
):
    with work(app) as session:
        person = Person(
            given_name="Ana",
            family_name="Hakobyan",
            email="ana@example.org",
            name_key="",
            search_key="",
            lawful_basis=LawfulBasis.CONSENT,
        )
        person.affiliations = [Affiliation(organisation_id=world.school, role_title={"en": "Head"})]
        session.add(person)
        session.flush()
        session.query(Attendance).filter_by(name="Ana Hakobyan").one().person_id = person.id
        person_id = person.id
    full, public = made(held), made(held, PackLevel.PUBLIC)
    with work(app) as session:
        made_of = session.get_one(Person, person_id)
        erasure.erase(SYSTEM, subject_data.collect(made_of), made_of.version, ErasureReason.ASKED, ())
    for who, status in {"auditor": 200, "coordinator": 200, "lead": 403, "editor": 403}.items():
        assert sign_in(who).get(f"/events/{held}/packs/{full}/pack.zip").status_code == status, who
    assert sign_in("editor").get(f"/events/{held}/packs/{public}/pack.zip").status_code == 200
    assert "erased or taken back since" in sign_in("editor").get(f"/events/{held}/packs").get_data(as_text=True)
    later = files_of(app, made(held))
    assert b"Ana Hakobyan" not in b"".join(later.values())
    assert "Ana Hakobyan" not in text_of(later["proof-pack.pdf"])


def test_a_page_of_packs_costs_no_more_for_many(app: Flask, held: int, made: Made, sign_in: SignIn):
    made(held)
    browser = sign_in("coordinator")
    browser.get(f"/events/{held}/packs")
    with statements(app) as one:
        browser.get(f"/events/{held}/packs")
    for _time in range(3):
        made(held)
    with statements(app) as several:
        browser.get(f"/events/{held}/packs")
    assert len(several) == len(one)


# ---- The pages, and the command ----


def test_a_pack_is_ordered_watched_and_found_on_its_pages(app: Flask, held: int, editor: FlaskClient):
    page = open_page(editor, f"/events/{held}/packs")
    assert "No pack was made yet." in page.text
    assert "Mend it" in page.text
    sent = page.form("Make the pack").submit(editor, level="full")
    assert sent.status_code == 303
    watched = open_page(editor, sent.location)
    assert "Waiting" in watched.text
    assert watched.select_one("#progress")["hx-get"] == sent.location
    again = page.form("Make the pack").submit(editor, level="full")
    assert again.location == sent.location, "the same press of a button makes one pack"
    outbox.drain(app)
    found = editor.get(sent.location)
    assert found.status_code == 303
    assert "pack-1" in found.location
    asked = editor.get(sent.location, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert asked.headers["HX-Refresh"] == "true"
    page = open_page(editor, f"/events/{held}/packs")
    assert "Archive (ZIP)" in page.text
    assert "Remove the files" not in page.text, "the organiser does not remove evidence"


def test_an_order_that_failed_says_why(app: Flask, held: int, world: World, editor: FlaskClient):
    with work(app) as session:
        order = services.order(world.actors["editor"], session.get_one(Event, held), PackLevel.FULL)
        services.fail(SYSTEM, order, "A file is damaged: <b>x</b>")
        key = order.id
    assert "A file is damaged: <b>x</b>" in open_page(editor, f"/events/{held}/packs/orders/{key}").text
    assert "A file is damaged: <b>x</b>" in open_page(editor, f"/events/{held}/packs").text


def test_a_level_that_there_is_not_is_refused_in_its_place(held: int, editor: FlaskClient):
    page = open_page(editor, f"/events/{held}/packs")
    answer = editor.post(f"/events/{held}/packs", data={**page.form("Make the pack").values, "level": "everything"})
    assert answer.status_code == 422
