"""Planning, changing, moving on, cancelling and deleting on pages."""

import re
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.audit import AuditEntry
from app.events.models import Event, EventKind, EventState, Format, MeetingType, Visibility
from app.extensions import db
from tests.events.conftest import Entered, SignIn
from tests.events.world import NEXT_WEEK, World


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    """The browser of the lead of Armenia."""
    return sign_in("lead")


@pytest.fixture
def typed(world: World) -> dict[str, Any]:
    """What is typed for a meeting of next week."""
    return {
        "submission_key": "one-press",
        "title-en": "Meeting in Yerevan",
        "title-hy": "Հանդիպում Երևանում",
        "meeting_type": "coordination",
        "number": "5",
        "starts_on": "2025-05-20",
        "starts_time": "10:00",
        "ends_on": "2025-05-22",
        "ends_time": "16:00",
        "zone": "Asia/Yerevan",
        "format": "hybrid",
        "venue": "Hotel",
        "city": "Yerevan",
        "country": "AM",
        "link": "https://meet.example.org/x",
        "organiser": world.school,
        "organisations": [world.company],
        "microcredentials": [world.pattern],
        "series_name": "Coordination meetings",
        "visibility": "public",
        "plan_as": "confirmed",
    }


def form_of(client: FlaskClient, path: str) -> dict[str, Any]:
    """The fields of a page's form as a browser would send them."""
    text = client.get(path).text
    form = text[text.index('<form method="post"') :]
    form = form[form.index("novalidate") :] if "novalidate" in form else form
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not name or (kind and kind[1] in ("checkbox", "radio") and "checked" not in tag):
            continue
        data.setdefault(name[1], []).append(value[1] if value else "y")
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        data[name] = re.findall(r'<option selected value="([^"]*)"', inside)
    texts = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL)
    return data | dict(texts)


def only_event(app: Flask) -> Event:
    """The one event there is."""
    with app.app_context():
        statement = sa.select(Event).options(
            sa.orm.selectinload(Event.organisations),
            sa.orm.selectinload(Event.microcredential_links),
            sa.orm.joinedload(Event.series),
        )
        return db.session.scalars(statement).one()


def count(app: Flask) -> int:
    """How many events there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


def test_an_event_is_planned_with_everything(app: Flask, world: World, lead: FlaskClient, typed: dict) -> None:
    answer = lead.post("/events/new?kind=meeting", data=typed)
    event = only_event(app)
    assert (answer.status_code, answer.location) == (303, f"/events/{event.id}")
    assert event.title == {"en": "Meeting in Yerevan", "hy": "Հանդիպում Երևանում"}
    assert (event.kind, event.meeting_type, event.number) == (EventKind.MEETING, MeetingType.COORDINATION, 5)
    assert (event.state, event.visibility, event.format) == (EventState.CONFIRMED, Visibility.PUBLIC, Format.HYBRID)
    assert (str(event.local_start), str(event.local_end)) == ("2025-05-20 10:00:00+04:00", "2025-05-22 16:00:00+04:00")
    assert event.series.name == {"en": "Coordination meetings"}
    text = lead.get(answer.location).text
    assert "20 May 2025, 10:00 (UTC+4) – 22 May 2025, 16:00 (UTC+4)" in text


@pytest.mark.parametrize("kind", list(EventKind))
def test_each_kind_has_its_form(lead: FlaskClient, kind: EventKind) -> None:
    text = lead.get(f"/events/new?kind={kind.value}").text
    assert ('name="meeting_type"' in text) is (kind is EventKind.MEETING)
    assert ('name="consultation_type"' in text) is (kind is EventKind.CONSULTATION)
    assert ('name="starts_time"' in text) is (kind is not EventKind.DEADLINE)


def test_a_kind_that_is_none_means_a_meeting(lead: FlaskClient) -> None:
    assert 'name="meeting_type"' in lead.get("/events/new?kind=party").text


def test_a_deadline_is_planned_and_done(app: Flask, lead: FlaskClient) -> None:
    typed = {"title-en": "Reports", "starts_on": "2025-05-20", "zone": "Asia/Yerevan", "country": "AM"}
    answer = lead.post("/events/new?kind=deadline", data=typed | {"visibility": "public", "plan_as": "planned"})
    event = only_event(app)
    assert (event.kind, event.all_day, event.state) == (EventKind.DEADLINE, True, EventState.PLANNED)
    assert "Mark as done" in lead.get(answer.location).text
    moved = lead.post(f"{answer.location}/move", data={"state": "done", "version": event.version})
    assert "It is done." in lead.get(moved.location).text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title-en": "", "title-hy": " "}, "Write a title, in any of the languages."),
        ({"title-en": "x" * 301}, "English: Write at most 300 characters."),
        ({"starts_on": ""}, "Choose a day."),
        ({"starts_on": "soon"}, "Write a date like 2025-05-12."),
        ({"ends_on": "2025-05-19"}, "It would end on 19 May 2025, before it starts on 20 May 2025."),
        ({"ends_on": "2025-05-20", "ends_time": "09:00"}, "It would end at 09:00, before it starts at 10:00."),
        ({"ends_on": "2027-05-20"}, "write at most a year"),
        ({"zone": "Mars/Olympus"}, "Choose one of the list."),
        ({"link": "javascript:alert(1)"}, "Write an address like https://example.org/meeting."),
        ({"link": "x" * 2001}, "This is longer than 2000 characters."),
        ({"link": ""}, "Write the link, or tick that it follows later."),
        ({"venue": "", "city": ""}, "Write where people meet."),
        ({"number": "fifth"}, "Write a whole number."),
        ({"number": "99999999999"}, "Write a number from 1 to 9999."),
        ({"country": "GE"}, "Choose one of the list."),
        ({"country": ""}, "Choose one"),
        ({"region": "ZZ-99"}, "Choose one of the list."),
        ({"visibility": ""}, "Choose one"),
        ({"plan_as": "closed"}, "Choose one of the list."),
        ({"microcredentials": ["4711"]}, "no longer exists, or is not open to you"),
        ({"organiser": "4711"}, "no longer exists, or is not open to you"),
        ({"women": "3", "total": "4"}, "3 + 0 + 0 + 0 make 3, not 4."),
    ],
)
def test_bad_input_is_told_in_its_place_and_nothing_is_saved(
    app: Flask, lead: FlaskClient, typed: dict, changes: dict, message: str
) -> None:
    answer = lead.post("/events/new?kind=meeting", data=typed | changes)
    assert answer.status_code == 422
    assert message in answer.text
    if "title-hy" not in changes:
        assert "Հանդիպում Երևանում" in answer.text
    assert count(app) == 0


def test_a_region_of_another_country_is_refused(app: Flask, sign_in: SignIn, typed: dict) -> None:
    region = next(entry for entry in app.config["CONSORTIUM"].regions if entry.country == "RS" and not entry.hidden)
    answer = sign_in("admin").post("/events/new", data=typed | {"region": region.code})
    assert "This region is in another country." in answer.text


def test_a_double_press_plans_one_event(app: Flask, lead: FlaskClient, typed: dict) -> None:
    first = lead.post("/events/new?kind=meeting", data=typed)
    assert lead.post("/events/new?kind=meeting", data=typed).location == first.location
    assert count(app) == 1


def test_a_form_sent_back_unchanged_changes_nothing(app: Flask, world: World, lead: FlaskClient, typed: dict) -> None:
    location = lead.post("/events/new?kind=meeting", data=typed).location
    before = only_event(app)
    assert lead.post(f"{location}/edit", data=form_of(lead, f"{location}/edit")).status_code == 303
    after = only_event(app)
    names = [c.key for c in sa.inspect(Event).column_attrs if c.key not in ("version", "updated_at")]
    assert {name: getattr(after, name) for name in names} == {name: getattr(before, name) for name in names}
    assert [entry.id for entry in after.organisations] == [world.company]
    assert [link.microcredential_id for link in after.microcredential_links] == [world.pattern]


def test_minutes_are_written_on_the_form_and_the_event_moves_on(
    app: Flask, world: World, lead: FlaskClient, logged: int
) -> None:
    page = f"/events/{logged}"
    refused = lead.post(f"{page}/move", data={"state": "minuted", "version": only_event(app).version})
    assert refused.status_code == 422
    assert "Write what was said, or what was decided, first." in refused.text
    data = form_of(lead, f"{page}/edit") | {"summary-en": "Sixty hours.", "women": "8", "total": "8"}
    lead.post(f"{page}/edit", data=data)
    for state in ("minuted", "closed"):
        assert lead.post(f"{page}/move", data={"state": state, "version": only_event(app).version}).status_code == 303
    assert only_event(app).state is EventState.CLOSED
    closed = lead.get(f"{page}/edit")
    assert closed.status_code == 422
    assert "Reopen it to change it." in closed.text


def test_what_two_wrote_at_once_stands_side_by_side_and_nothing_is_lost(
    app: Flask, sign_in: SignIn, logged: int
) -> None:
    path = f"/events/{logged}/edit"
    one, two = sign_in("lead"), sign_in("editor")
    first, second = form_of(one, path), form_of(two, path)
    assert one.post(path, data=first | {"venue": "Town hall"}).status_code == 303
    conflict = two.post(path, data=second | {"venue": "Library", "summary-en": "Mine."})
    assert conflict.status_code == 409
    assert "Town hall" in conflict.text
    assert conflict.text.count("Library") >= 2
    assert only_event(app).venue == "Town hall"
    again = second | {"venue": "Library", "version": only_event(app).version}
    assert two.post(path, data=again).status_code == 303
    assert only_event(app).venue == "Library"


def test_of_two_editors_who_save_in_the_same_moment_one_is_told(app: Flask, sign_in: SignIn, logged: int) -> None:
    path = f"/events/{logged}/edit"
    clients = [sign_in("lead"), sign_in("editor")]
    forms = [form_of(client, path) | {"venue": name} for client, name in zip(clients, ("One", "Two"), strict=True)]
    gate, answers = threading.Barrier(2), []

    def save(client: FlaskClient, data: dict) -> None:
        gate.wait()
        answers.append((client.post(path, data=data).status_code, data["venue"]))

    threads = [threading.Thread(target=save, args=pair) for pair in zip(clients, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _venue in answers) == [303, 409]
    assert (303, only_event(app).venue) in answers


def test_what_was_cancelled_is_reopened_with_a_reason_and_is_as_certain_as_before(
    app: Flask, world: World, lead: FlaskClient, entered: Entered
) -> None:
    key = entered(world.consultation, EventState.CONFIRMED, starts_on=NEXT_WEEK)
    assert lead.get(f"/events/{key}/reopen").status_code == 422
    lead.post(f"/events/{key}/cancel", data=form_of(lead, f"/events/{key}/cancel") | {"reason": "Snow."})
    assert f"/events/{key}/reopen" in lead.get(f"/events/{key}").text
    bare = {"state": "planned", "version": only_event(app).version}
    assert lead.post(f"/events/{key}/move", data=bare).status_code == 422
    data = form_of(lead, f"/events/{key}/reopen")
    assert lead.post(f"/events/{key}/reopen", data=data | {"reason": " "}).status_code == 422
    assert only_event(app).state is EventState.CANCELLED
    assert lead.post(f"/events/{key}/reopen", data=data | {"reason": "It melted."}).status_code == 303
    assert (only_event(app).state, only_event(app).change_reason) == (EventState.CONFIRMED, "It melted.")
    assert "It melted." in lead.get(f"/events/{key}").text


@pytest.mark.parametrize("step", ["move", "cancel", "delete", "reopen"])
def test_a_step_from_a_stale_page_is_a_conflict(
    app: Flask, world: World, lead: FlaskClient, entered: Entered, step: str
) -> None:
    key = entered(world.consultation, EventState.DRAFT)
    version = only_event(app).version - 1
    data = {"state": "planned", "reason": "x", "version": version}
    assert lead.post(f"/events/{key}/{step}", data=data).status_code == 409
    assert only_event(app).state is EventState.DRAFT


@pytest.mark.parametrize("state", ["", "nonsense", "closed", "draft"])
def test_a_move_that_does_not_exist_is_refused(app: Flask, lead: FlaskClient, logged: int, state: str) -> None:
    version = only_event(app).version
    lead.post(f"/events/{logged}/move", data={"state": "closed", "version": version})
    version = only_event(app).version
    answer = lead.post(f"/events/{logged}/move", data={"state": state, "version": version})
    assert answer.status_code in (409, 422)
    assert only_event(app).state is EventState.CLOSED


def test_an_event_is_called_off_with_a_reason(app: Flask, world: World, lead: FlaskClient, entered: Entered) -> None:
    key = entered(world.consultation, EventState.CONFIRMED, starts_on=NEXT_WEEK)
    data = form_of(lead, f"/events/{key}/cancel")
    refused = lead.post(f"/events/{key}/cancel", data=data | {"reason": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    data |= {"submission_key": "one-press"}
    answer = lead.post(f"/events/{key}/cancel", data=data | {"reason": "The host is ill."})
    again = lead.post(f"/events/{key}/cancel", data=data | {"reason": "The host is ill."})
    assert (again.status_code, again.headers["Location"]) == (303, f"/events/{key}"), "a double click cancels once"
    text = lead.get(answer.location).text
    assert "The host is ill." in text
    assert "20 May 2025" in text
    assert only_event(app).state is EventState.CANCELLED
    opened = lead.get(f"/events/{key}/cancel")
    assert (opened.status_code, "This cannot become “Cancelled”: it is “Cancelled”." in opened.text) == (422, True)
    assert 'name="reason"' not in opened.text
    assert (
        lead.post(f"/events/{key}/cancel", data={"reason": "Again", "version": only_event(app).version}).status_code
        == 409
    )


def test_a_new_day_is_told_with_the_old_one_and_the_reason(world: World, lead: FlaskClient, entered: Entered) -> None:
    key = entered(world.consultation, EventState.PLANNED, starts_on=NEXT_WEEK)
    data = form_of(lead, f"/events/{key}/edit")
    moved = {"starts_on": "2025-05-27", "ends_on": "2025-05-27", "reason": "The hall is taken."}
    text = lead.get(lead.post(f"/events/{key}/edit", data=data | moved).location).text
    assert "It was announced for 20 May 2025, 14:00–17:00 (UTC+4). The hall is taken." in text


def test_a_draft_is_deleted_after_asking(app: Flask, world: World, lead: FlaskClient, entered: Entered) -> None:
    key = entered(world.consultation, EventState.DRAFT)
    data = form_of(lead, f"/events/{key}/delete")
    assert lead.post(f"/events/{key}/delete", data=data).location == "/events/"
    assert count(app) == 0


def test_what_was_published_is_not_deleted(app: Flask, lead: FlaskClient, logged: int) -> None:
    answer = lead.post(f"/events/{logged}/delete", data={"version": only_event(app).version})
    assert answer.status_code == 422
    assert count(app) == 1


def test_what_was_published_is_not_offered_for_deletion(lead: FlaskClient, logged: int) -> None:
    answer = lead.get(f"/events/{logged}/delete")
    assert answer.status_code == 422
    assert "Only drafts can be deleted" in answer.text


@pytest.mark.parametrize("field", ["venue", "address", "city"])
def test_a_link_to_a_meeting_does_not_go_where_everybody_reads_it(
    app: Flask, lead: FlaskClient, typed: dict, field: str
) -> None:
    answer = lead.post("/events/new?kind=meeting", data=typed | {field: "https://meet.example.org/our-room"})
    assert answer.status_code == 422
    assert "Write the web address under “Link”, which visitors do not see." in answer.text
    assert count(app) == 0


@pytest.mark.parametrize("key", ["99999999999999999999", "-1", "abc"])
def test_a_chosen_organisation_that_cannot_be_one_is_refused(
    app: Flask, lead: FlaskClient, typed: dict, key: str
) -> None:
    answer = lead.post("/events/new?kind=meeting", data=typed | {"organisations": [key]})
    assert answer.status_code == 422
    assert "no longer exists" in answer.text
    assert count(app) == 0


@pytest.mark.parametrize("reason", ["   ", "\0"])
def test_a_blank_is_no_reason_to_call_an_event_off(lead: FlaskClient, logged: int, reason: str) -> None:
    answer = lead.post(f"/events/{logged}/cancel", data={"reason": reason})
    assert answer.status_code == 422
    assert "Say why" in answer.text


def test_reading_and_asking_write_nothing(app: Flask, lead: FlaskClient, logged: int) -> None:
    def entries() -> int:
        with app.app_context():
            return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0

    before = entries()
    for path, status in (("", 200), ("/edit", 200), ("/cancel", 422)):
        assert lead.get(f"/events/{logged}{path}").status_code == status
    assert lead.get(f"/events/{logged}/move").status_code == 405
    assert entries() == before


def test_a_country_lead_may_still_edit_what_was_entered_for_another_country(
    app: Flask, world: World, sign_in: SignIn, entered: Entered
) -> None:
    from app.stakeholders.models import Organisation

    with app.app_context():
        school = db.session.get(Organisation, world.school)
    key = entered(world.consultation, country="DE", organiser=school)
    editor = sign_in("editor")
    assert editor.post(f"/events/{key}/edit", data=form_of(editor, f"/events/{key}/edit")).status_code == 303
    assert only_event(app).country == "DE"
