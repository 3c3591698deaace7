"""The attendance list as a document: who signs on site and who is declared online, in one."""

import re

from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events.attendance import services
from app.events.attendance.models import Attendance
from app.events.invitations.models import Way
from app.events.models import Event
from tests.accounts.people import work
from tests.events.attendance.conftest import DRAWING, guest
from tests.pdfs import opened, text_of


def sent(editor: FlaskClient, event: int, asked: str = "") -> bytes:
    answer = editor.get(f"/events/{event}/attendance/list.pdf{asked}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.data


def test_the_list_has_organisation_address_and_room_to_sign(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient
):
    found = text_of(sent(editor, event, "?blank=3"))
    assert "1 Loom Street" in found
    assert "Name Organisation and address Signature" in found
    assert "Bernd Müller" not in found, "whoever is excused is left out"
    free = len(rows) - 1 + 3
    assert re.search(rf"\b{free}\b", found)
    assert not re.search(rf"\b{free + 1}\b(?! of)", found.split("Signature")[1].split("Erasmus")[0])


def test_any_number_of_free_rows_that_somebody_asks_for_is_answered(
    event: int, rows: dict[str, int], editor: FlaskClient
):
    for asked in ("-5", "100000", "x"):
        assert opened(sent(editor, event, f"?blank={asked}")).pages


def test_a_hybrid_event_has_signatures_and_declarations_in_one_document(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient
):
    with work(app) as session:
        made = session.get_one(Event, event)
        services.sign(SYSTEM, session.get_one(Attendance, rows["Ana Hakobyan"]), drawing=DRAWING, typed=None)
        services.add(SYSTEM, made, guest("Олена Online", Way.ONLINE))
        services.add(SYSTEM, made, guest("Not yet declared", Way.ONLINE))
    before = text_of(sent(editor, event))
    assert "2 who took part online are not declared yet." in before
    with work(app) as session:
        services.declare(SYSTEM, session.get_one(Event, event), name="Ed Itor", function="Head", drawing=DRAWING)
    pdf = sent(editor, event)
    found = text_of(pdf)
    assert "not declared yet" not in found
    assert "I declare as the organiser" in found
    assert "Ed Itor" in found
    assert found.count("Олена Online") == 2, "in the list of those online and in the declaration"
    assert pdf == sent(editor, event), "the same list is the same document"


def test_markup_in_a_name_is_text(app: Flask, event: int, rows: dict[str, int], editor: FlaskClient):
    with work(app) as session:
        services.add(SYSTEM, session.get_one(Event, event), guest('<b>#panic("x")</b> $1*2*3$'))
    assert '<b>#panic("x")</b> $1*2*3$' in text_of(sent(editor, event))


def test_whoever_may_not_read_people_gets_no_list(client: FlaskClient, event: int):
    assert client.get(f"/events/{event}/attendance/list.pdf").status_code == 303
