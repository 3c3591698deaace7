"""The catalogues: German lacks nothing, and no translation loses a placeholder or a plural form."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from app.config import ROOT
from app.core.consortium import read_consortium

TRANSLATIONS = ROOT / "translations"
FILES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
GERMAN = TRANSLATIONS / "de" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def catalogue(file: Path) -> Catalog:
    """What is in a file; its folder says for which language."""
    with file.open("rb") as text:
        return read_po(text, locale=file.parts[-3])


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A text as the tuple of its plural forms; one where it has no plural."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def entries(file: Path) -> list[Message]:
    """The messages of a file, without its header."""
    return [message for message in catalogue(file) if message.id]


def placeholders(text: str | tuple[str, ...] | list[str] | None) -> set[str]:
    """Every placeholder in any form of a text."""
    return set(PLACEHOLDER.findall(" ".join(forms(text))))


def test_german_is_among_the_catalogues() -> None:
    assert GERMAN in FILES
    assert len(entries(GERMAN)) > 500


def test_german_leaves_nothing_untranslated() -> None:
    assert [message.id for message in entries(GERMAN) if not all(forms(message.string))] == []


def test_nothing_in_german_is_a_guess() -> None:
    assert [message.id for message in entries(GERMAN) if message.fuzzy] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parts[-3])
def test_translations_keep_the_placeholders_of_their_source(file: Path) -> None:
    translated = [message for message in entries(file) if any(forms(message.string))]
    changed = [message.id for message in translated if placeholders(message.string) != placeholders(message.id)]
    assert changed == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parts[-3])
def test_every_plural_has_the_forms_of_its_language(file: Path) -> None:
    expected = catalogue(file).num_plurals
    plurals = [message for message in entries(file) if message.pluralizable and any(forms(message.string))]
    assert [message.id for message in plurals if len(forms(message.string)) != expected] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parts[-3])
def test_every_catalogue_belongs_to_a_language_of_the_consortium(file: Path) -> None:
    locales = {language.locale for language in read_consortium(ROOT / "consortia" / "bem").languages}
    # gettext looks in the folder of the whole locale, then in that of its first part.
    assert file.parts[-3] in locales | {locale.partition("_")[0] for locale in locales}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parts[-3])
def test_translations_begin_and_end_as_their_source_does(file: Path) -> None:
    """A space or a line break at either end joins the text to what stands beside it."""
    for message in entries(file):
        for source in forms(message.id):
            for text in filter(None, forms(message.string)):
                assert text[0].isspace() == source[0].isspace(), message.id
                assert text[-1].isspace() == source[-1].isspace(), message.id


def test_a_sentence_that_the_portal_no_longer_says_is_a_fault_of_what_is_read_outside(tmp_path: Path) -> None:
    template, file = tmp_path / "messages.pot", tmp_path / "ka" / "LC_MESSAGES" / "outside.po"
    template.write_text('msgid "Sign"\nmsgstr ""\n\nmsgid "one link"\nmsgid_plural "%(num)d links"\nmsgstr[0] ""\n')
    file.parent.mkdir(parents=True)
    file.write_text(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=0;\\n"\n\nmsgid "Sign"\nmsgstr "A"\n\n'
        'msgid "one link"\nmsgid_plural "%(num)d links"\nmsgstr[0] "B %(num)d"\n\nmsgid "Sign now"\nmsgstr "C"\n'
    )
    check = [sys.executable, str(ROOT / ".ci" / "catalogues.py"), str(template), str(tmp_path)]
    told = subprocess.run(check, capture_output=True, text=True, check=False).stdout
    assert "'Sign now' is said nowhere any more" in told
    assert told.count("any more") == 1


def test_a_sentence_of_a_page_behind_a_link_is_missed_in_what_is_read_outside(tmp_path: Path) -> None:
    template, file = tmp_path / "messages.pot", tmp_path / "ka" / "LC_MESSAGES" / "outside.po"
    places = {"Sign": "mou/sign/read.html", "Busy": "errors/503.html", "Edit": "mou/form.html"}
    template.write_text(
        "\n".join(f'#: templates/{place}\nmsgid "{said}"\nmsgstr ""\n' for said, place in places.items())
    )
    file.parent.mkdir(parents=True)
    file.write_text('msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=0;\\n"\n\nmsgid "Sign"\nmsgstr "A"\n')
    check = [sys.executable, str(ROOT / ".ci" / "catalogues.py"), str(template), str(tmp_path)]
    told = subprocess.run(check, capture_output=True, text=True, check=False).stdout
    assert "'Busy' from templates/errors/503.html is missing" in told
    assert "'Sign'" not in told
    assert "'Edit'" not in told
