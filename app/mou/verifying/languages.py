"""In which languages the page that checks memoranda speaks: all that it has words in, whether the portal does or not.

Who checks a memorandum may have signed it in a language that the rest of the portal does not have yet.
"""

from collections.abc import Iterable
from pathlib import Path

from app.core import portal
from app.core.i18n import SOURCE_LANGUAGE, Language
from app.core.outside import first_of
from app.mou.wordings import Words, languages_with_words, words

FOLDER = Path(__file__).with_name("words")


def offered() -> list[Language]:
    """The consortium's languages that there are words in, in its own order."""
    known = languages_with_words(FOLDER)
    return [language for language in portal.consortium().languages if language.code in known]


def chosen(asked: str | None, kept: str | None, accepted: Iterable[str]) -> Language:
    """The language of an address that names one, else the one kept in this browser, else what it accepts, best first.

    A language that there are no words in counts as the one whose locale it shares: Montenegrin as Serbian.
    """
    return first_of((asked, kept, *accepted), offered()) or portal.consortium().by_language[SOURCE_LANGUAGE]


def say(language: Language) -> Words:
    """The words of the page in a language."""
    return words(language.code, FOLDER)
