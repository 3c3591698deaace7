"""Where a name stands, in every script and spelling, and what a text is without it."""

from dataclasses import replace

import pytest

from app.core.excerpts import Excerpt, excerpt_of, joined
from app.core.mentions import in_value, without
from app.core.search_key import search_key
from app.core.sought import Likeness, Sought, spans, stems_of

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
        ("Signed: M. Petrović", "Signed: [erased]"),
        ("Mira J. Petrović spoke", "[erased] spoke"),
        ("Petrović M. spoke", "[erased] spoke"),
        ("Plan B. Petrović spoke", "Plan [erased] spoke"),
        ("Group A and Petrović", "Group A and [erased]"),
    ],
)
def test_a_name_gives_way_to_the_placeholder_wherever_it_stands(text: str, rest: str):
    assert without(text, MIRA) == rest


ZELDA = Sought.of(["Zelda Qwertmann", "Zelda Qwertmann-Zz"], ["Qwertmann", "Qwertmann-Zz"], [])
BEFORE = Sought.of(["Zelda Qwertmann"], ["Qwertmann"], [])


@pytest.mark.parametrize("sought", [ZELDA, BEFORE])
@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Zelda Qwertmann-Zz was angry", "[erased] was angry"),
        ("Z. Qwertmann and Zelda Qwertmann\u2011Zz", "[erased] and [erased]"),
        ("Zelda Qwertmann - Zoo", "[erased] - Zoo"),
        ("a Zelda Qwertmann-led team", "a [erased]-led team"),
        ("Zelda Qwertmann-", "[erased]-"),
    ],
)
def test_the_rest_of_a_double_name_goes_with_it(sought: Sought, text: str, rest: str):
    assert without(text, sought) == rest


@pytest.mark.parametrize(
    "text",
    ["Mira Petrovićeva", "Miroslav Petrov", "Mira and then, much later, Ana", "xmira.p@example.org", "Mira"],
)
def test_what_only_looks_alike_stays(text: str):
    assert without(text, MIRA) == text


def test_a_part_of_a_name_may_be_somebody_elses():
    assert [span.likeness for span in spans("Mira Petrović met Luka Petrović", MIRA)] == [
        Likeness.NAME,
        Likeness.PART,
    ]


def test_texts_within_json_are_looked_through():
    value = {"summary": [None, {"en": "With Mira Petrović", "de": "Mit Mira Petrović"}], "count": 3}
    assert in_value(value, MIRA) == {
        Likeness.NAME: Excerpt("With Mira Petrović · Mit Mira Petrović", ("Mira Petrović",))
    }
    assert without(value, MIRA) == {"summary": [None, {"en": "With [erased]", "de": "Mit [erased]"}], "count": 3}


def test_a_name_in_two_cells_of_a_row_is_one_name():
    row = {"Given name": "Mira", "Family name": "Petrović", "Town": "Niš"}
    assert in_value(row, MIRA) == {Likeness.NAME: Excerpt("Mira · Petrović", ("Mira", "Petrović"))}
    assert without(row, MIRA) == {"Given name": "[erased]", "Family name": "[erased]", "Town": "Niš"}


def test_full_names_and_parts_are_told_apart():
    excerpts = in_value(["Mrs Petrović", "Mira Petrović"], MIRA)
    assert {likeness: excerpt.found for likeness, excerpt in excerpts.items()} == {
        Likeness.NAME: ("Mira Petrović",),
        Likeness.PART: ("Petrović",),
    }


def test_a_full_name_goes_without_its_namesake():
    assert without("Mira Petrović met Luka Petrović", MIRA, which=[Likeness.NAME]) == "[erased] met Luka Petrović"


def test_one_letter_names_nobody():
    assert spans("Plan B", Sought.of([], ["B"], [])) == []


def test_letters_that_fold_to_two_do_not_shift_what_is_cut():
    assert without("Straße ŉ mira.p@example.org", MIRA) == "Straße ŉ [erased]"


# ---- Spellings and cases ----


def of(given: str, family: str, native: str = "", others: tuple[str, ...] = ()) -> Sought:
    """What is looked for of somebody with this name."""
    names = [f"{given} {family}", f"{family} {given}", *([native] if native else [])]
    stems = frozenset(filter(None, [stems_of(given, family)]))
    return replace(Sought.of(names, [family], []), stems=stems, others=frozenset(map(search_key, others)))


def found(text: str, sought: Sought) -> list[tuple[str, Likeness]]:
    """What is found in a text, as it is written."""
    return [(text[span.start : span.end], span.likeness) for span in spans(text, sought)]


def test_every_spelling_is_told_once_with_the_text_around_it():
    text = "Jovana Ristić, Јована Ристић and Jovana Ristić" + " and so on" * 20 + " RISTIĆ JOVANA."
    excerpt = in_value({"en": text, "de": "Jovana Ristić"}, of("Jovana", "Ristić"))[Likeness.NAME]
    assert excerpt.found == ("Jovana Ristić", "Јована Ристић", "RISTIĆ JOVANA")
    assert excerpt.text.startswith("Jovana Ristić, Јована Ристић and")
    assert excerpt.text.endswith("RISTIĆ JOVANA.")


def test_what_is_chosen_goes_in_every_spelling_and_the_rest_stays():
    text, sought = "Jovana Ristić, Јована Ристић; Luka Ristić; Ристићу", of("Jovana", "Ristić")
    assert without(text, sought, which=[Likeness.NAME]) == "[erased], [erased]; Luka Ristić; Ристићу"
    assert without(text, sought, which=[Likeness.PART]).endswith("Luka [erased]; Ристићу")
    assert without(text, sought, which=tuple(Likeness)) == "[erased], [erased]; Luka [erased]; [erased]"


@pytest.mark.parametrize(
    ("given", "family", "text", "like"),
    [
        ("Jovana", "Ristić", "pisali smo Jovani Ristić juče", "Jovani Ristić"),
        ("Jovana", "Ristić", "od Jovane Ristić", "Jovane Ristić"),
        ("Jovana", "Ristić", "дали Ристићу реч", "Ристићу"),
        ("Jovana", "Ristić", "Ristićeva, Jovana", "Ristićeva, Jovana"),
        ("Тарас", "Шевченко", "листа Шевченку", "Шевченку"),
        ("Тарас", "Шевченко", "з Тарасом Шевченком", "Тарасом Шевченком"),
        ("Anahit", "Petrosyan", "Անահիտ Պետրոսյանի կարծիքը", "Անահիտ Պետրոսյանի"),
        ("Nino", "Beridze", "ნინო ბერიძის წერილი", "ნინო ბერიძის"),
        ("Nino", "Beridze", "თქვა ბერიძემ", "ბერიძემ"),
        ("Giorgi", "Kapanadze", "კაპანაძესთან", "კაპანაძესთან"),
    ],
)
def test_a_case_of_the_name_is_a_like_word(given: str, family: str, text: str, like: str | None):
    expected = [(like, Likeness.LIKE)] if like else []
    assert found(text, of(given, family)) == expected
    assert without(text, of(given, family)) == text


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("Petrov", "Petrović, Petrovski, Petrovskaja"),
        ("Petros", "Petrosyan"),
        ("Ilić", "Ilićević"),
        ("Ivan", "Ivanenko, Ivančuk, Ivanishvili"),
        ("Rot", "Rota, Roten"),
    ],
)
def test_longer_names_of_other_people_are_not_like(family: str, text: str):
    assert found(text, of("Nobody", family)) == []


def test_a_like_word_that_is_another_persons_name_is_left():
    assert found("Ivanova", of("Taras", "Ivan")) == [("Ivanova", Likeness.LIKE)]
    assert found("Ivanova", of("Taras", "Ivan", others=("Ivanova",))) == []
    assert found("Ristića", of("Jovana", "Ristić", others=("Ristića",))) == [("Ristića", Likeness.LIKE)]


ANNA = Sought.of(["Anna Kowalska", "Kowalska Anna"], ["Kowalska"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AnnaKowalska", "AnnaKowalska name"),
        ("@kowalskaanna92", "kowalskaanna92 name"),
        ("anna.kowalska@firma.example", "anna.kowalska name"),
        ("Kowalska/Nowak", "Kowalska part"),
        ("kowalska_a", "kowalska_a part"),
        ("akowalska@firma.example", "akowalska part"),
        ("a.kowalska@firma.example", "a.kowalska part"),
        ("Kowalska2", "Kowalska2 part"),
        ("DrKowalska", "DrKowalska like"),
        ("KowalskaNowak", "KowalskaNowak like"),
        ("Анна Ковальська", "Анна Ковальська name"),
        ("Kowalskaite", None),
        ("Anna", None),
    ],
)
def test_a_name_tied_to_other_letters_and_signs_is_found(text: str, expected: str | None):
    told = [f"{text[span.start : span.end]} {span.likeness.value}" for span in spans(text, ANNA)]
    assert told == ([expected] if expected else [])


def test_a_given_name_is_told_where_the_person_is_named_too():
    text = "Anna Kowalska rang. Anna rings again."
    assert [span.likeness for span in spans(text, ANNA)] == [Likeness.NAME, Likeness.GIVEN]
    assert without(text, ANNA) == "[erased] rang. Anna rings again."
    assert without(text, ANNA, which=tuple(Likeness)) == "[erased] rang. [erased] rings again."


def test_every_mention_in_a_text_is_told_once_with_whole_words_around_it():
    filling = "entirely different considerations " * 10
    text = f"{filling}Mira Petrović began, then Mira Petrović and Mrs Petrović. {filling}Petrović ended."
    told = joined(in_value(text, MIRA).values())
    assert str(told) == (
        "…entirely different considerations entirely different considerations Mira Petrović began, then Mira Petrović "
        "and Mrs Petrović. entirely different considerations entirely different considerations… · "
        "…entirely different considerations entirely different considerations Petrović ended."
    )
    assert told.found == ("Mira Petrović", "Petrović")
    assert len(told.places) == 4


def test_a_word_without_an_end_is_cut():
    text = "x" * 500 + "-Petrović"
    assert len(str(excerpt_of(in_value(text, MIRA)[Likeness.PART].places))) < 120
