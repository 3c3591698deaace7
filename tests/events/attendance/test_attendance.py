"""The list of an event: filled in, marked, signed, declared, counted; who may see and do what."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.core.states import moves_of
from app.events import services as events
from app.events.attendance import queries, rules, services
from app.events.attendance.models import (
    Attendance,
    AttendanceDeclaration,
    AttendanceSignature,
    Presence,
)
from app.events.invitations.models import Way
from app.events.models import Event, EventState, Visibility
from app.extensions import db
from tests.accounts.people import statements, work
from tests.events.attendance.conftest import BEFORE, DRAWING, guest, keys, present, state_of
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_those_who_are_invited_are_filled_in_once(app: Flask, event: int, rows: dict[str, int]):
    assert set(rows) == {"Ana Hakobyan", "Bernd Müller", "Tekstil Lori"}
    with work(app) as session:
        assert services.fill(SYSTEM, session.get_one(Event, event)) == 0
        company = session.get_one(Attendance, rows["Tekstil Lori"])
        assert (company.name, company.country, company.organisation.name) == (None, "AM", "Tekstil Lori")
    assert state_of(app, rows["Ana Hakobyan"]) == "expected"
    assert state_of(app, rows["Bernd Müller"]) == "excused"


def test_a_tap_marks_and_every_mark_is_kept(app: Flask, event: int, rows: dict[str, int], editor: FlaskClient):
    page = open_page(editor, f"/events/{event}/attendance")
    key = rows["Ana Hakobyan"]
    form = page.form("Present: Ana Hakobyan present")
    for state in ("present", "left_early", "absent"):
        assert form.submit(editor, ("state", state)).status_code == 303
    assert state_of(app, key) == "absent"
    with app.app_context():
        row = db.session.get_one(Attendance, key)
        assert [step.new for step in moves_of(db.session, row)] == ["present", "left_early", "absent"]
    part = editor.post(form.action, data={**form.values, "state": "present"}, headers=HTMX)
    assert part.status_code == 200
    assert part.get_data(as_text=True).count("<li") == 1
    assert 'aria-pressed="true">Present' in part.get_data(as_text=True)


@pytest.mark.parametrize(
    "sent", [{}, {"state": "expected"}, {"state": "nowhere"}, {"state": "present", "how": "by ship"}]
)
def test_a_mark_that_is_none_is_refused(app: Flask, event: int, rows: dict[str, int], editor: FlaskClient, sent: dict):
    form = open_page(editor, f"/events/{event}/attendance").form("Present: Ana Hakobyan present")
    assert editor.post(form.action, data={**form.values, **sent}).status_code == 400
    assert state_of(app, rows["Ana Hakobyan"]) == "expected"


def test_nobody_is_there_before_the_event(app: Flask, event: int, rows: dict[str, int], editor: FlaskClient):
    clock.reckon_with(BEFORE)
    with work(app) as session, pytest.raises(rules.NotYet):
        services.mark(SYSTEM, session.get_one(Attendance, rows["Ana Hakobyan"]), Presence.PRESENT)
    with work(app) as session, pytest.raises(rules.NotYet):
        services.sign(SYSTEM, session.get_one(Attendance, rows["Ana Hakobyan"]), drawing=DRAWING, typed=None)
    with work(app) as session, pytest.raises(Refused):
        services.add(SYSTEM, session.get_one(Event, event), guest())
    page = open_page(editor, f"/events/{event}/attendance")
    assert "Excused" in page.text
    assert "Somebody else came" not in page.text


def test_whoever_comes_without_an_invitation_is_added_as_present(
    app: Flask, world: World, event: int, editor: FlaskClient
):
    page = open_page(editor, f"/events/{event}/attendance/new")
    facts = {"name": "Carla Gast", "organisation_name": "Guild", "country": "GE", "function": "Weaver", "how": "onsite"}
    sent = page.form("Put on the list").submit(editor, **facts)
    assert sent.status_code == 303, Page(sent).errors
    again = page.form("Put on the list").submit(editor, **facts)
    assert again.status_code == 303
    with app.app_context():
        (row,) = db.session.scalars(select(Attendance))
        assert (row.is_walk_in, row.state, row.country, row.sent_by) == (True, Presence.PRESENT, "GE", "Guild")
    page = open_page(editor, f"/events/{event}/attendance/{row.id}")
    changed = page.form("Save").submit(editor, name="Carla Gast-Weber", country="")
    assert changed.status_code == 303, Page(changed).errors
    form = open_page(editor, f"/events/{event}/attendance/{row.id}").form("Save")
    editor.post(f"/events/{event}/attendance/{row.id}", data={**form.values, "organisation": world.company})
    with app.app_context():
        row = db.session.get_one(Attendance, row.id)
        assert (row.name, row.country, row.organisation_name) == ("Carla Gast-Weber", "AM", None)


def test_somebody_without_a_name_is_told_so_at_the_field(app: Flask, event: int, editor: FlaskClient):
    answer = open_page(editor, f"/events/{event}/attendance/new").form("Put on the list").submit(editor, how="sideways")
    assert answer.status_code == 422
    assert any("Write a name, or choose the organisation." in line for line in Page(answer).errors)
    assert keys(app) == {}


def test_a_signature_is_kept_with_its_time_and_cannot_be_given_twice(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient
):
    path = f"/events/{event}/attendance/{rows['Ana Hakobyan']}/sign"
    form = open_page(editor, path).form("Sign")
    sent = form.submit(editor, drawing=DRAWING)
    assert sent.status_code == 303, Page(sent).errors
    with app.app_context():
        (signature,) = db.session.scalars(select(AttendanceSignature))
        assert (signature.name, signature.actor_name) == ("Ana Hakobyan", "partner_editor")
    picture = editor.get(f"/events/{event}/attendance/{rows['Ana Hakobyan']}/signature.svg")
    assert picture.mimetype == "image/svg+xml"
    assert DRAWING in picture.get_data(as_text=True)
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert picture.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'self'" in picture.headers["Content-Security-Policy"]
    assert state_of(app, rows["Ana Hakobyan"]) == "present"
    assert "Draw it again" not in open_page(editor, path).text
    with work(app) as session, pytest.raises(Refused):
        services.sign(SYSTEM, session.get_one(Attendance, rows["Ana Hakobyan"]), drawing=DRAWING, typed=None)
    with work(app) as session:
        row = session.get_one(Attendance, rows["Ana Hakobyan"])
        with pytest.raises(Refused):
            services.edit(SYSTEM, row, row.version, guest("Somebody else"))


def test_by_keyboard_one_signs_by_typing_the_name(app: Flask, event: int, rows: dict[str, int], editor: FlaskClient):
    path = f"/events/{event}/attendance/{rows['Ana Hakobyan']}/sign"
    form = open_page(editor, path).form("Sign")
    for facts, told in (
        ({}, "Draw the signature, or type the name to confirm."),
        ({"typed": "Eve"}, "On the list stands “Ana Hakobyan”."),
        ({"drawing": "M1 1"}, "That is hardly a signature."),
        ({"drawing": "<svg>"}, "The signature could not be read."),
    ):
        answer = form.submit(editor, **facts)
        assert answer.status_code == 422
        assert told in Page(answer).text, told
    assert form.submit(editor, typed="ana hakobyan").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(AttendanceSignature)).one().drawing_id is None


def test_the_row_of_an_organisation_gets_the_name_of_whoever_signs(app: Flask, rows: dict[str, int]):
    with work(app) as session:
        row = session.get_one(Attendance, rows["Tekstil Lori"])
        with pytest.raises(rules.NameUnfit):
            services.sign(SYSTEM, row, drawing=DRAWING, typed=None)
        services.sign(SYSTEM, row, drawing=DRAWING, typed="Director Petrosyan")
        assert row.name == "Director Petrosyan"


def test_the_organiser_declares_those_online_each_once(app: Flask, event: int, editor: FlaskClient):
    with work(app) as session:
        services.add(SYSTEM, session.get_one(Event, event), guest("Olga Online", Way.ONLINE))
        services.add(SYSTEM, session.get_one(Event, event), guest("Otto Onsite"))
        signed = services.add(SYSTEM, session.get_one(Event, event), guest("Sona Signed"))
        services.sign(SYSTEM, signed, drawing=DRAWING, typed=None)
        services.mark(SYSTEM, signed, Presence.PRESENT, Way.ONLINE)
    page = open_page(editor, f"/events/{event}/attendance/declare")
    assert "Sona Signed" not in page.text, "who signed answers for themselves"
    assert "Olga Online" in page.text
    assert "Otto Onsite" not in page.text
    nothing = page.form("Declare").submit(editor)
    assert nothing.status_code == 422
    sent = page.form("Declare").submit(editor, name="Ed Itor", function="Head", drawing=DRAWING)
    assert sent.status_code == 303, Page(sent).errors
    with app.app_context():
        (one,) = db.session.scalars(select(AttendanceDeclaration))
        assert [(person["name"], person["organisation"]) for person in one.people] == [
            ("Olga Online", "Guild of weavers")
        ]
        assert "20 May 2025" in one.text
        key = one.id
    assert editor.get(f"/events/{event}/attendance/declarations/{key}.svg").status_code == 200
    assert "declared" in open_page(editor, f"/events/{event}/attendance").text
    assert "still to be declared" in open_page(editor, f"/events/{event}/attendance/declare").text
    with work(app) as session, pytest.raises(Refused):
        services.declare(SYSTEM, session.get_one(Event, event), name="X", function="Y", drawing=None)


def test_a_declaration_names_all_days_of_an_event(app: Flask, event: int, editor: FlaskClient):
    with work(app) as session:
        found = session.get_one(Event, event)
        services.add(SYSTEM, found, guest("Olga Online", Way.ONLINE))
        found.ends_on = found.starts_on + timedelta(days=2)
    page = open_page(editor, f"/events/{event}/attendance/declare")
    assert "from 20 May 2025 to 22 May 2025" in page.text
    page.form("Declare").submit(editor, name="Ed Itor", function="Head", drawing=DRAWING)
    with app.app_context():
        (one,) = db.session.scalars(select(AttendanceDeclaration))
        assert "from 20 May 2025 to 22 May 2025" in one.text


def test_the_database_itself_keeps_signatures_and_declarations(app: Flask, event: int, rows: dict[str, int]):
    with work(app) as session:
        services.sign(SYSTEM, session.get_one(Attendance, rows["Ana Hakobyan"]), drawing=None, typed="Ana Hakobyan")
        services.add(SYSTEM, session.get_one(Event, event), guest("Olga Online", Way.ONLINE))
        services.declare(SYSTEM, session.get_one(Event, event), name="Ed", function="Head", drawing=None)
    for table in ("attendance_signature", "attendance_declaration"):
        for statement in ("UPDATE {} SET name = 'x'", "DELETE FROM {}"):
            with work(app) as session, pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
                session.execute(text(statement.format(table)))


def test_the_file_names_no_mailbox_telephone_or_gender(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient
):
    sent = editor.get(f"/events/{event}/attendance?format=csv").get_data(as_text=True)
    table = list(csv.DictReader(io.StringIO(sent.lstrip("\ufeff"))))
    assert [row["Name"] for row in table if row["Name"]] == ["Ana Hakobyan", "Bernd Müller"]
    assert {row["Organisation"]: row["Address"] for row in table}["Tekstil Lori"] == "1 Loom Street"
    assert "@" not in sent
    assert not {"E-mail", "Gender", "Telephone"} & set(table[0])
    assert editor.get(f"/events/{event}/attendance?format=xlsx").status_code == 200
    assert len(rows) == 3


def test_a_closed_event_keeps_its_list(app: Flask, world: World, rows: dict[str, int], event: int):
    present(app, "Ana Hakobyan")
    with work(app) as session:
        found = session.get_one(Event, event)
        events.move(SYSTEM, found, found.version, EventState.HELD)
        events.move(SYSTEM, found, found.version, EventState.CLOSED)
        row = session.get_one(Attendance, rows["Ana Hakobyan"])
        for attempt in (
            lambda: services.mark(SYSTEM, row, Presence.ABSENT),
            lambda: services.add(SYSTEM, found, guest()),
            lambda: services.fill(SYSTEM, found),
            lambda: services.sign(SYSTEM, row, drawing=DRAWING, typed=None),
            lambda: services.take_counts(SYSTEM, found, found.version),
        ):
            with pytest.raises(rules.ListClosed):
                attempt()
    assert world.school


# ---- Who may see and do what ----

MAY: dict[str, tuple[int, int]] = {
    "admin": (200, 200),
    "coordinator": (200, 200),
    "lead": (200, 200),
    "editor": (200, 200),
    "foreign lead": (200, 403),
    "foreign editor": (200, 403),
    "cluster": (200, 403),
    "expert": (403, 403),
    "auditor": (403, 403),
    "guest": (403, 403),
}


@pytest.mark.parametrize("who", list(MAY))
def test_names_are_for_who_may_read_of_people_and_marks_for_who_may_change_the_event(
    event: int, rows: dict[str, int], sign_in: SignIn, who: str
):
    browser, (reads, edits) = sign_in(who), MAY[who]
    key = rows["Ana Hakobyan"]
    for path in ("", "/list.pdf", "?format=csv"):
        assert browser.get(f"/events/{event}/attendance{path}").status_code == reads, path
    for path in ("/new", "/counts", "/declare", f"/{key}", f"/{key}/sign"):
        assert browser.get(f"/events/{event}/attendance{path}").status_code == edits, path
    for path in ("/fill", f"/{key}/mark", "/counts/take", "/new", f"/{key}/sign", "/declare"):
        if edits == 403:
            assert browser.post(f"/events/{event}/attendance{path}").status_code == 403, path
    assert browser.get(f"/events/{event}/attendance/{key}/signature.svg").status_code == (404 if reads == 200 else 403)


@pytest.mark.parametrize("who", [*MAY, "public"])
def test_the_event_page_names_nobody(app: Flask, event: int, rows: dict[str, int], sign_in: SignIn, who: str):
    with work(app) as session:
        found = session.get_one(Event, event)
        found.visibility = Visibility.PUBLIC
    browser = app.test_client() if who == "public" else sign_in(who)
    page = open_page(browser, f"/events/{event}")
    assert "Hakobyan" not in page.html
    assert ("Expected" in page.text) is (who not in ("public", "guest"))
    assert ("Attendance list" in page.text) is (MAY.get(who, (403, 403))[0] == 200)
    assert len(rows) == 3


def test_a_row_of_another_event_is_not_found(app: Flask, world: World, rows: dict[str, int], sign_in: SignIn):
    with work(app):
        other = events.log(SYSTEM, world.consultation()).id
    browser = sign_in("editor")
    for path in ("", "/sign", "/signature.svg"):
        assert browser.get(f"/events/{other}/attendance/{rows['Ana Hakobyan']}{path}").status_code == 404


def test_the_list_asks_the_same_few_times_however_long_it_is(app: Flask, event: int, sign_in: SignIn):
    browser = sign_in("editor")

    def asked(count: int) -> int:
        with work(app) as session:
            for number in range(count):
                services.add(SYSTEM, session.get_one(Event, event), guest(f"G {count} {number}"))
        browser.get(f"/events/{event}/attendance")
        with statements(app) as seen:
            assert browser.get(f"/events/{event}/attendance").status_code == 200
        return len(seen)

    few = asked(2)
    assert asked(30) == few <= 10


def test_erasing_a_person_empties_the_row_the_signature_and_the_declaration(app: Flask, world: World, event: int):
    from app.stakeholders import erasure, subject_data
    from app.stakeholders.erasure import ErasureReason
    from tests.events.invitations.test_erasure import person

    with work(app) as session:
        found: Any = session.get_one(Event, event)
        made = person(world, "Petra", "petra@example.org")
        row = services.add(SYSTEM, found, guest("Petra Hakobyan", Way.ONLINE))
        row.person_id = made.id
        services.declare(SYSTEM, found, name="Ed", function="Head", drawing=None)
        services.sign(SYSTEM, row, drawing=DRAWING, typed=None)
        session.flush()
        session.expire_all()
        erasure.erase(SYSTEM, subject_data.collect(made), made.version, ErasureReason.ASKED, ())
        key = row.id
    with app.app_context():
        row = db.session.get_one(Attendance, key)
        assert (row.name, row.function, row.state) == ("Erased person", None, Presence.PRESENT)
        signature = db.session.scalars(select(AttendanceSignature)).one()
        assert (signature.name, signature.drawing_id) == ("[erased]", None)
        assert queries.declarations(db.session.get_one(Event, event))[0].people[0]["name"] == "[erased]"
        whole = [
            str(row)
            for table in ("attendance", "attendance_signature", "attendance_declaration", "audit_entry")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - the tables above
        ]
    assert [row for row in whole if "Petra" in row] == []
