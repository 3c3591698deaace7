"""What a person may ask to see, and what nobody else ever sees."""

import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from app.accounts.models import SavedView
from app.core import mentions, records
from app.core.access import SYSTEM, Role
from app.core.audit import AuditEntry
from app.core.database import Base
from app.events.models import Event
from app.stakeholders import subject_data, subject_export
from app.stakeholders.listing import OrganisationListing, PersonListing
from app.stakeholders.models import Person
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, work
from tests.accounts.people import person as account
from tests.events.world import build as build_world
from tests.markup import parsed
from tests.page import open_page, words
from tests.stakeholders.named import Named, build
from tests.stakeholders.register import name, organisation, person


@pytest.fixture
def named(app: Flask) -> Named:
    """The person whose name stands everywhere."""
    with work(app):
        world = build_world()
    return build(app, world)


def test_the_archive_holds_every_mention_for_programs_and_for_people(app: Flask, client: FlaskClient, named: Named):
    arrive(app, client)
    answer = (
        open_page(client, f"/stakeholders/people/{named.person}/data").form("Download as an archive").submit(client)
    )
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        facts, text = json.loads(archive.read("data.json")), archive.read("data.html").decode()
    assert facts["person"]["family_name"] == "Kurtović"
    assert facts["affiliations"][0]["organisation"] == "School of Niš"
    assert [(entry["purpose"], entry["act"]) for entry in facts["consent"]] == [
        ("contact", "given"),
        ("contact", "withdrawn"),
    ]
    assert facts["mails"][0]["subject"] == "Dear Svjetlana"
    assert {entry["record"] for entry in facts["audit"]} == {"person", "affiliation"}
    assert {place["record"] for place in facts["mentions"]} >= {"event", "organisation", "state_move", "job"}
    assert f"/events/{named.event}" in {place["page"] for place in facts["mentions"]}
    assert "Opened by Svjetlana Kurtović" in text


def test_each_field_is_told_once_with_everything_around_the_name(app: Flask, client: FlaskClient, named: Named):
    with work(app) as session:
        person = session.get_one(Person, named.person)
        event = session.get_one(Event, named.event)
        event.description = {"en": f"{person.name} spoke, then Mrs {person.family_name}, then {person.name} again"}
        facts = subject_export.as_plain(subject_data.about(SYSTEM, person), SYSTEM)
    fields = [(told["record"], told["number"], told["field"]) for told in facts["mentions"]]
    assert len(fields) == len(set(fields))
    (told,) = [told for told in facts["mentions"] if told["record"] == "event" and told["field"] == "description"]
    assert told["text"].count("Kurtović") == 3
    assert "again" in told["text"]


def test_who_took_the_data_is_noted(app: Flask, client: FlaskClient, named: Named):
    user_id = arrive(app, client)
    open_page(client, f"/stakeholders/people/{named.person}/data").form("Download as an archive").submit(client)
    with work(app) as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
        assert (noted.record_id, noted.actor_id, noted.actor_name) == (named.person, user_id, "Maria Muster")


def test_the_page_links_to_every_place(app: Flask, client: FlaskClient, named: Named):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{named.person}/data")
    links = {str(tag["href"]) for tag in page.select("#places a[href]")}
    assert {f"/events/{named.event}", f"/stakeholders/{named.school}", f"/stakeholders/{named.salon}"} <= links


def test_tables_of_features_to_come_are_looked_through(app: Flask):
    """Whatever has a text or JSON column is covered; only tables without a key of their own are not."""
    texts = {table.name for table in Base.metadata.sorted_tables if mentions.text_columns(table)}
    assert {name for name in texts if "id" not in Base.metadata.tables[name].columns} == set()


# ---- Nobody else ----


def value_for(rule: Rule, name: str) -> Any:
    """What an argument of an address can be: a code, one of the words it takes, or the first record."""
    words = getattr(rule._converters[name], "items", None)
    return next(iter(words)) if words else "AM-03" if name == "code" else 1


def test_a_visitor_finds_no_person_on_any_page(app: Flask, client: FlaskClient):
    """Nobody agreed to publication here: every address a visitor can open is opened, with the records there are."""
    with work(app):
        build_world()
        for number in range(3):
            person(f"Zvjezdana{number}", family_name="Qwertović", email=f"zq{number}@example.org")
    opened = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        values: Any = {name: value_for(rule, name) for name in rule.arguments}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        answer = client.get(address)
        opened += answer.status_code == 200
        text = answer.get_data(as_text=True).casefold()
        assert "zvjezdana" not in text, address
        assert "qwertovi" not in text, address
        assert "zq0@" not in text, address
    assert opened > 10


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STAKEHOLDER, Role.LGE_MEMBER])
def test_lists_of_people_are_closed_to_whom_personal_data_are(app: Flask, client: FlaskClient, role: Role):
    arrive(app, client, role)
    for address in ("/stakeholders/people/", "/stakeholders/people/?format=csv", "/stakeholders/people/?format=xlsx"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/stakeholders/people/?format=csv", Role.PARTNER_EDITOR),
        ("/events/?format=csv", Role.COORDINATOR),
    ],
)
def test_files_hold_no_mailbox_and_no_number(app: Flask, client: FlaskClient, named: Named, path: str, role: Role):
    with work(app):
        person("Ana", email="ana.private@example.org", phone="+381 11 222 333")
    arrive(app, client, role)
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "@example.org" not in text
    assert "222333" not in text.replace(" ", "")


def test_whoever_may_hand_out_and_import_a_persons_data_has_its_mailbox_in_the_file(app: Flask, client: FlaskClient):
    with work(app):
        for given, land in (("Ana", "RS"), ("Mira", "ME")):
            school = organisation(name(f"School {land}"), country=land)
            person(given, SYSTEM, AffiliationFacts(school, {}), email=f"{given}@example.org".lower())
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    text = client.get("/stakeholders/people/?format=csv").get_data(as_text=True)
    assert "Mira" in text
    assert "ana@example.org" in text
    assert "mira@example.org" not in text


def test_no_list_has_a_column_of_contact_data():
    for listing in (OrganisationListing, PersonListing):
        assert not {"email", "phone", "gender"} & {column.key for column in listing.columns}


@pytest.mark.parametrize("language", ["en", "de"])
def test_everybody_reads_what_is_kept_and_whom_to_ask(app: Flask, client: FlaskClient, language: str):
    page = open_page(client, "/privacy", headers={"Accept-Language": language})
    assert "privacy@portal.bem.example" in page.text
    assert page.select("main .fallback") == []
    assert "/privacy" in open_page(client, "/").links.values()


# ---- In words that people know ----


def test_what_a_name_can_stand_in_has_a_name_that_people_know(app: Flask):
    """Only secrets and what keeps the portal going have none: nobody's name is written there."""
    inner = {"feed_secret", "feed_version", "redaction_permit", "sign_in_link", "submission"}
    with app.test_request_context():
        unnamed = {
            table.name
            for table in Base.metadata.sorted_tables
            if mentions.text_columns(table) and records.label_of(table.name) == table.name.replace("_", " ")
        }
    assert unnamed <= inner


def test_the_page_and_the_readable_file_name_fields_as_forms_do(app: Flask, client: FlaskClient, named: Named):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{named.person}/data")
    answer = page.form("Download as an archive").submit(client)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        handed_out = parsed(archive.read("data.html").decode())
    for soup in (page.soup, handed_out):
        places, audit = (words(soup.select(section)[0]) for section in ("#places", "#audit"))
        assert "Organisation (Notes): Ask Svjetlana Kurtović" in places
        assert "Event (What is it about?): Opened by" in places
        assert "Person · entered (Given name, Family name" in audit
        assert "Function at an organisation · entered (" in audit
        assert "svietlana" not in places
        internal = ("search_key", "name_key", "organisation_name", "given_name", "role_title", "affiliation ·")
        assert [name for name in internal if name in places + audit] == []


def test_each_mention_is_told_once(app: Flask, client: FlaskClient, named: Named):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{named.person}/data")
    lines = [(words(tag), str(tag.select("a")[:1])) for tag in page.select("#places li")]
    assert lines
    assert sorted(set(lines)) == sorted(lines)


def test_the_file_for_programs_holds_no_keys_and_each_text_once(app: Flask, client: FlaskClient, named: Named):
    with work(app) as session:
        user = account(session, email="ana@example.org")
        query = "q=Svjetlana+Kurtovi%C4%87"
        session.add(SavedView(user_id=user.id, listing="people", path="/", name="Hers", query=query))
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{named.person}/data")
    assert words(page.select_one("#views li")) == "Hers"
    answer = page.form("Download as an archive").submit(client)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        facts = json.loads(archive.read("data.json"))
    assert [name for name in names_in(facts) if name.endswith("_key")] == []
    assert [place for place in facts["mentions"] if place["field"].endswith("_key")] == []
    assert "svietlana" not in json.dumps(facts)
    told = [json.dumps(place, sort_keys=True) for place in facts["mentions"]]
    assert sorted(set(told)) == sorted(told)
    assert facts["saved_views"] == [{"name": "Hers", "list": "people", "filters": query}]
    assert {"given_name", "email", "source_detail", "review_on"} <= facts["person"].keys()


def names_in(value: Any) -> set[str]:
    """Every name of a fact, at any depth."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    return {*value, *names_in(list(value.values()))} if isinstance(value, dict) else set()


def test_the_page_of_erasing_says_which_views_go(app: Flask, client: FlaskClient, named: Named):
    with work(app) as session:
        user = account(session, email="ana@example.org")
        for label in ("Svjetlana Kurtović", "Serbia"):
            session.add(SavedView(user_id=user.id, listing="people", path="/", name=label, query="country=RS"))
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{named.person}/erase")
    assert "1 saved view that looks for the person: Svjetlana Kurtović" in words(page.select_one("#goes"))
    assert "It stays" not in words(page.select_one("#texts"))
    assert "Files that were imported and name the person" in words(page.select_one("#goes"))
    assert [name for name in ("search_key", "organisation_name") if name in page.text] == []
    page.form("Erase the person").submit(client, reason="asked", is_sure="y")
    with work(app) as session:
        assert session.scalars(select(SavedView.name)).all() == ["Serbia"]
