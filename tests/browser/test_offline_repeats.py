"""An entry that waited on a phone, though its form was saved meanwhile with something else in it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LOG, ON_THE_DEVICE, Portal
from tests.browser.test_offline import kept_offline, logged, network, save


def test_an_entry_whose_form_was_saved_with_other_content_comes_back_and_can_be_saved_as_well(
    phone: Callable[..., Page], portal: Portal
) -> None:
    page = phone()
    kept_offline(page, "Talk as it was first told")
    key, entry = page.evaluate("Object.entries(localStorage).find(([key]) => key.includes(':kept:'))")
    network(page.context, there=True)
    expect(page.locator("#waiting")).to_be_hidden()
    other = entry.replace("Talk as it was first told", "Talk as it was told again")
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, other])
    page.goto(LOG)
    expect(page.locator("#messages")).to_contain_text("needs your attention")
    page.reload()
    assert page.evaluate(ON_THE_DEVICE, "kept") == 1, "the portal has the form, but not what is in it now"

    page.locator("#waiting").get_by_role("button", name="See what is wrong").click()
    expect(page.locator("#errors")).to_contain_text("saved already, with other content")
    expect(page.get_by_label("Title")).to_have_value("Talk as it was told again")
    assert page.evaluate(ON_THE_DEVICE, "kept") == 0
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Talk as it was told again")
    titles = ("Talk as it was first told", "Talk as it was told again")
    assert [len(logged(portal, title)) for title in titles] == [1, 1]
