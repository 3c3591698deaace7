"""Pages of batches: a file after a pattern, what it would draft, and one page for all that was drafted."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import INVITE, RULES
from app.core import portal
from app.core.access import Actor, Permission, current_actor, requires
from app.core.files import StoredFile, keep, opened
from app.core.progress import Progress, ended, under_way
from app.core.sheets import read_sheet
from app.core.web import answer, changed, created, form_page, redirect_to, refusals_at
from app.extensions import db
from app.mou import rules
from app.mou.batches import queries, services
from app.mou.batches.columns import COLUMNS, EXAMPLE, REQUIRED
from app.mou.batches.forms import CompaniesForm, ConfirmForm, PolicyForm
from app.mou.batches.importing import MOST_ROWS, Report, draft_many
from app.mou.batches.models import BatchState, MouBatch
from app.mou.models import OPEN, Mou
from app.mou.queries import reference_of
from app.mou.views import editable

bp = Blueprint("mou_batches", __name__, url_prefix="/mou/batches")
RULES.update({"mou_batches.send": INVITE})
MOST_SHOWN = 200


def _url(batch: MouBatch, **more: Any) -> str:
    return url_for("mou_batches.show", batch_id=batch.id, **more)


@bp.get("")
@requires(Permission.MOU_EDIT)
def index() -> Response:
    """The batches there are."""
    return answer("mou/batches/list.html", found=queries.batches(current_actor()))


@bp.route("/after/<int:mou_id>", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def upload(mou_id: int) -> BaseResponse:
    """Take a file with companies; nothing but the file is kept until somebody has seen what it would do."""
    pattern = editable(mou_id)
    form = CompaniesForm()
    if form.validate_on_submit():
        with form.refusals():
            stream, store = form.file.data.stream, portal.files()
            read_sheet(stream.read(), form.file.data.filename or "")
            stream.seek(0)
            file = keep(db.session, store, stream, form.file.data.filename, current_actor().user_id)
            return created(form, url_for("mou_batches.check", mou_id=pattern.id, file_id=file.id), "")
    keys = [column.key for column in COLUMNS]
    facts: dict[str, Any] = {"columns": keys, "required": REQUIRED, "example": EXAMPLE, "most": MOST_ROWS}
    return form_page("mou/batches/upload.html", form, mou=pattern, reference=reference_of(pattern), **facts)


@bp.route("/after/<int:mou_id>/<int:file_id>", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def check(mou_id: int, file_id: int) -> BaseResponse:
    """Say what a file would draft, and draft it when that is what was decided."""
    pattern, file = editable(mou_id), queries.uploaded_file(current_actor(), file_id)
    form, report = ConfirmForm(), None
    if form.validate_on_submit():
        with form.refusals():
            report = _run(pattern, file, dry_run=False, expected=form.fingerprint.data)
            if report.batch is not None:
                num = report.batch.total
                message = ngettext("%(num)s memorandum is drafted.", "%(num)s memoranda are drafted.", num)
                return created(form, _url(report.batch), message)
            form.refuse({"": _("Something changed since this was shown. Read what the file would do now.")})
    report = report or _run(pattern, file)
    form.fingerprint.data = report.fingerprint
    facts = {"file": file, "report": report, "mou": pattern, "most": MOST_SHOWN}
    return form_page("mou/batches/check.html", form, **facts)


def _run(pattern: Mou, file: StoredFile, **how: Any) -> Report:
    with opened(portal.files(), file.sha256) as stream:
        sheet = read_sheet(stream.read(), file.name)
    return draft_many(current_actor(), pattern, sheet, **how)


@bp.get("/<int:batch_id>")
@requires(Permission.MOU_EDIT)
def show(batch_id: int) -> BaseResponse:
    """How far the memoranda of a batch are, each with who signed; while they are sent, how far that is."""
    actor, batch = current_actor(), queries.batch(current_actor(), batch_id)
    if batch.state is BatchState.SENDING:
        told = _("%(done)s of %(all)s memoranda", done=batch.done, all=batch.total)
        return under_way("mou/batches/progress.html", Progress(batch.state, batch.done, batch.total, told), batch=batch)
    found = queries.entries(actor, batch)
    waiting = [one for one in found if one.mou.state in OPEN]
    facts: dict[str, Any] = {
        "batch": batch,
        "entries": found,
        "waiting": len(waiting),
        "missing": {one.mou.id: rules.missing(one.mou) for one in waiting},
        "may_edit": services.may_edit(actor, batch),
        "policy": found[0].mou if found else None,
        "reference_of": reference_of,
    }
    return ended() or answer("mou/batches/show.html", **facts)


@bp.post("/<int:batch_id>/send")
@requires(Permission.MOU_EDIT)
def send(batch_id: int) -> BaseResponse:
    """Have all memoranda of a batch sent that were not sent yet."""
    batch = queries.batch(current_actor(), batch_id)
    with refusals_at(_url(batch)):
        services.send(current_actor(), batch, request.form.get("version", type=int))
    return redirect_to(_url(batch), _("They are on their way, one after the other."))


@bp.route("/<int:batch_id>/reminders", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def reminders(batch_id: int) -> BaseResponse:
    """Say how people are reminded, for all of them."""
    batch = queries.batch(current_actor(), batch_id)
    found = queries.memoranda(batch)
    policy = {name: getattr(found[0], name) if found else None for name in ("remind_after_days", "remind_at_most")}
    form = PolicyForm(data=policy | {"version": batch.version})
    if form.validate_on_submit():
        with form.refusals(batch):
            after, most = form.remind_after_days.data, form.remind_at_most.data
            services.set_policy(current_actor(), batch, form.version.data, after, most)
            return changed(form, _url(batch), _("Saved."))
    return form_page("mou/batches/reminders.html", form, batch=batch)


def batch_of(actor: Actor, mou: Mou) -> dict[str, Any] | None:
    """The panel of a memorandum's page: the batch it was drafted in."""
    found = queries.of_mou(actor, mou) if actor.may(Permission.MOU_EDIT) else None
    return {"batch": found} if found else None
