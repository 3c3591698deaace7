"""Somebody who took part in everything, known only by a mailbox, is erased: nothing tells any more who it was."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app.clusters import invitations as cluster_invitations
from app.clusters.models import MemberRole
from app.core import clock, mail, outbox
from app.core.access import SYSTEM
from app.events import services as events
from app.events.agenda import services as agenda
from app.events.agenda.services import ItemFacts
from app.events.attendance import services as attendance
from app.events.attendance.models import Attendance, AttendanceSignature, Presence
from app.events.invitations import answering
from app.events.invitations import services as invitations
from app.events.invitations.answering import Said
from app.events.invitations.models import AnsweredBy, InvitationState, Way
from app.events.invitations.services import Recipient
from app.events.minutes import services as minutes
from app.events.minutes.models import Verdict
from app.events.models import Event, EventState
from app.extensions import db
from app.reporting.packs.models import ProofPack
from app.stakeholders import erasure, subject_data
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.models import Person
from tests.accounts.people import work
from tests.clusters.conftest import make, organisation
from tests.events.attendance.conftest import DRAWING
from tests.events.minutes.conftest import facts, minutes_of, say
from tests.events.world import NEXT_WEEK, World
from tests.reporting.conftest import Made
from tests.stakeholders.register import person
from tests.stakeholders.test_erasure import traces

NAME, MAILBOX = "Svjetlana Kurtović", "svjetlana.k@example.org"
# What holds everybody's words, so that whoever erases is asked.
ASKED = {"minutes_version"}


@pytest.fixture
def known(app: Flask, world: World, event: int, made: Made) -> int:
    """The key of somebody in the register who was asked to a cluster and to an event at a bare mailbox, and came."""
    today = clock.as_of()
    clock.reckon_with(NEXT_WEEK - timedelta(days=1))  # Later on its day, whoever asks would be told that it is over.
    with work(app) as session:
        key = person("Svjetlana", family_name="Kurtović", email="Svjetlana.K@example.org").id
        asked, _path = cluster_invitations.invite(
            SYSTEM,
            make(app),
            organisation(world.company),
            role=MemberRole.MEMBER,
            email=MAILBOX,
            language="de",
            message=f"Dear {NAME}, join us.",
        )
        why = {"function": "Head", "reason": f"{NAME} has no time."}
        cluster_invitations.answer(asked, accepted=False, name=NAME, **why)
        found = session.get_one(Event, event)
        to = Recipient(name=NAME, email=MAILBOX)
        sent = invitations.invite(SYSTEM, found, [to], language="en", message=f"Dear {NAME}")
        said = Said(answer=InvitationState.ACCEPTED, how=AnsweredBy.LINK, comment=f"{NAME} comes")
        answering.answer(sent.invitations[0], said)
    clock.reckon_with(today)
    with work(app) as session:
        found = session.get_one(Event, event)
        attendance.fill(SYSTEM, found)
        row = session.query(Attendance).filter_by(name=NAME).one()
        attendance.mark(SYSTEM, row, Presence.PRESENT, Way.ONLINE)
        attendance.declare(SYSTEM, found, name="Ed Itor", function="Head", drawing=DRAWING)
        attendance.sign(SYSTEM, row, drawing=DRAWING, typed=None)
        item = agenda.add(SYSTEM, found, ItemFacts(title={"en": "Needs"}))
        minutes.write(SYSTEM, item, item.version, {"en": "We met."})
    clock.reckon_with(NEXT_WEEK + timedelta(days=1))
    with work(app) as session:
        found = session.get_one(Event, event)
        events.move(SYSTEM, found, found.version, EventState.HELD)
        until = NEXT_WEEK + timedelta(days=10)
        minutes.send(SYSTEM, found, facts(found, comments_until=until, approves_on=until + timedelta(days=1)))
    say(app, MAILBOX, Verdict.COMMENT, f"{NAME} wants more.")
    with work(app) as session:
        written = minutes_of(session, event)
        minutes.approve(SYSTEM, written, written.version, None)
        mail.send(session, "Svjetlana.K@Example.org", f"Dear {NAME}", "accounts/notice", user=to, event="x")
    made(event)
    return key


@pytest.fixture(params=["as the modules came", "the other way round"])
def order(request: pytest.FixtureRequest) -> Iterator[None]:
    """What follows an erasure, in the order in which the modules were imported, and in the opposite one."""
    before = list(erasure.when_erased)
    if request.param == "the other way round":
        erasure.when_erased.reverse()
    yield
    erasure.when_erased[:] = before


def test_nothing_that_tells_who_it_was_is_left(app: Flask, known: int, order: None):
    assert {line.partition(":")[0] for line in traces(app)} >= {
        *("cluster_invitation", "cluster_answer", "cluster_membership", "event_invitation", "event_answer", "mail"),
        *("attendance", "attendance_signature", "attendance_declaration", "minutes_recipient", "minutes_comment"),
    }
    with work(app) as session:
        data = subject_data.collect(session.get_one(Person, known))
        chosen = [place.mention.key for place in data.places if place.mention.table in ASKED]
        erasure.erase(SYSTEM, data, data.person.version, ErasureReason.ASKED, chosen)
    outbox.drain(app)
    assert traces(app) == []
    with app.app_context():
        row = db.session.query(Attendance).filter_by(name="Erased person").one()
        assert row.state is Presence.PRESENT, "that somebody was there stays"
        (signature,) = db.session.query(AttendanceSignature)
        assert (signature.name, signature.drawing_id) == ("[erased]", None)
        (pack,) = db.session.query(ProofPack)
        assert pack.restrictions
