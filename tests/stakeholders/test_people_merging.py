"""Two entries of one person become one and two again; the ledger, export and erasure know both."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.errors import EditConflict, NotAllowed, Refused
from app.extensions import db
from app.stakeholders import consent, erasure, namesakes, people_merging, queries, subject_data, subject_export
from app.stakeholders.consent import ConsentAct, ConsentPurpose
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.merge_records import PersonMerge
from app.stakeholders.merging import Versions
from app.stakeholders.models import LawfulBasis, Person
from app.stakeholders.people_merging import Same
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, work
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation, person
from tests.stakeholders.test_merging import dump

Pair = tuple[Person, Person]
FIELDS = set(people_merging.FIELDS)


@pytest.fixture
def pair(session: Session) -> Pair:
    """Ana twice: at the school under the old name, and at the school and a chamber under the new one."""
    return build()


def build() -> Pair:
    school, chamber = organisation(name("School of Niš")), organisation(name("Chamber of Niš"))
    head = AffiliationFacts(school, {"en": "Head"}, date(2020, 1, 1))
    agreed: dict[str, Any] = {"consent_on": date(2025, 1, 2), "consent_for": [ConsentPurpose.CONTACT]}
    first = person("Ana", SYSTEM, head, family_name="Jovanović", lawful_basis=LawfulBasis.CONSENT, **agreed)
    more = {"email": "ana.petrovska@example.org", "phone": "+381 18 444 33 22"}
    board = AffiliationFacts(chamber, {"en": "Board"})
    return first, person("Ana", SYSTEM, head, board, family_name="Petrovska", native_name="Ана Петровска", **more)


def merge(pair: Pair, chosen: set[str] = FIELDS, actor: Actor = SYSTEM) -> PersonMerge:
    survivor, absorbed = pair
    return people_merging.merge(actor, Same(*pair), Versions(survivor.version, absorbed.version), chosen)


def without_versions(found: dict[str, Any]) -> dict[str, Any]:
    keep = [column.name for column in Person.__table__.columns]
    places = [place for place, key in enumerate(keep) if key not in ("version", "updated_at")]
    rows = [tuple(row[place] for place in places) for row in found["person"]]
    return {**found, "person": rows, "person_merge": []}


def test_after_merging_and_undoing_the_database_is_as_it_was(pair: Pair) -> None:
    before = without_versions(dump())
    record = merge(pair)
    assert without_versions(dump()) != before
    people_merging.undo(SYSTEM, record)
    assert without_versions(dump()) == before


def test_the_one_who_stays_speaks_for_all_and_is_found_by_both_names(pair: Pair) -> None:
    mine, other = pair
    merge(pair)

    assert [entry.organisation.name for entry in mine.affiliations] == ["School of Niš", "Chamber of Niš"]
    assert mine.name == "Ana Petrovska"
    assert mine.email == "ana.petrovska@example.org"
    for words in ("jovanovic", "Петровска"):
        assert [row.id for row in namesakes.candidates(SYSTEM, other, words)] == [mine.id]
    assert queries.person_now(SYSTEM, other.id) == mine.id


def test_what_either_agreed_to_is_one_ledger(pair: Pair, session: Session) -> None:
    mine, other = pair
    people_merging.merge(SYSTEM, Same(other, mine), Versions(other.version, mine.version), {"lawful_basis"})
    assert [entry.person_id for entry in other.consents] == [mine.id]
    assert other.id in session.scalars(sa.select(Person.id).where(consent.agreed_to(ConsentPurpose.CONTACT)))
    assert not consent.is_baseless(other.lawful_basis, other.consents)
    taken_back = consent.ConsentFacts(
        act=ConsentAct.WITHDRAWN,
        purposes=[ConsentPurpose.CONTACT],
        on_day=date(2025, 5, 1),
        way=consent.ConsentWay.FORM,
    )
    consent.record_consent(SYSTEM, other, taken_back)
    assert consent.is_baseless(other.lawful_basis, other.consents)
    assert other.id in session.scalars(sa.select(Person.id).where(consent.is_baseless_criterion()))


def test_everything_about_a_person_tells_of_both_entries(pair: Pair) -> None:
    mine, _other = pair
    merge(pair, set())
    told = subject_export.as_plain(subject_data.collect(mine), SYSTEM)
    assert told["person"]["family_name"] == "Jovanović"
    assert [entry["family_name"] for entry in told["merged"]] == ["Petrovska"]


@pytest.mark.parametrize("undone", [False, True])
def test_an_erasure_leaves_neither_name(pair: Pair, undone: bool) -> None:
    mine, other = pair
    record = merge(pair)
    if undone:
        people_merging.undo(SYSTEM, record)
    for one in (mine, other) if undone else (mine,):
        erasure.erase(SYSTEM, subject_data.collect(one), one.version, ErasureReason.ASKED, ())
    left = repr(dump()).casefold() + repr([row.steps for row in db.session.scalars(sa.select(PersonMerge))])
    for trace in ("jovanov", "petrovsk", "петровск", "444 33 22"):
        assert trace not in left
    if not undone:
        with pytest.raises(Refused):
            people_merging.undo(SYSTEM, record)


def test_who_cannot_be_one_is_refused(pair: Pair, session: Session) -> None:
    mine, other = pair
    with pytest.raises(Refused):
        people_merging.merge(SYSTEM, Same(mine, mine), Versions(mine.version, mine.version), set())
    with pytest.raises(EditConflict):
        people_merging.merge(SYSTEM, Same(mine, other), Versions(mine.version, other.version - 1), set())
    with pytest.raises(NotAllowed):
        merge(pair, actor=Actor(9, "Nino", (Grant(Role.COUNTRY_LEAD, "GE"),)))
    record = merge(pair, actor=Actor(8, "Mila", (Grant(Role.COUNTRY_LEAD, "RS"),)))
    with pytest.raises(Refused):
        merge(pair)
    record.merged_at = clock.now() - timedelta(days=31)
    with pytest.raises(Refused):
        people_merging.undo(SYSTEM, record)


def test_people_are_merged_on_their_pages(app: Flask, client: FlaskClient) -> None:
    with work(app):
        mine, other = (one.id for one in build())
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    people = "/stakeholders/people"
    assert f'href="{people}/{mine}/merge/{other}"' in client.get(f"{people}/{mine}/merge?q=petrovska").text
    form = open_page(client, f"{people}/{mine}/merge/{other}").form("Merge them")
    assert form.values["email"] == ["other"]
    assert form.values["family_name"] == ["mine"]
    page = Page(form.submit(client, follow=True, family_name="other"))
    assert page.heading == "Ana Petrovska"
    assert client.get(f"{people}/{other}").location == f"{people}/{mine}"
    back = Page(page.form("Undo the merge").submit(client, follow=True))
    assert back.url.endswith(f"{people}/{other}")
    assert open_page(client, f"{people}/{mine}").heading == "Ana Jovanović"


def test_who_may_not_edit_people_merges_none(app: Flask, client: FlaskClient) -> None:
    with work(app):
        mine, other = (one.id for one in build())
    arrive(app, client, Role.AUDITOR)
    assert client.get(f"/stakeholders/people/{mine}/merge").status_code == 403
    assert client.get(f"/stakeholders/people/{mine}/merge/{other}").status_code == 403


def test_whoever_writes_a_person_is_told_who_has_the_name_or_the_mailbox(app: Flask, client: FlaskClient) -> None:
    with work(app):
        mine, other = (one.id for one in build())
    arrive(app, client)

    def told(query: str) -> str:
        return client.get(f"/stakeholders/people/alike?{query}", headers={"HX-Request": "true"}).text

    assert f"/stakeholders/people/{mine}" in told("given_name=Ана&family_name=Јовановић")
    assert f"/stakeholders/people/{other}" in told("given_name=A&email=Ana.Petrovska@example.org")
    assert "/stakeholders/people/" not in told("given_name=Ana")
    assert "/stakeholders/people/" not in told(f"given_name=Ana&family_name=Jovanovic&without={mine}")
    assert "alike?without" in client.get(f"/stakeholders/people/{mine}/edit").text


def test_people_who_share_a_name_are_listed_until_they_are_one(app: Flask, client: FlaskClient) -> None:
    with work(app):
        keys = [person("Петар", family_name="Илић").id, person("Petar", family_name="Ilić").id]
        person("Petar")
    arrive(app, client)
    page = client.get("/stakeholders/people/duplicates").text
    assert f"/stakeholders/people/{keys[0]}/merge/{keys[1]}" in page
    open_page(client, f"/stakeholders/people/{keys[0]}/merge/{keys[1]}").form("Merge them").submit(client)
    assert "No two people have the same name." in client.get("/stakeholders/people/duplicates").text


def test_different_people_of_one_name_are_not_shown_again(app: Flask, client: FlaskClient) -> None:
    with work(app):
        keys = [person("Ana", family_name=family).id for family in ("Jović", "Јовић", "Jovic")]
    arrive(app, client)
    page = Page(open_page(client, "/stakeholders/people/duplicates").form().submit(client, follow=True))
    assert "No two people have the same name." in page.text
    with work(app):
        newcomer = person("Ana", family_name="Jović")
        assert [[row.id for row in group] for group in namesakes.groups(SYSTEM)] == [[*keys, newcomer.id]]
        people_merging.keep_apart(SYSTEM, [newcomer, *map(db.session.get_one, [Person] * 3, keys)])
        assert namesakes.groups(SYSTEM) == []


@pytest.mark.parametrize("people", [[], ["1"], ["1", "x"], ["1"] * 30])
def test_a_forged_list_of_people_is_refused(app: Flask, client: FlaskClient, people: list[str]) -> None:
    with work(app):
        for family in ("Jović", "Jovic"):
            person("Ana", family_name=family)
    arrive(app, client)
    form = open_page(client, "/stakeholders/people/duplicates").form()
    assert form.submit(client, people=people).status_code == 400


def test_people_of_another_country_are_not_kept_apart(session: Session) -> None:
    body = organisation(name("School of Niš"), country="RS")
    both = [person("Ana", SYSTEM, AffiliationFacts(body, {}), family_name="Jović") for _number in range(2)]
    with pytest.raises(NotAllowed):
        people_merging.keep_apart(Actor(1, "Lead", (Grant(Role.COUNTRY_LEAD, "GE"),)), both)
