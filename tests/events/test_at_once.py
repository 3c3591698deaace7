"""Two work at one event in the same moment: what is checked is checked of what stands when it is one's turn.

On PostgreSQL: SQLite lets the second begin only once the first has done, so that nobody there acts on what was before.
"""

from collections.abc import Callable
from io import BytesIO
from threading import Event as Signal
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.core.access import SYSTEM
from app.core.errors import EditConflict, Refused
from app.events import services as events
from app.events.agenda import services as agenda
from app.events.agenda.models import AgendaItem
from app.events.agenda.services import ItemFacts
from app.events.attendance import services as attendance
from app.events.attendance.models import Attendance, Presence
from app.events.attendance.services import AttendeeFacts
from app.events.documents import services as documents
from app.events.documents.models import DocumentKind
from app.events.documents.services import DocumentFacts, Sent
from app.events.feedback import services as feedback
from app.events.invitations import services as invitations
from app.events.invitations.models import EventInvitation, InvitationState, Way
from app.events.invitations.services import Recipient
from app.events.minutes import services as minutes
from app.events.minutes.models import MinutesState
from app.events.models import Event, EventState
from app.events.outcomes import services as outcomes
from app.events.outcomes.models import Decision
from app.extensions import db
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.feedback import said
from tests.events.minutes.conftest import facts as sending
from tests.events.minutes.conftest import minutes_of
from tests.events.outcomes import decided
from tests.events.world import NEXT_WEEK, World

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
A_FILE = DocumentFacts(kind=DocumentKind.OTHER, language="en")
AGENDA = ItemFacts(title={"en": "Welcome"})
SOMEBODY = AttendeeFacts(name="Ana", how=Way.ONSITE)
ANA = Recipient(name="Ana", email="ana@example.org")


def close(event: Event) -> None:
    events.move(SYSTEM, event, event.version, EventState.CLOSED)


def write_on_list(event: Event) -> Attendance:
    return attendance.add(SYSTEM, event, SOMEBODY)


@pytest.mark.parametrize(
    "late",
    [
        lambda event: agenda.add(SYSTEM, event, AGENDA),
        lambda event: outcomes.decide(SYSTEM, event, decided()),
        write_on_list,
        lambda event: documents.add(SYSTEM, event, A_FILE, [Sent(BytesIO(b"A note."), "note.txt")]),
        lambda event: feedback.say(SYSTEM, event, [said()]),
        lambda event: feedback.ask(SYSTEM, event, [{"en": "What is missing?"}]),
    ],
    ids=["agenda", "decision", "attendance", "document", "feedback", "question"],
)
def test_what_is_added_where_somebody_closed_meanwhile_is_refused(
    app: Flask, logged: int, late: Callable[[Event], Any]
) -> None:
    with work(app) as session:
        event = session.get_one(Event, logged)
        assert event.state is EventState.HELD
        with work(app) as other:
            close(other.get_one(Event, logged))
        with pytest.raises(Refused):
            late(event)
        session.rollback()


def test_nobody_is_invited_to_what_was_cancelled_meanwhile(app: Flask, world: World, entered: Any) -> None:
    key = entered(world.consultation, EventState.PLANNED, starts_on=NEXT_WEEK)
    with work(app) as session:
        event = session.get_one(Event, key)
        assert event.state is EventState.PLANNED
        with work(app) as other:
            cancelled = other.get_one(Event, key)
            events.cancel(SYSTEM, cancelled, cancelled.version, "Snow")
        with pytest.raises(Refused):
            invitations.invite(SYSTEM, event, [ANA], language="en")
        session.rollback()


def test_minutes_that_were_approved_meanwhile_are_not_written_on(app: Flask, logged: int) -> None:
    with work(app) as session:
        event = session.get_one(Event, logged)
        item = agenda.add(SYSTEM, event, AGENDA)
        minutes.write(SYSTEM, item, item.version, {"en": "We met."})
        write_on_list(event)
        minutes.send(SYSTEM, event, sending(event, lines="Ana <ana@example.org>"))
        key = item.id
    with work(app) as session:
        item = session.get_one(AgendaItem, key)
        found = minutes_of(session, logged)
        before = (item.version, found.version, item.event.state)
        with work(app) as other:
            theirs = minutes_of(other, logged)
            minutes.approve(SYSTEM, theirs, theirs.version, None)
        with pytest.raises(Refused):
            minutes.write(SYSTEM, item, item.version, {"en": "We did not."})
        with pytest.raises(EditConflict):
            minutes.approve(SYSTEM, found, before[1], None)
        assert found.state is MinutesState.APPROVED
        session.rollback()


def test_versions_are_compared_with_what_stands(app: Flask, logged: int) -> None:
    """Whoever read the version before another saved is told at once, not when the database refuses to write."""
    with work(app) as session:
        event = session.get_one(Event, logged)
        outcomes.decide(SYSTEM, event, decided())
        row = write_on_list(event)
        invitations.invite(SYSTEM, event, [ANA], language="en", by_mail=False)
        keys = row.id
    with work(app) as session:
        event, row = session.get_one(Event, logged), session.get_one(Attendance, keys)
        decision, invitation = session.query(Decision).one(), session.query(EventInvitation).one()
        read = {"decision": decision.version, "row": row.version, "invitation": invitation.version}
        with work(app) as other:
            theirs = other.query(Decision).one()
            outcomes.revoke(SYSTEM, theirs, theirs.version, "Overtaken")
            attendance.mark(SYSTEM, other.get_one(Attendance, keys), Presence.LEFT_EARLY)
            taken_back = other.query(EventInvitation).one()
            invitations.withdraw(SYSTEM, taken_back, taken_back.version)
        for stale in (
            lambda: outcomes.revoke(SYSTEM, decision, read["decision"], "Wrong"),
            lambda: attendance.edit(SYSTEM, row, read["row"], SOMEBODY),
            lambda: invitations.withdraw(SYSTEM, invitation, read["invitation"]),
        ):
            with pytest.raises(EditConflict):
                stale()
        assert invitation.state is InvitationState.WITHDRAWN
        session.rollback()


def test_who_closes_waits_for_a_point_that_is_being_written_down(app: Flask, backend: Backend, logged: int) -> None:
    """An event is not closed over a point that nobody answered, however close both came."""
    written, refused = Signal(), []

    def write() -> None:
        with work(app) as session:
            feedback.say(SYSTEM, session.get_one(Event, logged), [said()])
            written.set()
            wait_until_somebody_waits(backend.engine)

    def end() -> None:
        assert written.wait(10)
        with work(app) as session, pytest.raises(Refused) as told:
            close(session.get_one(Event, logged))
        refused.append(str(told.value))

    threads = [Thread(target=write), Thread(target=end)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    with work(app):
        assert db.session.get_one(Event, logged).state is EventState.HELD


def wait_until_somebody_waits(engine: Engine) -> None:
    """Go on once another connection to this database waits for a lock, or after five seconds."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    end = monotonic() + 5
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while monotonic() < end and not connection.scalar(text(asked)):
            sleep(0.02)
