"""The calendar part of invitations: what programs of every make can act on, and nobody learns who else is invited."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.access import SYSTEM
from app.events import services as events
from app.events.invitations import services
from app.events.invitations.services import Recipient
from app.events.models import Event
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.core.mailserver import mail_server
from tests.events.invitations.conftest import (
    ANA,
    LATER,
    Change,
    calendar_in,
    composed,
    entry_in,
    get,
    mailed,
    octets_of,
)
from tests.events.world import World
from tests.readers import READERS, complaints_of_libical


@pytest.mark.usefixtures("invited")
def test_a_mail_is_for_one_person_and_carries_a_request(app: Flask):
    (mail,) = mailed(app)
    message = composed(app, mail)
    body, copy = message.iter_parts()
    kinds = [part.get_content_type() for part in body.get_payload()]

    assert (message["To"], message["Cc"], message["Bcc"]) == ("ana@example.org", None, None)
    assert message.get_content_type() == "multipart/mixed"
    assert body.get_content_type() == "multipart/alternative"
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    part = body.get_payload()[2]
    assert (part.get_param("method"), part.get_content_charset()) == ("REQUEST", "utf-8")
    assert (copy.get_content_type(), copy.get_filename()) == ("application/ics", "invite.ics")
    assert part.get_payload(decode=True) == copy.get_payload(decode=True) == octets_of(mail)
    assert b"\r\n" in part.get_payload(decode=True)
    assert "bernd" not in message.as_string() + octets_of(mail).decode()


@pytest.mark.usefixtures("invited")
def test_the_request_asks_one_attendee_and_names_an_organiser_for_replies(app: Flask):
    for address, name in (("ana@example.org", "Ana Hakobyan"), ("bernd@example.org", "Müller; Bernd")):
        (mail,) = mailed(app, address)
        entry = entry_in(mail)
        attendee, organiser = entry["ATTENDEE"], entry["ORGANIZER"]

        assert str(calendar_in(mail)["METHOD"]) == "REQUEST"
        assert str(attendee) == f"mailto:{address}"
        assert dict(attendee.params) == {
            "CN": name,
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "NEEDS-ACTION",
            "RSVP": "TRUE",
        }
        assert re.fullmatch(r"mailto:portal\+[a-z2-7]{20}@localhost", str(organiser))
        assert str(organiser) == f"mailto:{mail.reply_to}"
        assert entry["SEQUENCE"] == 0
        assert 'CN="Müller; Bernd"' in octets_of(mail).decode() or name == "Ana Hakobyan"


def test_the_identifier_is_that_of_the_feeds(app: Flask, event: int, invited: dict[str, int]):
    with app.app_context(), app.test_client() as client:
        from app.extensions import db

        uid = db.session.get_one(Event, event).uid
    with app.app_context():
        domain = app.config["CONSORTIUM"].uid_domain
    assert str(entry_in(mailed(app)[0])["UID"]) == f"{uid}@{domain}"
    assert client is not None


@pytest.mark.parametrize("reader", list(READERS))
@pytest.mark.usefixtures("invited")
def test_other_programs_read_it_as_it_was_meant(app: Flask, reader: str):
    (mail,) = mailed(app)
    (entry,) = READERS[reader](octets_of(mail))

    assert entry.title == "Patterns, cut & sewn"
    assert (entry.starts.isoformat(), entry.sequence) == ("2025-05-20T10:00:00+00:00", 0)
    assert b"TZID:Asia/Yerevan" in octets_of(mail)


def test_libical_objects_to_nothing(app: Flask, invited: dict[str, int], change: Change):
    change(**LATER)
    with work(app) as session:
        services.withdraw(SYSTEM, get(session, invited["bernd"]), get(session, invited["bernd"]).version)
    for address in ("ana@example.org", "bernd@example.org"):
        for mail in mailed(app, address):
            assert complaints_of_libical(octets_of(mail)) == []
            assert max(len(line) for line in octets_of(mail).split(b"\r\n")) <= 75


@pytest.mark.usefixtures("invited")
def test_a_new_time_is_an_update_with_a_higher_sequence(app: Flask, change: Change):
    mailed(app)
    change(**LATER)
    first, second = mailed(app)

    assert (first.subject, second.subject) == ("Invitation: Patterns, cut & sewn", "Changed: Patterns, cut & sewn")
    before, after = entry_in(first), entry_in(second)
    assert (before["UID"], before["ORGANIZER"]) == (after["UID"], after["ORGANIZER"])
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert str(calendar_in(second)["METHOD"]) == "REQUEST"
    assert "It takes place at another time." in second.text
    assert "It was announced for 20 May 2025, 14:00–17:00 (UTC+4)." in second.text
    assert "Reason: The train comes later." in second.text


@pytest.mark.usefixtures("invited")
def test_the_reason_of_a_former_move_is_none_of_a_later_change(app: Flask, change: Change):
    mailed(app)
    change(**LATER)
    mailed(app)
    change(**LATER, venue="Town hall")
    told = mailed(app)[-1].text
    assert "Announced before: Employment centre, Vanadzor, Armenia" in told
    assert "The train comes later." not in told


@pytest.mark.usefixtures("invited")
def test_whole_days_are_told_as_days(app: Flask, change: Change):
    mailed(app)
    change(starts_time=None, ends_time=None, reason="All day")
    mailed(app)
    change(starts_time=None, ends_time=None, ends_on=date(2025, 5, 21), reason="Longer")
    assert "It was announced for 20 May 2025." in mailed(app)[-1].text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"venue": "Town hall"}, "It takes place elsewhere."),
        ({"link": "https://meet.example/b"}, "The link for taking part is another one."),
    ],
)
@pytest.mark.usefixtures("invited")
def test_another_place_and_another_link_are_told_too(app: Flask, change: Change, changes: dict[str, Any], told: str):
    mailed(app)
    change(**changes)
    assert told in mailed(app)[-1].text


@pytest.mark.usefixtures("invited")
def test_what_no_calendar_shows_sends_nothing(app: Flask, change: Change):
    mailed(app)
    change(summary={"en": "Notes for ourselves"})
    change(summary={"en": "More notes"})
    assert len(mailed(app)) == 1


def test_a_cancelled_event_leaves_the_calendars(app: Flask, event: int, invited: dict[str, int]):
    mailed(app)
    with work(app) as session:
        found = session.get_one(Event, event)
        events.cancel(SYSTEM, found, found.version, "Too few said yes.")
    mail = mailed(app)[-1]
    entry = entry_in(mail)

    assert mail.subject == "Cancelled: Patterns, cut & sewn"
    assert str(calendar_in(mail)["METHOD"]) == "CANCEL"
    assert (str(entry["STATUS"]), entry["SEQUENCE"]) == ("CANCELLED", 1)
    assert "RSVP" not in entry["ATTENDEE"].params
    assert str(entry["ORGANIZER"]) == str(entry_in(mailed(app)[0])["ORGANIZER"])
    assert "Too few said yes." in mail.text
    assert composed(app, mail).get_payload()[0].get_payload()[2].get_param("method") == "CANCEL"

    with work(app) as session:
        found = session.get_one(Event, event)
        events.restore(SYSTEM, found, found.version, "More said yes.")
    again = mailed(app)[-1]
    assert again.subject == "Takes place after all: Patterns, cut & sewn"
    for text in (again.text, again.html or ""):
        assert "was cancelled and takes place after all." in text
        assert "More said yes." in text
    assert (str(calendar_in(again)["METHOD"]), entry_in(again)["SEQUENCE"]) == ("REQUEST", 2)


def test_whoever_is_uninvited_hears_so_alone_and_may_be_invited_again(app: Flask, event: int, invited: dict[str, int]):
    with work(app) as session:
        services.withdraw(SYSTEM, get(session, invited["ana"]), get(session, invited["ana"]).version)
    assert str(calendar_in(mailed(app)[-1])["METHOD"]) == "CANCEL"
    assert entry_in(mailed(app)[-1])["SEQUENCE"] == 1
    assert len(mailed(app, "bernd@example.org")) == 1
    with work(app) as session:
        sent = services.invite(
            SYSTEM,
            session.get_one(Event, event),
            [services.Recipient(name="Ana", email="ana@example.org")],
            language="en",
        )
        assert [one.id for one in sent.invitations] == [invited["ana"]]
    again = entry_in(mailed(app)[-1])
    assert (again["SEQUENCE"], str(again["STATUS"])) == (1, "TENTATIVE")


def test_of_two_messages_with_one_number_the_later_has_the_later_stamp(
    app: Flask, event: int, invited: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    def later(minutes: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=minutes))

    later(1)
    with work(app) as session:
        services.withdraw(SYSTEM, get(session, invited["ana"]), get(session, invited["ana"]).version)
    later(2)
    with work(app) as session:
        services.invite(SYSTEM, session.get_one(Event, event), [ANA], language="en")
    later(3)
    with work(app) as session:
        services.resend(SYSTEM, get(session, invited["ana"]))
    entries = [entry_in(one) for one in mailed(app)]
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 1, 1]
    stamps = [entry["DTSTAMP"].dt for entry in entries]
    assert stamps == sorted(set(stamps)), "a calendar leaves aside what is older than its copy"


def test_the_mailbox_of_an_organisation_is_asked_as_one(app: Flask, event: int, world: World):
    with work(app) as session:
        school = session.get_one(Organisation, world.school)
        body = Recipient(name=school.name, email="office@example.org", organisation=school)
        services.invite(SYSTEM, session.get_one(Event, event), [body], language="en")
    (mail,) = mailed(app, "office@example.org")
    assert entry_in(mail)["ATTENDEE"].params["CUTYPE"] == "INDIVIDUAL"


@pytest.mark.usefixtures("invited")
def test_a_real_server_takes_the_message_as_it_was_meant(app: Flask):
    from dataclasses import replace

    with mail_server() as inbox:
        before = app.config["PORTAL"]
        app.config["PORTAL"] = replace(before, smtp_url=inbox.url)
        try:
            (mail,) = mailed(app)
        finally:
            app.config["PORTAL"] = before
        message = next(one for one in inbox.messages if one["To"] == "ana@example.org")
    part = next(one for one in message.walk() if one.get_content_type() == "text/calendar")
    assert part.get_payload(decode=True).decode() == mail.calendar
    assert part.get_param("method") == "REQUEST"
    assert message["Reply-To"] == mail.reply_to
    assert "Do come!" in message.get_body(("plain",)).get_content()
