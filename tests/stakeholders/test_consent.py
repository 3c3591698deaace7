"""What people agreed to: a ledger that only grows, and what follows from it."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.audit import EvidenceError
from app.core.errors import NotAllowed, Refused
from app.stakeholders import consent
from app.stakeholders.consent import ConsentAct, ConsentEntry, ConsentFacts, ConsentPurpose, ConsentWay
from app.stakeholders.models import LawfulBasis, Person, Source
from app.stakeholders.services import AffiliationFacts, PersonFacts, edit_person
from tests.accounts.people import arrive, work
from tests.page import Page, open_page
from tests.stakeholders.register import organisation, person

FIRST, LATER = date(2025, 1, 2), date(2025, 3, 4)
P, A = ConsentPurpose, ConsentAct
AGREED: Any = {"consent_on": FIRST, "consent_for": [P.CONTACT], "consent_way": ConsentWay.FORM}


def said(act: ConsentAct, *purposes: ConsentPurpose, day: date | None = LATER) -> ConsentFacts:
    """What a person said on a day."""
    return ConsentFacts(act=act, purposes=purposes, on_day=day, way=ConsentWay.EMAIL)


def entry(number: int, act: ConsentAct, day: date, purpose: ConsentPurpose = P.CONTACT) -> ConsentEntry:
    """An entry of a ledger that nobody stored."""
    return ConsentEntry(id=number, act=act, on_day=day, purpose=purpose)


@pytest.mark.parametrize(
    ("entries", "stands"),
    [
        ([], False),
        ([entry(1, A.GIVEN, FIRST)], True),
        ([entry(1, A.GIVEN, FIRST), entry(2, A.WITHDRAWN, LATER)], False),
        ([entry(2, A.GIVEN, FIRST), entry(1, A.WITHDRAWN, LATER)], False),
        ([entry(1, A.WITHDRAWN, FIRST), entry(2, A.GIVEN, LATER)], True),
        ([entry(1, A.GIVEN, FIRST), entry(2, A.WITHDRAWN, FIRST)], False),
        ([entry(1, A.GIVEN, FIRST), entry(2, A.WITHDRAWN, LATER, P.PHOTOS)], True),
    ],
)
def test_the_last_entry_of_each_purpose_counts(entries: list[ConsentEntry], stands: bool):
    assert consent.is_baseless(LawfulBasis.CONSENT, entries) is not stands
    assert consent.is_baseless(LawfulBasis.CONTRACT, entries) is False


def test_the_criterion_says_the_same_as_the_rule(session: Session):
    made = person(lawful_basis=LawfulBasis.CONSENT, **AGREED)
    person("Luka")

    def found(criterion):
        return session.scalars(select(Person.id).where(criterion)).all()

    assert found(consent.agreed_to(P.CONTACT)) == [made.id]
    assert found(consent.agreed_to(P.PHOTOS)) == []
    assert found(consent.is_baseless_criterion()) == []
    consent.record_consent(SYSTEM, made, said(A.WITHDRAWN, P.CONTACT, day=FIRST))
    assert found(consent.agreed_to()) == []
    assert found(consent.is_baseless_criterion()) == [made.id]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (said(A.GIVEN, P.CONTACT, day=None), "on_day"),
        (said(A.GIVEN, P.CONTACT, day=date(2025, 5, 13)), "on_day"),
        (said(A.GIVEN), "purposes"),
    ],
)
def test_an_entry_needs_a_day_that_was_and_a_purpose(session: Session, facts: ConsentFacts, field: str):
    with pytest.raises(Refused) as refused:
        consent.record_consent(SYSTEM, person(), facts)
    assert list(refused.value.messages) == [field]


def test_an_entry_is_never_changed(session: Session):
    made = person(lawful_basis=LawfulBasis.CONSENT, **AGREED)
    made.consents[0].act = A.WITHDRAWN
    with pytest.raises(EvidenceError):
        session.flush()


def test_another_countrys_person_is_not_ones_own_to_record(session: Session):
    made = person("Ana", SYSTEM, AffiliationFacts(organisation(), {}))
    lead = Actor(1, "x", (Grant(Role.COUNTRY_LEAD, "AM"),))
    with pytest.raises(NotAllowed):
        consent.record_consent(lead, made, said(A.GIVEN, P.CONTACT))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"source": None}, "source"),
        ({"source": Source.NOT_RECORDED}, "source"),
        ({"source": Source.PUBLIC}, "source_detail"),
        ({"consent_on": FIRST}, "consent_for"),
        ({"consent_for": [P.PHOTOS]}, "consent_on"),
        ({"consent_for": [P.PHOTOS], "consent_on": date(2025, 5, 13)}, "consent_on"),
    ],
)
def test_a_new_person_needs_a_source_and_a_whole_consent(session: Session, facts: Any, field: str):
    with pytest.raises(Refused) as refused:
        person(**facts)
    assert list(refused.value.messages) == [field]


def test_consent_becomes_the_basis_only_after_it_was_recorded(session: Session):
    made = person()
    facts = PersonFacts(given_name="Ana", lawful_basis=LawfulBasis.CONSENT, source=Source.TOLD)
    with pytest.raises(Refused) as refused:
        edit_person(SYSTEM, made, made.version, facts)
    assert "lawful_basis" in refused.value.messages
    consent.record_consent(SYSTEM, made, said(A.GIVEN, P.PHOTOS))
    edit_person(SYSTEM, made, made.version, facts)


# ---- Pages ----


@pytest.fixture
def ana(app: Flask) -> int:
    """The key of a person who agreed to be contacted, and has no other reason to be kept."""
    with work(app):
        affiliation = AffiliationFacts(organisation(), {"en": "Head"})
        return person("Ana", SYSTEM, affiliation, lawful_basis=LawfulBasis.CONSENT, **AGREED).id


def test_a_person_is_entered_with_basis_source_and_consent(app: Flask, client: FlaskClient):
    arrive(app, client)
    form = open_page(client, "/stakeholders/people/new").form("Save person")
    answer = form.submit(
        client,
        follow=True,
        given_name="Mira",
        lawful_basis="consent",
        source="told",
        consent_on="2025-02-03",
        consent_for=["contact", "publication"],
    )
    shown = Page(answer)
    assert "Told by the person" in shown.text
    assert "Publication of the name: Agreed" in shown.text
    assert "12 May 2027" in shown.text


@pytest.mark.parametrize(
    "forged",
    [
        *({"source": ""}, {"source": "nonsense"}, {"source": "not_recorded"}, {"source": "public"}),
        *({"lawful_basis": "x"}, {"lawful_basis": "consent"}),
        *({"consent_for": ["x"]}, {"consent_on": "yesterday"}, {"consent_way": "magic"}),
    ],
)
def test_what_is_wrong_with_basis_and_source_is_refused_in_place(app: Flask, client: FlaskClient, forged: dict):
    arrive(app, client)
    form = open_page(client, "/stakeholders/people/new").form("Save person")
    answer = form.submit(client, **{"given_name": "Mira", "source": "told"} | forged)
    assert answer.status_code == 422
    assert Page(answer).form("Save person").values["given_name"] == ["Mira"]


def test_a_withdrawal_is_recorded_with_what_shows_it_and_the_person_is_due(app: Flask, client: FlaskClient, ana: int):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{ana}/consent").form("Add to the ledger")
    shown = form.submit(
        client,
        follow=True,
        act="withdrawn",
        on_day="2025-05-02",
        purposes=["contact"],
        note="By letter",
        evidence=(io.BytesIO(b"I take it back"), "letter.txt"),
    )
    page = Page(shown)
    assert "Consent was withdrawn." in page.text
    assert "recorded by Maria Muster · By letter" in page.text
    link = next(href for text, href in page.links.items() if "letter.txt" in text)
    sent = client.get(link)
    assert (sent.data, sent.headers["Cache-Control"]) == (b"I take it back", "private, no-store")
    assert "Consent was withdrawn: erase now" in open_page(client, "/stakeholders/people/due").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ((b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "scan.csv"), "The name ends in .csv"),
        ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "form.doc"), "The name ends in .doc"),
        ((b"<html><script>", "mail.txt"), "Send a scan"),
        ((b"MZ\x90\x00", "scan.pdf"), "Send a scan"),
        ((b"", "scan.pdf"), "This file is empty."),
    ],
)
def test_what_shows_it_is_a_scan_or_a_mail_by_content_and_name(
    app: Flask, client: FlaskClient, ana: int, sent: tuple[bytes, str], said: str
):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{ana}/consent").form("Add to the ledger")
    filled = {"act": "given", "on_day": "2025-05-02", "purposes": ["photos"]}
    answer = form.submit(client, **filled, evidence=(io.BytesIO(sent[0]), sent[1]))
    assert answer.status_code == 422
    assert said in Page(answer).errors[0]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\n%", "form.pdf"),
        (b"From: ana@example.org\r\nSubject: Yes\r\n\r\nI agree.", "mail.eml"),
        (b"X-Mailer: own\r\nSubject: Yes\r\n\r\nI agree.", "mail.eml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "mail.msg"),
    ],
)
def test_scans_and_mails_are_taken(app: Flask, client: FlaskClient, ana: int, content: bytes, name: str):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{ana}/consent").form("Add to the ledger")
    filled = {"act": "given", "on_day": "2025-05-02", "purposes": ["photos"]}
    assert form.submit(client, **filled, evidence=(io.BytesIO(content), name)).status_code == 303


@pytest.mark.parametrize(
    "wrong", [{"on_day": ""}, {"on_day": "2025-05-13"}, {"purposes": []}, {"act": "x"}, {"way": ""}]
)
def test_a_wrong_entry_is_refused_in_place(app: Flask, client: FlaskClient, ana: int, wrong: dict):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{ana}/consent").form("Add to the ledger")
    filled = {"act": "given", "on_day": "2025-05-02", "purposes": ["photos"], "note": "kept"} | wrong
    answer = form.submit(client, **filled)
    assert answer.status_code == 422
    assert Page(answer).form("Add to the ledger").values["note"] == ["kept"]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ((Role.COUNTRY_LEAD, "RS"), 200),
        ((Role.COUNTRY_LEAD, "AM"), 403),
        ((Role.CLUSTER_COORDINATOR, "RS"), 403),
        ((Role.AUDITOR, None), 403),
        ((Role.STAKEHOLDER, None), 403),
    ],
)
def test_the_ledger_is_for_whom_the_person_is_theirs_to_change(
    app: Flask, client: FlaskClient, ana: int, who: tuple[Role, str | None], status: int
):
    arrive(app, client, who[0], country=who[1])
    assert client.get(f"/stakeholders/people/{ana}/consent").status_code == status


def test_a_file_of_another_person_is_not_found(app: Flask, client: FlaskClient, ana: int):
    arrive(app, client)
    assert client.get(f"/stakeholders/people/{ana}/consent/files/1").status_code == 404


def test_people_are_found_by_what_they_agreed_to(app: Flask, client: FlaskClient, ana: int):
    arrive(app, client)
    assert "Ana" in open_page(client, "/stakeholders/people/?agreed=contact").text
    assert "Ana" not in open_page(client, "/stakeholders/people/?agreed=publication").text
    assert "Ana" in open_page(client, "/stakeholders/people/?basis=consent").text
