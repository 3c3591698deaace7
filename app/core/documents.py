"""Documents as PDF: a template of ``templates/pdf``, data, and one house for all of them.

The same data give the same bytes. Whatever a text holds is text: data reach typst as JSON and are never part of its
source. The PDF is tagged and archivable (PDF/A-4; ``a-4f`` for one with files within). A process of its own sets each
document (``core.typesetting``), so that the portal's own stays small; few run at once, since each takes 50 MB and more.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from flask import Response
from flask_babel import gettext as _

from app.config import ROOT
from app.core import portal
from app.core.errors import DomainError
from app.core.i18n import Language, read_in
from app.core.marks import data_in_words
from app.core.templating import reader_language

TEMPLATES = ROOT / "templates" / "pdf"
# Where the build puts the fonts that no Python package has.
FONTS = ROOT / "app" / "static" / "dist"
PDF = "application/pdf"
SECONDS = 60
AT_ONCE = 2
_typesetter = Path(__file__).with_name("typesetting.py")
_turns = BoundedSemaphore(AT_ONCE)


class DocumentTooLong(DomainError):
    """Setting a document took longer than anybody waits."""


class DocumentFaulty(Exception):
    """A template is wrong, or does not fit its data; the text is what typst says. A fault of ours, never of input."""


def render(
    template: str,
    data: Mapping[str, Any],
    *,
    title: str,
    dated: date,
    standard: str = "a-4",
    language: Language | None = None,
    page: str | None = None,
    seconds: float = SECONDS,
) -> bytes:
    """The PDF of ``templates/pdf/<template>.typ`` with ``data``, which are JSON and hold every word the template uses.

    It is in the language that is spoken when it is called (``mail.in_language`` to choose another), or in ``language``,
    which need not be one of the interface's: then ``page`` is what stands beneath, with {page} and {pages} in it.
    ``dated`` is what the document says of itself; the clock is not asked. Raises ``DocumentTooLong`` and
    ``DocumentFaulty``.
    """
    given = {"data": data_in_words(data), "house": _house(language or reader_language(), title, dated, page)}
    asked = {
        "folder": str(TEMPLATES),
        "fonts": str(FONTS),
        "template": f"{template}.typ",
        "standard": standard,
        "data": given,
    }
    return _set(json.dumps(asked).encode(), seconds)


def _house(language: Language, title: str, dated: date, page: str | None) -> dict[str, Any]:
    """What every document says: whose it is, who pays for it, and its page in its own language."""
    consortium = portal.consortium()
    disclaimer = read_in(consortium.disclaimer, language.code)
    day = dated.date() if isinstance(dated, datetime) else dated
    return {
        "title": title,
        "language": language.html.partition("-")[0],
        "date": [day.year, day.month, day.day],
        "acronym": consortium.acronym,
        "grant": f"{consortium.programme} {consortium.grant_number}",
        "funding": disclaimer.text if disclaimer else "",
        "page": page or _("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    }


def _set(asked: bytes, seconds: float) -> bytes:
    # -I: nothing of the folder it is in hides a module of the same name, and no variable reaches it.
    command = [sys.executable, "-I", str(_typesetter)]
    with _turns:
        try:
            done = subprocess.run(command, input=asked, capture_output=True, timeout=seconds, check=False)  # noqa: S603
        except subprocess.TimeoutExpired as late:
            raise DocumentTooLong(
                _("This document takes longer than %(seconds)d seconds to make. Try again later.", seconds=seconds)
            ) from late
    if done.returncode:
        raise DocumentFaulty(done.stderr.decode("utf-8", "replace") or f"exit code {done.returncode}")
    return done.stdout


def shown(pdf: bytes, filename: str) -> Response:
    """A PDF as an answer: it opens in the browser, and is saved under ``filename``; nothing keeps a copy on the way."""
    response = Response(pdf, mimetype=PDF)
    response.headers["Content-Disposition"] = f'inline; filename="{filename}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
