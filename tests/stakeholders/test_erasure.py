"""Erasing a person: the name is nowhere any more, and what is counted stays."""

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.models import SavedView
from app.core import mentions, outbox
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.audit import AuditEntry
from app.core.errors import EditConflict, NotAllowed, Refused
from app.core.mail import Mail
from app.core.redaction import Redaction, RedactionPermit
from app.core.sought import Likeness
from app.extensions import db
from app.stakeholders import erasure, subject_data
from app.stakeholders.consent import ConsentEntry
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.models import Affiliation, Organisation, Person
from tests.accounts.people import arrive, statements, work
from tests.accounts.people import person as account
from tests.conftest import Backend
from tests.events.world import World
from tests.events.world import build as build_world
from tests.page import Page, open_page, words
from tests.stakeholders.named import TRACES, Named, build
from tests.stakeholders.register import name, organisation, person

ERASER = Actor(7, "Lusine", (Grant(Role.COORDINATOR),))


@pytest.fixture
def world(backend: Backend) -> World:
    """Organisations and micro-credentials for events."""
    return backend.begin_with(build_world)


@pytest.fixture
def named(app: Flask, world: World) -> Named:
    """The person whose name stands everywhere."""
    return build(app, world)


def dump(app: Flask) -> str:
    """Every value of every table as text, bytes as what they say, in lower case."""
    with app.app_context(), db.engine.connect() as connection:
        tables = [sa.table(name) for name in sa.inspect(connection).get_table_names()]
        rows = [
            (table.name, value)
            for table in tables
            for row in connection.execute(sa.select(sa.text("*")).select_from(table))
            for value in row
        ]
    return "\n".join(f"{name}: {plain(value)}" for name, value in rows).casefold()


def plain(value: Any) -> str:
    """A value as text; lines of a calendar entry are joined where they were folded, escapes of JSON read."""
    if isinstance(value, bytes):
        value = value.decode().replace("\r\n ", "")
    elif isinstance(value, str) and "\\u" in value:
        value = value.encode().decode("unicode_escape")
    return " ".join(str(value).split())


def traces(app: Flask) -> list[str]:
    """What of the name is still found, with where."""
    lines = dump(app).splitlines()
    return [line[:200] for line in lines if any(trace in line for trace in TRACES)]


def erase(person_id: int, which: Collection[Likeness] = tuple(Likeness)) -> erasure.Erased:
    """Erase a person with the mentions of these kinds, all of them unless told."""
    data = subject_data.collect(db.session.get_one(Person, person_id))
    keys = [place.mention.key for place in data.places if place.mention.likeness in which]
    return erasure.erase(ERASER, data, data.person.version, ErasureReason.ASKED, keys)


def test_the_name_is_in_every_table_that_can_hold_it(app: Flask, named: Named):
    tables = {line.partition(":")[0] for line in traces(app)}
    assert tables >= {
        *("person", "affiliation", "consent_entry", "audit_entry", "organisation", "organisation_name", "event"),
        *("state_move", "mail", "job", "stored_file", "calendar_entry"),
    }


def test_after_an_erasure_the_name_is_nowhere(app: Flask, named: Named):
    with work(app):
        erase(named.person)
    assert traces(app) == []


def test_the_file_that_showed_the_consent_is_forgotten(app: Flask, named: Named):
    assert app.extensions["files"].has(named.evidence)
    with work(app):
        erase(named.person)
    outbox.drain(app)
    assert not app.extensions["files"].has(named.evidence)


def test_views_that_look_for_the_person_are_gone(app: Flask, named: Named):
    with work(app) as session:
        user = account(session, email="ana@example.org")
        for label, query in (
            ("Her", "q=Svjetlana+Kurtovi%C4%87"),
            ("In Cyrillic", "q=%D0%9A%D1%83%D1%80%D1%82%D0%BE%D0%B2%D0%B8%D1%9B"),
            ("Serbia", "country=RS"),
        ):
            path = "/stakeholders/people/"
            session.add(SavedView(user_id=user.id, listing="people", path=path, name=label, query=query))
    with work(app) as session:
        erase(named.person)
        assert session.scalars(sa.select(SavedView.name)).all() == ["Serbia"]


def test_what_is_counted_stays(app: Flask, named: Named):
    models = (Person, Affiliation, ConsentEntry, Organisation, Mail)
    count = lambda session: [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in models]  # noqa: E731
    with work(app) as session:
        before = count(session)
        erase(named.person)
        assert count(session) == before
        affiliation = session.scalars(sa.select(Affiliation).where(Affiliation.person_id == named.person)).one()
        assert (affiliation.organisation_id, affiliation.valid_from) == (named.school, date(2024, 7, 1))
        assert session.get_one(Person, named.person).erased_on == date(2025, 5, 12)


def test_texts_say_that_something_was_erased(app: Flask, named: Named):
    with work(app) as session:
        erase(named.person)
        assert session.get_one(Organisation, named.school).notes == "Ask [erased], [erased]."
        assert session.get_one(Organisation, named.salon).name == "Salon [erased]"
        keys = session.get_one(Organisation, named.salon).search_key.split("|")
        assert {key.strip() for key in keys} == {"salon"}


def test_the_public_calendar_follows(app: Flask, client: FlaskClient, named: Named):
    assert "Svjetlana" in client.get("/feeds/all.ics").get_data(as_text=True).replace("\r\n ", "")
    with work(app):
        erase(named.person)
    assert "Svjetlana" not in client.get("/feeds/all.ics").get_data(as_text=True).replace("\r\n ", "")


def test_every_redaction_of_evidence_is_recorded_without_the_name(app: Flask, named: Named):
    with work(app) as session:
        erase(named.person)
        noted = session.scalars(sa.select(Redaction)).all()
        assert {row.table_name for row in noted} == {"audit_entry", "consent_entry", "state_move"}
        assert {(row.actor_name, row.reason) for row in noted} == {("Lusine", f"erasure of person {named.person}")}
        assert session.scalars(sa.select(RedactionPermit)).all() == []
        erased = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "erase")).one()
        assert (erased.record_id, erased.changes["reason"]) == (named.person, "asked")


def test_evidence_stays_closed_to_everything_else_afterwards(app: Flask, named: Named):
    with work(app) as session:
        erase(named.person)
    emptied = "UPDATE audit_entry SET changes = '{}'"
    for statement in ("UPDATE consent_entry SET note = 'x'", "DELETE FROM redaction", emptied):
        with work(app) as session:
            with pytest.raises(DatabaseError, match="is append-only"):
                session.execute(sa.text(statement))
            session.rollback()


def test_the_audit_keeps_which_columns_changed(app: Flask, named: Named):
    with work(app) as session:
        erase(named.person)
        created = session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.record_kind == "person", AuditEntry.record_id == named.person)
            .order_by(AuditEntry.id)
        ).first()
        assert created is not None
        assert created.changes["given_name"] == [None, "[erased]"]
        assert created.changes["lawful_basis"] == [None, "consent"]


def test_somebody_of_the_same_family_name_stays(app: Flask, named: Named):
    with work(app):
        other = person("Luka", family_name="Kurtović").id
        done = erase(named.person, {Likeness.NAME})
        assert done.left
    with work(app) as session:
        assert session.get_one(Person, other).name == "Luka Kurtović"
    assert [line for line in traces(app) if "svjetlana" in line or "светлана" in line] == []


def test_nobody_is_erased_twice_or_over_a_later_change(session: Session):
    made = person("Mira", family_name="Ilić")
    with pytest.raises(EditConflict):
        erasure.erase(SYSTEM, subject_data.collect(made), made.version + 1, ErasureReason.ASKED, [])
    erasure.erase(SYSTEM, subject_data.collect(made), made.version, ErasureReason.ASKED, [])
    with pytest.raises(Refused):
        erasure.erase(SYSTEM, subject_data.collect(made), made.version, ErasureReason.ASKED, [])


@pytest.mark.parametrize(
    ("role", "country", "may"),
    [
        (Role.ADMIN, None, True),
        (Role.COORDINATOR, None, True),
        (Role.COUNTRY_LEAD, "RS", True),
        (Role.COUNTRY_LEAD, "AM", False),
        (Role.PARTNER_EDITOR, "RS", False),
        (Role.LGE_MEMBER, "RS", False),
        (Role.CLUSTER_COORDINATOR, "RS", False),
        (Role.AUDITOR, None, False),
        (Role.STAKEHOLDER, "RS", False),
    ],
)
def test_the_country_lead_and_the_coordinator_erase_and_hand_out(
    app: Flask, named: Named, role: Role, country: str | None, may: bool
):
    actor = Actor(5, "x", (Grant(role, country, named.school),))
    with work(app) as session:
        record = session.get_one(Person, named.person)
        if may:
            assert subject_data.about(actor, record).person is record
            erasure.erase(actor, subject_data.collect(record), record.version, ErasureReason.ASKED, [])
            return
        with pytest.raises(NotAllowed):
            subject_data.about(actor, record)
        with pytest.raises(NotAllowed):
            erasure.erase(actor, subject_data.collect(record), record.version, ErasureReason.ASKED, [])


# ---- The page ----


def test_the_page_says_what_goes_and_asks_before(app: Flask, client: FlaskClient, named: Named):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{named.person}/erase")
    assert "cannot be undone" in page.text
    ticked = page.select("input[name=texts][checked]")
    assert ticked
    refused = page.form("Erase the person").submit(client, reason="asked")
    assert refused.status_code == 422
    assert any(line.endswith("Tick the box to erase.") for line in Page(refused).errors)
    answer = page.form("Erase the person").submit(client, follow=True, reason="asked", is_sure="y")
    shown = Page(answer)
    assert shown.heading == "Erased person"
    assert "School of Niš" in shown.text
    assert traces(app) == []


def test_a_forged_text_is_refused(app: Flask, client: FlaskClient, named: Named):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{named.person}/erase").form("Erase the person")
    for forged in ("user:1:name:name", "nonsense", "person:1:given_name:name"):
        assert form.submit(client, texts=[forged], reason="asked", is_sure="y").status_code == 422


def test_an_erased_person_is_no_longer_listed_nor_changed(app: Flask, client: FlaskClient, named: Named):
    with work(app):
        erase(named.person)
    arrive(app, client)
    assert "Erased" not in open_page(client, "/stakeholders/people/").text
    page = open_page(client, f"/stakeholders/people/{named.person}")
    assert not {"Edit", "Erase", "Data"} & set(page.links)
    form = open_page(client, f"/stakeholders/people/{named.person}/edit").form("Save person")
    assert form.submit(client, given_name="Svjetlana", source="told").status_code == 422


@pytest.mark.parametrize("path", ["erase", "data"])
def test_others_do_not_open_the_pages(app: Flask, client: FlaskClient, named: Named, path: str):
    address = f"/stakeholders/people/{named.person}/{path}"
    assert client.get(address).status_code == 303
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    assert client.get(address).status_code == 403
    browser = app.test_client()
    arrive(app, browser, Role.AUDITOR, email="auditor@example.org")
    assert browser.get(address).status_code == 403
    assert browser.get(f"/stakeholders/people/99999/{path}").status_code == 403


# ---- Several spellings, and cases of the name ----


SPELLINGS = "Jovana Ristić, Јована Ристић"


@pytest.fixture
def jovana(app: Flask) -> int:
    """A person in texts that spell the name in two scripts and in cases."""
    with work(app):
        key = person("Jovana", family_name="Ristić", native_name="Јована Ристић").id
        person("Mira", family_name="Ristićević")
        organisation(name("School of Niš"), notes=f"Ask {SPELLINGS}; Luka Ristić knows, too.")
        organisation(name("School of Bor"), notes="Pisali smo Jovani Ristić i Ристићу; Mira Ristićević zna.")
    return key


def places_of(app: Flask, key: int) -> dict[tuple[str, Likeness], Any]:
    """Where the name stands, by column and likeness, in the register of organisations."""
    with work(app):
        places = subject_data.collect(db.session.get_one(Person, key)).places
    return {
        (place.mention.column, place.mention.likeness): place.mention.excerpt.found
        for place in places
        if place.mention.table == "organisation"
    }


def test_every_spelling_is_offered(app: Flask, client: FlaskClient, jovana: int):
    assert places_of(app, jovana) == {
        ("notes", Likeness.NAME): ("Jovana Ristić", "Јована Ристић"),
        ("notes", Likeness.PART): ("Ristić",),
        ("notes", Likeness.LIKE): ("Jovani Ristić", "Ристићу"),
    }
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{jovana}/erase")
    offered = {words(found): tag for tag in page.select("#texts label, #doubtful legend") for found in tag.select("b")}
    assert {SPELLINGS, "Ristić", "Jovani Ristić, Ристићу"} <= offered.keys()
    assert "a like word, perhaps the person" in words(offered["Jovani Ristić, Ристићу"])
    ticked = {text for text, tag in offered.items() if tag.select("input[checked]")}
    assert ticked == {SPELLINGS}


def test_no_spelling_is_left_in_any_table(app: Flask, client: FlaskClient, jovana: int):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{jovana}/erase").form("Erase the person")
    form.submit(client, follow=True, reason="asked", is_sure="y", rest="leave")
    left = dump(app)
    assert [trace for trace in ("jovana", "јована", "iovana", "ристић,", "ристић;") if trace in left] == []
    assert "ask [erased], [erased]; luka ristić knows" in left
    assert "jovani ristić i ристићу; mira ristićević" in left


def test_what_may_be_somebody_else_is_decided_text_by_text(app: Flask, client: FlaskClient, jovana: int):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{jovana}/erase")
    assert "4 texts are not decided." in page.text
    refused = Page(page.form("Erase the person").submit(client, reason="asked", is_sure="y"))
    assert refused.status == 422
    assert "4 texts are not decided" in " ".join(refused.errors)
    names = {str(tag["name"]) for tag in refused.select("#doubtful [type=radio]")} - {"rest"}
    decided = {name: "person" if name.endswith("like") else "other" for name in names}
    answer = refused.form("Erase the person").submit(client, follow=True, reason="asked", is_sure="y", **decided)
    assert Page(answer).messages == ["Erased; 4 texts redacted, 2 left as they are."]
    left = dump(app)
    assert "luka ristić knows" in left
    assert "jovani ristić" not in left


def test_cases_go_where_they_are_chosen(app: Flask, jovana: int):
    with work(app):
        erase(jovana)
    left = dump(app).replace("ristićević", "").replace("risticevic", "")
    assert [trace for trace in ("jovan", "јован", "iovan", "ristić", "ристић", "ristic") if trace in left] == []


def test_a_like_word_neither_takes_views_along_nor_keys_of_namesakes(app: Flask, jovana: int):
    with work(app) as session:
        user = account(session, email="ana@example.org")
        session.add(SavedView(user_id=user.id, listing="people", path="/", name="Risticu", query="q=Risticu"))
        namesake = person("Jovana", family_name="Ristić").id
        erase(jovana, {Likeness.NAME})
    with work(app) as session:
        assert session.scalars(sa.select(SavedView.name)).all() == ["Risticu"]
        assert "ristic" in session.get_one(Person, namesake).search_key
        assert session.get_one(Person, namesake).name == "Jovana Ristić"


def test_an_erasure_reads_the_database_once(app: Flask, client: FlaskClient, jovana: int):
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{jovana}/erase").form("Erase the person")
    with statements(app) as sent:
        form.submit(client, reason="asked", is_sure="y", rest="leave")
    whole = [statement for statement in sent if "FROM import_row ORDER BY" in " ".join(statement.split())]
    assert len(whole) == 1
    audit = [statement for statement in sent if "FROM audit_entry ORDER BY" in " ".join(statement.split())]
    assert len(audit) == 1


def test_only_rows_that_can_hold_the_name_are_looked_into(app: Flask, jovana: int, monkeypatch: pytest.MonkeyPatch):
    with work(app):
        for number in range(50):
            organisation(name(f"School {number}"), notes=f"Ask Petar{number} Ilić, Niš.")
    looked = []

    def look(value: Any, _sought: Any) -> dict[Likeness, Any]:
        looked.append(value)
        return {}

    monkeypatch.setattr(mentions, "in_value", look)
    with work(app):
        subject_data.collect(db.session.get_one(Person, jovana))
    assert looked
    assert not [value for value in looked if "Petar" in str(value)]
