"""Logging an event on a phone whose network comes and goes: nothing typed is lost, nothing is sent twice."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, StorageState, expect

from app.core.access import Role
from app.events.models import Event
from app.extensions import db
from tests.browser.conftest import CACHED, LOG, ON_THE_DEVICE, Portal, Visit, until
from tests.browser.test_main_job import pick

MICROCREDENTIALS = "Which micro-credentials did it concern?"


def fill_in(page: Page, title: str, day: str = "2025-05-08", words: str = "AM-03") -> None:
    """Type what a consultation needs."""
    page.get_by_label("Title").fill(title)
    page.get_by_label("Date").fill(day)
    page.get_by_label("Place or link").fill("Vanadzor")
    pick(page, MICROCREDENTIALS, words, "AM-03")
    page.get_by_label("Women").fill("5")
    page.get_by_label("What was said?").fill("The companies want sixty hours.\nAnd a workshop.")


def save(page: Page) -> None:
    """Press the button that saves."""
    page.get_by_role("button", name="Save event").click()


def logged(portal: Portal, title: str) -> list[Event]:
    """The events of this title that the portal has."""
    with portal.app.app_context():
        return [event for event in db.session.scalars(sa.select(Event)) if title in event.title.values()]


def network(context: BrowserContext, there: bool) -> None:
    """Let the network come or go."""
    context.set_offline(not there)


def kept_offline(page: Page, title: str, **typed: str) -> None:
    """Fill the form in and press the button while there is no network."""
    network(page.context, there=False)
    fill_in(page, title, **typed)
    save(page)
    expect(page.locator("#messages")).to_contain_text("kept on this device")


def test_what_is_typed_without_a_network_is_sent_once_when_it_is_back(
    phone: Callable[..., Page], portal: Portal
) -> None:
    page = phone()
    kept_offline(page, "Talk at the mill")
    expect(page.locator("#messages .note")).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.get_by_role("group", name=MICROCREDENTIALS).locator(".chosen li")).to_have_count(0)
    expect(page.locator("#waiting")).to_contain_text("Talk at the mill")
    expect(page.locator("#waiting-count")).to_have_text(re.compile("^1"))
    assert logged(portal, "Talk at the mill") == []
    network(page.context, there=True)
    expect(page.locator("#messages").get_by_role("link", name="Talk at the mill")).to_be_visible()
    expect(page.locator("#messages")).to_contain_text("It concerns AM-03")
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#waiting-count")).to_be_hidden()
    page.locator("#messages").get_by_role("link", name="Talk at the mill").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Talk at the mill")
    expect(page.locator("main")).to_contain_text("AM-03")
    expect(page.locator("#messages")).to_be_empty()
    assert len(logged(portal, "Talk at the mill")) == 1


def test_two_entries_of_one_open_page_are_two_events(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    kept_offline(page, "The first of two")
    fill_in(page, "The second of two", words="նախշ")
    save(page)
    expect(page.locator("#waiting li")).to_have_count(2)
    network(page.context, there=True)
    expect(page.locator("#waiting")).to_be_hidden()
    assert len(logged(portal, "The first of two")) == len(logged(portal, "The second of two")) == 1


def test_two_tabs_send_an_entry_once(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    other = page.context.new_page()
    other.goto("/events/")
    kept_offline(page, "Talk in two tabs")
    expect(other.locator("#waiting-count")).to_be_visible()
    network(page.context, there=True)
    expect(other.locator("#waiting-count")).to_be_hidden()
    expect(page.locator("#waiting")).to_be_hidden()
    assert len(logged(portal, "Talk in two tabs")) == 1


def test_an_answer_that_was_lost_makes_no_second_event(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    kept_offline(page, "Talk whose answer was lost")
    kept = page.evaluate("Object.entries(localStorage).find(([key]) => key.includes(':kept:'))")
    network(page.context, there=True)
    expect(page.locator("#waiting")).to_be_hidden()
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", kept)
    page.goto("/events/")
    expect(page.locator("#messages").get_by_role("link", name="Talk whose answer was lost")).to_be_visible()
    assert page.evaluate(ON_THE_DEVICE, "kept") == 0
    assert len(logged(portal, "Talk whose answer was lost")) == 1


def test_the_tab_is_closed_while_it_sends_and_nothing_is_lost_or_doubled(
    phone: Callable[..., Page], portal: Portal
) -> None:
    page = phone()
    kept_offline(page, "Talk of a closed tab")

    def close_before_the_answer(route: Route) -> None:
        route.fetch()
        page.close()

    page.route(f"**{LOG}", close_before_the_answer)
    with page.expect_event("close"):
        network(page.context, there=True)
    assert len(logged(portal, "Talk of a closed tab")) == 1
    again = page.context.new_page()
    again.goto("/")
    expect(again.locator("#messages").get_by_role("link", name="Talk of a closed tab")).to_be_visible()
    assert again.evaluate(ON_THE_DEVICE, "kept") == 0
    assert len(logged(portal, "Talk of a closed tab")) == 1


def test_what_the_portal_refuses_comes_back_with_its_faults_and_nothing_lost(
    phone: Callable[..., Page], portal: Portal
) -> None:
    page = phone()
    kept_offline(page, "Talk of tomorrow", day="2025-05-13")
    network(page.context, there=True)
    expect(page.locator("#messages")).to_contain_text("needs your attention")
    page.locator("#waiting").get_by_role("button", name="See what is wrong").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("Talk of tomorrow")
    expect(page.get_by_label("What was said?")).to_have_value("The companies want sixty hours.\nAnd a workshop.")
    expect(page.get_by_role("group", name=MICROCREDENTIALS).locator(".chosen")).to_contain_text("AM-03")
    assert page.evaluate(ON_THE_DEVICE, "kept") == 0
    assert page.evaluate(ON_THE_DEVICE, "draft") == 1
    page.get_by_label("Date").fill("2025-05-07")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Talk of tomorrow")
    until(page, f"({ON_THE_DEVICE})('draft') === 0")
    assert len(logged(portal, "Talk of tomorrow")) == 1


def test_the_form_opens_without_a_network_with_what_was_typed(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    network(page.context, there=False)
    fill_in(page, "Talk that was begun")
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("Talk that was begun")
    expect(page.get_by_label("What was said?")).to_have_value("The companies want sixty hours.\nAnd a workshop.")
    chosen = page.get_by_role("group", name=MICROCREDENTIALS).locator(".chosen")
    expect(chosen).to_contain_text("AM-03")
    expect(chosen.get_by_role("button", name=re.compile("Remove: AM-03"))).to_be_visible()
    expect(page.locator("#begun")).to_contain_text("You had begun this on")
    network(page.context, there=True)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Talk that was begun")
    page.goto(LOG)
    expect(page.locator("#begun")).to_have_count(0)
    expect(page.get_by_label("Title")).to_have_value("")
    assert len(logged(portal, "Talk that was begun")) == 1


def test_a_copy_opened_twice_makes_two_events(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    network(page.context, there=False)
    for title in ("From the copy", "From the copy again"):
        page.goto(LOG)
        fill_in(page, title)
        save(page)
        expect(page.locator("#waiting")).to_contain_text(title)
    network(page.context, there=True)
    expect(page.locator("#waiting")).to_be_hidden()
    assert len(logged(portal, "From the copy")) == len(logged(portal, "From the copy again")) == 1


def test_a_draft_is_forgotten_when_one_says_so(phone: Callable[..., Page]) -> None:
    page = phone()
    page.get_by_label("Title").fill("Never mind")
    page.reload()
    page.get_by_role("button", name="Forget it and begin anew").press("Enter")
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.locator("#messages")).to_contain_text("Forgotten")
    assert page.evaluate(ON_THE_DEVICE, "draft") == 0
    page.reload()
    expect(page.locator("#begun")).to_have_count(0)


def test_what_only_the_portal_can_do_says_that_it_needs_a_network(phone: Callable[..., Page]) -> None:
    page = phone()
    network(page.context, there=False)
    page.get_by_label("Title").fill("Visit to a workshop")
    group = page.get_by_role("group", name="Who took part?")
    group.get_by_text("Add a new organisation").click()
    group.get_by_label(re.compile("^Name")).fill("A workshop")
    group.get_by_role("button", name="Add and choose").click()
    expect(page.locator("#messages")).to_contain_text("This needs a network")
    expect(page.get_by_label("Title")).to_have_value("Visit to a workshop")
    assert page.evaluate(ON_THE_DEVICE, "kept") == 0


def test_somebody_else_on_the_device_neither_sees_nor_sends_it(
    phone: Callable[..., Page], portal: Portal, signed_in: Callable[[Role], StorageState]
) -> None:
    page = phone()
    kept_offline(page, "Talk of mine alone")
    page.get_by_label("Title").fill("A draft of mine")
    page.goto("about:blank")
    network(page.context, there=True)
    mine = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies(signed_in(Role.COUNTRY_LEAD)["cookies"])  # type: ignore[arg-type]
    page.goto(LOG)
    expect(page.locator("#waiting-count")).to_be_hidden()
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#begun")).to_have_count(0)
    expect(page.get_by_label("Title")).to_have_value("")
    assert logged(portal, "Talk of mine alone") == []
    page.context.clear_cookies()
    page.context.add_cookies(mine)  # type: ignore[arg-type]
    page.goto("/")
    expect(page.locator("#messages").get_by_role("link", name="Talk of mine alone")).to_be_visible()


def test_a_page_of_somebody_who_is_signed_in_no_longer_sends_nothing(
    phone: Callable[..., Page], portal: Portal, signed_in: Callable[[Role], StorageState]
) -> None:
    page = phone()
    kept_offline(page, "Talk that waits for me")
    page.context.clear_cookies()
    page.context.add_cookies(signed_in(Role.COUNTRY_LEAD)["cookies"])  # type: ignore[arg-type]
    network(page.context, there=True)
    expect(page.locator("#messages")).to_contain_text("Sign in to send what waits")
    expect(page.locator("#waiting")).to_contain_text("Sign in to send it")
    page.get_by_label("Title").fill("And one more")
    save(page)
    expect(page.locator("#waiting li")).to_have_count(2)
    assert logged(portal, "Talk that waits for me") == logged(portal, "And one more") == []


def test_an_entry_outlives_its_tab_and_its_session(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    context, mine = page.context, page.context.cookies()
    kept_offline(page, "Talk that outlived its session")
    page.close()
    context.clear_cookies()
    network(context, there=True)
    (page := context.new_page()).goto("/")
    assert logged(portal, "Talk that outlived its session") == []
    context.add_cookies(mine)  # type: ignore[arg-type]
    page.goto("/")
    expect(page.locator("#messages").get_by_role("link", name="Talk that outlived its session")).to_be_visible()
    assert len(logged(portal, "Talk that outlived its session")) == 1


def test_after_signing_out_nothing_cached_remains(visit: Visit, portal: Portal) -> None:
    page = visit(None, width=375, height=700, service_workers="allow")
    page.goto(portal.entries[Role.PARTNER_EDITOR])  # A session of its own: the shared one has to go on.
    page.locator(".action-bar .btn-primary").click()
    page.locator("h1").wait_for()
    page.goto(LOG)
    until(page, f"({CACHED})().then(paths => paths.includes('{LOG}'))")
    page.get_by_label("Title").fill("Begun and left")
    until(page, f"({ON_THE_DEVICE})('draft') === 1")
    page.locator("summary", has_text="Account menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    until(page, "caches.keys().then(names => names.length === 0)")
    until(page, "navigator.serviceWorker.getRegistrations().then(found => found.length === 0)")
    assert page.evaluate(ON_THE_DEVICE, "seen") == page.evaluate(ON_THE_DEVICE, "draft") == 0


def test_an_entry_is_deleted_only_after_a_question(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    kept_offline(page, "Talk of no use")
    button = page.get_by_role("button", name="Delete Talk of no use")
    button.press("Enter")
    page.get_by_role("button", name="Leave it").press("Enter")
    expect(page.locator("#waiting li")).to_have_count(1)
    button.press("Enter")
    page.get_by_role("button", name="Delete it").press("Enter")
    expect(page.locator("#waiting")).to_be_hidden()
    network(page.context, there=True)
    page.goto("/")
    assert page.evaluate(ON_THE_DEVICE, "kept") == 0
    assert logged(portal, "Talk of no use") == []


def test_sending_by_hand_says_that_there_is_no_network(phone: Callable[..., Page]) -> None:
    page = phone()
    kept_offline(page, "Talk by hand")
    page.get_by_role("button", name="Send now Talk by hand").press("Enter")
    expect(page.locator("#messages")).to_contain_text("This needs a network")
    expect(page.locator("#waiting li")).to_have_count(1)


def test_a_network_that_answers_nothing_counts_as_none(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    page.route("**/device?*", lambda _route: None)
    fill_in(page, "Talk on a dead line")
    save(page)
    expect(page.locator("form[data-offline]")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#messages")).to_contain_text("kept on this device")
    page.unroute("**/device?*")
    page.get_by_role("button", name="Send now Talk on a dead line").click()
    expect(page.locator("#waiting")).to_be_hidden()
    assert len(logged(portal, "Talk on a dead line")) == 1


def test_a_portal_that_is_busy_gets_it_later(phone: Callable[..., Page], portal: Portal) -> None:
    page = phone()
    kept_offline(page, "Talk for later")
    page.route(f"**{LOG}", lambda route: route.fulfill(status=503, body="busy"))
    with page.expect_response(lambda response: response.status == 503):
        network(page.context, there=True)
    expect(page.locator("#waiting")).to_contain_text("Waits for a network")
    page.unroute(f"**{LOG}")
    page.goto("/events/")
    expect(page.locator("#messages").get_by_role("link", name="Talk for later")).to_be_visible()
    assert len(logged(portal, "Talk for later")) == 1


def test_a_device_that_keeps_nothing_says_so_and_leaves_the_form(phone: Callable[..., Page]) -> None:
    page = phone()
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    network(page.context, there=False)
    fill_in(page, "Talk of a full phone")
    save(page)
    expect(page.locator("#messages")).to_contain_text("this device cannot keep what you typed")
    expect(page.get_by_label("Title")).to_have_value("Talk of a full phone")


def test_axe_finds_nothing_in_what_waits(phone: Callable[..., Page]) -> None:
    page = phone()
    page.get_by_label("Title").fill("Begun")
    page.reload()
    page.evaluate(
        """() => localStorage.setItem(`portal:${document.body.dataset.person}:kept:x`, JSON.stringify(
            {id: 'x', action: '/events/log', entries: [], title: 'Talk', at: new Date().toISOString(), state: 'refused'}
        ))"""
    )
    page.reload()
    expect(page.locator("#waiting")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_other_pages_and_files_go_their_way_without_the_worker(phone: Callable[..., Page]) -> None:
    page = phone()
    page.reload()
    for address in ("/events/", "/feeds/all.ics", "/health"):
        answer = page.evaluate("address => fetch(address).then(response => response.status)", address)
        assert answer in (200, 404)
    assert all(path == LOG or path.startswith("/static/") for path in page.evaluate(CACHED))
