"""Cleaning, escaping and folding of content lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events.components import Text, TextList
from app.events.contentlines import clean_line, clean_text, fold

ESCAPES = st.sampled_from(["\\n", "\\,", "\\;", "\\\\", "é", "🙂", "ქ", "a"])


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "onetwo"),
        ("one\x0btwo\x85three\u2028four\u2029five", "one\ntwo\nthree\nfour\nfive"),
        ("nul\x00 bell\x07 escape\x1b delete\x7f c1\x9f", "nul bell escape delete c1"),
        ("half a pair \ud83d.", "half a pair ."),
        ("  tab\tstays  ", "tab\tstays"),
    ],
)
def test_control_characters_go_and_line_breaks_become_line_feeds(given_text: str, kept: str) -> None:
    assert clean_text(given_text) == kept


def test_one_line_has_no_breaks_and_keeps_its_other_spaces() -> None:
    assert clean_line("a \r\n\t b  c\u00a0d") == "a b  c\u00a0d"


def test_a_text_is_escaped_as_the_standard_says() -> None:
    assert Text('a\\b;c,d:"e"\nf\\N').to_ical() == b'a\\\\b\\;c\\,d:"e"\\nf\\\\N'


def test_the_commas_between_values_are_not_escaped_those_within_are() -> None:
    assert TextList.of(["a,b", "c;d"]).to_ical() == b"a\\,b,c\\;d"


def test_a_line_of_75_octets_stays_whole_and_one_of_76_is_folded() -> None:
    assert fold("x" * 75) == "x" * 75 + "\r\n"
    assert fold("x" * 76) == "x" * 75 + "\r\n x\r\n"
    assert fold("é" * 38) == "é" * 37 + "\r\n é\r\n"


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=80), st.lists(ESCAPES, min_size=1, max_size=120))
def test_no_fold_stands_inside_a_character_or_an_escape(shift: int, atoms: list[str]) -> None:
    line = "x" * shift + "".join(atoms)
    pieces = fold(line).encode().removesuffix(b"\r\n").split(b"\r\n ")
    assert b"".join(pieces).decode() == line
    assert all(len(piece) <= 75 - (number > 0) for number, piece in enumerate(pieces))
    for piece in pieces:
        text = piece.decode()  # a split character would not decode
        assert (len(text) - len(text.rstrip("\\"))) % 2 == 0
