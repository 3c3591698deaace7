"""How every page looks, held by a real browser: accessible, never wider than the screen, large enough to touch."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.core.access import Role
from tests.browser.conftest import Visit
from tests.browser.pages import EVERY_PAGE

WIDTHS = (320, 360, 768, 1000, 1920)
PHONE = 375
TOUCH = 44
TOO_SMALL = """least => [...document.querySelectorAll(
    '.btn, button, .form-control, .form-select, .tabbar a, .rail a, .anchors a, .page-link'
)].filter(e => e.checkVisibility() && !e.closest('.visually-hidden')).flatMap(e => {
    const {width, height} = e.getBoundingClientRect();
    return width > 1 && height < least - 0.5 ? [`${e.className} “${e.textContent.trim()}” is ${height} px high`] : [];
})"""

OUTLINED = """() => {
    const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
    const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    return seen ? '' : document.activeElement.outerHTML.slice(0, 120);
}"""
TOPS = """[...document.querySelectorAll('.brand, .bar-tools > *')]
    .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().top)"""
MANY_STOPS = 60

Case = tuple[Role | None, str]


def named(case: Case) -> str:
    """A test's name from its page."""
    return f"{case[0] or 'public'}:{case[1]}"


@pytest.mark.parametrize("case", EVERY_PAGE, ids=named)
def test_axe_finds_nothing_in_light_and_dark_on_wide_and_narrow_screens(visit: Visit, case: Case) -> None:
    page = opened(visit, case)
    for width in (1280, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{width} px, {scheme}: {found.generate_report()}"


@pytest.mark.parametrize("case", EVERY_PAGE, ids=named)
def test_no_page_is_wider_than_the_screen_and_what_is_touched_is_large_enough(visit: Visit, case: Case) -> None:
    page = opened(visit, case)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{beyond} px too wide at {width} px"
    page.set_viewport_size({"width": PHONE, "height": 700})
    assert page.evaluate(TOO_SMALL, TOUCH) == []


@pytest.mark.parametrize(
    "case", [(None, "/"), (Role.COORDINATOR, "/events/log"), (Role.COORDINATOR, "/stakeholders/")], ids=named
)
def test_who_uses_the_keyboard_sees_where_the_focus_is(visit: Visit, case: Case) -> None:
    page = opened(visit, case)
    for _stop in range(MANY_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(OUTLINED) == ""


@pytest.mark.parametrize("width", [360, PHONE])
def test_a_visitors_bar_is_one_row_on_a_phone_in_german(visit: Visit, width: int) -> None:
    page = visit(None)
    page.set_extra_http_headers({"Accept-Language": "de"})
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "de"
    tops = page.evaluate(TOPS)
    assert max(tops) - min(tops) < TOUCH / 2


def opened(visit: Visit, case: Case) -> Page:
    """The page of a case; one that is not there is no complaint of the console's."""
    role, path = case
    page = visit(role)
    page.route("**/nowhere", lambda route: route.fulfill(response=route.fetch(), status=200))
    page.goto(path)
    return page
