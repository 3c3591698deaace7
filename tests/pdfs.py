"""Documents read by other programs: pypdf, pyHanko, and poppler's ``pdftotext`` where there is one.

In continuous integration (``CI=true``) a missing ``pdftotext`` is a failure, elsewhere the test is skipped.
"""

import io
import os
import shutil
import subprocess

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader

from app.mou.seals.sealing import FIELD


def opened(pdf: bytes) -> PdfReader:
    """The document as pypdf reads it."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    """The words of all pages, one space between any two."""
    return " ".join(" ".join(page.extract_text() for page in opened(pdf).pages).split())


def poppler_text(pdf: bytes) -> str:
    """The words of all pages as poppler reads them."""
    if shutil.which("pdftotext") is None:
        missing = "pdftotext is not there (Debian: poppler-utils)"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def is_sealed(pdf: bytes) -> bool:
    """Whether the document carries a seal of a portal, as pyHanko reads it."""
    return any(one.field_name == FIELD for one in PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures)
