"""What memoranda are written from: templates of clauses, and the fixed words of documents, in every language they need.

A template is data: clauses in an order, each with a title and a text per language, in which placeholders such as
``{{ microcredentials }}`` stand for what the portal knows. The fixed words (headings, statements that are agreed to)
are files of ``words/``; they are apart from the interface's catalogues, because a document may be in a language that
the interface does not have yet.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.i18n import SOURCE_LANGUAGE

WORDS = Path(__file__).with_name("words")
HOLE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")
# What stands alone in its paragraph and becomes a list; everything else is a piece of a sentence.
BLOCKS = frozenset({"parties", "microcredentials", "commitments", "purpose", "special_terms", "undertakings"})
PIECES = frozenset(
    {
        *("term", "notice", "prevailing", "languages", "place", "reference", "previous"),
        *("project.title", "project.grant", "project.programme", "portal"),
    }
)
PLACEHOLDERS = BLOCKS | PIECES


class Unfit(Refused):
    """A template that cannot be used; the text says why."""


@dataclass(frozen=True)
class Clause:
    """One clause of a template: its code, whether it may be left out, and what it says in each language."""

    code: str
    is_mandatory: bool
    title: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """A template of memoranda; ``notice`` says in each language that a lawyer should look at it."""

    code: str
    instrument: str
    title: Mapping[str, str]
    notice: Mapping[str, str]
    clauses: Sequence[Clause]

    @property
    def languages(self) -> list[str]:
        """The languages it is written in; what it says is complete in each of them."""
        return list(self.title)

    @property
    def content(self) -> dict[str, Any]:
        """The template as JSON, which ``read`` reads again."""
        return {
            "code": self.code,
            "instrument": self.instrument,
            "title": dict(self.title),
            "notice": dict(self.notice),
            "clauses": [
                {
                    "code": clause.code,
                    "mandatory": clause.is_mandatory,
                    "title": dict(clause.title),
                    "text": dict(clause.text),
                }
                for clause in self.clauses
            ],
        }


def read(content: Any) -> Template:
    """A template from what a file or the database says. Raises ``Unfit`` with everything that is wrong."""
    template = parsed(content)
    wrong = faults(template)
    if wrong:
        raise Unfit(" ".join(wrong))
    return template


def parsed(content: Any) -> Template:
    """The same while it is being written, whatever it still lacks. Raises ``Unfit`` for what is no template."""
    try:
        template = Template(
            code=str(content["code"]),
            instrument=str(content["instrument"]),
            title=_texts(content["title"]),
            notice=_texts(content["notice"]),
            clauses=[
                Clause(
                    code=str(clause["code"]),
                    is_mandatory=bool(clause.get("mandatory", False)),
                    title=_texts(clause["title"]),
                    text=_texts(clause["text"]),
                )
                for clause in content["clauses"]
            ],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unfit(_("It is no template: %(what)s.", what=f"{type(error).__name__} {error}")) from error
    return template


def faults(template: Template) -> list[str]:
    """What keeps a template from being used, a sentence each."""
    return list(_faults(template))


def _texts(value: Any) -> dict[str, str]:
    return {str(code): str(text).strip() for code, text in value.items()}


def _faults(template: Template) -> Iterable[str]:
    codes = [clause.code for clause in template.clauses]
    if not codes:
        yield _("It has no clauses.")
    if not template.languages:
        yield _("It has no title.")
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield _("Two clauses are called “%(code)s”.", code=code)
    for language in template.languages:
        if not template.notice.get(language):
            yield _("In %(language)s it does not say that a lawyer should look at it.", language=language)
    for clause in template.clauses:
        yield from _faults_of(clause, template.languages)


def _faults_of(clause: Clause, languages: Sequence[str]) -> Iterable[str]:
    lacking = [code for code in languages if not clause.title.get(code) or not clause.text.get(code)]
    if lacking:
        yield _("Clause “%(code)s” is missing in: %(languages)s.", code=clause.code, languages=", ".join(lacking))
    if len({frozenset(holes(text)) for text in clause.text.values()}) > 1:
        yield _("Clause “%(code)s” does not ask for the same in each language.", code=clause.code)
    yield from hole_faults(clause)


def hole_faults(clause: Clause) -> Iterable[str]:
    """What is wrong with the placeholders of a clause, whichever languages it is written in so far."""
    strange = sorted(set().union(*map(holes, clause.text.values())) - PLACEHOLDERS)
    if strange:
        yield _("Clause “%(code)s” asks for what nobody knows: %(names)s.", code=clause.code, names=", ".join(strange))
    if any("{{" in HOLE.sub("", text) or "}}" in HOLE.sub("", text) for text in clause.text.values()):
        yield _("Clause “%(code)s” has a placeholder that is not closed.", code=clause.code)
    crowded = sorted(set().union(*map(_crowded, clause.text.values())))
    if crowded:
        names = ", ".join(crowded)
        yield _(
            "In clause “%(code)s” these have to stand alone in a paragraph: %(names)s.", code=clause.code, names=names
        )


def _crowded(text: str) -> set[str]:
    """The placeholders that become lists, but do not stand alone in their paragraph."""
    paragraphs = (part.strip() for part in text.split("\n\n"))
    return {name for part in paragraphs if not HOLE.fullmatch(part) for name in holes(part) & BLOCKS}


def holes(text: str) -> set[str]:
    """The names of the placeholders in a text."""
    return set(HOLE.findall(text))


def filled(text: str, pieces: Mapping[str, str]) -> str:
    """A text with its placeholders filled; what they are filled with is not looked through again.

    Raises ``KeyError`` naming a placeholder that nothing is known for.
    """
    return HOLE.sub(lambda found: pieces[found[1]], text)


def read_file(file: Path) -> Template:
    """A template of a consortium's folder. Raises ``Unfit``."""
    return read(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader))


# ---- The fixed words of documents ----


@dataclass(frozen=True)
class Words:
    """The fixed words of documents in one language; ``version`` counts up with every change of a statement."""

    language: str
    version: str
    entries: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """One of them, with its values. Raises ``KeyError`` for one there is none of."""
        return self.entries[key].format(**values)


@lru_cache
def words(language: str, folder: Path = WORDS) -> Words:
    """The words of a language; those of English where there are none of it, which ``Words.language`` then says.

    ``folder`` has them, a file for each language: those of documents, unless told otherwise.
    """
    if language not in languages_with_words(folder):
        return words(SOURCE_LANGUAGE, folder)
    known = yaml.load((folder / f"{language}.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return Words(language, str(known.pop("version", "")), known)


@lru_cache
def languages_with_words(folder: Path = WORDS) -> Collection[str]:
    """Codes of the languages that a folder has words in; that of documents, unless told otherwise."""
    return frozenset(file.stem for file in folder.glob("*.yaml"))
