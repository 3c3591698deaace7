"""Back to a form that was saved: what is sent from there once more does not become a second record unseen."""

import re

from playwright.sync_api import Page, expect

from app.core.access import Role
from tests.browser.conftest import Visit

NAME = "Workshop that somebody goes back to"


def fill(page: Page, name: str) -> None:
    """Fill in a new organisation, whatever the browser has put back into the form."""
    page.get_by_label(re.compile("^Name")).first.fill(name)
    page.get_by_label(re.compile("^Category")).select_option("company")
    page.get_by_label(re.compile("^Country")).select_option("AM")


def key(page: Page) -> str:
    """What the form is known by."""
    return page.locator("main input[name=submission_key]").first.input_value()


def saved(page: Page, name: str) -> None:
    """Press the button once the form is filled in."""
    fill(page, name)
    page.get_by_role("button", name="Save organisation").click()


def test_what_is_sent_again_after_going_back_is_known_for_the_same(visit: Visit) -> None:
    page = visit(Role.ADMIN)
    page.goto("/stakeholders/new")
    former = key(page)
    saved(page, NAME)
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    made = page.url
    page.go_back()
    expect(page.get_by_role("button", name="Save organisation")).to_be_visible()
    expect(page.locator("main input[name=submission_key]").first).to_have_value(former)
    saved(page, NAME)
    expect(page).to_have_url(made)
    page.go_back()
    saved(page, f"{NAME} otherwise")
    expect(page.locator("#errors")).to_contain_text("This form was saved already, with other content.")
    expect(page.get_by_role("link", name="Open what was saved")).to_have_attribute("href", re.compile(made[-8:]))
    page.goto("/stakeholders/new")
    assert key(page) != former, "a form that is opened anew makes a record of its own"


def test_a_form_that_works_without_a_network_is_a_new_one_when_it_is_gone_back_to(visit: Visit) -> None:
    page = visit(Role.COUNTRY_LEAD)
    page.goto("/events/log?kind=workshop")
    former = key(page)
    page.get_by_label(re.compile("^Title")).fill(NAME)
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    page.go_back()
    expect(page.get_by_role("button", name="Save event")).to_be_visible()
    assert key(page) != former, "drafts under a key that is known already would be let go"
