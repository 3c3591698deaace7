"""A person who signed is erased: what was agreed and what proves it stay, and the page says so before."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou, MouSignatory
from app.mou.negotiation import services as negotiation
from app.mou.negotiation.rules import Contact as Invited
from app.mou.progress import services as progress
from app.mou.progress.models import MouCommitmentReport
from app.mou.progress.services import Contact, Report
from app.mou.seals.printing import signatures_of
from app.mou.signing import services as signing
from app.mou.signing.models import LinkPurpose, MouLink, MouSignature
from app.mou.texts.queries import signed
from app.stakeholders import subject_data
from app.stakeholders.erasure import ErasureReason, erase
from app.stakeholders.models import LawfulBasis, Person, Source
from app.stakeholders.services import PersonFacts, create_person
from tests.accounts.people import work
from tests.events.world import World
from tests.mou.conftest import HERE, NOW, complete
from tests.mou.signing.way import ANAHIT, GOR, Sent, kinds, link_to, sign


def test_a_contract_keeps_its_names_and_working_records_do_not(app: Flask, sent: Sent, tokens: Any) -> None:
    key = sent()
    sign(app, GOR, "Gor Sargsyan")
    with work(app):
        known: dict[str, Any] = {"lawful_basis": LawfulBasis.CONTRACT, "source": Source.TOLD}
        facts = PersonFacts(given_name="Gor", family_name="Sargsyan", email=GOR, **known)
        person = create_person(SYSTEM, facts)
        person_id = person.id
    with work(app):
        person = db.session.get_one(Person, person_id)
        data = subject_data.collect(person)
        binding = {place.mention.table for place in data.places if place.is_binding}
        assert binding == {"mou_text", "mou_signature", "mou_event"}
        erase(SYSTEM, data, person.version, ErasureReason.ASKED, {place.mention.key for place in data.places})
    with work(app):
        mou = db.session.get_one(Mou, key)
        assert not evidence.faults(mou)
        assert db.session.scalars(select(MouSignature.name)).one() == "Gor Sargsyan"
        names = db.session.scalars(select(MouSignatory.name).order_by(MouSignatory.id)).all()
        assert "Gor Sargsyan" not in names


def erased(app: Flask, email: str, given: str, family: str) -> None:
    """Have somebody in the register and erase them."""
    with work(app):
        known: dict[str, Any] = {"lawful_basis": LawfulBasis.CONTRACT, "source": Source.TOLD}
        facts = PersonFacts(given_name=given, family_name=family, email=email, **known)
        person_id = create_person(SYSTEM, facts).id
    with work(app):
        person = db.session.get_one(Person, person_id)
        data = subject_data.collect(person)
        erase(SYSTEM, data, person.version, ErasureReason.ASKED, {place.mention.key for place in data.places})


def test_the_links_of_who_is_erased_end_whatever_they_are_for(app: Flask, world: World, sent: Sent) -> None:
    key = sent()
    to_sign = link_to(app, GOR)
    with work(app):
        mou = complete(world)
        negotiation.share(SYSTEM, mou, mou.version, [Invited(mou.parties[1], GOR, "en")])
    erased(app, GOR, "Gor", "Sargsyan")
    with app.app_context():
        assert all(link.revoked_at for link in db.session.scalars(select(MouLink)))
    assert app.test_client().get(to_sign).status_code == 410
    with work(app):
        mou = db.session.get_one(Mou, key)
        with pytest.raises(Refused, match="no mailbox any more"):
            signing.send_again(SYSTEM, mou, mou.signatories[0].id)
    assert kinds(app, key).count("invited") == 1


def test_who_is_erased_before_their_turn_is_not_said_to_be_asked(app: Flask, sent: Sent, tokens: Any) -> None:
    key = sent()
    erased(app, ANAHIT, "Anahit", "Petrosyan")
    sign(app, GOR, "Gor Sargsyan")
    assert kinds(app, key).count("invited") == 1
    with app.app_context():
        assert db.session.scalars(select(MouLink)).one().email == GOR


def test_the_evidence_says_who_was_invited_when_they_are_erased(app: Flask, sent: Sent, tokens: Any) -> None:
    key = sent()
    sign(app, GOR, "Gor Sargsyan")
    erased(app, GOR, "Gor", "Sargsyan")
    with app.app_context():
        text = signed(db.session.get_one(Mou, key))
        assert text is not None
        assert [one["invited"] for one in signatures_of(text)] == ["Gor Sargsyan"]


def test_who_reported_is_forgotten_and_the_link_ends_while_the_count_stays(app: Flask, running: Any) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        promise = mou.commitments[0]
        contact = Contact(email="nare@example.org", language="en")
        link = progress.send_link(SYSTEM, promise.party, contact)
        said = Report(amount=2, words="Nare Hakobyan says so", day=mou.signed_on or NOW)
        progress.report(link, promise, said, HERE)
        known: dict[str, Any] = {"lawful_basis": LawfulBasis.CONTRACT, "source": Source.TOLD}
        facts = PersonFacts(given_name="Nare", family_name="Hakobyan", email="nare@example.org", **known)
        person_id = create_person(SYSTEM, facts).id
    with work(app):
        person = db.session.get_one(Person, person_id)
        data = subject_data.collect(person)
        erase(SYSTEM, data, person.version, ErasureReason.ASKED, {place.mention.key for place in data.places})
    with work(app):
        kept = db.session.scalars(select(MouCommitmentReport)).one()
        assert kept.amount == 2
        assert "Nare" not in f"{kept.words}{kept.name}"
        assert "nare@" not in kept.name
        link = db.session.scalars(select(MouLink).where(MouLink.purpose == LinkPurpose.REPORT)).one()
        assert link.revoked_at is not None
        assert "nare@" not in link.email
        assert not evidence.faults(db.session.get_one(Mou, key))
