"""Two events at one time in one place, or for the same people: pointed out to who plans, never refused."""

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.events import clashes, services
from app.events.agenda import services as agenda
from app.events.agenda.services import ItemFacts
from app.events.invitations import services as invitations
from app.events.invitations.services import Recipient
from app.events.models import Event, EventState, Format, Visibility
from tests.accounts.people import statements
from tests.events.conftest import Entered, SignIn
from tests.events.test_agenda_days import person
from tests.events.world import NEXT_WEEK, World

NINE, TEN, ELEVEN = (datetime(2025, 5, 20, hour, tzinfo=UTC) for hour in (9, 10, 11))


def test_what_begins_as_the_other_ends_does_not_overlap() -> None:
    assert not clashes.overlap((NINE, TEN), (TEN, ELEVEN))
    assert clashes.overlap((NINE, ELEVEN), (TEN, ELEVEN))
    assert clashes.overlap((NINE, ELEVEN), (NINE, TEN))


def test_a_whole_day_is_that_of_its_place() -> None:
    day = date(2025, 3, 30)  # of 23 hours in Berlin
    starts, ends = clashes.span("Europe/Berlin", day, day, None, None)
    assert (starts, ends) == (datetime(2025, 3, 29, 23, tzinfo=UTC), datetime(2025, 3, 30, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Employment centre", "Vanadzor"), ("employment  Centre", "VANADZOR"), True),
        (("Employment centre", "Vanadzor"), ("Employment centre", "Tbilisi"), False),
        ((None, "Vanadzor"), (None, "Vanadzor"), False),
        (("", None), ("", None), False),
    ],
)
def test_a_town_alone_is_no_place(one: tuple, other: tuple, same: bool) -> None:
    assert clashes.same_place(one, other) is same


def plan(world: World, **changes) -> Event:
    facts = {"starts_on": NEXT_WEEK, "starts_time": time(14), "ends_time": time(17)} | changes
    return services.plan(SYSTEM, world.consultation(**facts))


def needs(event: Event) -> list[tuple[bool, bool, bool]]:
    return [(one.place, one.link, one.people) for one in clashes.of(SYSTEM, event)]


def test_the_same_room_at_the_same_moment_clashes_whatever_the_clocks_say(session: Session, world: World) -> None:
    mine = plan(world)
    plan(world, zone="Europe/Berlin", starts_time=time(11, 30), ends_time=time(13))  # 13:30 in Yerevan
    plan(world, starts_time=time(17), ends_time=time(18))  # as mine ends
    plan(world, zone="Europe/Berlin", starts_time=time(15), ends_time=time(17))  # after it, though by name at its time
    plan(world, venue="Town hall")
    assert needs(mine) == [(True, False, False)]


def test_one_online_room_is_one_place(session: Session, world: World) -> None:
    online = {"format": Format.ONLINE, "venue": None, "city": None}
    mine = plan(world, link="https://meet.example/a", **online)
    plan(world, link="https://MEET.example/a/", **online)
    plan(world, link="https://meet.example/b", **online)
    assert needs(mine) == [(False, True, False)]


def test_what_is_cancelled_a_draft_or_a_deadline_takes_no_room(session: Session, world: World) -> None:
    mine = plan(world)
    off = plan(world)
    services.cancel(SYSTEM, off, off.version, "no room")
    services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.DRAFT)
    services.plan(SYSTEM, world.deadline())
    assert needs(mine) == []
    assert clashes.of(SYSTEM, off) == []


def test_whoever_is_invited_to_both_is_pointed_out_without_a_name(session: Session, world: World) -> None:
    mine, other = plan(world), plan(world, venue="Town hall")
    for event in (mine, other):
        wanted = [Recipient(name="Ana", email="ana@example.org", organisation=None)]
        invitations.invite(SYSTEM, event, wanted, language="en", by_mail=False)
    assert needs(mine) == [(False, False, True)]


def test_whoever_presents_at_one_and_is_invited_to_the_other_is_pointed_out(session: Session, world: World) -> None:
    mine, other = plan(world), plan(world, venue="Town hall")
    ana = person(session)
    agenda.add(SYSTEM, mine, ItemFacts(title={"en": "Report"}, people=[ana]))
    assert needs(mine) == []
    guest = Recipient(name="Ana", email="ana@example.org", person=ana)
    invitations.invite(SYSTEM, other, [guest], language="en")
    assert needs(mine) == needs(other) == [(False, False, True)]


def test_of_an_event_that_is_not_open_nothing_is_told_but_that_it_is(
    app: Flask, sign_in: SignIn, entered: Entered, world: World
) -> None:
    times = {"starts_on": NEXT_WEEK, "starts_time": time(14), "ends_time": time(17), "organisations": []}
    mine = entered(world.consultation, EventState.PLANNED, **times, visibility=Visibility.PUBLIC)
    hidden = {"title": {"en": "Hidden plan"}, "visibility": Visibility.PRIVATE, "organiser": None, "country": "GE"}
    entered(world.consultation, EventState.PLANNED, **times, **hidden)
    page = sign_in("lead").get(f"/events/{mine}").text
    assert "Another event" in page
    assert "same place" in page
    assert "Hidden plan" not in page
    assert "Hidden plan" in sign_in("coordinator").get(f"/events/{mine}").text
    assert "At the same time." not in app.test_client().get(f"/events/{mine}").text


def test_the_page_of_an_event_to_come_asks_nine_times_at_most(
    app: Flask, sign_in: SignIn, entered: Entered, world: World
) -> None:
    mine = entered(world.consultation, EventState.PLANNED, starts_on=NEXT_WEEK)
    lead = sign_in("lead")
    lead.get(f"/events/{mine}")
    with statements(app) as seen:
        assert lead.get(f"/events/{mine}").status_code == 200
    assert len(seen) <= 9


def typed(**changes: str) -> dict[str, str]:
    """What the form asks with while a time and a place are being typed."""
    when = {"starts_on": NEXT_WEEK.isoformat(), "starts_time": "14:00", "ends_time": "17:00", "zone": "Asia/Yerevan"}
    return when | {"venue": "Employment centre", "city": "Vanadzor"} | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, True),
        ({"starts_time": "17:00", "ends_time": "18:00"}, False),
        ({"venue": "Town hall"}, False),
        ({"starts_on": ""}, False),
        ({"starts_on": "soon"}, False),
        ({"ends_time": "13:00"}, False),
        ({"zone": "Mars/Crater"}, False),
    ],
)
def test_the_form_points_out_a_clash_while_time_and_place_are_typed(
    sign_in: SignIn, entered: Entered, world: World, changes: dict, said: bool
) -> None:
    entered(world.consultation, EventState.PLANNED, starts_on=NEXT_WEEK, starts_time=time(14), ends_time=time(17))
    answer = sign_in("lead").get("/events/clashes", query_string=typed(**changes))
    assert answer.status_code == 200
    assert ("same place" in answer.text) is said


def test_an_event_does_not_clash_with_itself_and_only_who_may_change_it_asks_for_it(
    sign_in: SignIn, entered: Entered, world: World
) -> None:
    facts = {"starts_on": NEXT_WEEK, "starts_time": time(14), "ends_time": time(17)}
    mine = entered(world.consultation, EventState.PLANNED, **facts)
    elsewhere = entered(world.consultation, EventState.PLANNED, **facts, organiser=None, country="GE")
    lead = sign_in("lead")
    assert lead.get("/events/clashes", query_string=typed(of=str(mine))).text.count("same place") == 1
    assert lead.get("/events/clashes", query_string=typed(of=str(elsewhere))).status_code in (403, 404)
    assert sign_in("auditor").get("/events/clashes", query_string=typed()).status_code == 403
