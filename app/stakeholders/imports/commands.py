"""Importing organisations and people from the command line; the report is that of the import's page, as text."""

from pathlib import Path

from flask import Flask
from flask_babel import gettext as _

from app.core import files
from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.stakeholders.imports import queries, services
from app.stakeholders.imports.models import BatchState, Decision, ImportBatch
from app.stakeholders.imports.work import work


def import_file(app: Flask, file: Path, dry_run: bool, lawful_basis: str = "") -> tuple[str, bool]:
    """Import a CSV, XLSX or vCard file, or say what that would do; answers the report and whether all of it is right.

    ``lawful_basis`` is why the data of people may be kept whose rows do not say so.
    Rows with faults, and rows that need a decision, are left out and told. A dry run leaves nothing behind, not
    even the file's bytes.
    """
    with app.app_context(), writing(), acting_as(SYSTEM):
        desk = services.Desk(app.config["CONSORTIUM"], app.extensions["files"])
        try:
            with file.open("rb") as stream:
                batch = services.take_file(SYSTEM, desk, stream, file.name)
            services.map_columns(SYSTEM, desk, batch, batch.mapping, {"lawful_basis": lawful_basis})
            _finish(desk, batch, dry_run)
        except Refused as refused:
            db.session.rollback()
            return str(refused), False
        if not dry_run and queries.counts(batch).writes:
            services.begin_import(SYSTEM, desk, batch)
            _finish(desk, batch, dry_run)
        report = _told(batch)
        counts = queries.counts(batch)
        is_right = batch.state is not BatchState.FAILED and not any(
            term.value in ("faulty", "unsure", "refused") for term in (*counts.verdicts, *counts.outcomes)
        )
        if dry_run:
            sha256 = batch.file.sha256
            db.session.rollback()
            files.forget(db.session, {"sha256": sha256})
        else:
            db.session.commit()
    return report, is_right


def _finish(desk: services.Desk, batch: ImportBatch, dry_run: bool) -> None:
    """Do the work here and now; a job that was written for it finds nothing left to do."""
    for _step in work(SYSTEM, desk.consortium, desk.store, batch.id):
        if not dry_run:
            db.session.commit()


def _told(batch: ImportBatch) -> str:
    if batch.state is BatchState.FAILED:
        return str(batch.failure)
    lines = [*batch.notes]
    page = 1
    while rows := queries.rows(batch, None, page):
        for row in rows:
            lines += [_("Row %(row)s, %(column)s: %(message)s", row=row.number, **fault) for fault in row.faults]
            if row.note:
                lines.append(_("Row %(row)s, %(name)s: %(note)s", row=row.number, name=row.label, note=row.note))
            elif row.decision is not Decision.SKIP:
                term = row.outcome or row.decision
                lines.append(f"{row.number} {row.label}: {term.label if term else ''}")
        page += 1
    counts = queries.counts(batch)
    told = counts.outcomes or counts.verdicts
    lines.append(", ".join(f"{term.label} {count}" for term, count in told.items()))
    number = _("Import %(number)s", number=batch.id)
    lines.append(number if counts.outcomes else _("Nothing was written: this was a dry run."))
    return "\n".join(lines)
