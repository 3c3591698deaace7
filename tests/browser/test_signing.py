"""Signing the attendance list on a tablet, with a finger or by keyboard alone."""

import re

from playwright.sync_api import Page, expect

from app.core.access import Role
from tests.browser.conftest import Visit

SIGN = "/events/24/attendance/{}/sign"


def draw(page: Page) -> None:
    """Draw a line across the pad."""
    box = page.locator("[data-signature] canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 20, steps=8)
    page.mouse.up()


def test_a_signature_is_drawn_cleared_and_drawn_again(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, width=820)
    page.goto(SIGN.format(5))
    strokes = page.locator("[data-signature] input")
    draw(page)
    expect(strokes).to_have_value(re.compile(r"^M\d+ \d+(L\d+ \d+)+$"))
    page.get_by_role("button", name="Draw it again").click()
    expect(strokes).to_have_value("")
    draw(page)
    page.get_by_role("main").get_by_role("button", name="Sign", exact=True).last.click()
    expect(page.locator("#row-5")).to_contain_text("signed on")
    picture = page.request.get("/events/24/attendance/5/signature.svg")
    assert "<path" in picture.text()


def test_by_keyboard_one_types_the_name(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    page.goto(SIGN.format(6))
    page.get_by_label("Or type the name to confirm").fill("Gor Orinakyan")
    page.keyboard.press("Enter")
    expect(page.locator("#row-6")).to_contain_text("signed on")


def test_a_tap_marks_a_row_in_its_place(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, width=375)
    page.goto("/events/24/attendance")
    row = page.locator("#row-3")
    row.get_by_role("button", name=re.compile("^Left early")).click()
    expect(row.locator("[aria-pressed=true]")).to_contain_text("Left early")
    assert page.url.endswith("/attendance")
