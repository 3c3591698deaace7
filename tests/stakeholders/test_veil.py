"""What an auditor reads: every record, whatever way it leaves the portal, and no name of somebody who did not agree."""

import io
import json

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import User
from app.core import mentions, veil
from app.core.access import SYSTEM, Role
from app.core.database import Base
from app.dashboard.digest import jobs
from app.dashboard.digest.models import DigestWish
from app.events.models import Event, Visibility
from app.events.services import log
from app.events.watching.services import Change, announce
from app.feeds.veiled import without_names
from app.stakeholders.consent import ConsentAct
from app.stakeholders.models import Organisation, Person
from tests.accounts.people import arrive, mails, submit, work
from tests.events.world import build
from tests.page import open_page
from tests.stakeholders.test_exposure import agree
from tests.stakeholders.test_review import of

WHERE = "Studio of Јована Ристић"


def world(app: Flask) -> tuple[int, int]:
    """A person who agreed to nothing, and an event whose texts of every kind name her; answers both keys."""
    with work(app) as session:
        person = of("RS", "Jovana", family_name="Ristić")
        facts = {"title": {"en": "Talk of Jovana Ristić"}, "venue": WHERE, "visibility": Visibility.PUBLIC}
        event = log(SYSTEM, build().consultation(**facts))
        session.scalars(select(Organisation)).first().notes = "Ask Ristić, Jovana"
        return person.id, event.id


def files(client: FlaskClient, event: int, feed: str) -> dict[str, str]:
    """What leaves the portal of these records, in every form, as text."""
    book = load_workbook(io.BytesIO(client.get("/events/?format=xlsx").data)).active
    whole = load_workbook(io.BytesIO(client.get("/stakeholders/?format=xlsx").data)).active
    return {
        "page": client.get(f"/events/{event}").text,
        "list": client.get("/events/").text,
        "csv": client.get("/events/?format=csv").text,
        "xlsx": json.dumps([*book.values], default=str, ensure_ascii=False),
        "organisations": json.dumps([*whole.values], default=str, ensure_ascii=False),
        "network": client.get("/network/?format=elements").text,
        "event file": client.get(f"/events/{event}.ics").text.replace("\r\n ", ""),
        "own feed": client.get(feed).text.replace("\r\n ", ""),
    }


def own_feed(app: Flask, user_id: int) -> str:
    """A new secret address of somebody's calendar."""
    with work(app) as session:
        _secret, token = accounts.create_feed_secret(session.get_one(User, user_id).actor, "my phone")
    return f"/feeds/my/{token}.ics"


def test_no_way_out_of_the_portal_tells_an_auditor_a_name(app: Flask, client: FlaskClient):
    person, event = world(app)
    feed = own_feed(app, arrive(app, client, Role.AUDITOR))
    told = files(client, event, feed)
    assert {name for name, text in told.items() if "Risti" in text or "Ристић" in text} == set()
    assert "Studio of [name withheld]" in told["page"]
    assert "Talk of [name withheld]" in told["csv"]
    assert "Talk of […]" in told["own feed"]
    with work(app) as session:
        agree(session.get_one(Person, person), ConsentAct.GIVEN)
    told = files(client, event, feed)
    assert {name for name in told if "Jovana Risti" in told[name]} >= {"page", "list", "csv", "xlsx", "own feed"}


def test_whoever_reads_people_reads_texts_as_they_are(app: Flask, client: FlaskClient):
    _person, event = world(app)
    feed = own_feed(app, arrive(app, client))
    told = files(client, event, feed)
    assert {name for name, text in told.items() if "withheld" in text or "[…]" in text} == set()
    assert WHERE in told["page"]


def test_an_auditors_calendar_is_another_once_somebody_was_asked(app: Flask, client: FlaskClient):
    person, _event = world(app)
    feed = own_feed(app, arrive(app, client, Role.AUDITOR))
    known = {"If-None-Match": client.get(feed).headers["ETag"]}
    assert client.get(feed, headers=known).status_code == 304
    with work(app) as session:
        agree(session.get_one(Person, person), ConsentAct.GIVEN)
    assert client.get(feed, headers=known).status_code == 200


def test_nothing_that_is_withheld_is_stored(app: Flask, client: FlaskClient):
    _person, event = world(app)
    arrive(app, client, Role.AUDITOR)
    open_page(client, f"/events/{event}")
    assert not veil.is_drawn()
    with work(app) as session:
        assert session.get_one(Event, event).venue == WHERE


def test_what_binds_is_read_as_it_was_signed():
    assert "mou_signature" in mentions.binding()
    kept = [column for name in mentions.binding() for column in Base.metadata.tables[name].columns]
    assert [str(column) for column in kept if isinstance(column.type, (veil.WrittenText, veil.WrittenJson))] == []


def test_an_official_name_is_read_as_it_is(app: Flask, client: FlaskClient):
    with work(app) as session:
        of("RS", "Jovana", family_name="Ristić")
        session.scalars(select(Organisation)).first().name = "Jovana Ristić PR"
    arrive(app, client, Role.AUDITOR)
    assert "Jovana Ristić PR" in open_page(client, "/stakeholders/").text


def test_a_line_of_a_calendar_is_folded_anew_only_where_a_name_was():
    octets = b"BEGIN:VEVENT\r\nDESCRIPTION:with\\nAnna\\, who\r\n  speaks\r\nSUMMARY:Anna\r\nEND:VEVENT\r\n"
    told = without_names(octets, lambda text: text.replace("Anna", "[x]"))
    assert told == b"BEGIN:VEVENT\r\nDESCRIPTION:with\\n[x]\\, who speaks\r\nSUMMARY:[x]\r\nEND:VEVENT\r\n"
    assert without_names(octets, str) == octets


def test_the_weekly_mail_of_an_auditor_tells_no_name(app: Flask, client: FlaskClient):
    world(app)
    auditor = arrive(app, client, Role.AUDITOR)
    assert submit(client, "/account/weekly-mail/now").status_code == 303
    with work(app) as session:
        session.delete(session.scalars(select(DigestWish)).one())  # As if nothing had been told yet.
    with work(app) as session:
        jobs.write_to_one(session, {"user": auditor, "day": "2999-01-01"})
    told = [f"{mail.subject} {mail.text} {mail.html}" for mail in mails(app) if "weekly-mail" in mail.text]
    assert len(told) == 2
    assert [text for text in told if "Risti" in text or "Talk of [name withheld]" not in text] == []
    with work(app) as session:
        assert session.scalars(select(Event.title)).one() == {"en": "Talk of Jovana Ristić"}


def test_a_mail_about_a_change_tells_an_auditor_no_name(app: Flask, client: FlaskClient):
    _person, event = world(app)
    for role, email in (
        (Role.COORDINATOR, "a@example.org"),
        (Role.AUDITOR, "b@example.org"),
        (Role.ADMIN, "c@example.org"),
    ):
        arrive(app, client, role, email=email)
        assert submit(client, "/events/watch", {"scope": f"event:{event}", "wanted": 1}).status_code == 303
    with work(app) as session:
        announce(session.get_one(Event, event), Change.CANCELLED)
    told = {mail.recipient: mail.subject + mail.text for mail in mails(app) if mail.recipient[1:] == "@example.org"}
    assert {email for email, text in told.items() if "Talk of Jovana Ristić" in text} == {
        "a@example.org",
        "c@example.org",
    }
    assert "Talk of [name withheld]" in told["b@example.org"]
    assert "Risti" not in told["b@example.org"]
