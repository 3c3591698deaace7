"""Somebody who signed, or was declared, and is marked as not there; and when somebody signed."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events.attendance import queries, services
from app.events.attendance.models import Attendance, Presence
from app.events.invitations.models import Way
from app.events.models import Event
from tests.accounts.people import work
from tests.events.attendance.conftest import DRAWING, guest
from tests.page import open_page
from tests.pdfs import text_of


@pytest.mark.parametrize("marked", [Presence.ABSENT, Presence.EXCUSED])
def test_somebody_who_signed_and_is_marked_as_not_there_is_shown_as_a_contradiction(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient, marked: Presence
):
    key = rows["Ana Hakobyan"]
    with work(app) as session:
        services.sign(SYSTEM, session.get_one(Attendance, key), drawing=DRAWING, typed=None)
    url = f"/events/{event}/attendance"
    assert "contradicts" not in open_page(editor, url).text
    with work(app) as session:
        services.mark(SYSTEM, session.get_one(Attendance, key), marked)
    page = open_page(editor, url)
    assert "1 who signed or was declared is marked as not there, and is not counted." in page.text
    assert "contradicts how they are marked" in page.select_one(f"#row-{key}").text
    listed = csv.DictReader(io.StringIO(editor.get(f"{url}?format=csv").get_data(as_text=True).lstrip("\ufeff")))
    told = {row["Name"]: row["Signed or declared, and marked as not there"] for row in listed}
    assert (told["Ana Hakobyan"], told["Bernd Müller"]) == ("yes", "")
    found = text_of(editor.get(f"{url}/list.pdf").data)
    assert f"marked as “{marked.label}”: contradicts" in found
    assert "1 who signed or was declared" in found
    form = open_page(editor, url).form("Present: Ana Hakobyan present")
    assert form.submit(editor, ("state", "present")).status_code == 303
    assert "contradicts" not in open_page(editor, url).text


def test_somebody_who_was_declared_and_is_marked_as_not_there_is_shown_too(app: Flask, event: int, editor: FlaskClient):
    with work(app) as session:
        made = session.get_one(Event, event)
        row = services.add(SYSTEM, made, guest("Олена Online", Way.ONLINE))
        services.declare(SYSTEM, made, name="Ed Itor", function="Head", drawing=None)
        services.mark(SYSTEM, row, Presence.ABSENT)
        assert queries.present_by_country(made) == {}
    assert "1 who signed or was declared" in open_page(editor, f"/events/{event}/attendance").text
    assert "marked as “Absent”: contradicts" in text_of(editor.get(f"/events/{event}/attendance/list.pdf").data)


def test_the_file_says_when_somebody_signed_in_utc_and_on_the_clock_of_the_event(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient
):
    with work(app) as session:
        signed = services.sign(
            SYSTEM, session.get_one(Attendance, rows["Ana Hakobyan"]), drawing=None, typed="Ana Hakobyan"
        )
        at = signed.signed_at
    listed = csv.DictReader(
        io.StringIO(editor.get(f"/events/{event}/attendance?format=csv").get_data(as_text=True).lstrip("\ufeff"))
    )
    [row] = [row for row in listed if row["Signed"]]
    assert row["Signed"] == at.isoformat()
    assert row["Signed, local time"] == f"{at.astimezone(ZoneInfo('Asia/Yerevan')):%Y-%m-%d %H:%M} Asia/Yerevan"
