"""Importing a catalogue from the command line; the report is that of the import page, as text."""

from pathlib import Path

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.core.errors import Refused
from app.core.sheet_columns import Action
from app.core.sheets import read_sheet
from app.extensions import db
from app.microcredentials.importing import Report, import_rows


def import_file(app: Flask, file: Path, dry_run: bool) -> tuple[str, bool]:
    """Import a CSV or XLSX file, or say what that would do; answers the report and whether the file is accepted."""
    with app.app_context(), writing(), acting_as(SYSTEM):
        try:
            sheet = read_sheet(file.read_bytes(), file.name)
        except Refused as refused:
            return str(refused), False
        report = import_rows(SYSTEM, sheet, app.config["CONSORTIUM"], dry_run=dry_run)
        text = _told(report)
        if report.is_done:
            db.session.commit()
    return text, not report.faults


def _told(report: Report) -> str:
    lines = list(report.notes)
    if report.faults:
        lines += [
            _("Row %(row)s, %(column)s: %(message)s", row=fault.row, column=fault.column, message=fault.message)
            for fault in report.faults
        ]
        count = len(report.faults)
        lines.append(ngettext("%(num)s fault; nothing was imported.", "%(num)s faults; nothing was imported.", count))
        return "\n".join(lines)
    lines += [
        _("Row %(row)s, %(code)s: %(action)s", row=entry.row, code=entry.facts.code, action=entry.action.value)
        for entry in report.planned
        if entry.action in (Action.CREATE, Action.UPDATE)
    ]
    counts = {action: report.count(action) for action in Action}
    lines.append(", ".join(f"{action.value} {count}" for action, count in counts.items() if count))
    lines.append(_("Imported.") if report.is_done else _("Nothing was written: this was a dry run."))
    return "\n".join(lines)
