"""A memorandum as a page and as a PDF, made of its frozen content and of nothing else: the same is made each time.

The page is HTML without script or style of its own, which the portal's pages enclose; the PDF has lines to sign on by
hand, or what was signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template

from app.core import documents, portal
from app.core.i18n import Language
from app.mou.texts.content import signatories
from app.mou.wordings import words


@dataclass(frozen=True)
class SignedBy:
    """How somebody signed, as it is printed: names and what they are, and the drawing as SVG of our own making."""

    uid: str
    facts: Sequence[tuple[str, str]]
    picture: str | None = None


@dataclass(frozen=True)
class Code:
    """A code to be scanned: its picture as SVG of our own making, and the address it holds."""

    picture: str
    address: str


@dataclass(frozen=True)
class Attachment:
    """A file within the PDF: its name, what it is, and its text."""

    name: str
    what: str
    text: str


def html(content: Mapping[str, Any]) -> str:
    """The text as a fragment of HTML, its languages side by side."""
    return render_template(
        "mou/_text.html",
        content=content,
        tags={code: _language(code).html for code in content["languages"]},
        words={code: words(code) for code in content["languages"]},
        loop_number={clause["code"]: number for number, clause in enumerate(content["clauses"], start=1)},
    )


def pdf(
    content: Mapping[str, Any],
    dated: date,
    *,
    is_draft: bool = False,
    signed: Sequence[SignedBy] = (),
    proof: Sequence[tuple[str, str]] = (),
    attachment: Attachment | None = None,
    code: Code | None = None,
) -> bytes:
    """The text as PDF/A-4, of the day it was frozen; with a file within it, as PDF/A-4f.

    Without ``signed`` there are lines for signing by hand. Raises ``DocumentTooLong`` and ``DocumentFaulty``.
    """
    first = content["languages"][0]
    say = words(first)
    known = {one.uid: one for one in signed}
    data = {
        "languages": content["languages"],
        "tags": {code: _language(code).html.partition("-")[0] for code in content["languages"]},
        "title": content["title"],
        "reference": content["reference"],
        "heads": {code: _head(code, content["number"]) for code in content["languages"]},
        "mark": " / ".join(words(code)("draft") for code in content["languages"]) if is_draft else None,
        "clauses": content["clauses"],
        "notice": content["notice"],
        "signing": [_signing(one, content["languages"], known.get(one["uid"])) for one in signatories(content)],
        "proof": list(proof),
        "code": {"picture": code.picture, "address": code.address} if code else None,
        "attached": {"name": attachment.name, "what": attachment.what, "text": attachment.text} if attachment else None,
    }
    return documents.render(
        "mou",
        data,
        title=f"{content['reference']} {content['title'][first]}",
        dated=dated,
        standard="a-4f" if attachment else "a-4",
        language=_language(first),
        page=say("page", page="{page}", pages="{pages}"),
    )


def _language(code: str) -> Language:
    return portal.consortium().by_language[code]


def _head(code: str, number: int) -> dict[str, str]:
    say = words(code)
    return {
        "number": say("number"),
        "version": say("text_version", number=number),
        "signatures": say("signatures"),
        "evidence": say("evidence"),
    }


def _signing(one: Mapping[str, Any], languages: Sequence[str], signed: SignedBy | None) -> dict[str, Any]:
    """One place to sign: whose it is in each language, and lines to sign on, or how it was signed."""
    party = one["party"]["name"]
    names = list(dict.fromkeys(party.get(code) or next(iter(party.values())) for code in languages))
    both = [words(code) for code in languages]
    facts = [
        (" / ".join(dict.fromkeys(say("for_party") for say in both)), " / ".join(names)),
        (" / ".join(dict.fromkeys(say("signed_by") for say in both)), f"{one['name']}, {one['role']}"),
    ]
    if signed is not None:
        facts = [*facts[:1], *signed.facts]
    return {
        "facts": facts,
        "who": one["name"],
        "picture": signed.picture if signed else None,
        "lines": signed is None,
        "blanks": [" / ".join(dict.fromkeys(say(name) for say in both)) for name in ("place", "signatures", "stamp")],
    }
