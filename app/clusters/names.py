"""Codes of a cluster's theme as a reader sees them."""

from app.clusters import nace
from app.core.templating import reader_language
from app.microcredentials import isced


def nace_label(code: str) -> str:
    """A division of NACE with its name in the reader's language."""
    return f"{code} {nace.name(code, reader_language().code)}"


def isced_label(code: str) -> str:
    """A field of education with its name in the reader's language."""
    return f"{code} {isced.name(code, reader_language().code)}"


def nace_choices() -> list[tuple[str, str]]:
    """Every division, code first, as somebody may choose it."""
    return [(code, nace_label(code)) for code in nace.divisions()]
