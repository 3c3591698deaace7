"""What two versions of a memorandum say differently, clause by clause and word by word, pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.word_changes import Part, compared

# The title of the whole text stands among the clauses, under a code that no clause has.
TITLE = ""


@dataclass(frozen=True)
class ClauseChange:
    """A clause that is new, gone or worded otherwise (``added``, ``removed``, ``changed``), in one language."""

    code: str
    title: str
    how: str
    parts: Sequence[Part]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[ClauseChange]:
    """Where two versions differ in a language, in the order of the later one; what is gone comes last."""
    return list(_changes(_places(before, language), _places(after, language)))


def by_language(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[ClauseChange]]:
    """The same in each language of the later version; a language that it has not is gone altogether."""
    return {language: changes(before, after, language) for language in after["languages"]}


def _changes(old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]) -> Iterator[ClauseChange]:
    for code in (*new, *(gone for gone in old if gone not in new)):
        was, now = old.get(code), new.get(code)
        if was == now:
            continue
        how = "added" if was is None else "removed" if now is None else "changed"
        title = (now or was or ("", ""))[0]
        yield ClauseChange(code, title, how, compared(_said(was, title), _said(now, title)))


def _said(place: tuple[str, str] | None, known: str) -> str:
    """What a place says; its title stands before only where it is another one than that which is known."""
    title, text = place or (known, "")
    return text if title == known else f"{title}\n{text}"


def _places(content: Mapping[str, Any], language: str) -> dict[str, tuple[str, str]]:
    """The title and the text of every clause by its code; nothing of a clause that is not in this language."""
    places: dict[str, tuple[str, str]] = {}
    if language in content["title"]:
        places[TITLE] = ("", content["title"][language])
    for clause in content["clauses"]:
        if language in clause["parts"]:
            title = clause["title"][language]
            places[clause["code"]] = (title, "\n".join(_lines(clause["parts"][language])))
    return places


def _lines(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        if "text" in part:
            yield part["text"]
        else:
            yield from part["items"]
