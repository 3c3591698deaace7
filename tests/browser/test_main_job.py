"""The main job, from the first click to the last: log a consultation, find it at its micro-credential, subscribe."""

import re
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from app.core.access import Role
from tests.browser.conftest import Visit

SIZES = [(375, 700), (1280, 900)]


def pick(page: Page, legend: str, words: str, label: str) -> None:
    """Find a record in a picker by typing, and choose it with the keyboard."""
    group = page.get_by_role("group", name=legend)
    group.get_by_role("searchbox").fill(words)
    option = group.get_by_role("checkbox", name=re.compile(re.escape(label)))
    option.focus()
    page.keyboard.press("Space")
    expect(group.locator(".chosen")).to_contain_text(label)
    expect(group.get_by_role("searchbox")).to_have_value("")


@pytest.mark.parametrize(("width", "height"), SIZES, ids=["phone", "desk"])
def test_a_teacher_logs_a_consultation_and_everybody_finds_it(visit: Visit, width: int, height: int) -> None:
    title = f"Talk about printed fabrics at {width} pixels"
    page = visit(Role.PARTNER_EDITOR, width=width, height=height)
    page.goto("/")
    page.get_by_role("link", name="Log", exact=width < 992).first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Date").fill("2025-05-08")
    page.get_by_label("Place or link").fill("Vanadzor")
    pick(page, "Which micro-credentials did it concern?", "նախշ", "AM-03")
    pick(page, "Who took part?", "lori regional", "Lori Regional State College")
    page.get_by_label("Women").fill("5")
    page.get_by_label("Men", exact=True).fill("2")
    page.get_by_label("What was said?").fill("The companies want sixty hours.")
    page.get_by_label("Who may see it?").select_option(label="Everybody")
    page.get_by_role("button", name="Save event").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(title))
    expect(page.locator("#messages")).to_contain_text("AM-03")
    page.goto("/microcredentials/AM-03")
    expect(page.get_by_role("link", name=title)).to_be_visible()
    feed = page.request.get("/feeds/mc/AM-03.ics")
    assert title in [str(event["SUMMARY"]) for event in Calendar.from_ical(feed.body()).walk("VEVENT")]


def test_an_organisation_nobody_knows_yet_is_added_in_passing(visit: Visit) -> None:
    page = visit(Role.PARTNER_EDITOR, width=375, height=700)
    page.goto("/events/log")
    page.get_by_label("Title").fill("Visit to a new workshop")
    group = page.get_by_role("group", name="Who took part?")
    group.get_by_text("Add a new organisation").click()
    group.get_by_label(re.compile("^Name")).fill("Արհեստանոց Լոռի")
    group.get_by_label(re.compile("^Category")).select_option("company")
    group.get_by_role("button", name="Add and choose").click()
    expect(page.get_by_label("Title")).to_have_value("Visit to a new workshop")
    expect(page.get_by_role("group", name="Who took part?").locator(".chosen")).to_contain_text("Արհեստանոց Լոռի")


def test_without_script_a_picker_finds_what_one_looks_for(visit: Visit) -> None:
    page = visit(Role.PARTNER_EDITOR, java_script_enabled=False)
    page.goto("/events/log")
    page.get_by_label("Title").fill("A talk")
    group = page.get_by_role("group", name="Which micro-credentials did it concern?")
    group.get_by_role("searchbox").fill("pattern")
    group.get_by_role("button", name="Find").click()
    page.get_by_role("checkbox", name=re.compile("AM-03")).check()
    expect(page.get_by_label("Title")).to_have_value("A talk")
    page.get_by_role("button", name="Save event").click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("AM-03"))).to_be_checked()


def test_what_is_wrong_gets_the_focus_and_nothing_typed_is_lost(visit: Visit) -> None:
    page = visit(Role.PARTNER_EDITOR, width=375, height=700)
    page.goto("/events/log")
    page.get_by_label("Title").fill("A talk that does not add up")
    page.get_by_label("Present").fill("14")
    page.get_by_label("Women").fill("8")
    page.get_by_label("Men", exact=True).fill("5")
    page.get_by_role("button", name="Save event").click()
    summary = page.locator("#errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("8 + 5 + 0 + 0 make 13, not 14")
    expect(page.get_by_label("Title")).to_have_value("A talk that does not add up")


def test_a_file_that_is_too_large_is_told_at_its_field_and_not_sent(visit: Visit, tmp_path: Path) -> None:
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_bytes(b"x" * (20 * 1024 * 1024 + 1))
    small.write_text("nothing here", encoding="utf-8")
    page = visit(Role.COORDINATOR, width=375, height=700)
    page.goto("/microcredentials/import")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    field = page.locator("input[type=file]")
    field.set_input_files(large)
    page.locator(".action-bar button[type=submit]").click()
    expect(field).to_be_focused()
    said = field.evaluate("field => field.validationMessage")
    assert (said, sent) == ("That is too large: the portal takes at most 20 MB at once.", [])
    field.set_input_files(small)
    page.locator(".action-bar button[type=submit]").click()
    expect(page.locator("#errors")).to_contain_text("There is no row in this file")


def test_a_calendar_of_ones_own_is_opened_and_closed(visit: Visit) -> None:
    page = visit(Role.COUNTRY_LEAD)
    page.goto("/feeds/")
    page.get_by_label("Where will you use it?").fill("my phone")
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Your address").input_value()
    assert len(Calendar.from_ical(page.request.get(address).body()).walk("VEVENT")) > 10
    page.get_by_role("button", name="Close this address").click()
    expect(page.locator("#messages")).to_contain_text("opens nothing")


def test_the_portal_speaks_german(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, locale="de-DE")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Montag, 12. Mai 2025")


def test_the_menu_of_a_phone_is_a_sheet_that_escape_closes(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, width=375, height=700)
    page.goto("/")
    page.get_by_role("link", name="Menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def test_paper_shows_the_text_and_not_the_tool(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    page.goto("/events/5")
    page.emulate_media(media="print")
    for tool in (".bar", ".rail", ".actions"):
        expect(page.locator(tool).first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Change the agenda")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_text("UA-11", exact=True)).to_be_visible()
