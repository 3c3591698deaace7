"""Erasing a person reaches invitations and what was answered; merging records moves them."""

from flask import Flask
from sqlalchemy import select, text

from app.core.access import SYSTEM
from app.events.invitations import answering, services
from app.events.invitations.answering import Said
from app.events.invitations.commands import receive
from app.events.invitations.models import AnsweredBy, EventAnswer, EventInvitation, EventReply, InvitationState
from app.events.invitations.services import Recipient
from app.events.models import Event
from app.extensions import db
from app.stakeholders import erasure, merging, people_merging, subject_data
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.models import Affiliation, LawfulBasis, Organisation, Person
from tests.accounts.people import mails, work
from tests.events.world import World


def person(world: World, name: str = "Ana", email: str | None = "ana@example.org") -> Person:
    made = Person(
        given_name=name,
        family_name="Hakobyan",
        email=email,
        lawful_basis=LawfulBasis.CONTRACT,
        name_key=f"hakobyan {name}".lower(),
        search_key=f"{name} hakobyan".lower(),
    )
    made.affiliations.append(Affiliation(organisation_id=world.company, role_title={"en": "Director"}))
    db.session.add(made)
    db.session.flush()
    return made


def test_nothing_that_tells_who_it_was_is_left(app: Flask, world: World, event: int):
    with work(app) as session:
        made = person(world)
        wanted = [
            Recipient(name=made.name, email="ana@example.org", person=made),
            Recipient(name="Bernd", email="bernd@example.org"),
        ]
        sent = services.invite(SYSTEM, session.get_one(Event, event), wanted, language="en", message="Dear Ana")
        said = Said(
            answer=InvitationState.ACCEPTED, how=AnsweredBy.LINK, comment="Ana comes", sent_from="ana.h@example.org"
        )
        answering.answer(sent.invitations[0], said)
        key = made.id
    receive(app, b"From: ana@example.org\r\nTo: portal@localhost\r\nSubject: Ana\r\n\r\nHello from Ana\r\n")
    mails(app)
    with work(app) as session:
        made = session.get_one(Person, key)
        erasure.erase(SYSTEM, subject_data.collect(made), made.version, ErasureReason.ASKED, ())
    with app.app_context():
        first, second = db.session.scalars(select(EventInvitation).order_by(EventInvitation.id))
        assert (first.name, first.email, first.message, first.state) == (
            "Erased person",
            None,
            None,
            InvitationState.ACCEPTED,
        )
        assert second.email == "bernd@example.org"
        (answer,) = db.session.scalars(select(EventAnswer))
        assert (answer.comment, answer.sent_from, answer.actor_name) == ("[erased]", None, "[erased]")
        (reply,) = db.session.scalars(select(EventReply))
        assert (reply.sender, reply.subject, reply.text) == (None, None, None)
        whole = [
            str(row)
            for table in ("event_invitation", "event_answer", "event_reply", "mail", "audit_entry")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - the tables above
        ]
    assert [row for row in whole if "ana@" in row.lower() or "hakobyan" in row.lower()] == []


def test_what_is_merged_takes_its_invitations_along(app: Flask, world: World, event: int):
    with work(app) as session:
        school, company = (session.get_one(Organisation, key) for key in (world.school, world.company))
        one, other = person(world), person(world, "Anna", "anna@example.org")
        wanted = [
            Recipient(name=company.name, email="office@example.org", organisation=company),
            Recipient(name=other.name, email="anna@example.org", person=other),
        ]
        services.invite(SYSTEM, session.get_one(Event, event), wanted, language="en")
        people_merging.merge(
            SYSTEM, people_merging.Same(one, other), merging.Versions(one.version, other.version), set()
        )
        assert school.id != company.id
        kept, gone = one.id, company.id
    with app.app_context():
        rows = db.session.scalars(select(EventInvitation).order_by(EventInvitation.id)).all()
        assert [row.organisation_id for row in rows] == [gone, None]
        assert [row.person_id for row in rows] == [None, kept]
