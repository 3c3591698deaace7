"""One list: what it shows, how it is narrowed, sorted, paged and taken along, whatever the address asks for."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.core import list_page
from app.core.access import ANYBODY, Actor
from app.core.export import download, plain
from app.core.list_page import PER_PAGE, ListPage
from app.core.listing import Column, Filter, Listing, Rows
from app.core.narrowing import LONGEST_QUERY
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from tests.core.conftest import CoreBackend
from tests.core.things import Thing, ThingState, counted


class ThingListing(Listing):
    """Things by name."""

    title = "Things"
    filename = "things"
    default_sort = "name"
    found_by = FoundBy((Thing.name, Thing.title), Thing.name_key)
    columns = (
        Column("name", "Name", lambda row: row.name, sort=Thing.name_key),
        Column("amount", "Amount", lambda row: row.amount, sort=(Thing.amount, Thing.name_key)),
        Column("state", "State", lambda row: row.state),
    )
    filters: ClassVar[Sequence[Filter]] = (
        Filter("state", "State", lambda s, v: s.where(Thing.state == v), lambda: [(s, s.title()) for s in ThingState]),
        Filter("parent", "Part of", lambda s, v: s.where(Thing.secret == v), kind="text"),
        Filter("many", "Many", lambda s, v: s.where(Thing.amount > 1), lambda: [("1", "yes")], kind="check"),
    )

    def statement(self, actor: Actor) -> Rows:
        return sa.select(Thing.id, Thing.name, Thing.amount, Thing.state)

    def tie_breaker(self) -> sa.SQLColumnExpression[Any]:
        return Thing.id


def page(session: Session, **args: str) -> ListPage:
    return ThingListing().page(session, ANYBODY, "/things", args).load()


def names(found: ListPage) -> list[str]:
    return [row.name for row in found.rows]


def add(session: Session, *texts: str, **facts: Any) -> None:
    session.add_all(Thing(name=text, name_key=search_key(text), **facts) for text in texts)
    session.commit()


@pytest.fixture
def many(session: Session) -> Session:
    """A register of three pages, the last of which is not full."""
    add(session, *(f"thing {number:03}" for number in range(PER_PAGE * 2 + 10)))
    return session


def test_a_page_holds_fifty_rows_and_knows_where_it_is(many: Session):
    second = page(many, page="2")

    assert (second.first, second.last, second.total, second.total_label) == (51, 100, 110, "110")
    assert names(second)[0] == "thing 050"
    assert (second.prev_url, second.next_url) == ("/things?page=1", "/things?page=3")
    assert [link.current for link in second.pages] == [False, True, False]


def test_what_is_written_just_so_comes_first_and_then_what_begins_so(session: Session):
    add(session, "Nova Niš", "Ниш", "Niška Banja", "Tekniš", "Niš")

    assert names(page(session, q="Niš")) == ["Niš", "Niška Banja", "Nova Niš", "Ниш", "Tekniš"]
    assert names(page(session, q="ниш"))[0] == "Ниш"


def test_where_many_are_found_what_is_called_so_still_comes_first(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_page, "MOST_RANKED", 4)
    add(session, "Tekniš", "Nova Niš", "Niška Banja", "Ниш", "Niš")

    assert names(page(session, q="Niš")) == ["Niš", "Ниш", "Niška Banja", "Nova Niš", "Tekniš"]
    of_file = ThingListing().page(session, ANYBODY, "/things", {"q": "Niš", "format": "csv"}).in_order()
    assert [row.name for row in session.execute(of_file)] == names(page(session, q="Niš"))


@pytest.mark.parametrize("typed", ["š", "šk", "Šk", "ŠK"])
def test_a_word_that_begins_as_typed_comes_before_what_only_reads_so(session: Session, typed: str):
    alike = ["Brainster School", "Clear Sky", "Sketch", "Skopje 2", "Сколе", "Šuma"]
    written = ["Osnovna škola", "Privredna-škola", "Srednja „Škola“ Bor", "Škola"]
    add(session, *alike, *written)

    found = names(page(session, q=typed))
    meant = [*written, "Šuma"] if len(typed) == 1 else written
    assert sorted(found[: len(meant)]) == sorted(meant)
    assert found[0].startswith("Š")


def test_a_word_of_a_title_that_begins_as_typed_comes_first(session: Session):
    add(session, "a", title={"en": "Sketching"})
    add(session, "b", title={"sr-Latn": "Moja „Škola“"})
    session.execute(sa.update(sa.table("thing", sa.column("name_key"))).values(name_key="sketching skola"))
    session.commit()

    assert names(page(session, q="šk")) == ["b", "a"]


def test_one_and_two_letters_find_by_the_name_as_written_too(session: Session):
    add(session, "Kharkiv", "Tsvetan", "Цветан", "Ana")

    assert names(page(session, q="K")) == ["Kharkiv"]
    assert names(page(session, q="Ts")) == ["Tsvetan", "Цветан"]
    assert names(page(session, q="ц")) == ["Цветан", "Tsvetan"]
    assert names(page(session, q="а"))[0] == "Ana"


def test_words_are_found_in_whatever_order(session: Session):
    add(session, "Nikola Tesla Institute", "Nikolina Kostić")

    assert names(page(session, q="tesla nik")) == ["Nikola Tesla Institute"]


def test_a_title_in_any_language_is_a_name_as_written(session: Session):
    add(session, "a", title={"en": "Sewing", "hy": "Կար"})
    add(session, "b", title={"en": "Mode", "de": "Nähen"})
    session.execute(sa.update(sa.table("thing", sa.column("name_key"))).values(name_key="nagen kar seving mode"))
    session.commit()

    assert names(page(session, q="nähen")) == ["b", "a"]
    assert names(page(session, q="Կար"))[0] == "a"


def test_a_reader_who_sorts_gets_that_order_and_keeps_it_on_the_next_page(session: Session):
    add(session, "Zora Niš", "Ana Niš", "Niš")
    sorted_ = page(session, q="niš", sort="name")

    assert names(sorted_) == ["Ana Niš", "Niš", "Zora Niš"]
    assert "sort=name" in sorted_.url(page="2")
    assert [head.direction for head in page(session, q="niš").columns] == [None, None, None]


@pytest.mark.parametrize("words", ["%", "_", "/", "\\", '"', "' OR 1=1", "S%l"])
def test_signs_that_mean_something_to_a_database_are_only_signs(session: Session, words: str):
    add(session, "School")

    assert names(page(session, q=words)) == []


@pytest.mark.parametrize("asked", ["3", "4", "1000000000", "99999999999999999999"])
def test_a_page_past_the_end_is_the_last_one(many: Session, asked: str):
    assert page(many, page=asked).number == 3


@pytest.mark.parametrize("asked", ["1", "0", "-1", "", "x", "2.5", "²", "1 OR 1=1"])
def test_what_is_no_page_number_is_the_first_page(many: Session, asked: str):
    assert page(many, page=asked).number == 1


def test_an_empty_register_is_one_empty_page(session: Session):
    found = page(session)

    assert (found.first, found.last, found.total, found.number) == (0, 0, 0, 1)
    assert found.prev_url is found.next_url is None


def test_a_page_costs_two_statements_whatever_it_holds(backend: CoreBackend, many: Session):
    with counted(backend.engine) as statements:
        page(many, q="thing", state="draft", sort="-amount", page="2")

    assert len(statements) == 2


def test_counting_ends_at_a_limit_and_says_so(many: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_page, "COUNT_LIMIT", 100)

    last = page(many, page="3")

    assert last.total_label == "more than 100"
    assert last.number == 2
    assert last.next_url is None
    assert [link.number for link in last.pages if link] == [1, 2]
    assert any(link and link.current for link in last.pages)


def test_far_pages_are_a_gap(many: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_page, "PER_PAGE", 5)

    assert [link.number if link else None for link in page(many, page="10").pages] == [
        *(1, None, 8, 9, 10, 11, 12, None, 22)
    ]


def test_rows_are_sorted_by_a_column_and_ties_are_certain(session: Session):
    add(session, "b", "a", amount=1)
    add(session, "c", amount=2)

    assert names(page(session)) == ["a", "b", "c"]
    assert names(page(session, sort="-name")) == ["c", "b", "a"]
    assert names(page(session, sort="amount")) == ["a", "b", "c"]
    assert names(page(session, sort="-amount")) == ["c", "b", "a"]


class Part(ThingListing):
    """The things of one amount: a list of a record's own."""

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def statement(self, actor: Actor) -> Rows:
        return super().statement(actor).where(Thing.amount == self.amount)


def test_lists_of_two_records_are_two_lists(session: Session):
    add(session, "a", "b", amount=1)
    add(session, "c", amount=2)

    found = [Part(amount).page(session, ANYBODY, f"/of/{amount}/things", {}).load() for amount in (1, 2)]

    assert [(names(one), one.total) for one in found] == [(["a", "b"], 2), (["c"], 1)]


def test_distinct_rows_are_counted_as_they_are(session: Session):
    class Amounts(ThingListing):
        def statement(self, actor: Actor) -> Rows:
            return sa.select(Thing.amount, Thing.name_key).distinct()

        def tie_breaker(self) -> sa.SQLColumnExpression[Any]:
            return Thing.amount

    add(session, "a", amount=1)
    add(session, "b", "c", amount=2)

    assert Amounts().page(session, ANYBODY, "/amounts", {}).load().total == 3


def test_a_record_that_is_no_choice_leaves_no_row(session: Session):
    class Chosen(ThingListing):
        filters = (
            Filter("of", "Of", lambda s, v: s.where(Thing.amount == int(v)), lambda: [("1", "one")], varies=True),
        )

    add(session, "a", amount=1)

    for asked, expected in {"1": ["a"], "2": [], "x": []}.items():
        found = Chosen().page(session, ANYBODY, "/things", {"of": asked}).load()
        assert (names(found), found.total) == (expected, len(expected))
        assert [active.value_label for active in found.active] == [{"1": "one"}.get(asked, asked)]


@pytest.mark.parametrize("sort", ["state", "nothing", "--name", "-", "name; DROP TABLE thing", "name,amount"])
def test_a_sort_that_is_not_offered_is_the_usual_one(session: Session, sort: str):
    add(session, "b", "a")

    found = page(session, sort=sort)

    assert names(found) == ["a", "b"]
    assert found.sort == "name"


def test_a_head_offers_the_other_direction(session: Session):
    name, amount, state = page(session).columns
    assert (name.sort_url, name.direction) == ("/things?sort=-name", "asc")
    assert (amount.sort_url, amount.direction) == ("/things?sort=amount", None)
    assert not state.sortable

    name, amount, _state = page(session, sort="-amount").columns
    assert (amount.sort_url, amount.direction) == ("/things?sort=amount", "desc")
    assert name.direction is None


def test_a_filter_narrows_and_can_be_taken_away(session: Session):
    add(session, "a")
    add(session, "b", amount=5)

    found = page(session, many="1", q="b")

    assert names(found) == ["b"]
    assert [(active.label, active.value_label, active.remove_url) for active in found.active] == [
        ("Words", "b", "/things?many=1"),
        ("Many", "yes", "/things?q=b"),
    ]
    assert found.clear_url == "/things"


@pytest.mark.parametrize("args", [{"state": "nonsense"}, {"unknown": "x"}, {"state": ""}, {"many": "2"}])
def test_a_filter_it_does_not_know_is_left_aside(session: Session, args: dict[str, str]):
    add(session, "a")

    found = page(session, **args)

    assert names(found) == ["a"]
    assert found.active == []


@pytest.mark.parametrize("word", ["%", "_", "a%", "%%%", "a_c", "\\", "'", "\0"])
def test_wildcards_in_what_is_looked_for_are_just_characters(session: Session, word: str):
    add(session, "abc", "b")

    assert "abc" not in names(page(session, q=word)) or search_key(word) in search_key("abc")
    assert names(page(session, parent=word)) in ([], ["abc", "b"])
    if word in ("%", "_", "%%%", "a_c", "\\", "'"):
        assert names(page(session, q=word)) == []


def test_names_are_found_in_another_script(session: Session):
    add(session, "Ниш", "Скопје")

    assert names(page(session, q="Niš")) == ["Ниш"]


def test_what_is_looked_for_has_an_end(session: Session):
    assert len(page(session, q="x" * 10_000).query) == LONGEST_QUERY


DANGEROUS = ["=1+1", "+49 3", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def exported(session: Session, kind: str) -> bytes:
    response = ThingListing().page(session, ANYBODY, "/things", {"sort": "-name"}).export(kind)
    return b"".join(response.iter_encoded())


def test_a_csv_opens_in_a_spreadsheet_as_text(session: Session):
    add(session, "Ниш", "=1+1")

    body = exported(session, "csv")

    assert body.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig")))) == [
        ["name", "amount", "state"],
        ["Ниш", "0", "draft"],
        ["'=1+1", "0", "draft"],
    ]


def test_a_workbook_has_text_and_numbers_but_no_formula(session: Session):
    add(session, "Ниш", "=1+1", "ctrl\x0bchar")

    sheet = load_workbook(io.BytesIO(exported(session, "xlsx"))).active

    cells = {row[0].value: (row[0].data_type, row[1].data_type) for row in sheet.iter_rows(min_row=2)}
    assert cells == {"Ниш": ("s", "n"), "=1+1": ("s", "n"), "ctrlchar": ("s", "n")}
    assert sheet.freeze_panes == "A2"


def test_an_export_holds_every_row_in_the_order_shown(many: Session):
    lines = exported(many, "csv").decode().splitlines()

    assert len(lines) == 1 + 110
    assert lines[1].startswith("thing 109")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_of_a_csv_is_a_formula(sqlite_app: Flask, text: str):
    with sqlite_app.test_request_context():
        body = download("csv", "x", ["cell"], [[text]]).get_data(as_text=True)

    (_head, (cell,)) = csv.reader(io.StringIO(body, newline=""))
    assert cell == f"'{text}"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, ""),
        (date(2025, 5, 12), "2025-05-12"),
        (["a", "b"], "a; b"),
        (-3, -3),
        (1.5, 1.5),
        (Decimal("2.50"), Decimal("2.50")),
        (ThingState.OPEN, "open"),
        (True, "True"),
    ],
)
def test_values_in_files_are_plain(value: Any, stored: Any):
    assert plain(value) == stored
