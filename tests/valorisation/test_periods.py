"""Frozen figures stay as they were reported, and what the records say otherwise shows beside them."""

import csv
import io
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.audit import EvidenceError
from app.core.canonical import sha256_of
from app.core.database import writing
from app.core.errors import NotAllowed, Refused
from app.events import services as events
from app.events.models import Event, Visibility
from app.extensions import db
from app.stakeholders.models import Organisation
from app.valorisation.actuals import figures
from app.valorisation.items.models import Measure
from app.valorisation.models import PlanState
from app.valorisation.periods import counting, queries, rules, services, tables
from app.valorisation.periods.corrections import Compared, compare
from app.valorisation.periods.models import ReportingPeriod
from app.valorisation.periods.services import PeriodFacts
from app.valorisation.tracks import services as tracks
from app.valorisation.tracks.models import MilestoneKind
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.world import LAST_WEEK, World
from tests.page import Page, open_page
from tests.valorisation.conftest import NOW, begin, move
from tests.valorisation.test_items import held
from tests.valorisation.test_tracks import planned, prove

FIRST, LAST = date(2025, 1, 1), date(2025, 5, 11)
FACTS = PeriodFacts(name="Interim report", starts_on=FIRST, ends_on=LAST)
FORM = {"name": "Interim report", "starts_on": FIRST.isoformat(), "ends_on": LAST.isoformat()}
MOST_STATEMENTS = 20


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "wrong"),
    [
        (FIRST, LAST, None),
        (FIRST, FIRST, None),
        (FIRST, NOW, None),
        (LAST, FIRST, Refused),
        (FIRST, date(2025, 5, 13), rules.NotOver),
    ],
)
def test_a_period_is_frozen_once_it_is_over(
    starts_on: date, ends_on: date, wrong: type[Refused] | None, app: Flask
) -> None:
    with app.test_request_context():
        if wrong is None:
            rules.check_days(starts_on, ends_on, NOW)
        else:
            with pytest.raises(wrong):
                rules.check_days(starts_on, ends_on, NOW)


def figure(value: int, **records: Any) -> Mapping[str, Any]:
    return {"value": value, "records": {f"event:{key[1:]}": weight for key, weight in records.items()}}


@pytest.mark.parametrize(
    ("before", "now", "is_corrected", "changes"),
    [
        (figure(1, e1=1), figure(1, e1=1), False, []),
        (figure(1, e1=1), figure(2, e1=1, e2=1), True, [(2, None, 1)]),
        (figure(1, e1=1), figure(0), True, [(1, 1, None)]),
        (figure(1, e1=1), figure(1, e2=1), True, [(1, 1, None), (2, None, 1)]),
        (figure(1, e1=[5, 0]), figure(1, e1=[7, 0]), True, [(1, [5, 0], [7, 0])]),
        (figure(3), figure(4), True, []),
    ],
)
def test_a_correction_names_the_records_that_make_it(
    before: Mapping[str, Any], now: Mapping[str, Any], is_corrected: bool, changes: list[tuple[int, Any, Any]]
) -> None:
    compared = compare({"AM": {"consultations": before}}, {"AM": {"consultations": now}})
    one = next(one for one in compared if one.code == "consultations")
    assert one.is_corrected is is_corrected
    assert [(change.key, change.before, change.now) for change in one.changes] == changes


def test_a_country_that_only_one_of_both_knows_is_compared_too() -> None:
    found = compare({"AM": {"plans": figure(1, e1=1)}}, {"GE": {"plans": figure(1, e2=1)}})
    assert [(one.country, one.frozen, one.now) for one in found if one.is_corrected] == [("AM", 1, 0), ("GE", 0, 1)]


def freeze(app: Flask, **changes: Any) -> ReportingPeriod:
    return services.freeze(SYSTEM, replace(FACTS, **changes), app.config["CONSORTIUM"])


def corrected(app: Flask, found: ReportingPeriod) -> dict[str, Compared]:
    compared = queries.compared(found, app.config["CONSORTIUM"])
    return {one.code: one for one in compared if one.is_corrected and one.country == "AM"}


def test_frozen_figures_are_those_of_the_pages(app: Flask, session: Session, world: World) -> None:
    held(world)
    both = [db.session.get_one(Organisation, key) for key in (world.company, world.agency)]
    events.log(SYSTEM, world.consultation(women=3, men=2, organisations=both))
    move(begin(app, world), PlanState.IN_CONSULTATION, PlanState.APPROVED, on=LAST)
    found = planned(world, MilestoneKind.VERIFIED)
    prove(world, found)
    tracks.reach(SYSTEM, found, found.version, LAST_WEEK)
    kept = freeze(app).content["countries"]["AM"]
    shown = figures("AM", FIRST, LAST)
    assert {code: (kept[code]["value"], kept[code].get("repeated")) for code in Measure} == {
        code: (one.value, one.repeated) for code, one in shown.items()
    }
    assert (kept["organisations"]["value"], kept["organisations"]["repeated"]) == (2, 4)
    assert (kept["verified"]["value"], kept["valorised"]["value"], kept["accredited"]["value"]) == (1, 1, 0)


def test_later_edits_show_as_corrections_and_the_frozen_figures_stay(
    app: Flask, session: Session, world: World
) -> None:
    first = held(world)
    found = freeze(app)
    assert corrected(app, found) == {}
    second = events.log(SYSTEM, world.consultation(women=4))
    both = corrected(app, found)
    assert {code: (one.frozen, one.now) for code, one in both.items()} == {
        "consultations": (1, 2),
        "organisations": (1, 1),
        "people": (0, 0),
    }
    assert (both["organisations"].frozen_repeated, both["organisations"].now_repeated) == (1, 2)
    assert [(one.table, one.key) for one in both["consultations"].changes] == [("event", second.id)]
    assert first.id != second.id
    assert queries.is_intact(found)


def test_people_who_were_counted_and_not_named_are_not_known_rather_than_none(
    app: Flask, session: Session, world: World
) -> None:
    events.log(SYSTEM, world.consultation(women=3, men=2))
    found = queries.compared(freeze(app), app.config["CONSORTIUM"])
    (people,) = (one for one in found if (one.country, one.code) == ("AM", "people"))
    assert (people.known_frozen, people.frozen_repeated, people.known_now) == (None, people.now_repeated, None)
    (row,) = tables.rows([people], {})
    assert row[2:6] == [None, people.frozen_repeated, None, people.now_repeated]
    assert not figures("AM", FIRST, LAST)[Measure.PEOPLE].is_known
    assert figures("GE", FIRST, LAST)[Measure.PEOPLE].is_known, "where nobody was counted, it is nobody"


def test_the_same_days_are_frozen_again_with_a_word_of_why(app: Flask, session: Session, world: World) -> None:
    first = freeze(app, note=None)
    with pytest.raises(rules.DaysFrozen, match=first.name) as refused:
        freeze(app, name="Again", note=None)
    assert list(refused.value.messages) == ["note"]
    assert freeze(app, name="Again", note="With the late minutes").name == "Again"


def test_a_frozen_period_is_never_overwritten(app: Flask, session: Session, world: World) -> None:
    found = freeze(app)
    session.commit()
    with pytest.raises(rules.NameTaken):
        freeze(app, ends_on=FIRST)
    found.note = "another"
    with pytest.raises(EvidenceError):
        session.flush()
    session.rollback()
    session.delete(session.get_one(ReportingPeriod, found.id))
    with pytest.raises(EvidenceError):
        session.flush()
    session.rollback()
    for statement in ("UPDATE reporting_period SET name = 'x'", "DELETE FROM reporting_period"):
        with pytest.raises(DBAPIError):
            session.execute(text(statement))
        session.rollback()


@pytest.mark.parametrize("who", ["auditor", "lead", "editor", "expert", "cluster", "guest", "public"])
def test_only_coordinators_and_administrators_freeze(app: Flask, session: Session, world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.freeze(world.actors[who], FACTS, app.config["CONSORTIUM"])
    assert services.freeze(world.actors["coordinator"], FACTS, app.config["CONSORTIUM"]).id


# ---- Pages ----


def test_a_period_is_frozen_read_and_taken_along(
    app: Flask, sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with work(app):
        kept = held(world).id
    coordinator = sign_in("coordinator")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    form = open_page(coordinator, "/valorisation/periods/new").form("Freeze the figures")
    assert form.values["starts_on"] == ["2023-01-01"]
    answers = [form.submit(coordinator, **FORM) for _press in range(2)]
    assert answers[0].location == answers[1].location
    address = str(answers[0].location)
    assert "The records of today give the same figures" in open_page(coordinator, address).text
    with work(app):
        event = db.session.get_one(Event, kept)
        facts = world.consultation(starts_on=date(2024, 12, 30))
        events.edit(SYSTEM, event, event.version, facts)
    reader = sign_in("lead")
    page = open_page(reader, address)
    assert "Needs of textile workshops: counts no more" in page.text
    assert "as they were frozen" in page.text
    assert "Interim report" in open_page(reader, "/valorisation/periods").text
    rows = list(csv.DictReader(io.StringIO(reader.get(f"{address}?format=csv").data.decode("utf-8-sig"))))
    told = next(row for row in rows if (row["country"], row["figure"]) == ("AM", "consultations"))
    assert (told["frozen"], told["today"], told["corrected"]) == ("1", "0", "yes")
    assert told["because_of"] == "Needs of textile workshops"
    taken = reader.get(f"{address}/figures.json")
    with work(app) as session:
        found = session.query(ReportingPeriod).one()
        assert sha256_of(json.loads(taken.data)) == found.sha256 == taken.headers["X-Content-SHA256"]


def test_the_figures_of_a_period_are_of_one_moment_whatever_others_enter_meanwhile(
    app: Flask, sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, whole, tried = sign_in("coordinator"), counting._of_events, []

    def entered_meanwhile(first: date, last: date) -> list[Any]:
        """Read the events, and have somebody else approve a plan before the plans are read."""
        found = list(whole(first, last))
        tried.append(another_approves(app, world))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(counting, "_of_events", entered_meanwhile)
        address = str(coordinator.post("/valorisation/periods/new", data=FORM).location)
    with app.app_context():
        found = db.session.scalars(select(ReportingPeriod)).one()
        assert found.content["countries"]["AM"]["plans"]["value"] == 0
    # PostgreSQL lets the other one write, and the figures do not see it; SQLite has that one wait.
    assert tried == [is_postgresql(app)]
    if not tried[0]:
        assert another_approves(app, world)
    assert "Armenia: counts now" in open_page(coordinator, address).text


def is_postgresql(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "postgresql"


def another_approves(app: Flask, world: World) -> bool:
    """Approve a plan of Armenia in a session of its own; answers whether the database let anybody write."""
    with app.app_context(), writing():
        if not is_postgresql(app):
            with closing(sqlite3.connect(str(db.engine.url.database), timeout=0)) as impatient:
                try:
                    impatient.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return False
        move(begin(app, world), PlanState.IN_CONSULTATION, PlanState.APPROVED, on=LAST)
        db.session.commit()
        return True


def test_whoever_may_not_see_an_event_reads_the_number_and_not_which_event(
    app: Flask, sign_in: SignIn, world: World
) -> None:
    with work(app):
        shown, hidden = held(world).id, events.log(SYSTEM, world.consultation(visibility=Visibility.COUNTRY)).id
        freeze(app)
    whole, narrowed = sign_in("coordinator"), sign_in("foreign lead")
    address = "/valorisation/periods/1"
    for browser, keys in ((whole, {f"event:{shown}", f"event:{hidden}"}), (narrowed, {f"event:{shown}"})):
        answer = browser.get(f"{address}/figures.json")
        told = json.loads(answer.data)["countries"]["AM"]["consultations"]
        assert (told["value"], set(told["records"])) == (2, keys)
        assert told.get("withheld", 0) == 2 - len(keys)
        assert ("X-Content-SHA256" in answer.headers) is (browser is whole)
    assert "Records that are not open to you" in open_page(narrowed, address).text
    assert "Records that are not open to you" not in open_page(whole, address).text
    with work(app):
        event = db.session.get_one(Event, hidden)
        facts = world.consultation(visibility=Visibility.COUNTRY, starts_on=date(2024, 12, 30))
        events.edit(SYSTEM, event, event.version, facts)
    assert "Event, not open to you: counts no more" in open_page(narrowed, address).text
    assert "Needs of textile workshops: counts no more" in open_page(whole, address).text


@pytest.mark.parametrize(
    "case",
    [
        ({"name": " "}, "Give it a name."),
        ({"name": "x" * 121}, "120"),
        ({"ends_on": "2025-05-13"}, "This day has not come yet"),
        ({"ends_on": "2022-12-31"}, "It ends before it begins."),
        ({"starts_on": "31.12.2024"}, "Write a date like 2025-05-12."),
        ({"name": "Taken"}, "A period of this name is frozen already"),
    ],
)
def test_what_is_wrong_is_said_in_its_place(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, case: tuple[dict[str, str], str]
) -> None:
    forged, said = case
    with work(app):
        freeze(app, name="Taken")
    coordinator = sign_in("coordinator")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    form = open_page(coordinator, "/valorisation/periods/new").form("Freeze the figures")
    answer = form.submit(coordinator, **FORM | {"note": "Kept"} | forged)
    assert answer.status_code == 422
    page = Page(answer)
    assert said in page.text
    assert page.form("Freeze the figures").values["note"] == ["Kept"]


def test_who_may_not_does_not_come_to_periods(app: Flask, sign_in: SignIn, world: World) -> None:
    with work(app):
        key = freeze(app).id
    assert sign_in("lead").get("/valorisation/periods/new").status_code == 403
    assert sign_in("guest").get(f"/valorisation/periods/{key}").status_code == 403
    assert sign_in("auditor").get("/valorisation/periods/99").status_code == 404
    assert sign_in("auditor").get(f"/valorisation/periods/{key}?nonsense=1&format=csv").status_code == 422


def test_a_period_with_corrections_asks_no_more_for_many_than_for_one(
    app: Flask, sign_in: SignIn, world: World
) -> None:
    with work(app):
        key = freeze(app).id
        held(world)
    reader, counts = sign_in("lead"), []
    for _more in range(2):
        reader.get(f"/valorisation/periods/{key}")
        with statements(app) as seen:
            assert reader.get(f"/valorisation/periods/{key}").status_code == 200
        counts.append(len(seen))
        with work(app):
            for _event in range(5):
                held(world)
    assert counts[0] == counts[1] <= MOST_STATEMENTS
