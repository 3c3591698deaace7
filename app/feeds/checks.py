"""A feed as it was fetched, held against what calendar programs ask of one, pure.

The rules for how it is sent are here (RFC 9110); those for the calendar itself are in ``calendar_checks.py``. Each
names what breaks it, with the line where that stands.
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from app.core.vocabulary import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LIMIT = 75
MIME = "text/calendar; charset=utf-8"
MOST_SHOWN = 5

# Where something stands, 0 for nowhere in particular, and what stands there.
Fault = tuple[int, str]


class Check(Term):
    """One thing that calendar programs ask of a feed, in people's words."""

    TYPE = "type", _l("It is sent as a calendar in UTF-8, to be shown rather than saved.")
    PLAIN = "plain", _l("It is sent without a cookie or a sign-in, and search engines are told to leave it out.")
    TAG = "tag", _l("It has a mark of its version (ETag), and a program that knows the version is told “nothing new”.")
    DATE = "date", _l("It has the date of its last change, and a program that knows the date is told “nothing new”.")
    PACKED = "packed", _l("Compressed, it is the same calendar to the last letter.")
    HEAD = "head", _l("Asked only for its head, it says the same and sends no calendar.")
    ENDS = "ends", _l("Every line ends with CR LF, and nothing stands before the first one.")
    FOLDED = "folded", _l("No line is longer than 75 octets, and none is broken within a letter.")
    CHARACTERS = "characters", _l("It has no control characters and is valid UTF-8.")
    SHAPE = "shape", _l("Every line can be read, and whatever begins ends.")
    FRAME = "frame", _l("It says which version of the format it is, who wrote it, and that it is published.")
    NAMED = "named", _l("It has a name, in both ways that programs look for it.")
    REFRESH = "refresh", _l("It says how often to ask again, in both ways that programs look for it.")
    FILLED = "filled", _l("It is never quite empty: a calendar without an event has its time zone.")
    GUESTS = "guests", _l("It asks nobody to accept, sets no alarm and holds no file.")
    IDENTITY = "identity", _l("Every event has an identifier of its own, and none stands there twice.")
    STAMPED = "stamped", _l("Every event says when it was changed last, in UTC.")
    COUNTED = "counted", _l("Every event counts its changes, so that programs take the newer one.")
    STATES = "states", _l("Every event says how certain it is; a cancelled one stays, and keeps nobody busy.")
    TITLED = "titled", _l("Every event has a title, and its text is plain.")
    ESCAPED = "escaped", _l("Commas, semicolons and line breaks in texts are written as the format asks.")
    SPANS = "spans", _l("Every event begins, and ends after it begins.")
    ZONED = "zoned", _l("Every time names its zone or is in UTC; none is left to the reader's clock.")
    RULES = "rules", _l("The rules of every zone that is named are there, once, under a name that programs know.")
    ONSETS = "onsets", _l("Every zone has its standard time, with offsets and local beginnings.")


@dataclass(frozen=True)
class Answer:
    """What came back for one request; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fetched:
    """A feed asked for in five ways: plain, packed, with its tag, with its date, and for its head."""

    plain: Answer
    packed: Answer
    by_tag: Answer
    by_date: Answer
    head: Answer


@dataclass(frozen=True)
class Finding:
    """Whether a check holds, with the first faults where it does not, and how many there are."""

    check: Check
    faults: tuple[Fault, ...] = ()
    count: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.count


def of_sending(fetched: Fetched) -> list[Finding]:
    """What is found about how a feed is sent."""
    return [found(check, rule(fetched)) for check, rule in SENDING.items()]


def found(check: Check, faults: Iterator[Fault]) -> Finding:
    """What a rule found, with no more than anybody reads."""
    every = list(faults)
    return Finding(check, tuple((line, text[:LIMIT]) for line, text in every[:MOST_SHOWN]), len(every))


def _type(fetched: Fetched) -> Iterator[Fault]:
    plain = fetched.plain
    if plain.status != 200:
        yield 0, str(plain.status)
    if plain.headers.get("content-type", "").lower().replace(" ", "") != MIME.replace(" ", ""):
        yield 0, f"Content-Type: {plain.headers.get('content-type', '')}"
    if not plain.headers.get("content-disposition", "").startswith("inline"):
        yield 0, f"Content-Disposition: {plain.headers.get('content-disposition', '')}"


def _plainly(fetched: Fetched) -> Iterator[Fault]:
    headers = fetched.plain.headers
    if "set-cookie" in headers:
        yield 0, "Set-Cookie"
    if "location" in headers:
        yield 0, f"Location: {headers['location']}"
    if "noindex" not in headers.get("x-robots-tag", ""):
        yield 0, "X-Robots-Tag"


def _tag(fetched: Fetched) -> Iterator[Fault]:
    tag = fetched.plain.headers.get("etag", "")
    if not re.fullmatch(r'"[^"]+"', tag):
        yield 0, f"ETag: {tag}"
    yield from _nothing_new(fetched.by_tag, fetched.plain)


def _date(fetched: Fetched) -> Iterator[Fault]:
    if not fetched.plain.headers.get("last-modified", "").endswith("GMT"):
        yield 0, f"Last-Modified: {fetched.plain.headers.get('last-modified', '')}"
    yield from _nothing_new(fetched.by_date, fetched.plain)


def _nothing_new(answer: Answer, plain: Answer) -> Iterator[Fault]:
    if answer.status != 304 or answer.body:
        yield 0, f"{answer.status}, {len(answer.body)} B"
    for name in ("etag", "last-modified", "cache-control"):
        if answer.headers.get(name) != plain.headers.get(name):
            yield 0, f"{name}: {answer.headers.get(name, '')}"


def _packed(fetched: Fetched) -> Iterator[Fault]:
    packed = fetched.packed
    if packed.headers.get("content-encoding") != "gzip":
        yield 0, f"Content-Encoding: {packed.headers.get('content-encoding', '')}"
        return
    try:
        same = gzip.decompress(packed.body) == fetched.plain.body
    except (OSError, EOFError, zlib.error):
        same = False
    if not same:
        yield 0, f"{len(packed.body)} B"
    if packed.headers.get("etag") == fetched.plain.headers.get("etag"):
        yield 0, f"ETag: {packed.headers.get('etag', '')}"


def _head(fetched: Fetched) -> Iterator[Fault]:
    if fetched.head.status != fetched.plain.status or fetched.head.body:
        yield 0, f"{fetched.head.status}, {len(fetched.head.body)} B"
    for name in ("content-type", "etag", "last-modified", "content-length"):
        if fetched.head.headers.get(name) != fetched.plain.headers.get(name):
            yield 0, f"{name}: {fetched.head.headers.get(name, '')}"


SENDING: Mapping[Check, Callable[[Fetched], Iterator[Fault]]] = {
    Check.TYPE: _type,
    Check.PLAIN: _plainly,
    Check.TAG: _tag,
    Check.DATE: _date,
    Check.PACKED: _packed,
    Check.HEAD: _head,
}
