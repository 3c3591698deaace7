"""Whose data are looked at again, when, and by whom."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.consortium import Privacy
from app.core.errors import NotAllowed, Refused
from app.dashboard.matters import Urgency, matters_of
from app.stakeholders import review
from app.stakeholders.consent import ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay, record_consent
from app.stakeholders.models import LawfulBasis, Person
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, statements, work
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation, person

TODAY = date(2025, 5, 12)
LEAD = Actor(1, "x", (Grant(Role.COUNTRY_LEAD, "RS"),))
FOREIGN_LEAD = Actor(2, "x", (Grant(Role.COUNTRY_LEAD, "AM"),))
COORDINATOR = Actor(3, "x", (Grant(Role.COORDINATOR),))


def of(country: str, given_name: str, **more) -> Person:
    """A person who speaks for a school of a country."""
    school = organisation(name(f"School of {given_name}"), country=country)
    return person(given_name, SYSTEM, AffiliationFacts(school, {"en": "Head"}), **more)


def baseless(country: str, given_name: str) -> Person:
    """A person whose consent, the only reason to keep the data, was withdrawn."""
    agreed = {"consent_on": date(2025, 1, 1), "consent_for": [ConsentPurpose.CONTACT]}
    made = of(country, given_name, lawful_basis=LawfulBasis.CONSENT, **agreed)
    taken = ConsentFacts(
        act=ConsentAct.WITHDRAWN, purposes=[ConsentPurpose.CONTACT], on_day=TODAY, way=ConsentWay.SPOKEN
    )
    record_consent(SYSTEM, made, taken)
    return made


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 5, 12), 36, date(2028, 5, 12)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, later: date):
    assert review.months_after(day, months) == later


def test_the_consortium_settles_the_months_by_basis(session: Session):
    assert review.preset(LawfulBasis.PUBLIC_ROLE, TODAY) == date(2028, 5, 12)
    assert review.preset(LawfulBasis.CONSENT, TODAY) == date(2027, 5, 12)
    assert Privacy().months("contract") == 36


def test_a_new_person_has_a_day_of_review(session: Session):
    assert person().review_on == date(2028, 5, 12)
    assert person(review_on=date(2026, 1, 1)).review_on == date(2026, 1, 1)


def test_who_must_go_comes_first_then_the_longest_overdue(session: Session):
    of("RS", "Ana", review_on=date(2025, 6, 1))
    of("RS", "Mira", review_on=date(2025, 4, 1))
    of("RS", "Later", review_on=date(2026, 4, 1))
    baseless("RS", "Luka")
    rows = review.due(LEAD, TODAY + review.AHEAD)
    assert [(row.given_name, row.is_baseless) for row in rows] == [("Luka", 1), ("Mira", 0), ("Ana", 0)]


def test_each_country_looks_at_its_own(session: Session):
    of("RS", "Ana", review_on=TODAY)
    of("AM", "Gor", review_on=TODAY)
    person("Nobody's", review_on=TODAY)

    def names(actor: Actor, country: str = "") -> set[str]:
        return {row.given_name for row in review.due(actor, TODAY, country)}

    assert names(LEAD) == {"Ana"}
    assert names(FOREIGN_LEAD) == {"Gor"}
    assert names(COORDINATOR) == {"Ana", "Gor", "Nobody's"}
    assert names(COORDINATOR, "AM") == {"Gor"}
    assert names(Actor(4, "x", (Grant(Role.AUDITOR),))) == set()


def test_looking_puts_the_next_time_off(session: Session):
    made = of("RS", "Ana", review_on=TODAY)
    assert review.look_again(LEAD, [made.id]) == 1
    assert made.review_on == date(2027, 5, 12)


def test_looking_is_refused_where_it_does_not_help(session: Session):
    with pytest.raises(Refused):
        review.look_again(LEAD, [])
    with pytest.raises(Refused):
        review.look_again(LEAD, [baseless("RS", "Luka").id])
    with pytest.raises(NotAllowed):
        review.look_again(FOREIGN_LEAD, [of("RS", "Ana", review_on=TODAY).id])


def test_whoever_answers_for_the_country_finds_it_on_the_front_page(session: Session):
    of("RS", "Ana", review_on=date(2025, 5, 1))
    of("RS", "Mira", review_on=date(2025, 5, 10))
    baseless("RS", "Luka")
    matters = [(matter.title["en"], matter.urgency) for matter in matters_of(LEAD, TODAY)]
    assert matters == [("1 person to erase", Urgency.LATE), ("Data of 2 people to look at", Urgency.LATE)]
    assert matters_of(FOREIGN_LEAD, TODAY) == []
    assert matters_of(Actor(5, "x", (Grant(Role.PARTNER_EDITOR, "RS", 1),)), TODAY) == []


# ---- The page ----


def test_several_are_looked_at_at_once(app: Flask, client: FlaskClient):
    with work(app):
        keys = [of("RS", given_name, review_on=TODAY).id for given_name in ("Ana", "Mira", "Jovan")]
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    form = open_page(client, "/stakeholders/people/due?country=RS").form("Reviewed, look again in 24 months")
    shown = Page(form.submit(client, follow=True, people=[str(key) for key in keys[:2]]))
    assert shown.messages == ["2 people were looked at."]
    assert ["Jovan" in shown.text, "Mira" in shown.text] == [True, False]


@pytest.mark.parametrize("people", [[], ["99999"], ["x"]])
def test_nobody_and_nonsense_are_refused_in_place(app: Flask, client: FlaskClient, people: list[str]):
    with work(app):
        of("RS", "Ana", review_on=TODAY)
        of("AM", "Gor", review_on=TODAY)
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    form = open_page(client, "/stakeholders/people/due").form("Reviewed, look again in 24 months")
    assert form.submit(client, people=people).status_code == 422


@pytest.mark.parametrize("role", [Role.LGE_MEMBER, Role.CLUSTER_COORDINATOR, Role.AUDITOR, Role.STAKEHOLDER])
def test_the_page_is_for_whom_people_are_theirs_to_change(app: Flask, client: FlaskClient, role: Role):
    arrive(app, client, role)
    assert client.get("/stakeholders/people/due").status_code == 403


def test_an_odd_country_is_none(app: Flask, client: FlaskClient):
    arrive(app, client)
    open_page(client, "/stakeholders/people/due?country=XX")


def test_the_pages_cost_the_same_however_many_there_are(app: Flask, client: FlaskClient):
    arrive(app, client)
    counts = []
    for _round in range(2):
        with work(app):
            keys = [of("RS", f"Ana {number}", review_on=TODAY).id for number in range(20)]
        for path in ("due", "", str(keys[0]), f"{keys[0]}/data", f"{keys[0]}/erase"):
            client.get(f"/stakeholders/people/{path}")
            with statements(app) as seen:
                open_page(client, f"/stakeholders/people/{path}")
            counts.append(len([one for one in seen if "FROM" in one]))
    assert counts[:5] == counts[5:]
    assert counts[0] <= 14
    assert max(counts[1:3]) <= 8
