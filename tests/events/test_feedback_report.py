"""The consultation report: which events count, its sums, its files."""

import csv
import html
import io
from datetime import date

import pytest
from flask import Flask

from app.core.access import SYSTEM
from app.events import services as events
from app.events.feedback import report, services
from app.events.feedback.models import Disposition, Stance
from app.events.feedback.report import Said, Scope
from app.events.models import EventKind, Visibility
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.feedback import Read, became, by, held, organisation
from tests.events.world import LAST_WEEK, NEXT_WEEK, World
from tests.pdfs import text_of


@pytest.mark.parametrize(("points", "disposed", "percent"), [(0, 0, None), (3, 2, 66), (1, 1, 100), (200, 199, 99)])
def test_a_share_is_rounded_down(points: int, disposed: int, percent: int | None) -> None:
    assert Said({Stance.SUPPORT: points}, disposed).percent == percent


@pytest.fixture
def filled(app: Flask, world: World) -> World:
    with work(app):
        both = [organisation(world.company), organisation(world.agency)]
        first = held(world, organisations=both, women=4, men=1)
        by(world, first, Disposition.ACCEPTED, stance=Stance.SUPPORT)
        by(world, first, stance=Stance.OBJECTION)
        withdrawn = by(world, first)
        services.withdraw(SYSTEM, withdrawn, withdrawn.version, "Said twice.")
        held(world, country="GE", starts_on=date(2025, 3, 1), women=2, undisclosed=3)
        held(world, visibility=Visibility.PRIVATE, starts_on=date(2025, 2, 1))
        held(world, kind=EventKind.WORKSHOP, consultation_type=None)
        workshop = held(world, kind=EventKind.WORKSHOP, consultation_type=None, starts_on=date(2025, 4, 1))
        by(world, workshop)
        events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    return world


@pytest.mark.parametrize(
    ("scope", "days"),
    [
        (Scope(), ["2025-03-01", "2025-04-01", "2025-05-06"]),
        (Scope(country="GE"), ["2025-03-01"]),
        (Scope(code="AM-03", since=date(2025, 4, 1)), ["2025-04-01", "2025-05-06"]),
        (Scope(code="GE-01"), []),
        (Scope(until=date(2025, 3, 31)), ["2025-03-01"]),
        (Scope(since=date(2025, 5, 1), until=date(2025, 4, 1)), []),
    ],
)
def test_what_was_held_and_what_brought_feedback_counts(
    app: Flask, filled: World, scope: Scope, days: list[str]
) -> None:
    with work(app):
        found = report.made(filled.actors["foreign lead"], scope)
        assert [held.event.starts_on.isoformat() for held in found.events] == days


def test_the_sums_are_those_of_the_events(app: Flask, filled: World) -> None:
    with work(app):
        found = report.made(filled.actors["foreign lead"], Scope())
        assert found.said.stances == {Stance.SUPPORT: 1, Stance.OBJECTION: 1, Stance.CHANGES: 1}
        assert (found.said.disposed, found.said.points) == (1, 3)
        assert [(category.value, number) for category, number in found.categories] == [
            ("company", 3),
            ("qualification_authority", 1),
        ]
        assert (found.counted("women"), found.counted("undisclosed"), found.codes) == (6, 3, ["AM-03"])


def test_the_file_has_the_columns_of_the_project_and_names_nobody(filled: World, sign_in: SignIn) -> None:
    answer = sign_in("auditor").get("/events/feedback/report?format=csv&since=2025-05-01")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert {name: row[name] for name in ("date", "kind", "type", "women", "men", "nonbinary", "microcredentials")} == {
        "date": LAST_WEEK.isoformat(),
        "kind": "consultation",
        "type": "workshop",
        "women": "4",
        "men": "1",
        "nonbinary": "",
        "microcredentials": "AM-03",
    }
    assert (row["support"], row["objection"], row["points"], row["disposed"], row["disposed_percent"]) == (
        *("1", "1", "2", "1"),
        "50",
    )
    assert row["categories"] == "company 1; qualification_authority 1"
    assert "Tekstil" not in answer.text
    book = sign_in("auditor").get("/events/feedback/report?format=xlsx")
    assert book.data.startswith(b"PK")


def test_the_page_says_what_it_is_about_and_what_it_did_not_understand(filled: World, sign_in: SignIn) -> None:
    browser = sign_in("lead")
    page = Read(browser.get("/events/feedback/report?mc=am-03&country=AM&since=2025-05-01"))
    assert "AM-03 · Armenia · since 1 May 2025" in page.text
    assert "1 of 2" in page.text
    odd = Read(browser.get("/events/feedback/report?mc=%00x&country=XX&since=soon&until=2025-02-30"))
    assert odd.text.count("was not understood") == 4
    assert "Nothing of this kind was held" in Read(browser.get("/events/feedback/report?country=UA")).text


@pytest.mark.parametrize(("who", "status"), [("auditor", 200), ("expert", 200), ("guest", 403)])
def test_the_report_is_for_the_consortium(sign_in: SignIn, who: str, status: int) -> None:
    assert sign_in(who).get("/events/feedback/report").status_code == status


def test_the_report_asks_as_much_for_many_events_as_for_few(app: Flask, filled: World, sign_in: SignIn) -> None:
    browser = sign_in("coordinator")
    browser.get("/events/feedback/report")
    with statements(app) as few:
        browser.get("/events/feedback/report")
    with work(app):
        for _number in range(30):
            by(filled, held(filled))
    with statements(app) as many:
        browser.get("/events/feedback/report")
    assert len(many) == len(few) <= 7


def test_each_point_stands_in_the_report_with_what_became_of_it_and_on_paper(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with work(app):
        event = held(world)
        services.ask(SYSTEM, event, [{"en": "Is it <b>enough</b>?"}])
        point = by(world, event)
        facts = became(Disposition.REJECTED, public_text={"en": "Too few hours."}, change={"en": "Tekstil Lori waits."})
        services.answer(SYSTEM, point, point.version, facts)
        code = point.code
    browser = sign_in("auditor")
    page = " ".join(Read(browser.get("/events/feedback/report")).text.split())
    answer = browser.get("/events/feedback/report?format=pdf")
    assert answer.mimetype == "application/pdf"
    printed = " ".join(text_of(answer.data).split())
    for text in (page, printed):
        for told in (code, "Is it <b>enough</b>?", "Too few hours.", "Not accepted", "The curriculum is fixed."):
            assert told in html.unescape(text), told
        assert "Tekstil Lori waits" not in text
        assert "Sixty hours" not in text
    assert browser.get("/events/feedback/report?format=pdf&country=XX").status_code == 422


def test_a_period_that_ends_before_it_begins_is_told_and_makes_no_file(
    app: Flask, filled: World, sign_in: SignIn
) -> None:
    browser, page = sign_in("coordinator"), "/events/feedback/report?since=2025-05-01&until=2025-04-01"
    told = Read(browser.get(page))
    assert "“Since” is later than “Until”, so both were left out." in told.text
    assert browser.get(f"{page}&format=csv").status_code == 422
    same = browser.get("/events/feedback/report?since=2025-05-06&until=2025-05-06")
    assert "left out" not in Read(same).text
