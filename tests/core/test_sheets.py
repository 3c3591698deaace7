"""Reading what spreadsheets make."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.core.errors import Refused
from app.core.export import FORMULA_STARTS, defused
from app.core.sheets import MOST_ROWS, read_sheet


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_usual_csv_is_read(delimiter: str, encoding: str):
    text = f"Code{delimiter}title_hy\r\nAM-03{delimiter}Նախշ\r\n"
    sheet = read_sheet(text.encode(encoding))
    assert (sheet.head, sheet.notes) == (["code", "title_hy"], [])
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, {"code": "AM-03", "title_hy": "Նախշ"})]


@pytest.mark.parametrize(
    ("encoding", "text", "name"),
    [("cp1251", "Дизајн на текстил", "Windows-1251"), ("cp1252", "Muster für Stoffe, größer", "Windows-1252")],
)
def test_an_old_encoding_is_guessed_and_said(encoding: str, text: str, name: str):
    sheet = read_sheet(f'code;title\nAM-03;"{text}"\n'.encode(encoding))
    assert sheet.rows[0].cells["title"] == text
    assert len(sheet.notes) == 1
    assert name in sheet.notes[0]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them():
    sheet = read_sheet(b'code,title\nA,"two\nlines"\n\nB,x\n')
    assert [row.number for row in sheet.rows] == [2, 4]
    assert sheet.rows[0].cells["title"] == "two\nlines"


def test_a_workbook_is_read_with_numbers_dates_and_formulas_as_text():
    from datetime import date

    sheet = read_sheet(
        workbook(["code", "hours", "until", "yes", "sum"], ["A", 60, date(2026, 1, 2), True, "=1+1"], [None])
    )
    cells = {"code": "A", "hours": "60", "until": "2026-01-02", "yes": "yes", "sum": "=1+1"}
    assert [row.cells for row in sheet.rows] == [cells]


@given(st.text(alphabet="=+-@'ab\t 1", max_size=8))
def test_what_the_export_defuses_comes_back_as_it_was(text: str):
    cell = str(defused(text.strip())).replace('"', '""')
    if cell:
        sheet = read_sheet(f'code,other\nx,"{cell}"\n'.encode())
        expected = text.strip()
        taken = expected[1:] if expected.startswith("'") and expected[1:].startswith(FORMULA_STARTS) else expected
        assert sheet.rows[0].cells["other"] in {expected, taken}


@pytest.mark.parametrize("text", ["=SUM(A1)", "+49 30", "-5", "@home"])
def test_a_cell_like_a_formula_is_text_without_our_apostrophe(text: str):
    assert read_sheet(f"code,x\nA,'{text}\n".encode()).rows[0].cells["x"] == text
    assert read_sheet(f"code,x\nA,{text}\n".encode()).rows[0].cells["x"] == text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"code,title\n",
        b"\x00\x01\x02\x03binary",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"\xd0\xcf\x11\xe0old excel",
        b"PK\x03\x04 no archive",
        b"code,code\n1,2\n",
        b"code\nA,B\n",
        b'code,title\nA,"never closed\n',
    ],
)
def test_what_is_no_table_is_refused_at_the_file(content: bytes):
    with pytest.raises(Refused) as refused:
        read_sheet(content)
    assert set(refused.value.messages) == {"file"}


def test_a_table_that_is_too_long_is_refused():
    with pytest.raises(Refused, match="5,000"):
        read_sheet(b"code\n" + b"A\n" * (MOST_ROWS + 1))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_otherwise(content: bytes):
    try:
        sheet = read_sheet(content)
    except Refused:
        return
    assert sheet.rows


def test_empty_lines_at_the_beginning_of_a_cell_are_kept_since_others_go_by_them():
    sheet = read_sheet(b'code,types,title\nA,"\n\nskill\n"," A "\n')
    assert sheet.rows[0].cells == {"code": "A", "types": "\n\nskill", "title": "A"}
