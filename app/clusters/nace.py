"""NACE Rev. 2: the 88 divisions of economic activity, with two digits.

``nace.csv`` holds their codes with short English and German names. The full names are longer; the code decides.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("nace.csv")


@cache
def divisions() -> dict[str, dict[str, str]]:
    """Every division by its code, as ``{language: name}``, in the order of the codes."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: {"en": row["en"], "de": row["de"]} for row in csv.DictReader(file)}


def unknown(codes: Iterable[str]) -> list[str]:
    """The codes that are no division."""
    return [code for code in codes if code not in divisions()]


def name(code: str, language: str) -> str:
    """The name of a division in a language of the list, else in English; an unknown code is its own name."""
    names = divisions().get(code, {})
    return names.get(language) or names.get("en") or code
