"""ISCED-F 2013: the fields of education and training, with two, three or four digits.

``isced_f.csv`` holds the 220 codes of the European Learning Model's list (12 broad, 58 narrow, 150 detailed fields)
with their English names and German ones.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("isced_f.csv")


@cache
def fields() -> dict[str, dict[str, str]]:
    """Every field by its code, as ``{language: name}``, in the order of the codes."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: {"en": row["en"], "de": row["de"]} for row in csv.DictReader(file)}


def unknown(codes: Iterable[str]) -> list[str]:
    """The codes that are not in the classification."""
    return [code for code in codes if code not in fields()]


def name(code: str, language: str) -> str:
    """The name of a field in a language of the list, else in English; an unknown code is its own name."""
    names = fields().get(code, {})
    return names.get(language) or names.get("en") or code
