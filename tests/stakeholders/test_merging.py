"""Two organisations become one and two again: nothing is lost, nothing is sent, and undoing leaves what was there."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import COUNTRY_ROLES, RoleGrant
from app.core import clock
from app.core import merging as references
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.audit import AuditEntry
from app.core.database import Base
from app.core.errors import EditConflict, NotAllowed, Refused
from app.core.mail import Mail
from app.core.outbox import Job
from app.events.models import Event, event_organisation
from app.events.services import log
from app.extensions import db
from app.microcredentials.models import MicroCredential, microcredential_developer
from app.stakeholders import lookalikes, merging, queries, services
from app.stakeholders.merging import Versions
from app.stakeholders.models import Category, NameKind, Organisation, OrganisationMerge
from app.stakeholders.services import AffiliationFacts
from tests.accounts import people
from tests.accounts.people import arrive, statements, submit, work
from tests.events.world import World, build
from tests.page import Page, open_page
from tests.stakeholders.register import facts, name, organisation, person

LEAD_OF_ARMENIA = Actor(8, "Ani", (Grant(Role.COUNTRY_LEAD, "AM"),))
LEAD_OF_GEORGIA = Actor(9, "Nino", (Grant(Role.COUNTRY_LEAD, "GE"),))

# What undoing a merge is told by, and is not meant to take back.
TOLD = {"audit_entry", "organisation_merge"}
BOOKKEEPING = {"version", "updated_at"}

Pair = tuple[World, Organisation, Organisation]
Dump = dict[str, list[tuple[Any, ...]]]


def dump() -> Dump:
    """Every row of every table, but for what tells of the merge and the versions of the two organisations."""
    db.session.flush()
    db.session.expire_all()
    found: Dump = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in TOLD:
            left = BOOKKEEPING if table.name == "organisation" else set()
            columns = [column for column in table.columns if column.name not in left]
            found[table.name] = sorted(map(tuple, db.session.connection().execute(sa.select(*columns))), key=repr)
    return found


@pytest.fixture
def world(session: Session) -> Pair:
    """A consortium in which a college and its double have people, events, designs, roles and invitations."""
    world = build()
    mine = organisation(name("Vanadzor College"), country="AM", city="Vanadzor")
    double = organisation(
        *(name("Վանաձորի քոլեջ", "hy"), name("Vanadzor State College", kind=NameKind.FORMER)),
        country="AM",
        region="AM-LO",
        email="office@college.example.org",
        category=Category.HE_PROVIDER,
    )
    person("Ani", SYSTEM, AffiliationFacts(mine, {"en": "Director"}), AffiliationFacts(double, {"en": "Teacher"}))
    person("Aram", SYSTEM, AffiliationFacts(double, {"en": "Head"}, date(2020, 1, 1), date(2024, 1, 1)))
    log(SYSTEM, world.consultation(organiser=double, organisations=[mine, double]))
    log(SYSTEM, world.consultation(organiser=mine, organisations=[double]))
    design = session.get_one(MicroCredential, world.pattern)
    design.developers = [mine, double]
    design.awarding_body = double
    wine = session.get_one(MicroCredential, world.wine)
    wine.developers = [double]
    people.person(session, Role.PARTNER_EDITOR, country="AM", organisation_id=double.id)
    merging.keep_apart(SYSTEM, double, session.get_one(Organisation, world.school))
    session.flush()
    return world, mine, double


def now_of(one: Organisation, other: Organisation) -> Versions:
    return Versions(one.version, other.version)


def test_after_merging_and_undoing_the_database_is_as_it_was(world: Pair) -> None:
    _world, mine, double = world
    before = dump()
    record = merging.merge(LEAD_OF_ARMENIA, mine, double, now_of(mine, double), set(merging.FIELDS))
    assert dump() != before
    merging.undo(LEAD_OF_ARMENIA, record)
    after = dump()
    assert {table for table in before if before[table] != after[table]} == set()


def test_every_reference_moves_and_what_both_had_is_there_once(world: Pair, session: Session) -> None:
    _world, mine, double = world
    merging.merge(SYSTEM, mine, double, now_of(mine, double), set())
    assert {entry.person.name for entry in queries.affiliations(SYSTEM, mine)} == {"Ani", "Aram"}
    assert set(session.scalars(sa.select(Event.organiser_id).where(Event.organiser_id.is_not(None)))) == {mine.id}
    taking_part = session.execute(sa.select(event_organisation)).all()
    assert sorted(row.organisation_id for row in taking_part) == [mine.id, mine.id]
    developers = session.execute(sa.select(microcredential_developer.c.organisation_id)).scalars().all()
    assert developers == [mine.id, mine.id]
    assert (
        session.scalars(sa.select(MicroCredential.awarding_body_id).where(MicroCredential.code == "AM-03")).one()
        == mine.id
    )
    assert session.scalars(sa.select(RoleGrant.organisation_id)).all() == [mine.id]
    left = references.counted(session, Base.metadata.tables["organisation"], double.id)
    assert left == {}


def test_all_names_are_kept_and_find_it(world: Pair) -> None:
    _world, mine, double = world
    merging.merge(SYSTEM, mine, double, now_of(mine, double), prefers(mine, double))
    assert [(entry.text, entry.kind) for entry in mine.names] == [
        ("Vanadzor College", NameKind.WORKING),
        ("Վանաձորի քոլեջ", NameKind.ALSO),
        ("Vanadzor State College", NameKind.FORMER),
    ]
    assert (mine.name, mine.native_name, mine.city) == ("Vanadzor College", "Վանաձորի քոլեջ", "Vanadzor")
    assert (mine.region, mine.email, mine.category) == ("AM-LO", "office@college.example.org", Category.VET_PROVIDER)
    for words in ("vanadzor college", "Վանաձորի", "State College"):
        assert [option.value for option in queries.find_options(SYSTEM, words)] == [mine.id]
    assert [entry.id for entry in lookalikes.similar(SYSTEM, ["Vanadzori kolej", "Վանաձորի քոլեջ"], "AM")] == [mine.id]
    assert lookalikes.pairs(SYSTEM, "AM")[0] == []


def prefers(mine: Organisation, double: Organisation) -> set[str]:
    return merging.prefers_other(mine, double)


def test_the_name_of_the_other_can_be_the_working_name_and_one_can_go_on_editing(world: Pair) -> None:
    _world, mine, double = world
    merging.merge(SYSTEM, mine, double, now_of(mine, double), {"name", "category"})
    assert (mine.name, mine.name_language, mine.category) == ("Վանաձորի քոլեջ", "hy", Category.HE_PROVIDER)
    assert mine.names[0].text == "Վանաձորի քոլեջ"
    assert {entry.text for entry in mine.names} >= {"Vanadzor College", "Vanadzor State College"}
    kept = [services.NameFacts(entry.text, entry.language, entry.kind) for entry in mine.names]
    services.edit_organisation(SYSTEM, mine, mine.version, facts(*kept, country="AM"))
    assert mine.name == "Վանաձորի քոլեջ"


def test_another_country_takes_its_names_along(session: Session) -> None:
    mine, double = organisation(name("Škola Bar"), country="RS"), organisation(name("Skola Bar"), country="ME")
    merging.merge(SYSTEM, mine, double, now_of(mine, double), {"country"})
    assert [entry.id for entry in lookalikes.similar(SYSTEM, ["Школа Бар"], "ME")] == [mine.id]
    assert lookalikes.similar(SYSTEM, ["Школа Бар"], "RS") == []


def test_nothing_is_sent_and_no_other_record_gets_a_new_version(world: Pair, session: Session) -> None:
    _world, mine, double = world

    def waiting() -> tuple[Any, ...]:
        counts = [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Mail, Job)]
        return (*counts, sorted(session.execute(sa.select(Event.id, Event.version)).all()))

    before = waiting()
    record = merging.merge(SYSTEM, mine, double, now_of(mine, double), set())
    merging.undo(SYSTEM, record)
    assert waiting() == before


def test_every_change_of_an_audited_record_is_on_record(world: Pair, session: Session) -> None:
    _world, mine, double = world
    latest = session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    merging.merge(SYSTEM, mine, double, now_of(mine, double), {"city"})
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.id > latest)).all()
    told = {(entry.record_kind, entry.action) for entry in entries}
    expected = {("organisation", "update"), ("organisation_name", "create"), ("organisation_merge", "create")}
    assert told >= expected | {("affiliation", "update"), ("event", "update"), ("organisation_not_same", "delete")}
    gone = next(entry for entry in entries if (entry.record_kind, entry.record_id) == ("organisation", double.id))
    assert gone.changes["absorbed_by_id"] == [None, mine.id]


def test_what_was_changed_since_stays_when_a_merge_is_undone(world: Pair, session: Session) -> None:
    _world, mine, double = world
    record = merging.merge(SYSTEM, mine, double, now_of(mine, double), {"region", "email"})
    event = session.scalars(sa.select(Event).order_by(Event.id)).first()
    assert event is not None
    event.organiser = session.get_one(Organisation, _world.school)
    names = [*(services.NameFacts(entry.text, entry.language, entry.kind) for entry in mine.names), name("VC")]
    services.edit_organisation(
        SYSTEM, mine, mine.version, facts(*names, country="AM", region="AM-LO", email="new@example.org")
    )
    merging.undo(SYSTEM, record)
    assert (mine.email, mine.region, double.email) == ("new@example.org", None, "office@college.example.org")
    assert event.organiser_id == _world.school
    assert [entry.text for entry in double.names] == ["Վանաձորի քոլեջ", "Vanadzor State College"]
    assert [option.value for option in queries.find_options(SYSTEM, "VC")] == [mine.id]
    assert queries.find_options(SYSTEM, "State College")[0].value == double.id


def test_what_was_deleted_since_is_left_out_when_a_merge_is_undone(world: Pair, session: Session) -> None:
    _world, mine, double = world
    record = merging.merge(SYSTEM, mine, double, now_of(mine, double), set())
    session.execute(sa.delete(event_organisation))
    for table in ("event_microcredential", "calendar_place", "calendar_entry", "event"):
        session.execute(sa.delete(Base.metadata.tables[table]))
    merging.undo(SYSTEM, record)
    assert session.scalar(sa.select(sa.func.count()).select_from(event_organisation)) == 0


def test_partners_with_numbers_cannot_become_one(world: Pair, session: Session) -> None:
    school, agency = (session.get_one(Organisation, key) for key in (world[0].school, world[0].agency))
    with pytest.raises(Refused, match="Both are partners"):
        merging.merge(SYSTEM, school, agency, now_of(school, agency), set())


def test_a_partner_stays_one_whichever_way_it_goes(world: Pair, session: Session) -> None:
    school, mine = session.get_one(Organisation, world[0].school), world[1]
    before = dump()
    record = merging.merge(SYSTEM, mine, school, now_of(mine, school), set())
    assert (mine.is_partner, mine.partner_number) == (True, 1)
    assert next(entry.id for entry in queries.partners()) == mine.id
    merging.undo(SYSTEM, record)
    assert dump() == before


@pytest.mark.parametrize("actor", [LEAD_OF_GEORGIA, Actor(3, "Auditor", (Grant(Role.AUDITOR),))])
def test_the_right_in_both_countries_is_needed(world: Pair, actor: Actor) -> None:
    _world, mine, double = world
    with pytest.raises(NotAllowed):
        merging.merge(actor, mine, double, now_of(mine, double), set())


def test_a_lead_cannot_swallow_an_organisation_of_another_country(session: Session) -> None:
    mine, theirs = organisation(name("Wine"), country="AM"), organisation(name("Wine"), country="GE")
    with pytest.raises(NotAllowed):
        merging.merge(LEAD_OF_ARMENIA, mine, theirs, now_of(mine, theirs), set())
    record = merging.merge(SYSTEM, mine, theirs, now_of(mine, theirs), set())
    with pytest.raises(NotAllowed):
        merging.undo(LEAD_OF_ARMENIA, record)


def test_what_somebody_saved_in_between_is_not_lost(world: Pair) -> None:
    _world, mine, double = world
    seen = now_of(mine, double)
    services.edit_organisation(SYSTEM, double, double.version, facts(name("Renamed"), country="AM"))
    with pytest.raises(EditConflict):
        merging.merge(SYSTEM, mine, double, seen, set())
    with pytest.raises(EditConflict):
        merging.merge(SYSTEM, mine, double, Versions(None, None), set())


def test_an_organisation_is_not_merged_twice_nor_with_itself(world: Pair) -> None:
    _world, mine, double = world
    with pytest.raises(Refused):
        merging.merge(SYSTEM, mine, mine, now_of(mine, mine), set())
    merging.merge(SYSTEM, mine, double, now_of(mine, double), set())
    with pytest.raises(Refused, match="merged already"):
        merging.merge(SYSTEM, mine, double, now_of(mine, double), set())


def test_merges_are_undone_the_latest_first_and_only_once(world: Pair, session: Session) -> None:
    _world, mine, double = world
    third, fourth = organisation(name("Third"), country="AM"), organisation(name("Fourth"), country="AM")
    before = dump()
    first = merging.merge(SYSTEM, mine, double, now_of(mine, double), set())
    second = merging.merge(SYSTEM, mine, third, now_of(mine, third), set())
    with pytest.raises(Refused, match="Third"):
        merging.undo(SYSTEM, first)
    over = merging.merge(SYSTEM, fourth, mine, now_of(fourth, mine), set())
    assert queries.survivor_of(SYSTEM, double.id) == fourth.id
    with pytest.raises(Refused, match="merged itself"):
        merging.undo(SYSTEM, second)
    for record in (over, second, first):
        merging.undo(SYSTEM, record)
    with pytest.raises(Refused, match="undone already"):
        merging.undo(SYSTEM, first)
    assert dump() == before


def test_a_merge_can_be_undone_for_thirty_days(world: Pair, session: Session) -> None:
    _world, mine, double = world
    record = merging.merge(SYSTEM, mine, double, now_of(mine, double), set())
    record.merged_at = clock.now() - timedelta(days=29, hours=23)
    assert merging.can_be_undone(record)
    record.merged_at = clock.now() - timedelta(days=30, hours=1)
    with pytest.raises(Refused, match="30 days"):
        merging.undo(SYSTEM, record)


# ---- Pages ----


@pytest.fixture
def doubles(app: Flask) -> tuple[int, int]:
    """Two entries for one college."""
    with work(app):
        mine = organisation(name("Vanadzor College"), country="AM", city="Vanadzor")
        double = organisation(name("Վանաձորի քոլեջ", "hy"), country="AM", email="office@college.example.org")
        return mine.id, double.id


def test_two_are_compared_merged_and_parted_again(app: Flask, client: FlaskClient, doubles: tuple[int, int]) -> None:
    mine, double = doubles
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    choose = open_page(client, f"/stakeholders/{double}/merge")
    answer = choose.form("Compare them").submit(client)
    assert answer.status_code == 422
    form = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them")
    assert form.values["email"] == ["other"]
    assert form.values["city"] == form.values["name"] == ["mine"]
    page = Page(form.submit(client, follow=True, name="other"))
    assert page.heading == "Վանաձորի քոլեջ"
    assert page.messages == ["They are one now. You can undo this for 30 days."]
    assert client.get(f"/stakeholders/{double}").location == f"/stakeholders/{mine}"
    back = Page(page.form("Undo the merge").submit(client, follow=True))
    assert back.url.endswith(f"/stakeholders/{double}")
    assert open_page(client, f"/stakeholders/{mine}").heading == "Vanadzor College"


def test_the_other_is_chosen_by_its_name(app: Flask, client: FlaskClient, doubles: tuple[int, int]) -> None:
    mine, double = doubles
    arrive(app, client)
    fields = {"other": str(double)}
    assert submit(client, f"/stakeholders/{mine}/merge", fields).location == f"/stakeholders/{mine}/merge/{double}"


@pytest.mark.parametrize("field", ["version", "other_version"])
def test_a_page_that_was_overtaken_says_so(
    app: Flask, client: FlaskClient, doubles: tuple[int, int], field: str
) -> None:
    mine, double = doubles
    arrive(app, client)
    form = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them")
    for stale in ("77", "", "x"):
        assert form.submit(client, **{field: stale}).status_code in (409, 422)
    assert client.get(f"/stakeholders/{double}").status_code == 200


@pytest.mark.parametrize("forged", [{"name": "both"}, {"email": "'; --"}])
def test_a_forged_choice_is_refused(
    app: Flask, client: FlaskClient, doubles: tuple[int, int], forged: dict[str, str]
) -> None:
    mine, double = doubles
    arrive(app, client)
    form = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them")
    assert form.submit(client, **forged).status_code == 422


def test_a_refusal_stands_on_the_page(app: Flask, client: FlaskClient) -> None:
    with work(app):
        one = organisation(name("One"), country="AM").id
        two = organisation(name("Two"), country="AM").id
        for key, number in ((one, 1), (two, 2)):
            partner = db.session.get_one(Organisation, key)
            partner.is_partner, partner.partner_number = True, number
    arrive(app, client)
    answer = open_page(client, f"/stakeholders/{one}/merge/{two}").form("Merge them").submit(client)
    assert answer.status_code == 422
    assert "Both are partners with a number" in Page(answer).text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMIN, 303),
        (Role.COORDINATOR, 303),
        (Role.COUNTRY_LEAD, 303),
        (Role.PARTNER_EDITOR, 303),
        (Role.LGE_MEMBER, 403),
        (Role.CLUSTER_COORDINATOR, 403),
        (Role.STAKEHOLDER, 403),
        (Role.AUDITOR, 403),
        (None, 303),
    ],
)
def test_who_may_merge_two_organisations_of_armenia(
    app: Flask, client: FlaskClient, doubles: tuple[int, int], role: Role | None, status: int
) -> None:
    mine, double = doubles
    if role:
        arrive(app, client, role, country="AM" if role in COUNTRY_ROLES else None)
    answer = submit(client, f"/stakeholders/{mine}/merge/{double}", {"version": "1", "other_version": "1"})
    assert answer.status_code == status
    with work(app):
        is_one = db.session.get_one(Organisation, double).absorbed_by_id == mine
        assert is_one == (role is not None and status == 303)
        key = db.session.scalar(sa.select(OrganisationMerge.id))
    if key:
        assert submit(client, f"/stakeholders/merges/{key}/undo").location == f"/stakeholders/{double}"


def test_a_lead_of_another_country_is_refused(app: Flask, client: FlaskClient, doubles: tuple[int, int]) -> None:
    mine, double = doubles
    arrive(app, client, Role.COUNTRY_LEAD, country="GE")
    fields = {"version": "1", "other_version": "1"}
    assert submit(client, f"/stakeholders/{mine}/merge/{double}", fields).status_code == 403
    assert client.get(f"/stakeholders/{mine}/merge").status_code == 403
    assert "Merge" not in open_page(client, f"/stakeholders/{mine}").links


@pytest.mark.parametrize("path", ["/stakeholders/999/merge", "/stakeholders/1/merge/999", "/stakeholders/999/merge/1"])
def test_what_is_not_there_is_not_found(app: Flask, client: FlaskClient, doubles: tuple[int, int], path: str) -> None:
    arrive(app, client)
    assert client.get(path).status_code == 404
    assert submit(client, "/stakeholders/merges/999/undo").status_code == 404


def test_an_organisation_that_is_open_asks_eight_times_at_most(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, _double = doubles
    arrive(app, client)
    for path in (f"/stakeholders/{mine}", f"/stakeholders/{mine}/merge"):
        client.get(path)
        with statements(app) as seen:
            open_page(client, path)
        assert len(seen) <= 8
