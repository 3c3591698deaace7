"""The picture of influence and interest under a pointer, and without one."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.core.access import Role
from tests.browser.conftest import Visit

PICTURE = "/engagement/picture?country=ME"
MARINA = "[data-entry][data-name='Pristan Boka Marina']"


def middle(page: Page, influence: int, interest: int) -> tuple[float, float]:
    """Where the middle of a field is on the screen."""
    x, y = page.evaluate(
        """([influence, interest]) => {
            const svg = document.querySelector('svg[data-picture]');
            const {cellWidth, cellHeight, levels} = svg.dataset;
            const at = new DOMPoint(cellWidth * (interest - 0.5), cellHeight * (levels - influence + 0.5));
            const {x, y} = at.matrixTransform(svg.getScreenCTM());
            return [x, y];
        }""",
        [influence, interest],
    )
    return x, y


def drag(page: Page, influence: int, interest: int) -> None:
    """Drag the marina to a field."""
    spot = page.locator(MARINA)
    spot.scroll_into_view_if_needed()
    box = spot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*middle(page, influence, interest), steps=8)
    page.mouse.up()


@pytest.mark.parametrize("width", [1280, 375])
def test_dropping_an_organisation_elsewhere_asks_why_and_judges(visit: Visit, width: int) -> None:
    page = visit(Role.COORDINATOR, width=width)
    page.goto(PICTURE)
    goal = (5, 1) if width == 1280 else (3, 4)  # neither is where it stands, whichever width comes first
    drag(page, *goal)
    dialog = page.locator("dialog[data-move]")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(f"Influence {goal[0]}, interest {goal[1]}")
    dialog.get_by_label("Why?").fill("New owners.")
    dialog.get_by_role("button", name="Save judgement").click()
    expect(page).to_have_url(re.compile(re.escape(PICTURE)))
    expect(page.locator(MARINA)).to_have_attribute("data-influence", str(goal[0]))
    expect(page.locator(MARINA)).to_have_attribute("data-interest", str(goal[1]))


def test_a_finger_drags_an_organisation_and_scrolls_beside_it(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, width=375, has_touch=True)
    page.goto(PICTURE)
    spot = page.locator(MARINA)
    spot.scroll_into_view_if_needed()
    box = spot.bounding_box()
    assert box
    start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = page.evaluate("scrollY")
    swipe(page, start, middle(page, 2, 2))
    expect(page.locator("dialog[data-move]")).to_be_visible()
    expect(page.locator("dialog[data-move]")).to_contain_text("Influence 2, interest 2")
    assert page.evaluate("scrollY") == before


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a finger over the screen."""
    devtools = page.context.new_cdp_session(page)
    steps = 8
    for step in range(steps + 1):
        x, y = (start[axis] + (end[axis] - start[axis]) * step / steps for axis in (0, 1))
        kind = "touchMove" if step else "touchStart"
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_thinking_better_of_it_leaves_everything_as_it_was(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    page.goto(PICTURE)
    before = page.locator(MARINA).get_attribute("transform")
    drag(page, 1, 5)
    page.get_by_role("button", name="Leave it where it was").click()
    expect(page.locator("dialog[data-move]")).to_be_hidden()
    expect(page.locator(MARINA)).to_have_attribute("transform", str(before))
    drag(page, 1, 5)
    page.keyboard.press("Escape")
    expect(page.locator(MARINA)).to_have_attribute("transform", str(before))


def test_a_click_and_the_keyboard_lead_to_the_organisation(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    page.goto(PICTURE)
    page.locator(MARINA).click()
    expect(page.locator("h1")).to_contain_text("Pristan Boka Marina")
    page.go_back()
    page.locator(MARINA).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Pristan Boka Marina")


def test_without_script_the_table_leads_to_the_same_form(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, java_script_enabled=False)
    page.goto(PICTURE)
    row = page.locator("#figures tbody tr", has_text="Pristan Boka Marina")
    row.get_by_role("link", name="Judge anew").click()
    page.locator("label", has_text="5").first.click()
    page.get_by_label("Why?").fill("Said by hand.")
    page.get_by_role("button", name="Save judgement").click()
    expect(page.locator("h1")).to_contain_text("Pristan Boka Marina")
    expect(page.locator("#judgements")).to_contain_text("Said by hand.")
