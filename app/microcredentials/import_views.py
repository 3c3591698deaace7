"""The import of a catalogue: choose a file, see what it would do, decide."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core import portal
from app.core.access import Permission, current_actor, requires
from app.core.files import StoredFile, keep, opened
from app.core.sheets import read_sheet
from app.core.web import answer, created, form_page
from app.extensions import db
from app.microcredentials import queries
from app.microcredentials.columns import REQUIRED, TOLD_ONLY, columns
from app.microcredentials.forms import ConfirmImportForm, UploadForm
from app.microcredentials.importing import Existing, Report, import_rows

bp = Blueprint("microcredentials_import", __name__, url_prefix="/microcredentials/import")

MOST_SHOWN = 200


@bp.route("", methods=["GET", "POST"])
@requires(Permission.MICROCREDENTIAL_IMPORT)
def upload() -> BaseResponse:
    """Take a file; nothing but the file is kept until somebody has seen what it would do."""
    form = UploadForm()
    if form.validate_on_submit():
        with form.refusals():
            stream, store = form.file.data.stream, portal.files()
            read_sheet(stream.read(), form.file.data.filename or "")
            stream.seek(0)
            file = keep(db.session, store, stream, form.file.data.filename, current_actor().user_id)
            location = url_for("microcredentials_import.check", file_id=file.id, existing=form.existing.data)
            return created(form, location, "")
    keys = [column.key for column in columns(portal.consortium())]
    return form_page("microcredentials/import.html", form, columns=keys, required=REQUIRED, told=TOLD_ONLY)


@bp.route("/<int:file_id>", methods=["GET", "POST"])
@requires(Permission.MICROCREDENTIAL_IMPORT)
def check(file_id: int) -> BaseResponse:
    """Say what a file would do, and do it when that is what was decided."""
    file = queries.uploaded_file(current_actor(), file_id)
    existing = Existing.SKIP if request.args.get("existing") == Existing.SKIP else Existing.UPDATE
    form, report = ConfirmImportForm(), None
    if form.validate_on_submit():
        with form.refusals():
            report = _run(file, existing, dry_run=False, expected=form.fingerprint.data)
            if report.is_done:
                message = ngettext("%(num)s design is imported.", "%(num)s designs are imported.", report.writes)
                return created(form, url_for("microcredentials.index"), message)
            form.refuse({"": _("The catalogue changed since this was shown. Read what the file would do now.")})
    report = report or _run(file, existing, dry_run=True)
    form.fingerprint.data = report.fingerprint
    return answer(
        "microcredentials/import_check.html",
        status=form.status,
        form=form,
        file=file,
        report=report,
        most=MOST_SHOWN,
    )


def _run(file: StoredFile, existing: Existing, **how: Any) -> Report:
    with opened(portal.files(), file.sha256) as stream:
        sheet = read_sheet(stream.read(), file.name)
    return import_rows(current_actor(), sheet, portal.consortium(), existing=existing, **how)
