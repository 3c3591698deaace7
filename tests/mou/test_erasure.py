"""A person who signed is erased: what was agreed and what proves it stay, and the page says so before."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core.access import SYSTEM
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou, MouSignatory
from app.mou.signing.models import MouSignature
from app.stakeholders import subject_data
from app.stakeholders.erasure import ErasureReason, erase
from app.stakeholders.models import LawfulBasis, Person, Source
from app.stakeholders.services import PersonFacts, create_person
from tests.accounts.people import work
from tests.mou.signing.way import GOR, Sent, sign


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
