"""Last days of memoranda in calendars: who finds them in which feed, and how they follow what happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from sqlalchemy import select

from app.core import clock, outbox
from app.core.access import SYSTEM, Role
from app.core.states import _permitted
from app.events import services as events
from app.events.models import EventState, Visibility
from app.extensions import db
from app.feeds import entries
from app.feeds.models import CalendarEntry
from app.microcredentials import services as designs
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.mou import ending, keeping
from app.mou.ending import TerminationFacts
from app.mou.models import Mou
from app.mou.services import touch
from tests.accounts.people import work
from tests.feeds.test_personal import subscribe
from tests.microcredentials.designs import college, facts
from tests.mou.conftest import complete, in_force

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World

LAST = date(2027, 5, 31)
Running = Callable[..., int]


def published(app: Flask, key: int, shown: bool = True) -> None:
    """Publish a memorandum, or take it back."""
    with work(app):
        mou = db.session.get_one(Mou, key)
        mou.is_published = shown
        touch(mou)


def found(client: FlaskClient, path: str) -> list[Any]:
    """The entries of a calendar."""
    answered = client.get(path)
    assert answered.status_code == 200, path
    return list(icalendar.Calendar.from_ical(answered.get_data()).walk("VEVENT"))


@pytest.mark.parametrize("path", ["/feeds/all.ics", "/feeds/country/AM.ics"])
def test_what_is_published_stands_in_the_public_feeds_on_its_last_day(
    app: Flask,
    client: FlaskClient,
    running: Running,
    path: str,
) -> None:
    key = running()
    assert not found(client, path)
    published(app, key)
    (entry,) = found(client, path)
    assert entry.decoded("DTSTART") == LAST
    assert entry.decoded("DTEND") == LAST + timedelta(days=1)
    assert str(entry["SUMMARY"]) == f"Last day: Pattern making together (BEM-MoU-{key:04d})"
    assert entry["TRANSP"] == "TRANSPARENT"
    assert str(entry["URL"]).endswith(f"/mou/{key}")
    assert "AM-" not in str(entry["DESCRIPTION"]), "its micro-credential is not published"
    published(app, key, shown=False)
    (entry,) = found(client, path)
    assert (str(entry["SUMMARY"]), entry["STATUS"]) == ("(removed)", "CANCELLED")


def test_it_stands_in_the_feed_of_a_micro_credential_that_is_published(
    app: Flask,
    client: FlaskClient,
    running: Running,
) -> None:
    key = running()
    published(app, key)
    with app.app_context():
        code = db.session.get_one(Mou, key).microcredentials[0].code
    assert client.get(f"/feeds/mc/{code}.ics").status_code == 404
    with work(app):
        design = db.session.scalars(select(MicroCredential).where(MicroCredential.code == code)).one()
        with _permitted():
            design.state, design.published_at = MicroCredentialState.PUBLISHED, clock.now()
        entries.follow_microcredential(design)
    outbox.drain(app)
    (entry,) = found(client, f"/feeds/mc/{code}.ics")
    assert code in str(entry["DESCRIPTION"])


def test_what_is_published_has_events_and_last_days_rendered_anew_by_one_job(
    app: Flask, client: FlaskClient, world: World, on: Callable[[date], None]
) -> None:
    on(date(2025, 6, 1))
    with work(app) as session:
        design = designs.create(SYSTEM, facts(college(session), code="AM-77"))
        designs.advance(SYSTEM, design, MicroCredentialState.FINAL)
        about: dict[str, Any] = {"microcredentials": [design]}
        events.plan(SYSTEM, world.deadline(visibility=Visibility.PUBLIC, **about), EventState.PLANNED)
        mou = complete(world, **about)
        in_force(mou)
        key = mou.id
    published(app, key)
    outbox.drain(app)
    before = found(client, "/feeds/all.ics")
    assert len(before) == 2
    with work(app) as session:
        design = session.scalars(select(MicroCredential).where(MicroCredential.code == "AM-77")).one()
        designs.move(SYSTEM, design, MicroCredentialState.PUBLISHED, design.version)
        waiting = select(outbox.Job.payload).where(outbox.Job.state == outbox.JobState.WAITING)
        assert session.scalars(waiting.where(outbox.Job.kind == entries.RENEW)).all() == [
            {"microcredential": design.id, "after": 0}
        ]
    outbox.drain(app)
    after = found(client, "/feeds/all.ics")
    assert [b"AM-77" in one.to_ical() for one in (*before, *after)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("who", "count"),
    [
        ((Role.COORDINATOR, None), 1),
        ((Role.COUNTRY_LEAD, "AM"), 1),
        ((Role.COUNTRY_LEAD, "GE"), 0),
        ((Role.AUDITOR, None), 1),
    ],
)
def test_ones_own_feed_has_those_that_concern_one(
    app: Flask,
    client: FlaskClient,
    running: Running,
    who: tuple[Role, str | None],
    count: int,
) -> None:
    running()
    path = subscribe(app, who[0], country=who[1])
    assert len([one for one in found(client, path) if "Last day" in str(one["SUMMARY"])]) == count


def test_a_party_finds_its_own_and_others_do_not(
    app: Flask,
    client: FlaskClient,
    running: Running,
    world: Any,
) -> None:
    running()
    own = subscribe(app, Role.STAKEHOLDER, "own@example.org", country="AM", organisation_id=world.company)
    other = subscribe(app, Role.STAKEHOLDER, "other@example.org", country="AM", organisation_id=world.agency)
    assert len(found(client, own)) == 1
    assert not found(client, other)


def test_the_entry_moves_when_it_ends_earlier_or_goes_on(
    app: Flask,
    client: FlaskClient,
    running: Running,
    on: Callable[[date], None],
) -> None:
    key = running(auto_renew=True)
    path = subscribe(app)
    (before,) = found(client, path)
    on(LAST + timedelta(days=1))
    with work(app) as session:
        keeping.end(session, {"mou": key})
    (after,) = found(client, path)
    assert after.decoded("DTSTART") == date(2029, 5, 31)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    with work(app):
        mou = db.session.get_one(Mou, key)
        facts = TerminationFacts(
            reason="No", notice_on=clock.today(), last_day=date(2027, 9, 1), is_agreed=True, party=None
        )
        ending.terminate(SYSTEM, mou, mou.version, facts)
    (entry,) = found(client, path)
    assert entry.decoded("DTSTART") == date(2027, 9, 1)


def test_what_has_no_end_or_is_an_addendum_has_no_entry(app: Flask, running: Running) -> None:
    key = running(duration_months=None, is_open_ended=True)
    with work(app):
        mou = db.session.get_one(Mou, key)
        ending.amend(SYSTEM, mou, mou.version)
        assert not db.session.scalars(select(CalendarEntry)).all()
