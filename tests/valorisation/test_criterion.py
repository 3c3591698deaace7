"""By which rule something counts as valorised: settled from a day on, with what counted before left as it was."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.audit import AuditEntry, EvidenceError
from app.core.consortium import VALORISED
from app.core.errors import NotAllowed, Refused
from app.extensions import db
from app.valorisation import overview
from app.valorisation.asof import AsOf
from app.valorisation.criterion import queries, rules, services
from app.valorisation.criterion.models import ValorisedRule
from app.valorisation.periods.queries import compared
from app.valorisation.tracks import queries as tracks
from app.valorisation.tracks import services as milestones
from app.valorisation.tracks.models import MilestoneKind
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import LAST_WEEK, World
from tests.page import Page, open_page
from tests.valorisation.conftest import NOW, On
from tests.valorisation.test_periods import freeze
from tests.valorisation.test_tracks import planned, prove

WHY = "Decided in Skopje"
PILOTED = [["piloted"]]
LATER = NOW + timedelta(days=30)


def piloted(world: World) -> int:
    """The Armenian micro-credential, piloted last week: by the project file's rule it does not count."""
    found = planned(world, MilestoneKind.PILOTED)
    prove(world, found)
    milestones.reach(SYSTEM, found, found.version, LAST_WEEK)
    return found.microcredential_id


@pytest.mark.parametrize(
    ("ways", "wrong"),
    [
        ([["piloted"]], None),
        ([["piloted"], ["accredited", "signed_memorandum"]], None),
        ([], rules.NoWay),
        ([["piloted"], ["piloted", "accredited"]], rules.NeverDecides),
        ([["piloted"], ["piloted"]], rules.NeverDecides),
        ([["verified"], ["accredited"]], rules.Unchanged),
    ],
)
def test_a_rule_can_hold_and_each_of_its_ways_decides_something(
    app: Flask, ways: list[list[str]], wrong: type[Refused] | None
) -> None:
    now = [["accredited"], ["verified"]]
    with app.test_request_context():
        if wrong is None:
            rules.check_ways(ways, now)
        else:
            with pytest.raises(wrong):
                rules.check_ways(ways, now)


def test_facts_of_a_way_stand_in_one_order_and_empty_ways_are_left_out(app: Flask) -> None:
    said = rules.ordered([["signed_memorandum", "consulted"], [], ["unheard of"]])
    assert said == [["consulted", "signed_memorandum"], [], []]
    assert rules.check_ways(said, PILOTED) == [["consulted", "signed_memorandum"]]
    with app.test_request_context(), pytest.raises(rules.NoWay):
        rules.check_ways([[], []], PILOTED)


def test_before_anybody_settles_one_the_project_file_holds(session: Session, world: World) -> None:
    found = queries.rule_on(NOW)
    assert (found.number, found.ways, found.holds_from) == (0, VALORISED, None)
    assert queries.all_of_them() == [found]


def test_another_rule_holds_from_its_day_on_and_what_counted_before_stays(
    app: Flask, session: Session, world: World, on: On
) -> None:
    key = piloted(world)
    frozen = freeze(app)
    on(LATER)
    services.settle(SYSTEM, 0, PILOTED, WHY)
    assert tracks.verdicts([key], LATER)[key].holds
    assert not tracks.verdicts([key], LATER - timedelta(days=1))[key].holds
    consortium = app.config["CONSORTIUM"]
    counting = {
        day: [row.is_valorised for row in overview.rows_of(SYSTEM, consortium, AsOf.on(day), "AM")]
        for day in (NOW, LATER)
    }
    assert counting == {NOW: [False], LATER: [True]}
    assert frozen.content["valorised_rule"] == [list(way) for way in VALORISED]
    assert not [one for one in compared(frozen, consortium) if one.is_corrected]


def test_a_rule_that_is_settled_later_on_the_last_day_corrects_no_period(
    app: Flask, session: Session, world: World
) -> None:
    piloted(world)
    frozen = freeze(app, ends_on=NOW)
    services.settle(SYSTEM, 0, PILOTED, WHY)
    assert not [one for one in compared(frozen, app.config["CONSORTIUM"]) if one.is_corrected]
    again = freeze(app, name="Once more", ends_on=NOW, note="By the new rule")
    (figure,) = [one for one in compared(again, app.config["CONSORTIUM"]) if one.code == "valorised" and one.frozen]
    assert (figure.country, figure.frozen, figure.is_corrected) == ("AM", 1, False)


def test_of_two_rules_of_one_day_the_later_one_holds(session: Session, world: World) -> None:
    services.settle(SYSTEM, 0, PILOTED, WHY)
    services.settle(SYSTEM, 1, [["implemented"]], "Piloted is too little")
    assert queries.rule_on(NOW).ways == [["implemented"]]
    assert [one.number for one in queries.all_of_them()] == [2, 1, 0]


def test_whoever_has_not_seen_what_holds_is_refused(session: Session, world: World) -> None:
    services.settle(SYSTEM, 0, PILOTED, WHY)
    with pytest.raises(rules.SettledMeanwhile):
        services.settle(SYSTEM, 0, [["implemented"]], WHY)


@pytest.mark.parametrize("who", ["lead", "editor", "auditor", "public"])
def test_nobody_but_coordinators_settles_one(session: Session, world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.settle(world.actors[who], 0, PILOTED, WHY)


def test_a_settled_rule_is_recorded_and_never_changed(app: Flask, session: Session, world: World) -> None:
    made = services.settle(world.actors["coordinator"], 0, PILOTED, WHY)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "valorised_rule")).one()
    assert entry.changes["ways"] == [None, PILOTED]
    made.reason = "Otherwise"
    with pytest.raises(EvidenceError):
        session.flush()
    session.expire(made)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.connection().exec_driver_sql("DELETE FROM valorised_rule")


def form(**changes: Any) -> dict[str, Any]:
    return {"ways": ["1:piloted", "3:implemented", "3:signed_memorandum"], "reason": WHY} | changes


def test_the_coordinator_settles_one_on_a_page_and_everybody_reads_it(
    app: Flask, sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with work(app):
        piloted(world)
    coordinator, reader = sign_in("coordinator"), sign_in("auditor")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    page = open_page(coordinator, "/valorisation/rule/settle")
    boxes = [box["value"] for box in page.select("input[name=ways]") if box.has_attr("checked")]
    assert boxes == ["1:accredited", "2:verified", "3:nqf_included", "4:employer_recognised", "4:signed_memorandum"]
    page = Page(page.form("Settle the rule").submit(coordinator, follow=True, **form()))
    assert "The rule holds from 12 May 2025 on." in page.text
    page = open_page(reader, "/valorisation/rule")
    assert "Settle another rule" not in page.text
    now, before = page.select("section")[:2]
    assert "Since 12 May 2025" in now.get_text(" ")
    assert WHY in now.get_text(" ")
    assert "From the beginning" in before.get_text(" ")
    verdict = open_page(reader, "/microcredentials/AM-03").select_one("#tracks")
    assert "Counts as valorised" in verdict.get_text(" ")
    assert "The rule that holds since 12 May 2025" in verdict.get_text(" ")
    assert reader.get("/valorisation/rule/settle").status_code == 403


def test_what_is_refused_stays_in_the_form(
    app: Flask, sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = sign_in("coordinator")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    page = open_page(coordinator, "/valorisation/rule/settle")
    answer = page.form("Settle the rule").submit(coordinator, **form(ways=[]))
    assert answer.status_code == 422
    answer = page.form("Settle the rule").submit(coordinator, **form(ways=["1:piloted", "2:nonsense"]))
    assert answer.status_code == 422
    beside = ["2:piloted", "5:piloted", "5:accredited"]
    told = Page(page.form("Settle the rule").submit(coordinator, **form(ways=beside))).text
    assert "Way 5 asks for everything that way 2 asks for" in told, "as the columns are numbered"
    with work(app):
        services.settle(SYSTEM, 0, PILOTED, WHY)
    answer = page.form("Settle the rule").submit(coordinator, **form(ways=["1:implemented"]))
    assert answer.status_code == 422
    again = Page(answer)
    assert "Somebody else settled the rule in the meantime." in again.text
    assert "What holds now: Piloted" in again.text
    page = Page(again.form("Settle the rule").submit(coordinator, follow=True))
    assert "The rule holds from 12 May 2025 on." in page.text
    with app.app_context():
        assert [rule.ways for rule in db.session.scalars(select(ValorisedRule).order_by(ValorisedRule.id))] == [
            PILOTED,
            [["implemented"]],
        ]


def test_visitors_do_not_read_it(app: Flask, client: FlaskClient) -> None:
    assert client.get("/valorisation/rule").status_code in (302, 303)
