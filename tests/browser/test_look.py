"""How every page looks, held by a real browser: accessible, never wider than the screen, large enough to touch."""

from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from app.core.access import Role
from tests.browser.conftest import Visit
from tests.browser.pages import EVERY_PAGE

PHONE = 375
WIDTHS = (320, 360, PHONE, 768, 1000, 1280, 1920)
LOOKED_AT = (PHONE, 1280)
# What a dark page may have of its own; the other rules look at elements, and those are the same.
COLOURS = ("color-contrast", "link-in-text-block")
TOUCH = 44
TOO_SMALL = """least => [...document.querySelectorAll(
    '.btn, button, .form-control, .form-select, .tabbar a, .rail a, .anchors a, .page-link'
)].filter(e => e.checkVisibility() && !e.closest('.visually-hidden')).flatMap(e => {
    const {width, height} = e.getBoundingClientRect();
    return width > 1 && height < least - 0.5 ? [`${e.className} “${e.textContent.trim()}” is ${height} px high`] : [];
})"""

TOUCH_ALONE = 24
# Links that no word stands beside; those within a sentence are as high as it is.
TOO_LOW = """least => [...document.querySelectorAll('a[href], summary')].filter(e => {
    const own = e.getBoundingClientRect();
    if (!e.checkVisibility() || e.closest('.visually-hidden') || own.width <= 1) return false;
    if (Math.min(own.width, own.height) >= least - 0.5) return false;
    let line = e.parentElement;
    while (getComputedStyle(line).display === 'inline') line = line.parentElement;
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT), range = document.createRange();
    for (let text; (text = texts.nextNode());) {
        if (!text.data.trim() || text.parentElement.closest('a, button, .visually-hidden')) continue;
        range.selectNodeContents(text);
        const beside = box => box.width > 1 && box.bottom > own.top + 3 && box.top < own.bottom - 3;
        if ([...range.getClientRects()].some(beside)) return false;
    }
    return true;
}).map(e => {
    const {width, height} = e.getBoundingClientRect();
    return `“${e.textContent.trim()}” is ${Math.round(width)} × ${Math.round(height)} px`;
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
def test_every_page_fits_the_screen_is_large_enough_to_touch_and_axe_finds_nothing_in_light_and_dark(
    look: Visit, case: Case
) -> None:
    """One test, because opening a page takes as long as looking at it in one width."""
    page = opened(look, case)
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{beyond} px too wide at {width} px"
        if width in LOOKED_AT:
            assert violations(page, "light") == ""
            assert violations(page, "dark", COLOURS) == ""
    page.set_viewport_size({"width": PHONE, "height": 700})
    assert page.evaluate(TOO_SMALL, TOUCH) == []
    assert page.evaluate(TOO_LOW, TOUCH_ALONE) == []


def violations(page: Page, scheme: Literal["light", "dark"], rules: tuple[str, ...] = ()) -> str:
    """What axe finds on a page that holds its script, by all of its rules or by these."""
    page.emulate_media(color_scheme=scheme)
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = AxeResults(page.evaluate("options => axe.run(options)", options))
    return f"{scheme}: {found.generate_report()}" if found.violations_count else ""


@pytest.mark.parametrize(
    "case", [(None, "/"), (Role.COORDINATOR, "/events/log"), (Role.COORDINATOR, "/stakeholders/")], ids=named
)
def test_who_uses_the_keyboard_sees_where_the_focus_is(visit: Visit, case: Case) -> None:
    page = opened(visit, case)
    for _stop in range(MANY_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(OUTLINED) == ""


@pytest.mark.parametrize("width", [360, PHONE, 992, 1279, 1280, 1440])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_visitors_bar_is_one_row_with_every_link_in_it_or_a_menu(visit: Visit, width: int, language: str) -> None:
    page = visit(None)
    page.set_extra_http_headers({"Accept-Language": language})
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == language
    has_menu = page.locator(".bar-tools > .drop.only-narrow").is_visible()
    assert has_menu is (width < 1280)
    assert page.locator(".bar-tools > a:not(.btn)").first.is_visible() is not has_menu
    tops = page.evaluate(TOPS)
    assert max(tops) - min(tops) < TOUCH / 2


@pytest.mark.parametrize("width", [320, 360])
def test_the_figures_beneath_a_picture_are_in_sight_on_a_narrow_phone_in_german(visit: Visit, width: int) -> None:
    page = visit(Role.COORDINATOR, width=width, height=700, locale="de-DE")
    page.goto("/stakeholders/map")
    assert page.locator("html").get_attribute("lang") == "de"
    beyond = page.evaluate("[...document.querySelectorAll('.tbl-wrap')].map(e => e.scrollWidth - e.clientWidth)")
    assert beyond
    assert max(beyond) <= 0


def opened(visit: Visit, case: Case) -> Page:
    """The page of a case; one that is not there is no complaint of the console's."""
    role, path = case
    page = visit(role)
    if path == "/nowhere":
        page.route("**/nowhere", lambda route: route.fulfill(response=route.fetch(), status=200))
    page.goto(path)
    return page
