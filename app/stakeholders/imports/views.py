"""Pages of imports: a file, its columns, its rows, what became of them."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core import portal
from app.core.access import Permission, current_actor, requires
from app.core.asked import key_of
from app.core.export import download
from app.core.progress import ended, under_way
from app.core.web import answer, created, form_page, redirect_to
from app.extensions import db
from app.stakeholders.imports import queries, services, showing
from app.stakeholders.imports.columns import DELETE
from app.stakeholders.imports.forms import ColumnsForm, DecisionForm, FileForm
from app.stakeholders.imports.listing import BatchListing
from app.stakeholders.imports.models import AT_WORK, BatchState, Decision, ImportBatch, ImportKind, Verdict
from app.stakeholders.imports.services import Desk

bp = Blueprint("stakeholder_imports", __name__, url_prefix="/stakeholders/imports")

RESULT = ("row", "what became of it", "id", "name", "note", "faults")


def _desk() -> Desk:
    return Desk(portal.consortium(), portal.files())


def _here(batch: ImportBatch) -> str:
    return url_for("stakeholder_imports.show", batch_id=batch.id)


@bp.get("/")
@requires(Permission.STAKEHOLDER_IMPORT)
def index() -> Response:
    """The imports so far."""
    listing = BatchListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("stakeholders/imports/list.html", "stakeholders/imports/_results.html", listing=listing.load())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_IMPORT)
def upload() -> BaseResponse:
    """Take a file; nothing is written into the register before somebody has seen what it would do."""
    form = FileForm()
    if form.validate_on_submit():
        with form.refusals():
            kind = ImportKind(form.kind.data) if form.kind.data else None
            file = form.file.data
            batch = services.take_file(current_actor(), _desk(), file.stream, file.filename or "", kind)
            return created(form, url_for("stakeholder_imports.columns", batch_id=batch.id), "")
    return form_page("stakeholders/imports/new.html", form, delete_mark=DELETE)


@bp.route("/<int:batch_id>/columns", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_IMPORT)
def columns(batch_id: int) -> BaseResponse:
    """Say what each column is; the rows are checked then."""
    batch = queries.batch(current_actor(), batch_id)
    if batch.state not in (BatchState.MAPPING, BatchState.CHECKED):
        return redirect_to(_here(batch))
    desk = _desk()
    form = ColumnsForm.of(batch, services.known_columns(current_actor(), desk.consortium, batch.kind))
    if form.validate_on_submit():
        with form.refusals():
            services.map_columns(current_actor(), desk, batch, form.mapping(batch), form.defaults())
            return redirect_to(_here(batch))
    facts: dict[str, Any] = {"batch": batch, "silent": services.DEFAULTS[batch.kind], "delete_mark": DELETE}
    return form_page("stakeholders/imports/columns.html", form, **facts)


@bp.get("/<int:batch_id>")
@requires(Permission.STAKEHOLDER_IMPORT)
def show(batch_id: int) -> BaseResponse:
    """How far an import is: its progress, its rows to be decided about, or what became of them."""
    batch = queries.batch(current_actor(), batch_id)
    if batch.state is BatchState.MAPPING:
        return redirect_to(url_for("stakeholder_imports.columns", batch_id=batch.id))
    if batch.state in AT_WORK:
        return under_way("stakeholders/imports/progress.html", showing.progress(batch), batch=batch)
    return ended() or _rows_page(batch, DecisionForm())


def _rows_page(batch: ImportBatch, form: DecisionForm) -> Response:
    actor, which = current_actor(), showing.chosen_term(batch, request.args.get("show", ""))
    page = key_of(request.args.get("page")) or 1
    counts = queries.counts(batch)
    told: Mapping[Any, int] = counts.verdicts if showing.terms(batch) is Verdict else counts.outcomes
    here = _here(batch)
    parts = [showing.Tab(here, _("All"), counts.rows, which is None)] + [
        showing.Tab(f"{here}?show={term.value}", str(term.label), told[term], which is term)
        for term in showing.terms(batch)
        if told.get(term)
    ]
    return answer(
        "stakeholders/imports/show.html",
        status=form.status,
        form=form,
        batch=batch,
        counts=counts,
        parts=parts,
        which=which,
        page=max(1, page),
        pages=-(-(told.get(which, 0) if which else counts.rows) // queries.PER_PAGE),
        rows=showing.shown_rows(actor, batch, queries.rows(batch, which, page)),
        labels=services.known_columns(actor, portal.consortium(), batch.kind),
    )


@bp.post("/<int:batch_id>")
@requires(Permission.STAKEHOLDER_IMPORT)
def decide(batch_id: int) -> BaseResponse:
    """Keep the decisions of one page, and go on: to other rows, to all of these rows alike, or to the import."""
    batch, form, desk = queries.batch(current_actor(), batch_id), DecisionForm(), _desk()
    if form.validate_on_submit():
        with form.refusals():
            changed = services.decide(current_actor(), desk, batch, form.decisions(request.form))
            match request.form.get("do", "").split(":"):
                case ["import"]:
                    services.begin_import(current_actor(), desk, batch)
                    return redirect_to(_here(batch))
                case ["all", ("new" | "changed") as verdict, ("skip" | "create" | "update") as decision]:
                    services.decide_all(current_actor(), batch, Verdict(verdict), Decision(decision))
                    return redirect_to(request.full_path.rstrip("?"), _("Decided for all of them."))
                case _:
                    told = ngettext("%(num)s decision is changed.", "%(num)s decisions are changed.", changed)
                    return redirect_to(request.full_path.rstrip("?"), told)
    return _rows_page(batch, form)


@bp.route("/<int:batch_id>/undo", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_IMPORT)
def undo(batch_id: int) -> BaseResponse:
    """Ask whether to undo an import, and do so."""
    batch, form = queries.batch(current_actor(), batch_id), DecisionForm()
    if form.validate_on_submit():
        with form.refusals():
            services.begin_undo(current_actor(), _desk(), batch)
            return redirect_to(_here(batch))
    return form_page("stakeholders/imports/undo.html", form, batch=batch, counts=queries.counts(batch))


@bp.route("/<int:batch_id>/empty", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_IMPORT)
def empty(batch_id: int) -> BaseResponse:
    """Ask whether to forget what a file said, and do so."""
    batch, form = queries.batch(current_actor(), batch_id), DecisionForm()
    if form.validate_on_submit():
        services.empty(current_actor(), _desk(), batch)
        return redirect_to(_here(batch), _("What the file said is deleted."))
    return form_page("stakeholders/imports/empty.html", form, batch=batch)


@bp.get("/<int:batch_id>/result")
@requires(Permission.STAKEHOLDER_IMPORT)
def result(batch_id: int) -> Response:
    """What became of each row, as a file."""
    batch = queries.batch(current_actor(), batch_id)
    kind = "xlsx" if request.args.get("format") == "xlsx" else "csv"
    return download(kind, f"import-{batch.id}", RESULT, queries.result_rows(batch.id))
