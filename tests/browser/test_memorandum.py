"""A memorandum's whole way, from the draft to the sealed PDF, by two people in two languages.

One signs on a telephone and draws, one by keyboard alone.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.config import Settings
from app.core import portal as running
from app.core.access import SYSTEM, Role
from app.core.mail import Mail
from app.extensions import db
from app.mou import parties, queries, services
from app.mou.models import Basis, CommitmentKind, Mou, MouState, MouTemplate, PartyRole
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.seals import examining, keys
from app.mou.seals import jobs as seals
from app.mou.seals.models import MouSealed
from app.mou.services import MouFacts
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.browser.conftest import Portal, Visit
from tests.mou.proof.way import run
from tests.mou.signing.way import link_to
from tests.pdfs import poppler_text

# Every script a name came in that another program could not print.
NAMES = ("Žofie Křížová", "Ελένη Παπαδάκη", "Đorđe Љубић", "ქეთევან", "Ahmet Şahin", "أمينة", "🌻")
SECRET = "a passphrase of the test"
ZOFIE, KETEVAN = "zofie@example.org", "ketevan@example.org"
MOST_TABS = 80


@pytest.fixture
def sealing(portal: Portal, tmp_path: Path) -> Iterator[Settings]:
    """The portal with keys to seal with."""
    before: Settings = portal.app.config["PORTAL"]
    keys.make(tmp_path / "seal", SECRET, "BEM", datetime.now(UTC))
    settings = replace(before, seal_folder=tmp_path / "seal", seal_passphrase=SECRET)
    portal.app.config["PORTAL"] = settings
    yield settings
    portal.app.config["PORTAL"] = before


def draft(portal: Portal) -> int:
    """A memorandum of a school and a company that lacks nothing, in English; a German and an English reader sign it."""
    with work(portal.app) as session:
        version = session.scalars(select(MouTemplate)).one().current
        school, company = (
            session.scalars(select(Organisation).where(Organisation.name == name)).one()
            for name in ("Lori Regional State College", "Debed Thread")
        )
        mou = services.create(
            SYSTEM,
            MouFacts(
                title={"en": "A walk through the portal", "de": "Ein Gang durch das Portal"},
                purpose={"en": f"For {', '.join(NAMES)}.", "de": f"Für {', '.join(NAMES)}."},
                template_version=version,
                languages=("de", "en"),
                prevailing_language="en",
                country="AM",
                duration_months=12,
                place="Vanadzor",
                clauses=tuple(queries.optional_clauses(version)),
                no_microcredentials_reason="It is a walk.",
            ),
        )
        for organisation, role, name, email, language, turn in (
            (school, PartyRole.SCHOOL, NAMES[3], KETEVAN, "en", 2),
            (company, PartyRole.COMPANY, NAMES[0], ZOFIE, "de", 1),
        ):
            printed = PartyFacts(
                organisation=organisation, role=role, legal_name={"en": organisation.name}, address="Main street 1"
            )
            party = parties.add_party(SYSTEM, mou, printed)
            who = SignatoryFacts(
                name=name, role_title="Director", basis=Basis.STATUTE, email=email, language=language, turn=turn
            )
            parties.add_signatory(SYSTEM, party, who)
            promise = CommitmentFacts(party=party, kind=CommitmentKind.PLACEMENTS, amount=4)
            parties.add_commitment(SYSTEM, mou, promise)
        return mou.id


def code_to(portal: Portal, address: str) -> str:
    """The code that was written to a mailbox last; nothing else of the demonstration is carried out for it."""
    with portal.app.app_context():
        newest = select(Mail.text).where(Mail.recipient == address).order_by(Mail.id.desc()).limit(1)
        found = re.search(r"\b(\d{6})\b", db.session.scalars(newest).one())
    assert found
    return found[1]


def check(page: Page, language: str) -> None:
    """The page is in that language, fits the screen, and axe finds nothing."""
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def sign_on_a_telephone(page: Page, portal: Portal, path: str) -> None:
    """By touch: open, prove, read, tick, type, draw."""
    page.goto(path)
    check(page, "de")
    page.locator("main form.action-bar button").tap()
    page.wait_for_url("**/read")
    page.locator("button[value=code]").tap()
    page.locator("#code").wait_for()
    page.locator("#code").fill(code_to(portal, ZOFIE))
    page.locator("button[value=prove]").tap()
    for name in ("electronic", "authorised", "privacy"):
        box = page.locator(f"#{name}")
        assert not box.is_checked()
        box.tap()
    check(page, "de")
    page.locator("#name").fill(f"{NAMES[0]} {NAMES[6]}")
    pad = page.locator("[data-signature] canvas")
    pad.scroll_into_view_if_needed()
    place = pad.bounding_box()
    assert place
    page.mouse.move(place["x"] + 20, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] - 20, place["y"] + 20, steps=8)
    page.mouse.up()
    page.locator(".action-bar .btn-primary").last.tap()
    expect(page.locator("main")).to_contain_text(NAMES[0])
    check(page, "de")


def go_to(page: Page, selector: str) -> None:
    """Press the tab key until something has the focus."""
    for _press in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"The keyboard does not reach {selector}.")


def sign_by_keyboard(page: Page, portal: Portal, path: str) -> None:
    """The same without a mouse, and without a drawing."""
    page.goto(path)
    check(page, "en")
    go_to(page, "main form.action-bar button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/read")
    go_to(page, "button[value=code]")
    page.keyboard.press("Enter")
    page.locator("#code").wait_for()
    go_to(page, "#code")
    page.keyboard.type(code_to(portal, KETEVAN))
    page.keyboard.press("Enter")
    page.locator("#electronic").wait_for()
    for name in ("electronic", "authorised", "privacy"):
        go_to(page, f"#{name}")
        page.keyboard.press("Space")
    go_to(page, "#name")
    page.keyboard.insert_text(NAMES[3])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you, it is signed")
    check(page, "en")


def aside(work_to_do: Callable[..., Any], *facts: Any) -> None:
    """Do it in a thread: pyHanko begins a loop, and the browser's runs in this one."""
    failed: list[BaseException] = []

    def carry_out() -> None:
        try:
            work_to_do(*facts)
        except BaseException as error:  # noqa: BLE001 - raised below, where the test sees it
            failed.append(error)

    worker = Thread(target=carry_out)
    worker.start()
    worker.join()
    if failed:
        raise failed[0]


def told_by_pdfsig(pdf: bytes, folder: Path) -> str:
    """What poppler says of the signatures of a file."""
    if shutil.which("pdfsig") is None:
        pytest.fail("pdfsig is not there (Debian: poppler-utils)")
    file = folder / "looked-at.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout


def test_two_people_sign_in_two_languages_and_everybody_can_check_it(
    portal: Portal, visit: Visit, sealing: Settings, tmp_path: Path
) -> None:
    key = draft(portal)
    sender = visit(Role.COORDINATOR)
    sender.goto(f"/mou/{key}")
    sender.get_by_role("link", name="Send for signature").click()
    sender.get_by_role("main").locator(".action-bar .btn-primary").click()
    expect(sender.get_by_role("main")).to_contain_text("Out for signature")

    phone = visit(width=375, height=740, has_touch=True, is_mobile=True, locale="de-DE")
    sign_on_a_telephone(phone, portal, link_to(portal.app, ZOFIE))
    desk = visit(width=1280, locale="en-GB")
    path = link_to(portal.app, KETEVAN)
    sign_by_keyboard(desk, portal, path)

    aside(run, portal.app, key, seals.make)
    with portal.app.app_context():
        assert db.session.get_one(Mou, key).state is MouState.SIGNED
        sha256 = db.session.scalars(select(MouSealed.sha256).order_by(MouSealed.id.desc()).limit(1)).one()
        kept = running.files().read(sha256)
    desk.goto(path)
    with desk.expect_download() as loaded:
        desk.locator("main a[download]").first.click()
    pdf = Path(loaded.value.path()).read_bytes()
    assert pdf == kept

    told = told_by_pdfsig(pdf, tmp_path)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert examining.examine(pdf, sealing.seal_folder).is_unchanged
    for at in (100, len(pdf) // 2):
        broken = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
        assert "Signature is Valid" not in told_by_pdfsig(broken, tmp_path)
        assert not examining.examine(broken, sealing.seal_folder).is_unchanged
    said = poppler_text(pdf)
    assert [name for name in NAMES if name not in said] == []

    anybody = visit(width=375, locale="ka-GE")
    anybody.goto("/verify")
    check(anybody, "ka")
    anybody.set_input_files("#file", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": pdf})
    anybody.locator("[data-hash]").click()
    anybody.wait_for_url("**sha256=*")
    expect(anybody.locator("#result")).to_contain_text("ბაიტი ბაიტში")
    check(anybody, "ka")
