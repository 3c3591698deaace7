"""The import from the command line."""

import hashlib
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.core import outbox
from app.extensions import db
from app.stakeholders.imports.commands import import_file
from app.stakeholders.imports.models import ImportBatch, ImportRow
from app.stakeholders.models import Organisation
from tests.stakeholders.imports.conftest import table

HEAD = ("Name", "Country", "Category")


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_dry_run_tells_and_leaves_nothing(app: Flask, tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_bytes(table(HEAD, ("A", "RS", "company"), ("B", "XX", "company")))
    report, is_right = import_file(app, file, dry_run=True)
    assert not is_right
    assert "2 A: Create" in report
    assert "Row 3, country: “XX”" in report
    assert report.endswith("Nothing was written: this was a dry run.")
    assert (count(app, ImportBatch), count(app, ImportRow), count(app, Organisation)) == (0, 0, 0)
    assert not app.extensions["files"].has(hashlib.sha256(file.read_bytes()).hexdigest())


def test_a_file_is_imported_and_can_be_imported_again(app: Flask, tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_bytes(table(HEAD, *((f"Company {n}", "RS", "company") for n in range(400))))
    report, is_right = import_file(app, file, dry_run=False)
    assert is_right, report
    assert report.endswith("Created 400\nImport 1")
    assert outbox.drain(app) == 2
    assert count(app, Organisation) == 400
    report, is_right = import_file(app, file, dry_run=False)
    assert is_right
    assert "As it is 400" in report
    assert count(app, Organisation) == 400


def test_a_file_that_cannot_be_read_is_one_line(app: Flask, tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    report, is_right = import_file(app, file, dry_run=False)
    assert not is_right
    assert report.startswith("This is a picture, not a table.")
    file.write_bytes(table(("What", "Ever"), ("A", "B")))
    assert "Say which column" in import_file(app, file, dry_run=True)[0]
