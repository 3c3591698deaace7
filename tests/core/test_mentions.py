"""Where a name stands, in every script and spelling, and what a text is without it."""

import pytest

from app.core.mentions import Excerpt, Sought, in_value, spans, without

MIRA = Sought.of(
    ["Mira Petrović", "Petrović Mira", "Мира Петровић"], ["Petrović"], ["mira.p@example.org", "+381 18 555 123"]
)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Opened by Mira Petrović.", "Opened by [erased]."),
        ("PETROVIC, Mira (Niš)", "[erased] (Niš)"),
        ("Мира Петровић отвара", "[erased] отвара"),
        ("Write to Mira.P@example.org!", "Write to [erased]!"),
        ("Tel. +381 18 555 123", "Tel. [erased]"),
        ("https://school.example/staff/mira-petrovic.html", "https://school.example/staff/[erased].html"),
        ("Mira Petrović and Mira Petrović", "[erased] and [erased]"),
        ("Mrs Petrović spoke", "Mrs [erased] spoke"),
        ("mira petrovic | mira petrovic", "[erased] | [erased]"),
    ],
)
def test_a_name_gives_way_to_the_placeholder_wherever_it_stands(text: str, rest: str):
    assert without(text, MIRA) == rest


@pytest.mark.parametrize(
    "text",
    ["Mira Petrovićeva", "Miroslav Petrov", "Mira and then, much later, Ana", "xmira.p@example.org", "Mira"],
)
def test_what_only_looks_alike_stays(text: str):
    assert without(text, MIRA) == text


def test_a_part_of_a_name_may_be_somebody_elses():
    assert [span.is_sure for span in spans("Mira Petrović met Luka Petrović", MIRA)] == [True, False]


def test_texts_within_json_are_looked_through():
    value = {"summary": [None, {"en": "With Mira Petrović", "de": "Mit Mira Petrović"}], "count": 3}
    assert in_value(value, MIRA) == {True: Excerpt("With Mira Petrović", "Mira Petrović")}
    assert without(value, MIRA) == {"summary": [None, {"en": "With [erased]", "de": "Mit [erased]"}], "count": 3}


def test_a_name_in_two_cells_of_a_row_is_one_name():
    row = {"Given name": "Mira", "Family name": "Petrović", "Town": "Niš"}
    assert in_value(row, MIRA) == {True: Excerpt("Mira", "Mira")}
    assert without(row, MIRA) == {"Given name": "[erased]", "Family name": "[erased]", "Town": "Niš"}


def test_full_names_and_parts_are_told_apart():
    excerpts = in_value(["Mrs Petrović", "Mira Petrović"], MIRA)
    assert {is_sure: excerpt.found for is_sure, excerpt in excerpts.items()} == {
        True: "Mira Petrović",
        False: "Petrović",
    }


def test_a_full_name_goes_without_its_namesake():
    assert without("Mira Petrović met Luka Petrović", MIRA, sure=[True]) == "[erased] met Luka Petrović"


def test_one_letter_names_nobody():
    assert spans("Plan B", Sought.of([], ["B"], [])) == []


def test_letters_that_fold_to_two_do_not_shift_what_is_cut():
    assert without("Straße ŉ mira.p@example.org", MIRA) == "Straße ŉ [erased]"
