"""The page that checks memoranda speaks every language that memoranda are written in."""

import re
from collections.abc import Callable
from io import BytesIO
from string import Formatter

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import ROOT
from app.core import portal
from app.core.consortium import Consortium
from app.extensions import db
from app.mou.models import Mou
from app.mou.seals import jobs as seals
from app.mou.seals.models import MouSealed
from app.mou.verifying.languages import FOLDER
from app.mou.wordings import languages_with_words, words
from tests.mou.proof.way import run
from tests.page import open_page
from tests.page import words as said

pytestmark = pytest.mark.usefixtures("tokens")

CODES = sorted(languages_with_words())
TEMPLATE = ROOT / "templates" / "mou" / "verify.html"
TITLES = {
    "en": "Check a memorandum",
    "de": "Vereinbarung prüfen",
    "uk": "Перевірити меморандум",
    "mk": "Провери меморандум",
    "sr-Latn": "Proveri memorandum",
    "ka": "მემორანდუმის შემოწმება",
    "hy": "Ստուգել հուշագիրը",
}
# Words that are the same in another language by right.
SHARED = {"pdf"}


def test_it_has_the_languages_of_memoranda_and_those_of_the_portal(app: Flask) -> None:
    consortium: Consortium = app.config["CONSORTIUM"]
    assert set(TITLES) == set(CODES) == languages_with_words(FOLDER)
    assert {language.code for language in consortium.languages if language.active} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_no_sentence_is_missing_or_left_in_english(code: str) -> None:
    english, here = words("en", FOLDER).entries, words(code, FOLDER).entries
    assert list(here) == list(english)
    for key, text in here.items():
        assert text.strip(), key
        assert [part[1] for part in Formatter().parse(text)] == [part[1] for part in Formatter().parse(english[key])]
    if code != "en":
        assert {key for key in english if english[key] == here[key]} == SHARED


def test_the_page_says_nothing_that_is_not_among_the_words() -> None:
    source = re.sub(r"{#.*?#}", "", TEMPLATE.read_text("utf-8"), flags=re.DOTALL)
    known = set(words("en", FOLDER).entries)
    said = set(re.findall(r"say\(['\"](\w+)['\"]\)", source))
    assert said <= known
    assert not re.search(r"\b_\(", source), "the catalogues have fewer languages"
    computed = {key for key in known if key.startswith("state_")} | {"choose_file"}
    assert known == said | computed, "nobody says these any more"


@pytest.mark.parametrize("code", CODES)
def test_an_address_names_a_language(app: Flask, world: object, code: str) -> None:
    page = open_page(app.test_client(), f"/verify?lang={code}")
    assert page.select_one("html")["lang"] == code
    assert page.select_one("h1").get_text() == TITLES[code]
    frame = None if code in ("en", "de") else "en"
    assert [part.get("lang") for part in page.select(".skip, header.bar, footer")] == [frame] * 3
    chooser = page.select("header .drop a[lang]")
    assert {link["lang"] for link in chooser} == set(CODES)
    assert [link["lang"] for link in chooser if link.get("aria-current")] == [code]
    assert [field["value"] for field in page.select("main input[name=lang]")] == [code] * 2
    assert {form["data-verify"] for form in page.select("form[data-verify]")} == {f"/verify?lang={code}"}


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("hy-AM,hy;q=0.9,en;q=0.5", "hy"),
        ("sr-ME,en;q=0.5", "sr-Latn"),
        ("cnr", "sr-Latn"),
        ("fr,ka;q=0.3,uk;q=0", "ka"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
        ("x" * 300, "en"),
    ],
)
def test_a_browser_asks_for_a_language(app: Flask, world: object, accepted: str, code: str) -> None:
    answer = app.test_client().get("/verify", headers={"Accept-Language": accepted})
    assert f'<html lang="{code}">' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]


def test_what_was_chosen_in_this_browser_goes_before_what_it_asks_for(app: Flask, world: object) -> None:
    guest = app.test_client()
    with guest.session_transaction() as session:
        session["language"] = "hy"
    assert '<html lang="hy">' in guest.get("/verify", headers={"Accept-Language": "uk"}).text
    assert '<html lang="ka">' in guest.get("/verify?lang=ka", headers={"Accept-Language": "uk"}).text
    assert '<html lang="hy">' in guest.get("/verify?lang=%00nonsense").text
    assert '<html lang="en">' in guest.get("/").text, "of the rest there are no words in it"


@pytest.mark.parametrize(
    ("code", "told"),
    [("uk", ("Чинний", "2025 р.")), ("ka", ("ძალაშია", "2025")), ("hy", ("Ուժի մեջ է", "2025 թ."))],
    ids=["uk", "ka", "hy"],
)
def test_states_and_days_are_in_that_language(
    app: Flask, running: Callable[..., int], code: str, told: tuple[str, ...]
) -> None:
    key = running()
    page = open_page(app.test_client(), f"/verify/{key}?lang={code}")
    facts = said(page.select_one("#result"))
    assert all(part in facts for part in told), facts
    assert "In force" not in said(page.select_one("main"))
    with app.app_context():
        title = db.session.get_one(Mou, key).title
    assert title.get(code, title["en"]) in facts


def test_a_file_that_is_sent_is_answered_in_that_language(app: Flask, concluded: int) -> None:
    run(app, concluded, seals.make)
    with app.app_context():
        pdf = portal.files().read(db.session.scalars(select(MouSealed.sha256)).one())
    guest = app.test_client()
    form = open_page(guest, "/verify?lang=uk").form("Надіслати й перевірити печатку")
    page = open_page(guest, "/verify?lang=uk")
    nothing = form.submit(guest)
    assert nothing.status_code == 422
    assert "Виберіть файл." in nothing.text
    answer = form.submit(guest, file=(BytesIO(pdf), "x.pdf"))
    assert answer.status_code == 200
    assert "Печатка цього порталу" in answer.text
    assert "байт у байт" in answer.text
    assert page.select_one("form[data-verify]")["data-failed"].startswith("Браузер")
