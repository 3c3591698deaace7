"""What a memorandum says, in two languages, on the page and on paper, and how it is frozen."""

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.config import ROOT
from app.core import portal
from app.core.access import SYSTEM
from app.core.errors import EditConflict
from app.extensions import db
from app.mou import parties, rules, templates, wordings
from app.mou.evidence import queries as evidence
from app.mou.models import MouState, PartyRole
from app.mou.texts import content, paper, queries, services
from app.mou.wordings import Unfit, read, read_file, words
from app.stakeholders.models import Organisation
from tests.events.world import World
from tests.mou.conftest import SCHOOL, complete, is_party, signs
from tests.pdfs import poppler_text

LANGUAGES = ["en", "de", "uk", "mk", "sr-Latn", "ka", "hy"]
NAMES = ["Žofie Křížová", "Ελένη Παπαδάκη", "Đorđe Љубић", "ქეთევან", "Ahmet Şahin", "أمينة", "Ana 🌻"]


# ---- Templates and words ----


def test_every_template_of_every_consortium_can_be_read() -> None:
    files = sorted(Path(ROOT, "consortia").glob("*/memoranda/*.yaml"))
    assert SCHOOL in files
    for file in files:
        template = read_file(file)
        assert read(template.content) == template
        assert template.languages == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_says_the_same_number_of_things_in_each_language(language: str) -> None:
    for clause in read_file(SCHOOL).clauses:
        assert clause.text[language].count("\n\n") == clause.text["en"].count("\n\n"), clause.code


LETTERS = {
    "uk": re.compile(r"[a-zа-яіїєґ]", re.IGNORECASE),
    "mk": re.compile(r"[а-шѓќѕјљњџ]", re.IGNORECASE),
    "sr-Latn": re.compile(r"[a-zčćžšđ]", re.IGNORECASE),
    "ka": re.compile(r"[ა-ჰ]"),
    "hy": re.compile(r"[Ա-և]"),
}
LATIN_EVERYWHERE = (
    r"\{\w+\}|UTC|SHA-?256|М\.П\.|M\.P\.|PDF|PAdES|Adobe Acrobat Reader|pdfsig|poppler|verify\.py|Python|"
    "sha256sum|certutil -hashfile"
)
FOREIGN = {
    "uk": re.compile(r"[a-zыэъёѓќљњџђћ]", re.IGNORECASE),
    "mk": re.compile(r"[a-zёйщъыьэюяђћіїє]", re.IGNORECASE),
    "sr-Latn": re.compile(r"[Ѐ-ӿ]"),
    "ka": re.compile(r"[Ა-ᲿA-Za-zЀ-ӿ]"),
    "hy": re.compile(r"[a-zЀ-ӿა-ჰ]", re.IGNORECASE),
}


@pytest.mark.parametrize("language", sorted(FOREIGN))
def test_each_language_is_in_its_own_script(language: str) -> None:
    texts = [wordings.HOLE.sub("", clause.text[language]) for clause in read_file(SCHOOL).clauses]
    fixed = words(language).entries
    known = [re.sub(LATIN_EVERYWHERE, "", text) for text in fixed.values()]
    for text in [*texts, *known]:
        assert not FOREIGN[language].search(text), text
    assert all(LETTERS[language].search(text) for text in texts if text.strip())


def test_the_fixed_words_are_complete_in_every_language() -> None:
    assert set(wordings.languages_with_words()) == set(LANGUAGES)
    english = words("en").entries
    for language in LANGUAGES:
        known = words(language)
        assert known.language == language
        assert known.entries.keys() == english.keys()
        for key, text in english.items():
            holes = set(re.findall(r"\{(\w+)\}", text))
            assert set(re.findall(r"\{(\w+)\}", known.entries[key])) == holes, (language, key)
    assert words("xx").language == "en", "visibly English where nobody wrote them yet"


@pytest.mark.parametrize(
    "change",
    [
        {"clauses": []},
        {"clauses": "none"},
        {"title": None},
        {"clauses": [{"code": "a", "title": {"en": "A"}, "text": {"en": "{{ weather }}"}}]},
        {"clauses": [{"code": "a", "title": {"en": "A"}, "text": {"en": "{{ purpose"}}]},
        {"clauses": [{"code": "a", "title": {"en": "A"}, "text": {}}]},
        {"clauses": [{"code": "a", "title": {"en": "A"}, "text": {"en": "A"}}] * 2},
        {"notice": {}},
    ],
)
def test_what_is_no_template_is_refused(change: dict[str, Any]) -> None:
    good = {
        "code": "x",
        "instrument": "mou",
        "title": {"en": "X"},
        "notice": {"en": "Ask a lawyer."},
        "clauses": [{"code": "a", "title": {"en": "A"}, "text": {"en": "A"}}],
    }
    assert read(good).code == "x"
    with pytest.raises(Unfit):
        read(good | change)


@given(st.text())
def test_what_is_filled_in_is_never_looked_through_again(value: str) -> None:
    assert wordings.filled("a {{ place }} b", {"place": value}) == f"a {value} b"


def test_the_same_template_again_is_no_new_version(session: Session, world: World) -> None:
    one = templates.publish(SYSTEM, read_file(SCHOOL))
    assert templates.publish(SYSTEM, read_file(SCHOOL)) is one
    changed = read_file(SCHOOL).content
    changed["clauses"][0]["title"]["en"] = "Who agrees"
    assert templates.publish(SYSTEM, read(changed), "Plainer").number == 2


# ---- Content ----


def test_both_languages_say_all_of_it(session: Session, world: World) -> None:
    said = content.frozen(complete(world), 1)
    assert said["languages"] == ["hy", "en"]
    english, armenian = (content.paragraphs(said, code) for code in ("en", "hy"))
    assert len(english) == len(armenian)
    text = "\n".join(english)
    for wanted in (
        "Placements for learners: 4, by 1 January 2026",
        "represented by Gor Sargsyan, Director",
        "from 1 June 2025; for a duration in months of: 24",
        "notice period in days: 30",
        "If the language versions differ, this version prevails: English",
        "Learners become pattern makers.",
    ):
        assert wanted in text
    assert "{{" not in str(said)
    assert "Սովորողները դառնում են ձևագետ։" in "\n".join(armenian)


def test_the_hash_follows_from_what_it_says(session: Session, world: World) -> None:
    mou = complete(world)
    assert content.frozen(mou, 1) == content.frozen(mou, 1)
    before = content.frozen(mou, 1)
    parties.remove_commitment(SYSTEM, mou.commitments[0], mou.commitments[0].version)
    assert content.frozen(mou, 1) != before
    assert any("No commitments with numbers" in text for text in content.paragraphs(content.frozen(mou, 1), "en"))


def test_markup_in_a_text_is_text(session: Session, world: World) -> None:
    mou = complete(world, purpose={"en": '<b>bold</b> #import "x" {{ term }} *a*', "hy": "ա"})
    said = content.frozen(mou, 1)
    page = paper.html(said)
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "{{ term }}" in page
    assert 'bold</b> #import "x"' in " ".join(poppler_text(paper.pdf(said, date(2025, 5, 12))).split())


# ---- Frozen ----


def test_what_is_to_be_signed_is_kept_byte_for_byte_before_anything_is_sent(session: Session, world: World) -> None:
    mou = complete(world)
    text = services.freeze(SYSTEM, mou, mou.version)
    assert mou.state is MouState.READY_TO_SIGN
    assert text.html
    assert text.pdf
    for file, digest in ((text.html, text.html_sha256), (text.pdf, text.pdf_sha256)):
        assert hashlib.sha256(portal.files().read(file.sha256)).hexdigest() == digest == file.sha256
    assert queries.to_sign(mou) is text
    page = services.page_of(text)
    assert page.count("<section") == 2 * len(text.content["clauses"])
    event = evidence.events(mou)[-1]
    assert (event.kind, event.facts["pdf_sha256"]) == ("frozen", text.pdf_sha256)


def test_the_same_content_is_the_same_pdf(session: Session, world: World) -> None:
    said = content.frozen(complete(world), 1)
    day = date(2025, 5, 12)
    assert paper.pdf(said, day) == paper.pdf(said, day)


def test_every_name_can_be_read_out_of_the_pdf(session: Session, world: World) -> None:
    mou = complete(world)
    agency = db.session.get_one(Organisation, world.agency)
    other = parties.add_party(SYSTEM, mou, is_party(agency, PartyRole.OTHER))
    for name in NAMES:
        parties.add_signatory(SYSTEM, other, signs(name, None))
    printed = " ".join(poppler_text(paper.pdf(content.frozen(mou, 1), date(2025, 5, 12))).split())
    for name in NAMES:
        assert name in printed


def test_what_is_missing_keeps_it_from_being_frozen(session: Session, world: World) -> None:
    mou = complete(world, microcredentials=[], purpose=None)
    with pytest.raises(rules.NotComplete) as refused:
        services.freeze(SYSTEM, mou, mou.version)
    assert any("no micro-credential" in one.sentence for one in refused.value.missing)
    assert queries.newest(mou) is None


def test_a_shared_draft_is_kept_once_for_the_same_words(session: Session, world: World) -> None:
    mou = complete(world)
    one = services.share(SYSTEM, mou, mou.version)
    assert mou.state is MouState.NEGOTIATION
    assert services.share(SYSTEM, mou, mou.version) is one
    parties.remove_commitment(SYSTEM, mou.commitments[0], mou.commitments[0].version)
    assert services.share(SYSTEM, mou, mou.version).number == 2
    with pytest.raises(EditConflict):
        services.share(SYSTEM, mou, 1)
