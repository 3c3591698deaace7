"""What Jinja compiled is kept beside its source, and is used for that source alone."""

import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from app.core.compiled import Compiled


class Counting(Environment):
    """Counts what it compiles."""

    compiled = 0

    def _compile(self, *arguments: Any) -> Any:
        self.compiled += 1
        return super()._compile(*arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)  # whatever the tests run with
    (tmp_path / "page.html").write_text("one {{ name }}")
    return tmp_path


def page(folder: Path, kept: Path | None = None, **options: Any) -> tuple[str, int]:
    """The page as a new process renders it, and how many templates that had to be compiled for it."""
    environment = Counting(loader=FileSystemLoader(folder), **options)
    environment.bytecode_cache = Compiled(kept or folder / "__pycache__", environment)
    return environment.get_template("page.html").render(name="cell"), environment.compiled


def test_a_template_is_compiled_by_the_first_process_that_shows_it(folder: Path):
    assert page(folder) == ("one cell", 1)
    assert page(folder) == ("one cell", 0)


def test_a_template_that_changed_is_compiled_anew(folder: Path):
    page(folder)
    (folder / "page.html").write_text("two {{ name }}")
    assert page(folder) == ("two cell", 1)
    assert page(folder) == ("two cell", 0)


def test_what_another_set_up_compiled_is_not_used(folder: Path):
    (folder / "page.html").write_text("{% if name %}\none {{ name }}{% endif %}")
    assert page(folder) == ("\none cell", 1)
    assert page(folder, trim_blocks=True) == ("one cell", 1)


@pytest.mark.parametrize("kept", [b"", b"\x00" * 40, 20, 60], ids=["empty", "foreign", "cut short", "cut later"])
def test_a_kept_file_that_is_not_whole_is_passed_over_and_written_anew(folder: Path, kept: bytes | int):
    page(folder)
    (file,) = (folder / "__pycache__").iterdir()
    file.write_bytes(file.read_bytes()[:kept] if isinstance(kept, int) else kept)
    assert page(folder) == ("one cell", 1)
    assert page(folder) == ("one cell", 0)


def test_where_nothing_can_be_kept_every_process_compiles_for_itself(folder: Path):
    (folder / "full").write_text("a file, where a folder would have to be")
    assert page(folder, folder / "full") == ("one cell", 1)
    assert page(folder, folder / "full") == ("one cell", 1)


def test_nothing_is_kept_where_python_is_to_keep_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert page(folder) == ("one cell", 1)
    assert not (folder / "__pycache__").exists()


@pytest.mark.parametrize("place", range(25, 90, 5))
def test_a_kept_file_with_a_damaged_letter_is_passed_over(folder: Path, place: int):
    page(folder)
    (file,) = (folder / "__pycache__").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x80]) + whole[place + 1 :])
    assert page(folder) == ("one cell", 1)


def test_what_one_user_kept_another_reads(folder: Path):
    page(folder)
    (file,) = (folder / "__pycache__").iterdir()
    assert file.stat().st_mode & 0o444 == 0o444
