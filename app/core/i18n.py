"""Languages of the reader and of the content.

Strings of the portal go through gettext. Content that people write in several languages is ``{language: text}`` with
English as the visible, marked fallback.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any

from sqlalchemy import JSON, Dialect, TypeDecorator
from sqlalchemy.orm import mapped_column

from app.core.veil import veiled

SOURCE_LANGUAGE = "en"


@dataclass(frozen=True)
class Language:
    """A language of the portal.

    ``code`` is how addresses, files and content name it; ``locale`` is Babel's name (``cnr`` is ``sr_Latn_ME`` there);
    ``html`` is the value for ``lang``; ``label`` its own name for itself; ``name`` what it is called in others, where
    CLDR does not say.
    """

    code: str
    label: str
    locale: str
    html: str
    active: bool = False
    name: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Reading:
    """A content text as one reader gets it: the language it is in and whether that is a fallback."""

    text: str
    language: str
    is_fallback: bool


class TranslatedTextType(TypeDecorator[dict[str, str]]):
    """Stores ``{language: text}`` as JSON, without empty texts; no text at all is NULL, not a JSON null."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> Any:
        """Drop languages in which nothing was written, so that "has English" is a plain question."""
        return None if value is None else {code: text for code, text in value.items() if text and text.strip()}

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The texts as whoever reads may read them."""
        return veiled(value)


TranslatedText = Annotated[dict[str, str], mapped_column(TranslatedTextType)]


def read_in(texts: dict[str, str] | None, language: str) -> Reading | None:
    """Choose the text for a reader of ``language``: that one, else English, else any; ``None`` when there is none."""
    if not texts:
        return None
    for code in (language, SOURCE_LANGUAGE, *texts):
        if texts.get(code):
            return Reading(texts[code], code, is_fallback=code != language)
    return None
