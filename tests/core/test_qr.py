"""QR codes: read again by another program, the same for the same text, nothing but numbers in the picture."""

import re

import pytest

from app.core import qr
from tests.qr_reader import read


@pytest.mark.parametrize("length", [1, 12, 30, 45, 70, 90, 120, 150, 180, 210])
def test_what_is_written_is_read(length: int) -> None:
    text = ("https://portal.example/verify/BEM-MoU-0007?" * 8)[:length]
    assert read(qr.svg(text)) == text


def test_the_same_text_is_the_same_picture_of_numbers_alone() -> None:
    address = "https://portal.bem.example/verify/BEM-MoU-0007"
    assert qr.svg(address) == qr.svg(address)
    path = re.search(r' d="([^"]*)"', qr.svg(address))
    assert path
    assert re.fullmatch(r"[Mhvz\d -]+", path[1])


def test_letters_of_other_scripts_are_read_too() -> None:
    assert read(qr.svg("ქართული Հայերեն")) == "ქართული Հայերեն"
