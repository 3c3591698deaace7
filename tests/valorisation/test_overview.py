"""The overview: what it says of each country and micro-credential, and how often it asks."""

import csv
import io
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.core.search_key import search_key
from app.events.models import EventKind, MeetingType
from app.microcredentials.models import MicroCredential
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.models import PlanState
from app.valorisation.overview import cell, countries
from app.valorisation.tracks import services
from app.valorisation.tracks.models import Milestone, MilestoneKind, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts
from app.valorisation.tracks.valorised import Reached
from tests.accounts.people import statements, work
from tests.events.world import LAST_WEEK, World
from tests.page import Page, open_page
from tests.valorisation.conftest import NOW, Made
from tests.valorisation.test_items import held
from tests.valorisation.test_tracks import agency, planned, prove

K, S = MilestoneKind, MilestoneState
MOST_STATEMENTS = 9
TO_COMPLETED = (PlanState.IN_CONSULTATION, PlanState.APPROVED, PlanState.IN_EXECUTION, PlanState.COMPLETED)


def test_a_country_counts_what_holds(app: Flask, world: World, made: Made) -> None:
    made(PlanState.IN_CONSULTATION, PlanState.APPROVED)
    made()
    with work(app):
        for kind, until in ((K.VERIFIED, None), (K.EMPLOYER_VALIDATED, date(2025, 5, 11))):
            found = planned(world, kind, LAST_WEEK, valid_until=until)
            prove(world, found)
            services.reach(SYSTEM, found, found.version, LAST_WEEK)
    with app.test_request_context():
        by_code = {one.code: one for one in countries(world.actors["expert"], NOW)}
        assert len(by_code) == 8
        armenia, georgia = by_code["AM"], by_code["GE"]
        assert (len(armenia.rows), armenia.valorised, armenia.is_met, georgia.is_met) == (1, 1, True, False)
        assert (armenia.reached[K.VERIFIED], armenia.reached[K.EMPLOYER_VALIDATED]) == (1, 0)
        assert (armenia.plan.state, armenia.plan.approved_on) == (PlanState.APPROVED, NOW)
        assert (armenia.consultations, armenia.last_consultation, armenia.round_table) == (2, LAST_WEEK, None)
        words = [(one.shape, one.words) for one in armenia.rows[0].cells.values()]
        assert words == [
            ("late", "Confirmed by employers, no longer valid"),
            ("done", "Verified"),
            ("none", "nothing planned"),
            ("none", "nothing planned"),
        ]


def test_what_was_approved_holds_while_its_next_version_is_written(
    app: Flask, lead: FlaskClient, world: World, made: Made
) -> None:
    key = made(PlanState.IN_CONSULTATION, PlanState.APPROVED, PlanState.DRAFT)
    made(PlanState.IN_CONSULTATION)
    with app.test_request_context():
        shown = next(one.plan for one in countries(world.actors["expert"], NOW) if one.code == "AM")
    assert (shown.id, shown.state, shown.approved_on) == (key, PlanState.APPROVED, NOW)
    assert "approved on 12 May 2025" in open_page(lead, "/valorisation/progress").text
    text = lead.get("/valorisation/progress?format=csv").data.decode("utf-8-sig")
    row = next(one for one in csv.DictReader(io.StringIO(text)) if one["country"] == "AM")
    assert (row["plan_state"], row["plan_approved_on"]) == ("approved", "2025-05-12")


def test_of_several_completed_plans_the_latest_is_shown(app: Flask, world: World, made: Made) -> None:
    keys = [made(*TO_COMPLETED) for _one in range(2)]
    with app.test_request_context():
        shown = {one.code: one.plan for one in countries(world.actors["expert"], NOW)}
    assert shown["AM"].id == max(keys)


def test_a_cell_says_what_matters_most_of_a_track(app: Flask) -> None:
    with app.test_request_context():
        late = Reached(K.PILOTED, S.PLANNED, planned_on=date(2025, 5, 1))
        to_come = Reached(K.IMPLEMENTED, S.UNDER_WAY, planned_on=date(2025, 9, 1))
        done = Reached(K.PILOTED, S.REACHED, LAST_WEEK, None, is_proven=True)
        assert cell([late, to_come], NOW).words == "Piloted, late"
        assert (cell([to_come], NOW).shape, cell([to_come], NOW).words) == ("running", "In the regular offer")
        assert cell([done, to_come], NOW).words == "Piloted"
        assert cell([Reached(K.PILOTED, S.WITHDRAWN)], NOW).shape == "stopped"


def test_eight_countries_and_sixty_two_designs_are_read_in_nine_statements(
    app: Flask, lead: FlaskClient, world: World, made: Made
) -> None:
    made(PlanState.IN_CONSULTATION, PlanState.APPROVED)
    with work(app) as session:
        for number in range(60):
            code = f"{('AM', 'GE', 'ME', 'MK', 'RS', 'UA')[number % 6]}-{number + 10}"
            key = search_key(code)
            entry = MicroCredential(code=code, title={"en": code}, country=code[:2], title_key=key, search_key=key)
            session.add(entry)
            session.flush()
            for kind in (K.CONSULTED, K.ACCREDITED, K.PILOTED, K.EMPLOYER_RECOGNISED):
                facts = MilestoneFacts(planned_on=NOW, authority=agency(world), decision_reference="12/2025")
                services.plan(SYSTEM, entry, kind, facts)
        of_all = {"kind": EventKind.MEETING, "meeting_type": MeetingType.COORDINATION, "consultation_type": None}
        event = held(world, **of_all, microcredentials=[]).id
        for found in session.query(Milestone).filter(Milestone.kind != K.CONSULTED):
            proving.add(SYSTEM, found, [(ProofKind.EVENT, event)])
            services.reach(SYSTEM, found, found.version, LAST_WEEK)
    lead.get("/valorisation/progress")
    with statements(app) as seen:
        answer = lead.get("/valorisation/progress")
    page = Page(answer)
    assert len(page.select("main tbody tr")) == 8 + 62
    assert "6 of 6" in page.text
    assert len(seen) <= MOST_STATEMENTS, seen


def test_the_overview_is_narrowed_and_exported(lead: FlaskClient, world: World) -> None:
    page = open_page(lead, "/valorisation/progress?country=AM")
    assert "Pattern on Fabric" in page.text
    assert "Wine cellar work" not in page.text
    assert "“XX”" in open_page(lead, "/valorisation/progress?country=XX").text
    assert lead.get("/valorisation/progress?country=XX&format=csv").status_code == 422
    rows = list(csv.DictReader(io.StringIO(lead.get("/valorisation/progress?format=csv").data.decode("utf-8-sig"))))
    assert {row["country"]: row["valorised"] for row in rows}["GE"] == "0"
