"""Whoever signs reads every word of mails and pages in their own language, whether the portal speaks it or not."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import ROOT
from app.core import clock, mail, outside, portal
from app.mou.evidence.happenings import Happening
from app.mou.models import MouSignatory
from app.mou.negotiation import mailing as negotiation
from app.mou.progress import mailing as progress
from app.mou.signing import links, mailing
from app.mou.signing.models import MouLink
from app.mou.wordings import languages_with_words
from tests.accounts.people import mails, work
from tests.mou.signing.way import GOR, Sent, code_to, link_to
from tests.page import Form, Page, open_page

if TYPE_CHECKING:
    from app.mou.negotiation.models import MouAnswer

pytestmark = pytest.mark.usefixtures("tokens")
LANGUAGES = sorted({*languages_with_words()} - {"en"})


@pytest.fixture(autouse=True)
def read_in_english() -> None:
    """Nobody does here: in place of what the other tests have."""


def spoken_to(app: Flask, key: int, language: str) -> None:
    """Give everybody who signs another language, and the first one a new link in it."""
    with work(app) as session:
        for one in session.query(MouSignatory):
            one.language = language
        session.flush()
        link = session.query(MouLink).filter_by(email=GOR).one()
        assert link.text is not None
        assert link.text.mou_id == key
        assert link.signatory is not None
        links.issue(link.text, link.signatory, Happening.LINK_RENEWED)


def walked(app: Flask, guest: FlaskClient, path: str) -> list[Page]:
    """Everything somebody sees on the way to their signature, with what is refused, and after it."""
    landing, read = open_page(guest, path), f"{path}/read"
    token = token_of(landing)

    def post(address: str, **sent: str) -> Page:
        return Page(guest.post(address, data=token | sent, follow_redirects=True))

    pages = [landing, open_page(guest, f"{path}/decline"), open_page(guest, f"{path}/other"), post(f"{path}/other")]
    pages += [post(path), post(read, do="prove", code="1"), post(read, do="code"), post(read, do="code")]
    pages += [post(read, do="prove", code="1"), post(read, do="prove", code=code_to(app, GOR)), post(read)]
    signing = open_page(guest, read)
    forms = [Form(signing, tag) for tag in signing.select("form")]
    form = next(form for form in forms if form.tag.select("input[name=electronic]"))
    said = {"electronic": "y", "authorised": "y", "privacy": "y", "name": "Gor Sargsyan"}
    return [*pages, Page(form.submit(guest, follow=True, **said))]


def token_of(page: Page) -> dict[str, str]:
    """What a form of this page sends along."""
    return {"csrf_token": str(page.select("input[name=csrf_token]")[0]["value"])}


def test_every_language_that_memoranda_are_written_in_is_spoken_outside(app: Flask) -> None:
    with app.app_context():
        assert {code for code in LANGUAGES if outside.spoken(code)} == set(LANGUAGES)


def test_a_language_is_spoken_outside_where_it_is_active_or_has_a_catalogue(app: Flask) -> None:
    folders = {file.parts[-3] for file in (ROOT / "translations").glob("*/LC_MESSAGES/outside.po")}
    with app.app_context():
        for language in portal.consortium().languages:
            has_catalogue = not folders.isdisjoint({language.locale, language.locale.partition("_")[0]})
            assert bool(outside.spoken(language.code)) is (language.active or has_catalogue), language.code
        assert outside.spoken("xx") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_pages_is_in_the_language_of_who_signs(
    app: Flask, sent: Sent, untranslated: set[str], language: str
) -> None:
    spoken_to(app, sent(), language)
    untranslated.clear()
    pages = walked(app, app.test_client(), link_to(app, GOR))
    pages.append(open_page(app.test_client(), link_to(app, GOR)))
    assert untranslated == set()
    assert {str(page.select_one("html")["lang"]) for page in pages} == {language}
    assert not pages[-1].select("form.action-bar"), "it is signed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_mails_is_in_the_language_of_who_reads_them(
    app: Flask, sent: Sent, untranslated: set[str], language: str
) -> None:
    spoken_to(app, sent(), language)
    before = len(mails(app))
    untranslated.clear()
    with work(app) as session:
        link = session.query(MouLink).filter_by(email=GOR, revoked_at=None).one()
        text = link.text
        assert text is not None
        mailing.ask(link)
        mailing.ask(link, is_reminder=True)
        mailing.send_code(link, "123456")
        for kind in ("concluded", "declined", "recalled", "kept"):
            mailing.tell_people(text.mou, [link], kind, who="Anahit", reason="…")
        negotiation.send(link, text, sender="Lia", reason=None, is_first=True)
        negotiation.send(link, text, sender="Lia", reason=None, is_first=False)
        comment = SimpleNamespace(link=link, text=text, words="…")
        answer = SimpleNamespace(comment=comment, words="…", settles=True, actor_name="Lia")
        negotiation.tell_answer(cast("MouAnswer", answer))
        progress.send(link, "Lia")
        report = SimpleNamespace(sha256="0" * 64)
        for path, is_newer, made in (("/", False, report), ("/", False, None), (None, True, report)):
            facts: dict[str, Any] = {
                "path": path,
                "is_newer": is_newer,
                "report": made,
                "is_pending": True,
                "sender": "Lia",
            }
            about: dict[str, Any] = {"title": "…", "reference": "M-1", "sha256": "1" * 64}
            subject = mailing.SUBJECTS["report" if is_newer else "sealed"]
            mail.send(session, GOR, subject, "mou/sealed", language, is_outside=True, **facts, **about)
    written = mails(app)[before:]
    assert len(written) == 14
    assert untranslated == set()
    assert {one.language for one in written} == {language}
    assert not [one.subject for one in written if "document" in one.subject.split()]


def test_a_link_that_ran_out_says_so_and_is_renewed_in_its_language(
    app: Flask, sent: Sent, untranslated: set[str]
) -> None:
    spoken_to(app, sent(), "ka")
    path = link_to(app, GOR)
    with work(app) as session:
        session.query(MouLink).filter_by(email=GOR, revoked_at=None).one().expires_at = clock.now()
    untranslated.clear()
    guest = app.test_client()
    gone = open_page(guest, path, 410)
    assert gone.heading == "ეს ბმული აღარ მუშაობს"
    renewed = Page(guest.post(path, data={**token_of(gone), "do": "renew"}))
    assert renewed.heading.endswith("ახალი ბმული გამოგზავნილია")
    assert untranslated == set()


def test_the_language_is_chosen_on_the_page_which_is_found_again(app: Flask, sent: Sent) -> None:
    spoken_to(app, sent(), "ka")
    guest, path = app.test_client(), link_to(app, GOR)
    page = open_page(guest, path)
    answer = guest.post("/language", data={**token_of(page), "lang": "en", "here": path})
    assert answer.location == path
    assert [str(tag["value"]) for tag in page.select("button[name=lang]")] == ["en", "de", "ka"]
    page = open_page(guest, path)
    assert page.select_one("html")["lang"] == "en"
    guest.post("/language", data={**token_of(page), "lang": "ka", "here": path})
    assert open_page(guest, path).select_one("html")["lang"] == "ka"
    assert open_page(guest, "/").select_one("html")["lang"] == "en", "of the rest there are no words in it"
