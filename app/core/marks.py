"""Marks that stand where a name was taken out: stored in one way, shown to each reader in the reader's language.

They are terms like others, but stand in the middle of what people wrote, so that services, files and comparisons meet
one and the same mark. Only what a person reads is told in words of the language: a field of a form holds the mark.
"""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response

PLACEHOLDER = "[erased]"
# The name of somebody of whom nothing but a row is left.
NO_NAME = "Erased person"
_ANY = re.compile("|".join(map(re.escape, (PLACEHOLDER, NO_NAME))))
# What a browser sends back stays as it is stored.
_SENT_BACK = re.compile(r"(<textarea\b.*?</textarea>|<(?:input|option|button)\b[^>]*>)", re.DOTALL)


def _words() -> Mapping[str, str]:
    return {PLACEHOLDER: _("[erased]"), NO_NAME: _("Erased person")}


def in_words(text: str) -> str:
    """A text with the marks in the reader's language."""
    if PLACEHOLDER not in text and NO_NAME not in text:
        return text
    words = _words()
    return _ANY.sub(lambda mark: words[mark[0]], text)


def page_in_words(page: str) -> str:
    """A page with the marks in the reader's language, but not what its forms send back."""
    return "".join(part if place % 2 else in_words(part) for place, part in enumerate(_SENT_BACK.split(page)))


def tell(response: Response) -> None:
    """Put the marks of an answer into words, where it is a page; before it is compressed."""
    is_page = response.mimetype == "text/html" and not response.is_streamed
    if is_page and "Content-Encoding" not in response.headers and b"rased" in response.get_data():
        response.set_data(page_in_words(response.get_data(as_text=True)))


def data_in_words(value: Any) -> Any:
    """Data of a document with the marks in the language that it is made in."""
    if isinstance(value, str):
        return in_words(value)
    if isinstance(value, Mapping):
        return {key: data_in_words(item) for key, item in value.items()}
    return [data_in_words(item) for item in value] if isinstance(value, (list, tuple)) else value
