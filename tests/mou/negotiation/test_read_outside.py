"""Whoever is sent a draft reads every word of its pages in their own language, and of what these lead to."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock, mail
from app.core.access import SYSTEM
from app.mou import rules as memoranda
from app.mou.models import Instrument, Mou, MouState
from app.mou.negotiation import rules, services
from app.mou.negotiation.mailing import path_of
from app.mou.negotiation.rules import Contact
from app.mou.signing.models import MouLink
from app.mou.texts.models import MouComment, Purpose
from app.mou.wordings import languages_with_words
from tests.accounts.people import work
from tests.events.world import World
from tests.mou.conftest import complete
from tests.mou.signing.way import GOR
from tests.page import Page, open_page

pytestmark = pytest.mark.usefixtures("tokens")
LANGUAGES = sorted({*languages_with_words()} - {"en"})


@pytest.fixture(autouse=True)
def read_in_english() -> None:
    """Nobody does here: in place of what the other tests have."""


def shared(app: Flask, world: World, language: str) -> str:
    """Send a draft in two versions, the second one with something missing, and say the path of its link."""
    with work(app) as session:
        mou = complete(world)
        to = [Contact(mou.parties[1], GOR, language)]
        services.share(SYSTEM, mou, mou.version, to, "…")
        mou.duration_months, mou.purpose = 36, {"en": "Learners become pattern makers."}
        session.flush()
        services.share(SYSTEM, mou, mou.version, to)
        return path_of(session.query(MouLink).one())


def token_of(page: Page) -> dict[str, str]:
    """What a form of this page sends along."""
    return {"csrf_token": str(page.select("input[name=csrf_token]")[0]["value"])}


def read(app: Flask, guest: FlaskClient, path: str) -> list[Page]:
    """Everything somebody sees who reads and comments, with what is refused."""
    first = open_page(guest, path)

    def say(**typed: str) -> Page:
        sent = {"number": "2", "name": "Gor", "words": "…", "do": "say"} | token_of(first) | typed
        return Page(guest.post(path, data=sent, follow_redirects=True))

    long = "x" * (rules.LONGEST_COMMENT + 1)
    wrong = ({"name": "", "words": ""}, {"name": "n" * 201, "words": long}, {"clause": "weather"}, {"number": "99"})
    pages = [first, *(say(**one) for one in wrong), say(clause="duration"), say(do="agree", words="")]
    with work(app) as session:
        services.answer(SYSTEM, session.query(MouComment).limit(1).one(), "…", settles=True)
    return [*pages, open_page(guest, path), *(open_page(guest, f"{path}/versions/{number}") for number in (1, 2))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_in_the_language_of_who_was_sent_the_draft(
    app: Flask, world: World, untranslated: set[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    path = shared(app, world, language)
    untranslated.clear()
    guest = app.test_client()
    pages = read(app, guest, path)
    monkeypatch.setattr(rules, "MOST_COMMENTS", 1)
    sent: dict[str, Any] = {"number": "2", "name": "Gor", "words": "…", "do": "say"} | token_of(pages[0])
    pages.append(Page(guest.post(path, data=sent)))
    with work(app) as session:
        session.query(Mou).one().move_to(MouState.READY_TO_SIGN, SYSTEM)
    pages += [Page(guest.post(path, data=sent)), open_page(guest, path)]
    with work(app) as session:
        session.query(MouLink).one().expires_at = clock.now() - timedelta(days=1)
    pages += [open_page(guest, path, 410), Page(guest.post(path, data=token_of(pages[0]) | {"do": "renew"}))]
    with work(app) as session:
        session.query(Mou).one().move_to(MouState.WITHDRAWN, SYSTEM)
    pages.append(open_page(guest, path, 410))
    assert untranslated == set()
    assert {str(page.select_one("html")["lang"]) for page in pages} == {language}
    assert not [page.url for page in pages if "։:" in page.text], "a question ends in a sign of its own in Armenian"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_and_how_far_it_is_is_said_in_every_language(
    app: Flask, untranslated: set[str], language: str
) -> None:
    facts = {"legal_name": {"en": "…"}, "role": None, "address": ""}
    nobody, unreached = SimpleNamespace(name="Gor", email=None), SimpleNamespace(**facts, signatories=[])
    parties = [unreached, SimpleNamespace(**facts, signatories=[nobody])]
    bare: Any = SimpleNamespace(
        instrument=Instrument.MOU,
        parties=[],
        microcredentials=[],
        no_microcredentials_reason=None,
        duration_months=None,
        ends_on=None,
        is_open_ended=False,
        languages=["hy"],
        title={},
        purpose=None,
    )
    with app.app_context(), mail.in_language(language, is_outside=True):
        said = [one.sentence for one in memoranda.missing(bare)]
        said += [one.sentence for one in memoranda.missing_parties(Instrument.MOU, parties)]  # type: ignore[arg-type]
        said += [str(one.label) for one in MouState if one is not MouState.WITHDRAWN]
        said += [str(one.label) for one in Purpose]
    assert len(said) > 20
    assert untranslated == set()


def test_what_the_page_leads_to_goes_on_in_its_language(app: Flask, world: World, untranslated: set[str]) -> None:
    path = shared(app, world, "hy")
    guest = app.test_client()
    open_page(guest, path)
    untranslated.clear()
    privacy = open_page(guest, "/privacy")
    assert privacy.heading == "Անձնական տվյալներ"
    assert not privacy.select("nav.rail, .tabbar"), "of the rest of the portal there are no words"
    pages = [privacy, open_page(guest, f"{path}/versions/9", 404), Page(guest.post(path, data={"words": "…"}))]
    pages += [open_page(guest, "/nowhere", 404), Page(guest.put(path)), open_page(guest, "/verify?number=99999")]
    assert [page.status for page in pages] == [200, 404, 400, 404, 405, 200]
    assert untranslated == set()
    assert {str(page.select_one("html")["lang"]) for page in pages} == {"hy"}
    guest.post("/language", data={**token_of(privacy), "lang": "de", "here": "/privacy"})
    assert open_page(guest, "/privacy").select_one("html")["lang"] == "de"
