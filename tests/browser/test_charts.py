"""Charts in a real browser: drawn where there are some, the same as their tables, quiet towards keyboard and policy."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.core.access import Role
from tests.browser.conftest import Visit

DRAWN = "[data-chart][data-drawn]"
CHARTS = [(None, "/", 1), (Role.COORDINATOR, "/stakeholders/map", 2), (Role.COORDINATOR, "/network/", 1)]
# Where a node is, as parts of the canvas's width and height: the first square of one colour that is no background.
NODE = """canvas => {
  const { width, height } = canvas, side = 7;
  const dots = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
  for (let y = 0; y + side < height; y += 1)
    for (let x = 0; x + side < width; x += 1) {
      const colour = dots[y * width + x];
      const same = (step) => dots[(y + Math.floor(step / side)) * width + x + (step % side)] === colour;
      if (colour && colour !== dots[0] && [...Array(side * side).keys()].every(same))
        return [(x + side / 2) / width, (y + side / 2) / height];
    }
}"""


def draw(page: Page, path: str, number: int = 1) -> None:
    """Open a page and wait for its charts."""
    page.goto(path)
    expect(page.locator(DRAWN)).to_have_count(number)


def facts(page: Page, place: int = 0) -> dict[str, Any]:
    """What a chart is drawn of."""
    told: dict[str, Any] = json.loads(page.locator(".picture script").nth(place).text_content() or "")
    return told


@pytest.mark.parametrize(("role", "path", "number"), CHARTS)
@pytest.mark.parametrize("width", [375, 1280])
def test_charts_are_drawn_and_say_what_they_show(
    visit: Visit, role: Role | None, path: str, number: int, width: int
) -> None:
    page = visit(role, width=width)
    draw(page, path, number)
    for chart in page.locator(DRAWN).all():
        expect(chart).to_have_attribute("aria-label", re.compile(r"\w+ \w+"))
        expect(chart.locator("svg, canvas").first).to_be_visible()


def test_the_library_is_fetched_only_where_a_chart_is(visit: Visit) -> None:
    page = visit()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/events/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "charts-" in url or "map-" in url]
    draw(page, "/")
    assert len([url for url in fetched if re.search(r"/charts-[0-9A-Z]{8}\.js$", url)]) == 1
    assert len([url for url in fetched if re.search(r"/map-[0-9A-Z]{8}\.json$", url)]) == 1


@pytest.mark.parametrize(("role", "path", "number"), CHARTS)
def test_without_script_the_tables_say_everything(visit: Visit, role: Role | None, path: str, number: int) -> None:
    page = visit(role, java_script_enabled=False)
    page.goto(path)
    assert page.locator("[data-chart]").count() == number
    for chart in page.locator(".chart").all():
        expect(chart).to_be_hidden()
    for table in page.locator(".twin table").all():
        expect(table).to_be_visible()


def test_the_map_and_its_table_have_the_same_figures(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    draw(page, "/stakeholders/map", 2)
    for place in facts(page)["places"]:
        row = page.locator(f"#{place['row']}")
        expect(row.locator("th")).to_have_text(place["name"])
        expect(row.locator(".num")).to_have_text(str(place["count"]))
    assert page.locator("#where tbody tr[id]").count() == len(facts(page)["places"])
    beside = page.locator("#where tbody tr:not([id]) .num").all_inner_texts()
    said = page.get_by_text("without a known town or region")
    expect(said).to_contain_text(re.compile(rf"^{sum(map(int, beside))} organisations"))
    rows = page.locator("#what tbody tr").all()
    shown = [[row.locator("th").inner_text(), int(row.locator("td").inner_text())] for row in rows]
    assert shown == facts(page, 1)["rows"]


def test_a_row_with_the_focus_shows_its_point_on_the_map(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    draw(page, "/stakeholders/map", 2)
    place = facts(page)["places"][0]
    tip = page.locator("#spread").get_by_text(place["name"], exact=True).last
    page.locator(f"#{place['row']} a").first.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/stakeholders/.+country=AM"))
    expect(page.locator("#results tbody tr")).not_to_have_count(0)


def test_a_point_leads_to_what_is_there(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    draw(page, "/stakeholders/map?country=DE&place=Bonn", 2)
    box = page.locator("#spread").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/stakeholders/\?country=DE&place=Bonn$"))


def test_filters_draw_the_map_anew(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    draw(page, "/stakeholders/map", 2)
    page.get_by_label("Country").select_option(label="Serbia")
    expect(page.locator("#where tbody tr td:nth-child(2)").first).to_have_text("Serbia")
    expect(page.locator(DRAWN)).to_have_count(2)
    assert facts(page)["countries"] == ["SRB"]


def test_a_node_of_the_network_is_named_and_leads_on(visit: Visit) -> None:
    page = visit(Role.COORDINATOR)
    draw(page, "/network/?focus=organisation:2")
    told = facts(page)
    canvas = page.locator("#network canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    across, down = canvas.evaluate(NODE)
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    chosen = page.locator("[data-chosen]")
    name = chosen.locator("b").inner_text()
    assert name in [node[2] for node in told["nodes"]]
    chosen.get_by_role("link", name="Show its neighbours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_neighbours_are_found_by_keyboard_and_without_script(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, java_script_enabled=False)
    page.goto("/network/")
    first = page.locator("#nodes tbody tr").first
    name = first.locator("th a").inner_text()
    first.get_by_role("link", name=re.compile("^Neighbours of")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_on_phones_the_picture_of_the_network_comes_first_and_lets_a_finger_pass(visit: Visit) -> None:
    page = visit(Role.COORDINATOR, width=375, height=700)
    draw(page, "/network/?country=ME")
    table, picture = page.locator("#nodes").bounding_box(), page.locator("#network").bounding_box()
    assert table is not None
    assert picture is not None
    assert picture["y"] < table["y"]
    assert picture["y"] < 2 * 700
    assert picture["width"] <= 375
    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="All of it").click()
    chosen = page.locator("[data-chosen]")
    for step in range(40 * 30):
        if chosen.locator("b").count():
            break
        page.evaluate("scrollTo(0, document.querySelector('#network').offsetTop - 80)")
        box = page.locator("#network").bounding_box()
        assert box is not None
        page.mouse.click(
            box["x"] + box["width"] * (step % 40 + 0.5) / 40, box["y"] + box["height"] * (step // 40 + 0.5) / 30
        )
    sheet = chosen.bounding_box()
    assert sheet is not None
    assert sheet["y"] >= 0
    assert sheet["y"] + sheet["height"] <= 700
    assert chosen.locator("li a").count() > 0
    chosen.get_by_role("button", name="Close").click()
    expect(chosen).to_be_empty()


def test_colours_follow_light_dark_and_paper(visit: Visit) -> None:
    page = visit(color_scheme="light")
    draw(page, "/")
    text = page.locator("#partners-map svg text").first
    light = text.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    expect(text).not_to_have_attribute("fill", light or "")
    page.emulate_media(color_scheme="dark", media="print")
    expect(text).to_have_attribute("fill", light or "")
    expect(page.locator("#partners table")).to_be_visible()
    expect(page.locator("#partners .chart-tools")).to_be_hidden()


def test_buttons_bring_the_map_nearer_and_a_wheel_alone_scrolls_the_page(visit: Visit) -> None:
    page = visit()
    draw(page, "/")
    chart = page.locator("#partners-map")
    before = chart.inner_html()
    chart.hover()
    page.mouse.wheel(0, 200)
    page.wait_for_function("scrollY > 100")
    page.get_by_role("button", name="Nearer").click()
    page.wait_for_function("before => document.getElementById('partners-map').innerHTML !== before", arg=before)


def test_a_chart_that_cannot_be_drawn_leaves_its_table(visit: Visit) -> None:
    page = visit()
    page.route(re.compile("/map-"), lambda route: route.fulfill(status=200, body="no map"))
    page.goto("/")
    expect(page.locator(".chart")).to_be_hidden()
    expect(page.locator("#partners table")).to_be_visible()
