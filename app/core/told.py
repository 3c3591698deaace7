"""Sentences that are stored and read later, each in the language of whoever reads it.

``told`` translates like gettext. What it answers is a text as any other, and remembers which sentence it is and with
what parameters; columns of ``ToldText`` and ``ToldJson`` store that, and say it anew when they are read. What was
stored as plain text stays as it is.
"""

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import JSON, Dialect, String, TypeDecorator

from app.core.veil import veiled

SENTENCE, WITH = "say", "with"
_BEGINS = json.dumps({SENTENCE: ""})[:-2]


class Told(str):
    """A sentence in the reader's language, with what it was made of."""

    __slots__ = ("parameters", "sentence")
    sentence: str
    parameters: Mapping[str, Any]


def told(sentence: str, /, **parameters: Any) -> Told:
    """A sentence of the catalogue with its parameters; one that is made of other sentences keeps them, too."""
    text = Told(gettext(sentence, **parameters))
    text.sentence, text.parameters = sentence, parameters
    return text


def kept(value: Any) -> Any:
    """A value as JSON, with sentences as what they were made of."""
    if isinstance(value, Told):
        return {SENTENCE: value.sentence, WITH: {name: kept(one) for name, one in value.parameters.items()}}
    if isinstance(value, Mapping):
        return {name: kept(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [kept(one) for one in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def said(value: Any) -> Any:
    """What ``kept`` made, with the sentences in the language of whoever reads now."""
    if isinstance(value, dict):
        read = {name: said(one) for name, one in value.items()}
        return told(value[SENTENCE], **read[WITH]) if value.keys() == {SENTENCE, WITH} else read
    return [said(one) for one in value] if isinstance(value, list) else value


class ToldJson(TypeDecorator[Any]):
    """JSON in which sentences stand."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """What the sentences were made of."""
        return kept(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The sentences in the reader's language."""
        return said(veiled(value))


class ToldText(TypeDecorator[str]):
    """A text that may be a sentence."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What the sentence was made of."""
        return json.dumps(kept(value)) if isinstance(value, Told) else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The sentence in the reader's language, as the reader may read it."""
        is_sentence = value is not None and value.startswith(_BEGINS)
        text: str | None = veiled(said(json.loads(value or "")) if is_sentence else value)
        return text
