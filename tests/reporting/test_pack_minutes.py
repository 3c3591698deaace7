"""Minutes in proof packs: as they were approved, with what was frozen when they were sent."""

import hashlib
from datetime import timedelta

from flask import Flask

from app.core import outbox
from app.core.access import SYSTEM
from app.events import services as events
from app.events.attendance.models import Attendance
from app.events.minutes import services as minutes
from app.events.minutes.services import SendFacts
from app.events.models import Event, EventState
from app.reporting.packs import queries
from app.reporting.packs.gaps import gaps
from tests.accounts.people import work
from tests.events.world import NEXT_WEEK
from tests.pdfs import text_of
from tests.reporting.conftest import Made, files_of


def test_approved_minutes_are_in_the_pack_as_they_were_approved(app: Flask, held: int, made: Made):
    with work(app) as session:
        event = session.get_one(Event, held)
        assert "minutes_not_approved" in {gap.code for gap in gaps(queries.standing(event))}
        events.move(SYSTEM, event, event.version, EventState.HELD)
        there = session.query(Attendance).filter_by(name="Ana Hakobyan").all()
        until = NEXT_WEEK + timedelta(days=9)
        facts = SendFacts(
            comments_until=until,
            approves_on=until + timedelta(days=1),
            contact="Office <office@example.org>",
            language="en",
            attendees=there,
        )
        version = minutes.send(SYSTEM, event, facts)
        minutes.approve(SYSTEM, version.minutes, version.minutes.version, None)
        session.flush()
        content_hash = version.sha256
    outbox.drain(app)
    with work(app) as session:
        event = session.get_one(Event, held)
        assert "minutes_not_approved" not in {gap.code for gap in gaps(queries.standing(event))}
    files = files_of(app, made(held))
    assert hashlib.sha256(files["minutes/version-1.json"]).hexdigest() == content_hash
    [paper] = [content for path, content in files.items() if path.startswith("minutes/") and path.endswith(".pdf")]
    assert "Said by Petra Speaker" in text_of(paper)
    assert "from the approved minutes" in text_of(files["proof-pack.pdf"])
