"""Logging an event in one form."""

import re

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.events.models import Event, EventKind, EventState, Format, Visibility
from app.extensions import db
from app.stakeholders.models import Organisation, OrganisationName
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.markup import parsed


@pytest.fixture
def typed(world: World) -> dict[str, object]:
    """What is typed for a consultation of last week."""
    return {
        "submission_key": "one-press",
        "kind": "consultation",
        "consultation_type": "workshop",
        "title": "Пошиття та оздоблення тканин",
        "language": "uk",
        "starts_on": "2025-05-06",
        "starts_time": "",
        "ends_time": "",
        "zone": "Asia/Yerevan",
        "format": "onsite",
        "venue": "Ванадзор, Центр зайнятості",
        "country": "AM",
        "organiser": world.school,
        "organisations": [world.company],
        "microcredentials": [world.pattern],
        "women": "8",
        "men": "4",
        "nonbinary": "0",
        "undisclosed": "1",
        "total": "13",
        "summary": "Підприємства просять 60 годин практики.",
        "visibility": "consortium",
    }


@pytest.fixture
def editor(sign_in: SignIn) -> FlaskClient:
    """The browser of a partner's editor."""
    return sign_in("editor")


def events(app: Flask) -> list[Event]:
    """All events there are."""
    with app.app_context():
        statement = sa.select(Event).options(
            sa.orm.selectinload(Event.organisations), sa.orm.selectinload(Event.microcredential_links)
        )
        return list(db.session.scalars(statement))


def organisations(app: Flask) -> list[str]:
    """The names of all organisations."""
    with app.app_context():
        return list(db.session.scalars(sa.select(Organisation.name).order_by(Organisation.id)))


def value(text: str, name: str) -> str | None:
    """The value of an input of the page."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', text)
    found = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return found[1] if found else None


def chosen(text: str, name: str) -> list[str]:
    """The records that a picker of the page holds as chosen."""
    return re.findall(rf'name="{name}" value="(\d+)" checked', text)


def test_the_form_opens_with_sensible_guesses(world: World, editor: FlaskClient) -> None:
    text = editor.get("/events/log").text
    assert value(text, "starts_on") == "2025-05-12"
    assert chosen(text, "organiser") == [str(world.school)]
    for option in ("Asia/Yerevan", "AM", "consortium"):
        assert re.search(rf'<option selected value="{option}"', text)
    assert re.search(r'<input checked[^>]*value="consultation"', text)


def test_a_link_from_elsewhere_brings_kind_and_micro_credential(world: World, editor: FlaskClient) -> None:
    text = editor.get("/events/log?kind=round_table&mc=am-03").text
    assert re.search(r'<input checked[^>]*value="round_table"', text)
    assert chosen(text, "microcredentials") == [str(world.pattern)]
    assert editor.get("/events/log?kind=nonsense&mc=%00").status_code == 200


def test_a_consultation_is_logged_in_one_form(app: Flask, world: World, editor: FlaskClient, typed: dict) -> None:
    answer = editor.post("/events/log", data=typed)
    (event,) = events(app)
    assert (answer.status_code, answer.location) == (303, f"/events/{event.id}")
    assert (event.state, event.kind, event.all_day) == (EventState.HELD, EventKind.CONSULTATION, True)
    assert event.title == {"uk": "Пошиття та оздоблення тканин"}
    assert event.summary == {"uk": "Підприємства просять 60 годин практики."}
    assert (event.format, event.venue, event.link) == (Format.ONSITE, "Ванадзор, Центр зайнятості", None)
    assert (event.people, event.created_by_id, event.visibility) == (13, 6, Visibility.CONSORTIUM)
    page = editor.get(answer.location).text
    assert "Saved. It concerns AM-03 Pattern on Fabric." in page


def test_a_pasted_link_makes_it_online(app: Flask, editor: FlaskClient, typed: dict) -> None:
    editor.post("/events/log", data=typed | {"venue": "https://meet.example.org/x"})
    (event,) = events(app)
    assert (event.format, event.venue, event.link) == (Format.ONLINE, None, "https://meet.example.org/x")


def test_what_is_not_finished_is_kept_as_a_draft(app: Flask, editor: FlaskClient, typed: dict) -> None:
    later = {"starts_on": "2025-05-21", "microcredentials": [], "organisations": [], "do": "draft"}
    assert editor.post("/events/log", data=typed | later).status_code == 303
    assert [event.state for event in events(app)] == [EventState.DRAFT]


def test_a_draft_may_lack_a_place_and_says_so_until_it_is_held(app: Flask, editor: FlaskClient, typed: dict) -> None:
    bare = typed | {"do": "draft", "venue": "", "microcredentials": [], "organisations": [], "total": "", "women": ""}
    bare |= {"men": "", "undisclosed": "", "nonbinary": ""}
    answer = editor.post("/events/log", data=bare)
    assert answer.status_code == 303
    page = editor.get(answer.location).text
    lacking = BeautifulSoup(page, "html.parser").select_one("#lacking")
    assert lacking is not None
    assert [item.get_text() for item in lacking.select("li")] == [
        "Say who took part: organisations, or how many people.",
        "Choose at least one micro-credential.",
        "Write where people meet.",
    ]
    (event,) = events(app)
    move = editor.post(f"{answer.location}/move", data={"state": "held", "version": event.version})
    assert move.status_code == 422
    assert "Write where people meet." in move.text
    assert events(app)[0].state is EventState.DRAFT


def test_an_evening_that_ends_after_midnight_ends_on_the_next_day(app: Flask, editor: FlaskClient, typed: dict) -> None:
    answer = editor.post("/events/log", data=typed | {"starts_time": "22:00", "ends_time": "01:00"})
    assert answer.status_code == 303
    (event,) = events(app)
    assert (event.starts_on.isoformat(), event.ends_on.isoformat()) == ("2025-05-06", "2025-05-07")
    assert "It ended on the next day, 7 May 2025." in editor.get(answer.location).text


def test_a_double_press_makes_one_event(app: Flask, editor: FlaskClient, typed: dict) -> None:
    first = editor.post("/events/log", data=typed)
    second = editor.post("/events/log", data=typed)
    assert first.location == second.location
    assert second.status_code == 303
    assert len(events(app)) == 1


def test_a_link_written_beside_a_place_is_no_part_of_the_place(app: Flask, editor: FlaskClient, typed: dict) -> None:
    editor.post("/events/log", data=typed | {"venue": "Room 5, join https://meet.example.org/x?pwd=abc"})
    (event,) = events(app)
    found = (event.format, event.venue, event.link)
    assert found == (Format.HYBRID, "Room 5, join", "https://meet.example.org/x?pwd=abc")


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Https://meet.example.org/x", (None, "Https://meet.example.org/x")),
        ("Zoom (https://meet.example.org/x).", ("Zoom", "https://meet.example.org/x")),
        ("Room 5 (north), <HTTPS://meet.example.org/x>", ("Room 5 (north)", "HTTPS://meet.example.org/x")),
        ("See https://meet.example.org/x, room 5.", ("See , room 5.", "https://meet.example.org/x")),
    ],
)
def test_a_link_is_known_however_it_is_typed(
    app: Flask, editor: FlaskClient, typed: dict, where: str, found: tuple[str | None, str]
) -> None:
    editor.post("/events/log", data=typed | {"venue": where})
    (event,) = events(app)
    assert (event.venue, event.link) == found


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"venue": "https://a.example.org or https://b.example.org"},
            "Write one link here, and others in what was said.",
        ),
        ({"starts_on": "2025-05-21"}, "21 May 2025 is after today, 12 May 2025."),
        ({"total": "14"}, "8 + 4 + 0 + 1 make 13, not 14."),
        ({"microcredentials": []}, "Choose at least one micro-credential."),
        ({"title": ""}, "Write a title."),
        ({"title": "x" * 301}, "This is longer than 300 characters."),
        ({"starts_on": ""}, "Choose a day."),
        ({"starts_on": "yesterday"}, "Write a date like 2025-05-12."),
        ({"starts_on": "0001-01-01"}, "Write a year from"),
        ({"starts_on": "1999-12-31"}, "The year 1999 cannot be meant."),
        ({"starts_time": "25:00"}, "Write a time like 14:30."),
        ({"starts_time": "14:00"}, "Write when it ends, or leave both times empty for a whole day."),
        ({"starts_time": "14:00", "ends_time": "13:00"}, "It would end at 13:00, before it starts at 14:00."),
        ({"zone": "Europe/Atlantis"}, "Choose one of the list."),
        ({"kind": "deadline"}, "Choose one of the list."),
        ({"kind": ""}, "Choose one of the list."),
        ({"visibility": "nobody"}, "Choose one of the list."),
        ({"country": "GE"}, "Choose one of the list."),
        ({"language": "tlh"}, "Choose one of the list."),
        ({"women": "eight"}, "Write a whole number."),
        ({"women": "-8"}, "Write a number from 0 to 1000000."),
        ({"women": "9" * 30}, "Write a number from 0 to 1000000."),
        ({"organisations": ["999999"]}, "One of the chosen entries no longer exists, or is not open to you."),
        ({"microcredentials": ["999999"]}, "One of the chosen entries no longer exists, or is not open to you."),
        ({"microcredentials": ["1 OR 1=1"]}, "One of the chosen entries no longer exists, or is not open to you."),
        ({"venue": "", "format": "onsite"}, "Write where people meet."),
        ({"venue": "https://[nonsense"}, "Write an address like https://example.org/meeting."),
        ({"summary": "x" * 20_001}, "This is longer than 20000 characters."),
    ],
)
def test_bad_input_is_told_in_its_place_and_nothing_is_lost_or_saved(
    app: Flask, editor: FlaskClient, typed: dict, changes: dict, message: str
) -> None:
    answer = editor.post("/events/log", data=typed | changes)
    assert answer.status_code == 422
    text = answer.text.replace("&#39;", "'").replace("&#34;", '"')
    assert message in text
    assert "Error: " in text.split("</title>")[0]
    if "title" not in changes:
        assert "Пошиття та оздоблення тканин" in text
    if "summary" not in changes:
        assert "Підприємства просять 60 годин практики." in text
    assert events(app) == []


def test_three_things_wrong_are_told_at_once(editor: FlaskClient, typed: dict) -> None:
    wrong = typed | {"starts_on": "2025-05-21", "microcredentials": []}
    assert "2 things to correct" in editor.post("/events/log", data=wrong).text


def test_nul_characters_do_no_harm(editor: FlaskClient, typed: dict) -> None:
    assert editor.post("/events/log", data=typed | {"title": "a\0b", "summary": "\0"}).status_code < 500


@pytest.mark.parametrize(("who", "status"), [("expert", 403), ("auditor", 403), ("guest", 403), ("public", 303)])
def test_only_who_may_enter_events_gets_the_form(sign_in: SignIn, who: str, status: int) -> None:
    assert sign_in(who).get("/events/log").status_code == status


def test_looking_for_records_without_script_keeps_what_was_typed(editor: FlaskClient, typed: dict) -> None:
    looking = {"find": "microcredentials", "microcredentials-q": "wine", "microcredentials": []}
    answer = editor.post("/events/log", data=typed | looking)
    assert answer.status_code == 200
    assert "GE-01" in answer.text
    assert "Пошиття та оздоблення тканин" in answer.text


NEW = {"new-name": "Швейна майстерня", "new-country": "AM", "new-category": "company", "do": "add-organisation"}


def test_an_organisation_that_is_sent_twice_is_added_once_and_chosen_both_times(
    app: Flask, editor: FlaskClient, typed: dict
) -> None:
    pages = [editor.post("/events/log", data=typed | NEW) for _press in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    with app.app_context():
        made = db.session.scalars(
            sa.select(OrganisationName.organisation_id).where(OrganisationName.text == NEW["new-name"])
        ).all()
    assert len(made) == 1
    chosen = [BeautifulSoup(page.text, "html.parser").select(f'input[value="{made[0]}"][checked]') for page in pages]
    assert [len(boxes) for boxes in chosen] == [1, 1]


def test_an_organisation_is_added_and_chosen_and_everything_typed_is_kept(
    app: Flask, world: World, editor: FlaskClient, typed: dict
) -> None:
    answer = editor.post("/events/log", data=typed | NEW | {"starts_on": "nonsense", "women": "eight"})
    assert answer.status_code == 200
    assert organisations(app)[-1] == "Швейна майстерня"
    assert len(chosen(answer.text, "organisations")) == 2
    assert chosen(answer.text, "microcredentials") == [str(world.pattern)]
    assert value(answer.text, "title") == "Пошиття та оздоблення тканин"
    assert (value(answer.text, "starts_on"), value(answer.text, "women")) == ("nonsense", "eight")
    assert value(answer.text, "new-name") in ("", None)
    keys = chosen(answer.text, "organisations")
    editor.post("/events/log", data=typed | {"organisations": keys})
    (event,) = events(app)
    assert {entry.name for entry in event.organisations} == {"Tekstil Lori", "Швейна майстерня"}


def test_what_was_looked_for_and_not_found_is_carried_into_the_new_organisation(editor: FlaskClient) -> None:
    text = editor.get("/events/log").text
    assert re.search(r"<input[^>]*data-from-query[^>]*name=\"new-name\"", text)
    assert 'formaction="/events/log#organisations"' in text


def test_a_like_name_is_shown_first_and_may_still_be_another_one(
    app: Flask, world: World, editor: FlaskClient, typed: dict
) -> None:
    before = organisations(app)
    like = typed | NEW | {"new-name": "Текстил Лори", "organisations": []}
    answer = editor.post("/events/log", data=like)
    assert answer.status_code == 422
    assert f'name="organisations" value="{world.company}"' in answer.text
    assert organisations(app) == before
    answer = editor.post("/events/log", data=like | {"do": "add-organisation-anyway"})
    assert answer.status_code == 200
    assert organisations(app) == [*before, "Текстил Лори"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"new-name": ""}, "Write a name."),
        ({"new-category": ""}, "Choose a category."),
        ({"new-category": "castle"}, "Choose one of the list."),
        ({"new-country": "GE"}, "Choose one of the list."),
    ],
)
def test_an_organisation_that_cannot_be_added_says_why_and_keeps_the_rest(
    app: Flask, editor: FlaskClient, typed: dict, changes: dict, message: str
) -> None:
    before = organisations(app)
    answer = editor.post("/events/log", data=typed | NEW | changes)
    assert answer.status_code == 422
    assert message in answer.text
    assert value(answer.text, "title") == "Пошиття та оздоблення тканин"
    assert organisations(app) == before


def test_saving_with_an_organisation_typed_and_not_added_asks_about_it(
    app: Flask, editor: FlaskClient, typed: dict
) -> None:
    answer = editor.post("/events/log", data=typed | {"new-name": "Швейна майстерня"})
    assert answer.status_code == 422
    assert "is not added yet" in answer.text
    assert events(app) == []


def test_a_time_that_the_clocks_show_twice_is_accepted_and_explained(editor: FlaskClient, typed: dict) -> None:
    twice = {"starts_on": "2024-10-27", "starts_time": "02:30", "ends_time": "04:00", "zone": "Europe/Berlin"}
    answer = editor.post("/events/log", data=typed | twice)
    assert "meant is the first of the two" in editor.get(answer.location).text


def test_a_time_that_the_clocks_skip_is_refused(editor: FlaskClient, typed: dict) -> None:
    skipped = {"starts_on": "2025-03-30", "starts_time": "02:30", "ends_time": "04:00", "zone": "Europe/Berlin"}
    answer = editor.post("/events/log", data=typed | skipped)
    assert answer.status_code == 422
    assert "There is no 02:30 on 30 March 2025 in Europe/Berlin" in answer.text


def test_a_day_outside_the_project_is_accepted_and_flagged(editor: FlaskClient, typed: dict) -> None:
    answer = editor.post("/events/log", data=typed | {"starts_on": "2022-12-31"})
    assert "The day lies outside the run of the project." in editor.get(answer.location).text


def told(answer: TestResponse) -> list[str]:
    """The fields that the summary of errors names, in its order."""
    entries = parsed(answer.text).select("#errors li")
    return [entry.get_text().partition(":")[0].partition("?")[0] for entry in entries]


def test_everything_that_is_missing_is_told_at_once(app: Flask, editor: FlaskClient, typed: dict) -> None:
    empty = {"title": "", "starts_on": "", "venue": "", "microcredentials": [], "organisations": []}
    counts = dict.fromkeys(("women", "men", "nonbinary", "undisclosed", "total"), "")
    answer = editor.post("/events/log", data=typed | empty | counts)
    assert answer.status_code == 422
    assert told(answer) == ["Title", "Date", "Place or link", "Which micro-credentials did it concern", "Who took part"]
    assert events(app) == []


def test_a_slip_is_told_with_what_the_rules_refuse(app: Flask, editor: FlaskClient, typed: dict) -> None:
    slips = {"women": "many", "starts_on": "2025-06-01", "ends_time": "12:00", "microcredentials": []}
    answer = editor.post("/events/log", data=typed | slips)
    assert (answer.status_code, told(answer)) == (422, ["From", "Which micro-credentials did it concern", "Women"])
    rules = {"total": "99", "starts_on": "2025-06-01", "microcredentials": [], "new-name": "Not added"}
    answer = editor.post("/events/log", data=typed | rules)
    assert answer.status_code == 422
    assert told(answer) == ["Date", "Which micro-credentials did it concern", "Who took part", "Present"]
    assert events(app) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"zone": "Europe/Atlantis", "visibility": "nobody"}, ["Place or link", "Time zone", "Who may see it"]),
        ({"country": "XX", "language": "tlh"}, ["Place or link", "Written in", "Country"]),
        # What was asked in writing has no place, and not every kind concerns a micro-credential.
        ({"consultation_type": "seance"}, ["If a consultation"]),
        ({"kind": "party", "microcredentials": []}, ["Place or link", "What was it"]),
    ],
    ids=["zone and visibility", "country and language", "type", "kind"],
)
def test_a_choice_that_is_not_offered_hides_no_other_fault(
    app: Flask, editor: FlaskClient, typed: dict, changes: dict, fields: list[str]
) -> None:
    wrong = {"title": "", "women": "many", "venue": "", "starts_on": "2025-06-01"}
    answer = editor.post("/events/log", data=typed | wrong | changes)
    assert (answer.status_code, sorted(told(answer))) == (422, sorted(["Title", "Date", "Women", *fields]))
    assert events(app) == []
