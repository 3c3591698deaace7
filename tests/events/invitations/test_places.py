"""Only so many places, on site and online: who gets one, who waits, and who moves up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events import services as events
from app.events.attendance import queries as attendance
from app.events.attendance import services as lists
from app.events.invitations import answering, places, services, waiting
from app.events.invitations.answering import Said
from app.events.invitations.following import tell_invited
from app.events.invitations.models import AnsweredBy, EventInvitation, InvitationState, Way
from app.events.invitations.places import NoPlaceThere, Room
from app.events.invitations.services import Recipient
from app.events.models import Event, Format
from app.extensions import db
from tests.accounts.people import work
from tests.events.invitations.conftest import LATER, Change, composed, entry_in, mailed, state_of
from tests.events.invitations.test_links import BUTTONS, link
from tests.page import Page, open_page

S, ON, LINE = InvitationState, Way.ONSITE, Way.ONLINE
NAMES = ("ana", "bernd", "cleo", "dara")
Invited = dict[str, int]


def seats(onsite: int | None = None, online: int | None = None) -> dict[Way, int | None]:
    return {ON: onsite, LINE: online}


# ---- Rules ----


@pytest.mark.parametrize(
    ("held", "counted", "offered"),
    [
        (Format.ONSITE, seats(), (ON,)),
        (Format.ONLINE, seats(), (LINE,)),
        (Format.HYBRID, seats(), (ON, LINE)),
        (None, seats(), (ON,)),
        (None, seats(online=3), (LINE,)),
        (None, seats(2, 3), (ON, LINE)),
    ],
)
def test_the_form_of_an_event_says_how_people_take_part(
    held: Format | None, counted: dict[Way, int | None], offered: tuple[Way, ...]
):
    assert places.ways(held, counted) == offered


def test_places_are_counted_for_each_way_by_itself():
    said = [(S.ACCEPTED, ON, 2), (S.WAITING, ON, 1), (S.ACCEPTED, LINE, 1), (S.TENTATIVE, ON, 9), (S.ACCEPTED, None, 1)]
    on_site, online = places.rooms(Format.HYBRID, seats(3, 5), said)
    assert (on_site.taken, on_site.waiting, on_site.free, on_site.is_full) == (3, 1, 0, True)
    assert (online.taken, online.free, online.is_full) == (1, 4, False)


def test_who_wanted_to_come_online_counts_on_site_once_there_is_nothing_else():
    (room,) = places.rooms(Format.ONSITE, seats(1), [(S.ACCEPTED, ON, 1), (S.ACCEPTED, LINE, 1)])
    assert (room.taken, room.beyond) == (2, 1)


@pytest.mark.parametrize(
    ("room", "state", "before", "admitted"),
    [
        (Room(way=ON, seats=None, taken=99), S.INVITED, None, True),
        (Room(way=ON, seats=2, taken=1), S.INVITED, None, True),
        (Room(way=ON, seats=2, taken=2), S.INVITED, None, False),
        (Room(way=ON, seats=2, taken=2), S.WAITING, ON, False),
        (Room(way=ON, seats=2, taken=2), S.TENTATIVE, ON, False),
        (Room(way=ON, seats=2, taken=2), S.ACCEPTED, ON, True),
        (Room(way=ON, seats=2, taken=5), S.ACCEPTED, ON, True),
    ],
)
def test_a_place_goes_to_who_has_it_or_where_one_is_free(
    room: Room, state: InvitationState, before: Way | None, admitted: bool
):
    assert places.is_admitted(room, state, before) is admitted


def test_nobody_loses_a_place_for_one_that_is_not_free(app: Flask):
    with app.test_request_context(), pytest.raises(NoPlaceThere, match="You keep the place"):
        places.is_admitted(Room(way=LINE, seats=1, taken=1), S.ACCEPTED, ON)


# ---- Answers ----


@pytest.fixture
def four(app: Flask, event: int) -> Invited:
    """Four are invited: the keys of their invitations by name."""
    with work(app) as session:
        wanted = [Recipient(name=name.title(), email=f"{name}@example.org") for name in NAMES]
        sent = services.invite(SYSTEM, session.get_one(Event, event), wanted, language="en")
        return {one.email.partition("@")[0]: one.id for one in sent.invitations}


Answer = Callable[..., None]


@pytest.fixture
def says(app: Flask, four: Invited) -> Answer:
    """Somebody answers."""

    def answer(
        who: str, said: InvitationState = S.ACCEPTED, way: Way | None = ON, how: AnsweredBy = AnsweredBy.LINK
    ) -> None:
        with work(app) as session:
            answering.answer(session.get_one(EventInvitation, four[who]), Said(answer=said, how=how, way=way))

    return answer


def standing(app: Flask, four: Invited) -> dict[str, str]:
    return {who: state_of(app, key) for who, key in four.items()}


def test_who_accepts_beyond_the_places_waits_and_moves_up_in_turn(
    app: Flask, four: Invited, change: Change, says: Answer
):
    change(onsite_seats=1)
    for who in ("ana", "bernd", "cleo"):
        says(who)
    assert standing(app, four) == {"ana": "accepted", "bernd": "waiting", "cleo": "waiting", "dara": "invited"}
    with app.app_context():
        assert waiting.turns(db.session.get_one(EventInvitation, four["ana"]).event) == {
            four["bernd"]: 1,
            four["cleo"]: 2,
        }
    before = len(mailed(app, "bernd@example.org"))
    says("ana", S.DECLINED)
    assert standing(app, four) == {"ana": "declined", "bernd": "accepted", "cleo": "waiting", "dara": "invited"}
    news = mailed(app, "bernd@example.org")[before:]
    assert [one.subject for one in news] == ["A place for you: Patterns, cut & sewn"]
    assert "it is yours: On site" in news[0].text
    assert entry_in(news[0])["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_online_has_places_of_its_own(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1, online_seats=1)
    says("ana")
    says("bernd")
    says("bernd", way=LINE)
    says("cleo", way=LINE)
    assert standing(app, four) == {"ana": "accepted", "bernd": "accepted", "cleo": "waiting", "dara": "invited"}


def test_who_changes_from_site_to_online_makes_room(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1)
    says("ana")
    says("bernd")
    says("ana", way=LINE)
    assert standing(app, four)["bernd"] == "accepted"


def test_a_second_answer_keeps_the_turn(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1)
    for who in ("ana", "bernd", "cleo", "bernd"):
        says(who)
    says("ana", S.TENTATIVE)
    assert standing(app, four)["bernd"] == "accepted"
    assert standing(app, four)["cleo"] == "waiting"


def test_more_seats_let_the_next_ones_move_up(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1)
    for who in NAMES:
        says(who)
    change(onsite_seats=3)
    assert list(standing(app, four).values()) == ["accepted", "accepted", "accepted", "waiting"]
    change(onsite_seats=None)
    assert list(standing(app, four).values()) == ["accepted"] * 4


def test_fewer_seats_throw_nobody_out_and_the_list_says_so(
    app: Flask, four: Invited, change: Change, says: Answer, editor: FlaskClient
):
    for who in ("ana", "bernd"):
        says(who)
    change(onsite_seats=1)
    assert list(standing(app, four).values()) == ["accepted", "accepted", "invited", "invited"]
    assert "2 of 1 places taken, 1 more than there is room for" in open_page(editor, "/events/1/invitations").text


def test_a_withdrawn_invitation_makes_room(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1)
    says("ana")
    says("bernd")
    with work(app) as session:
        one = session.get_one(EventInvitation, four["ana"])
        services.withdraw(SYSTEM, one, one.version)
    assert standing(app, four)["bernd"] == "accepted"


def test_an_event_that_was_moved_asks_also_those_who_wait(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1)
    says("ana")
    says("bernd")
    change(onsite_seats=1, **LATER)
    with work(app) as session:
        tell_invited(session, {"event": session.get_one(EventInvitation, four["ana"]).event_id})
    assert list(standing(app, four).values()) == ["invited"] * 4
    with app.app_context():
        assert db.session.get_one(EventInvitation, four["bernd"]).queued is None


@pytest.mark.parametrize(("changes", "stands"), [(LATER, "invited"), ({"venue": "Town hall"}, "accepted")])
def test_nobody_gets_a_place_before_hearing_that_it_is_another_one(
    app: Flask, four: Invited, change: Change, says: Answer, *, changes: dict[str, object], stands: str
):
    """The seats are raised with the same form that moves the event."""
    change(onsite_seats=1)
    says("ana")
    says("bernd")
    mailed(app)
    change(onsite_seats=3, **changes)
    news = [one.subject.partition(":")[0] for one in mailed(app, "bernd@example.org")]
    assert news == ["Invitation", "Changed", *(["A place for you"] if stands == "accepted" else [])]
    assert standing(app, four)["bernd"] == stands


def test_nobody_waits_for_what_is_over(app: Flask, four: Invited, change: Change, says: Answer, event: int):
    change(onsite_seats=1)
    says("ana")
    with work(app) as session:
        found = session.get_one(Event, event)
        events.cancel(SYSTEM, found, found.version, "Snow")
        one = session.get_one(EventInvitation, four["bernd"])
        answering.enter(SYSTEM, one, one.version, Said(answer=S.ACCEPTED, how=AnsweredBy.ENTERED))
    assert standing(app, four)["bernd"] == "accepted"


def test_who_answered_by_mail_hears_by_mail_that_they_wait(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1)
    says("ana")
    says("bernd", how=AnsweredBy.MAIL, way=None)
    news = mailed(app, "bernd@example.org")[-1]
    assert news.subject.startswith("On the waiting list")
    assert "/event-invitation/" in news.text
    assert entry_in(news)["ATTENDEE"].params["PARTSTAT"] == "TENTATIVE"
    assert message_from_bytes(composed(app, news).as_bytes())["To"] == "bernd@example.org"


def test_two_who_press_for_the_last_place_at_once_get_one(app: Flask, four: Invited, change: Change):
    change(onsite_seats=1)
    together = Barrier(2)

    def press(who: str) -> None:
        with work(app) as session:
            one = session.get_one(EventInvitation, four[who])
            if db.engine.dialect.name == "postgresql":  # SQLite lets one writer in after the other
                together.wait(10)
            answering.answer(one, Said(answer=S.ACCEPTED, how=AnsweredBy.LINK, way=ON))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(press, ("ana", "bernd")))
    assert sorted(standing(app, four).values()) == ["accepted", "invited", "invited", "waiting"]


# ---- Pages ----


def test_who_accepts_too_late_is_told_and_may_come_online(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1, online_seats=5)
    says("bernd")
    browser = app.test_client()
    page = open_page(browser, link(app))
    assert "On site – full, with a waiting list" in page.text
    assert "Online – 5 places left" in page.text
    answer = page.form(BUTTONS).submit(browser, ("answer", "accepted"), way="onsite")
    told = Page(answer)
    assert "You are on the waiting list." in told.text
    assert "Your turn: 1" in told.text
    assert mailed(app)[-1].subject.startswith("Changed") or len(mailed(app)) == 1, "the page says it; no mail does"
    instead = open_page(browser, told.links["There is room: Online"])
    assert instead.form(BUTTONS).values["way"] == ["online"]
    instead.form(BUTTONS).submit(browser, ("answer", "accepted"))
    assert state_of(app, four["ana"]) == "accepted"


def test_who_would_lose_a_place_is_told_in_place_and_keeps_it(app: Flask, four: Invited, change: Change, says: Answer):
    change(onsite_seats=1, online_seats=1)
    says("ana")
    says("bernd", way=LINE)
    browser = app.test_client()
    form = open_page(browser, link(app)).form(BUTTONS)
    answer = form.submit(browser, ("answer", "accepted"), way="online", comment="By train")
    assert answer.status_code == 422
    page = Page(answer)
    assert "You keep the place you have" in " ".join(page.errors)
    assert "By train" in page.html
    assert state_of(app, four["ana"]) == "accepted"


def test_where_every_place_is_taken_the_page_says_so_before(app: Flask, four: Invited, change: Change, says: Answer):
    change(format=Format.ONSITE, link=None, onsite_seats=1)
    says("bernd")
    page = open_page(app.test_client(), link(app))
    assert "Every place is taken." in page.text
    assert "How do you take part?" not in page.text


def test_the_organiser_sees_who_waits_and_is_told_of_an_answer_that_waits(
    four: Invited, change: Change, says: Answer, event: int, editor: FlaskClient
):
    change(onsite_seats=1)
    says("ana")
    path = f"/events/{event}/invitations"
    form = open_page(editor, f"{path}/{four['bernd']}").form("Save the answer")
    form.submit(editor, answer="accepted", way="onsite")
    page = open_page(editor, path)
    assert "On site: 1 of 1 places taken, 1 waits" in page.text
    assert "Turn: 1" in page.text
    assert "With more seats those who wait move up" in page.text
    assert "1 of 1 places taken, 1 waits" in open_page(editor, f"/events/{event}").text


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("onsite_seats", "0", "Write a number from 1"),
        ("onsite_seats", "many", "Write a whole number."),
        ("online_seats", "9999999", "Write a number from 1"),
    ],
)
def test_seats_that_are_none_are_refused_in_their_place(
    event: int, editor: FlaskClient, field: str, typed: str, told: str
):
    form = open_page(editor, f"/events/{event}/edit").form("Save event")
    answer = form.submit(editor, **{field: typed})
    assert answer.status_code == 422
    assert told in " ".join(Page(answer).errors)


def test_seats_where_nobody_meets_are_refused(event: int, editor: FlaskClient):
    form = open_page(editor, f"/events/{event}/edit").form("Save event")
    answer = form.submit(editor, format="onsite", online_seats="5")
    assert "It takes place on site: leave this empty" in " ".join(Page(answer).errors)


@pytest.mark.usefixtures("four")
def test_a_list_of_who_was_there_takes_over_how_each_takes_part(app: Flask, says: Answer, event: int):
    says("ana", way=LINE)
    with work(app) as session:
        found = session.get_one(Event, event)
        lists.fill(SYSTEM, found)
        assert {row.name: row.how for row in attendance.of_event(found)}["Ana"] is LINE
