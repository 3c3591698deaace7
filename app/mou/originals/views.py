"""Pages of whoever keeps what was signed elsewhere: on paper, by file, checked, counted."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Actor, Permission, current_actor, requires
from app.core.web import answer, created, form_page, redirect_to, sent
from app.mou import rules as missing_rules
from app.mou.models import CONCLUDED, OPEN, Mou, MouState
from app.mou.originals import queries, rules, services
from app.mou.originals.forms import ValidationForm, original_form
from app.mou.originals.notes import notes
from app.mou.permissions import check_edit, may_edit, may_prove
from app.mou.texts import content, paper
from app.mou.texts import queries as texts
from app.mou.texts.services import wording as wording_of
from app.mou.views import bp, editable, own, page_url


@bp.route("/<int:mou_id>/paper", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def paper_copy(mou_id: int) -> BaseResponse:
    """Freeze the text to be printed and signed by hand."""
    mou = editable(mou_id)
    missing = missing_rules.missing(mou, by_link=False)
    if request.method == "POST" and not missing:
        services.freeze_for_paper(current_actor(), mou, request.form.get("version", type=int))
        message = _("It is frozen. Print it, have it signed, and send the scan here.")
        return redirect_to(page_url(mou, _anchor="signing"), message)
    before = texts.newest(mou)
    said = content.frozen(mou, before.number + 1 if before else 1)
    page = Markup(paper.html(said))  # noqa: S704 - of our own template, every text in it escaped
    status = 422 if request.method == "POST" else 200
    return answer("mou/originals/paper.html", status=status, mou=mou, missing=missing, page=page)


@bp.route("/<int:mou_id>/originals/new", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def add_original(mou_id: int) -> BaseResponse:
    """Keep a file that was signed elsewhere, with what is claimed of it."""
    mou = own(mou_id)
    form = original_form(mou)
    if form.validate_on_submit():
        with form.refusals():
            files = (form.sent("file"), form.sent("evidence"))
            services.add(current_actor(), mou, form.original_facts(), *files)
            message = _("The file is kept, byte for byte.")
            return created(form, page_url(mou, _anchor="originals"), message)
    countries = [party.organisation.country for party in mou.parties]
    return form_page("mou/originals/add.html", form, mou=mou, why_not=_why_not(mou), notes=notes(countries))


@bp.route("/<int:mou_id>/originals/<int:original_id>/check", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def check_original(mou_id: int, original_id: int) -> BaseResponse:
    """Write down what somebody found who checked an original."""
    original = queries.original(current_actor(), mou_id, original_id)
    check_edit(current_actor(), original.mou)
    form = ValidationForm()
    if form.validate_on_submit():
        with form.refusals():
            services.validate(current_actor(), original, form.validation_facts())
            return created(form, page_url(original.mou, _anchor="originals"), _("The check is written down."))
    return form_page("mou/originals/check.html", form, mou=original.mou, original=original)


@bp.route("/<int:mou_id>/originals/finish", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def finish_elsewhere(mou_id: int) -> BaseResponse:
    """Say that everybody has signed elsewhere, after asking."""
    mou = own(mou_id)
    found = services.counted(mou)
    missing = missing_rules.missing(mou, by_link=False)
    lacking = [party for party in mou.parties if party.id not in queries.signed_parties(found)]
    if request.method == "POST" and not missing and not lacking:
        services.finish(current_actor(), mou, request.form.get("version", type=int))
        return redirect_to(page_url(mou), _("It is signed; on its day it is in force."))
    status = 422 if request.method == "POST" else 200
    facts: dict[str, Any] = {"missing": missing, "lacking": lacking, "originals": found, "why_not": _why_not(mou)}
    return answer("mou/originals/finish.html", status=status, mou=mou, **facts)


@bp.get("/<int:mou_id>/originals/<int:original_id>/file")
@requires(Permission.MOU_READ)
def original_file(mou_id: int, original_id: int) -> Response:
    """The original, byte for byte."""
    original = queries.original(current_actor(), mou_id, original_id)
    return sent(original.file, original.file.name, as_it_is=True)


@bp.get("/<int:mou_id>/originals/<int:original_id>/document")
@requires(Permission.MOU_READ)
def original_document(mou_id: int, original_id: int) -> Response:
    """The document that a signature in a file of its own belongs to."""
    original = queries.original(current_actor(), mou_id, original_id)
    return sent(original.document, original.document.name if original.document else "", as_it_is=True)


def originals(actor: Actor, mou: Mou) -> dict[str, Any] | None:
    """The panel of a memorandum's page: what was signed elsewhere, what is claimed and found of it."""
    found = queries.kept(mou) if actor.is_internal else []
    edits = may_edit(actor, mou)
    is_taken = edits and _why_not(mou) is None
    if not found and not (is_taken and mou.state is MouState.READY_TO_SIGN):
        return None
    # Once it is concluded, the terms stand still, and only what it was concluded with is of interest.
    wording = wording_of(mou) if found and is_taken else None
    facts = {"mou": mou, "originals": found, "may_edit": edits, "is_taken": is_taken, "is_open": mou.state in OPEN}
    # What has a text besides is exported from its board.
    exports = bool(found) and mou.state in CONCLUDED and may_prove(actor, mou) and texts.newest(mou) is None
    return facts | {"wording": wording, "exports": exports}


def _why_not(mou: Mou) -> str | None:
    try:
        rules.check_state(mou.state, is_out_by_link=services.is_out_by_link(mou))
    except rules.NotHere as error:
        return str(error)
    return None
