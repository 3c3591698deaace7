"""Reading what spreadsheets make."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.core.errors import Refused
from app.core.export import FORMULA_STARTS, defused
from app.core.sheets import MOST_ROWS, beyond, read_sheet


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
    [
        ("cp1251", "Дизајн на текстил", "Windows-1251"),
        ("cp1252", "Muster für Stoffe, größer", "Windows-1252"),
        ("cp1252", "Trøndelag fagskole på Røros, Ærlig", "Windows-1252"),
        ("cp1250", "Srednja škola Đorđe Natošević, Čačak", "Windows-1250"),
        ("cp1250", "Stredná odborná škola v Žiline, kňaz", "Windows-1250"),
    ],
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


@pytest.mark.parametrize("text", ["=SUM(A1)", '="0012"', "+49 30", "-5", "@home"])
def test_a_cell_like_a_formula_is_text_without_our_apostrophe(text: str):
    quoted = text.replace('"', '""')
    row = read_sheet(f'code,x\nA,"\'{quoted}"\n'.encode()).rows[0]
    assert (row.cells["x"], row.formulas) == (text, frozenset())


@pytest.mark.parametrize("text", ["+49 30", "-5", "@home", "=", "= ", " a=b"])
def test_what_only_begins_a_little_like_a_formula_is_text(text: str):
    row = read_sheet(f"code,x\nA,{text}\n".encode()).rows[0]
    assert (row.cells["x"], row.formulas) == (text.strip(), frozenset())


def test_a_formula_is_told_apart_in_csv_as_in_a_workbook():
    read = [read_sheet(b"Code,X,Y\nA,=1+1,=B2&C2\n"), read_sheet(workbook(["Code", "X", "Y"], ["A", "=1+1", "=B2&C2"]))]
    assert [(row.cells["x"], row.formulas) for sheet in read for row in sheet.rows] == [
        ("=1+1", frozenset({"x", "y"}))
    ] * 2


@pytest.mark.parametrize("cell", ['="0012"', '"=""0012"""'])
def test_the_spreadsheets_way_to_keep_text_is_its_text(cell: str):
    read = [read_sheet(f"code,x\nA,{cell}\n".encode()), read_sheet(workbook(["code", "x"], ["A", '="0012"']))]
    assert [(row.cells["x"], row.formulas) for sheet in read for row in sheet.rows] == [("0012", frozenset())] * 2
    row = read_sheet(b'code,x\nA,"=""say """"hi"""" now"""\n').rows[0]
    assert (row.cells["x"], row.formulas) == ('say "hi" now', frozenset())


def test_a_row_that_is_longer_than_its_head_is_told_and_hides_no_other():
    sheet = read_sheet(b"Code,X\nA,b\nB,c,,Ana,Bela\nC,d,,\n")
    assert [beyond(row.cells) for row in sheet.rows] == ["", "D", ""]
    assert list(sheet.rows[1].cells.values()) == ["B", "c", "Ana\nBela"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'code,x\nA,"two\nlines"\nB,"never\nclosed\n', "from line 4 on"),
        (b'code,x\nA,"b"c\n', "from line 2 on"),
        (b"code,x\nA," + b"b" * 100_000, "from line 2 on"),
    ],
)
def test_broken_csv_is_told_by_its_line_and_in_our_words(content: bytes, line: str):
    with pytest.raises(Refused, match=line) as refused:
        read_sheet(content)
    assert not any(word in str(refused.value) for word in ("unexpected", "expected after", "field"))


def test_a_broken_workbook_is_told_in_our_words():
    for content in (workbook(["code"], ["A"])[:-200], b"PK\x03\x04 no archive"):
        with pytest.raises(Refused, match=r"^The workbook is damaged, or only a part of it arrived"):
            read_sheet(content)


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


def archive(*names: str, mimetype: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name in names:
            packed.writestr(name, mimetype if name == "mimetype" else "")
    return stream.getvalue()


OPEN = "application/vnd.oasis.opendocument"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"{\\rtf1 A}", "a text document"),
        (b"\xef\xbb\xbf\n<html><table><tr><td>A</td></tr></table>", "a web page or an XML file"),
        (archive("word/document.xml"), "a text document"),
        pytest.param(archive("mimetype", mimetype=f"{OPEN}.text"), "a text document", id="odt"),
        (archive("mimetype", mimetype=f"{OPEN}.spreadsheet"), "LibreOffice or Numbers"),
        (archive("list.csv"), "an archive without a workbook"),
        (archive("xl/styles.xml"), "The workbook is damaged"),
        (b"This is no workbook at all.", "“bad.xlsx” is no workbook"),
        (b"\n\n", "“bad.xlsx” is no workbook"),
    ],
)
def test_a_file_that_is_no_table_is_told_by_what_it_is(content: bytes, told: str):
    with pytest.raises(Refused, match=told):
        read_sheet(content, "bad.xlsx")


def test_a_table_of_text_that_is_called_a_workbook_is_read_and_said():
    sheet = read_sheet(b"Name,Country\nA,RS\n", "list.xlsx")
    assert len(sheet.rows) == 1
    assert "“list.xlsx” but is no workbook" in sheet.notes[0]
