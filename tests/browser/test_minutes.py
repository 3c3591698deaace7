"""Minutes by the link of a mail, on a telephone and without an account: read, refused without a reason, objected to."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.core.mail import Mail
from app.extensions import db
from tests.browser.conftest import Portal, Visit
from tests.browser.test_look import TOO_SMALL, TOUCH

PHONE = 360


def link_to(portal: Portal, address: str) -> str:
    """The path of the link to the minutes that are out."""
    with portal.app.app_context():
        mails = db.session.query(Mail).filter_by(recipient=address).order_by(Mail.id.desc())
        found = [re.search(r"(/minutes/\S+)", one.text) for one in mails if one.subject.startswith("Minutes to read")]
    return next(match for match in found if match)[1]


def test_whoever_was_there_reads_and_objects_on_a_telephone(portal: Portal, visit: Visit) -> None:
    page = visit(width=PHONE, java_script_enabled=True)
    page.goto(link_to(portal, "sabine@office.example.org"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Podgorica")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate(TOO_SMALL, TOUCH) == []

    page.get_by_role("button", name="I object").click()
    expect(page.locator("#errors")).to_contain_text("Write what you object to and why")
    page.locator("summary").filter(has_text="Words of welcome").click()
    page.get_by_label("Comment on “Words of welcome”").fill("Nobody welcomed <us>.")
    page.get_by_role("button", name="I object").click()
    expect(page.locator("#mine")).to_contain_text("Nobody welcomed <us>.")
    page.get_by_role("button", name="I agree").click()
    expect(page.locator("#mine")).to_contain_text("Agrees")
