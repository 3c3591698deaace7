"""Documents: the same bytes for the same data, every script as it is, text never markup, no compiler in the portal."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app.core import documents, mail
from app.core.documents import DocumentFaulty, DocumentTooLong
from app.core.typesetting import UNKNOWN, coverage, font_folder, presentable
from tests.pdfs import opened, poppler_text, text_of

DAY = date(2025, 5, 12)
SCRIPTS = (
    "Željko Đurđević Čačak",
    "Größe Åse Øystein",
    "Олексій Їжакевич ґанок",
    "Ѓорѓи Ќосе Љубиша Њ",
    "ნინო ბერიძე",
    "Արամ Խաչատրյան և",
    "₾₴֏€",
)
MARKUP = (
    '#import "x.typ"',
    "$x^2$",
    "*bold* _it_",
    "<b>bold</b> & <script>",
    "= Heading",
    "// gone? /* no */",
    "@ref \\ `raw`",
)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of templates with the house and ``lines``, which shows the lines it is given as a table."""
    house = documents.TEMPLATES / "_house.typ"
    (tmp_path / "_house.typ").write_text(house.read_text("utf-8"), "utf-8")
    (tmp_path / "lines.typ").write_text(
        '#import "_house.typ": *\n#show: paper\n#title()\n#listing((auto, 1fr), ("No.", "Line"), '
        "data.enumerate().map(((number, line)) => (str(number), prose(line))))\n",
        "utf-8",
    )
    monkeypatch.setattr(documents, "TEMPLATES", tmp_path)
    return tmp_path


def lines(app: Flask, *texts: str, language: str = "en", title: str = "Lines", **more: object) -> bytes:
    with app.test_request_context(), mail.in_language(language):
        return documents.render("lines", list(texts), title=title, dated=DAY, **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("template")
def test_the_same_data_give_the_same_bytes_and_others_do_not(sqlite_app: Flask) -> None:
    assert lines(sqlite_app, *SCRIPTS) == lines(sqlite_app, *SCRIPTS)
    assert lines(sqlite_app, "a") != lines(sqlite_app, "b")


@pytest.mark.usefixtures("template")
@pytest.mark.parametrize("read", [text_of, poppler_text])
def test_every_script_is_read_back_as_it_was_written(sqlite_app: Flask, read: object) -> None:
    found = read(lines(sqlite_app, *SCRIPTS))  # type: ignore[operator]
    for line in SCRIPTS:
        assert line in found


@pytest.mark.usefixtures("template")
def test_whatever_a_text_holds_is_text(sqlite_app: Flask) -> None:
    found = poppler_text(lines(sqlite_app, *MARKUP, title="Title with #x, $y$ and <b>"))
    for line in (*MARKUP, "Title with #x, $y$ and <b>"):
        assert line in found


@pytest.mark.usefixtures("template")
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("中文 name", f"{UNKNOWN}{UNKNOWN} name"),
        ("\ue000x", f"{UNKNOWN}x"),
        ("\ufeffx", "x"),
        ("x" * 3000, "x"),
        ("", ""),
        ("a\r\nb", "a b"),
    ],
)
def test_what_no_font_can_show_does_not_stop_a_document(sqlite_app: Flask, written: str, kept: str) -> None:
    assert kept in text_of(lines(sqlite_app, written))


@pytest.mark.usefixtures("template")
def test_an_emoji_and_scripts_from_the_right_are_set(sqlite_app: Flask) -> None:
    assert len(opened(lines(sqlite_app, "😀 👩‍👩‍👧 🇩🇪 ✍🏽", "עברית", "العربية", "soft\u00adhyphen\u200b")).pages) == 1


def test_letters_that_can_be_set_are_left_alone() -> None:
    shown = coverage(font_folder())
    assert presentable({"a": [*SCRIPTS, 1, None, True]}, shown) == {"a": [*SCRIPTS, 1, None, True]}
    assert ord("中") not in shown
    assert {ord(letter) for letter in "Žїაև₾😀"} <= shown


@pytest.mark.usefixtures("template")
def test_a_list_of_sixty_pages_repeats_its_head_and_numbers_its_pages(sqlite_app: Flask) -> None:
    pdf = lines(sqlite_app, *(f"Line {number}" for number in range(2600)))
    pages = opened(pdf).pages
    assert len(pages) >= 60
    last = pages[-1].extract_text()
    assert f"Page {len(pages)} of {len(pages)}" in last
    assert "Line 2599" in last
    assert "No." in last
    assert "Funded by the European Union" in " ".join(last.split())


@pytest.mark.usefixtures("template")
def test_a_document_says_its_language_title_and_day_and_is_tagged_and_archivable(sqlite_app: Flask) -> None:
    document = opened(lines(sqlite_app, "x", language="de", title="Liste"))
    root = document.trailer["/Root"]
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    xmp = document.xmp_metadata
    assert xmp is not None
    assert "pdfaid:part>4<" in xmp.stream.get_data().decode() or 'pdfaid:part="4"' in xmp.stream.get_data().decode()
    assert "2025-05-12" in xmp.stream.get_data().decode()
    found = text_of(lines(sqlite_app, "x", language="de", title="Liste"))
    assert "Seite 1 von 1" in found
    assert "Von der Europäischen Union finanziert" in found


def test_a_wrong_template_says_where_it_is_wrong(sqlite_app: Flask, template: Path) -> None:
    (template / "lines.typ").write_text('#import "_house.typ": *\n#show: paper\n#data.missing\n', "utf-8")
    with pytest.raises(DocumentFaulty, match=r"lines\.typ:3"):
        lines(sqlite_app, "x")


def test_a_template_reads_nothing_outside_its_folder(sqlite_app: Flask, template: Path) -> None:
    (template.parent / "secret.txt").write_text("secret", "utf-8")
    (template / "lines.typ").write_text('#read("../secret.txt")', "utf-8")
    with pytest.raises(DocumentFaulty):
        lines(sqlite_app, "x")


def test_a_document_that_takes_too_long_is_given_up(sqlite_app: Flask, template: Path) -> None:
    (template / "lines.typ").write_text("#for i in range(100000) { for j in range(100000) { } }\n", "utf-8")
    with pytest.raises(DocumentTooLong, match="longer than 1 seconds"):
        lines(sqlite_app, "x", seconds=1)


def test_the_portal_never_loads_the_compiler() -> None:
    look = (
        "import sys; from app import create_app; import app.core.documents; "
        "print([name for name in sys.modules if name in ('typst', 'manimgx_fonts')])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
