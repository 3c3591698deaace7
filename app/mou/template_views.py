"""Pages of templates: which there are, what each version says, the next version, and drafts offered a newer one."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.templating import plain_tr
from app.core.web import answer, changed, form_page, redirect_to, refusals_at
from app.mou import queries, templates, wordings
from app.mou.models import MouTemplate
from app.mou.template_forms import ClauseForm, HeadForm, PublishForm, clause_data
from app.mou.texts.differences import ClauseChange, by_language
from app.mou.views import editable, page_url

bp = Blueprint("mou_templates", __name__, url_prefix="/mou/templates")


def _template(template_id: int) -> MouTemplate:
    if not current_actor().is_internal:
        raise NoResultFound
    return queries.template(template_id)


def _drafted(template_id: int) -> MouTemplate:
    template = _template(template_id)
    if template.draft is None:
        raise NoResultFound
    return template


def _page(template: MouTemplate, **more: Any) -> str:
    return url_for("mou_templates.show", template_id=template.id, **more)


def _draft_page(template: MouTemplate, **more: Any) -> str:
    return url_for("mou_templates.draft", template_id=template.id, **more)


@bp.get("")
@requires(Permission.MOU_READ)
def index() -> Response:
    """The templates, with how many memoranda were begun with each."""
    if not current_actor().is_internal:
        raise NoResultFound
    found, of_version = queries.all_templates(), queries.uses(current_actor())
    uses = {one.id: sum(of_version.get(version.id, 0) for version in one.versions) for one in found}
    return answer("mou/templates/list.html", found=found, uses=uses)


@bp.get("/<int:template_id>")
@requires(Permission.MOU_READ)
def show(template_id: int) -> Response:
    """One template: what a version says in each language, and what it changed."""
    template = _template(template_id)
    wanted = request.args.get("version", type=int) or template.current.number
    version = next((one for one in template.versions if one.number == wanted), None)
    if version is None:
        raise NoResultFound
    before = next((one for one in reversed(template.versions) if one.number < version.number), None)
    facts: dict[str, Any] = {
        "model": template,
        "version": version,
        "before": before,
        "uses": queries.uses(current_actor()),
    }
    changes = differing(before.content, version.content) if before else {}
    return answer("mou/templates/show.html", **facts, changes=changes, clauses=version.content["clauses"])


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[ClauseChange]]:
    """Where two versions of a template differ, in each language in which they do."""
    found = by_language(_as_text(before), _as_text(after))
    return {language: changes for language, changes in found.items() if changes}


def _as_text(content: dict[str, Any]) -> dict[str, Any]:
    """A template in the form in which texts of memoranda are compared."""
    clauses = [
        {
            "code": one["code"],
            "title": one["title"],
            "parts": {code: [{"text": text}] for code, text in one["text"].items() if code in one["title"]},
        }
        for one in content["clauses"]
    ]
    return {"languages": list(content["title"]), "title": content["title"], "clauses": clauses}


@bp.post("/<int:template_id>/retire")
@requires(Permission.MOU_TEMPLATE)
def retire(template_id: int) -> BaseResponse:
    """Offer a template no longer, or again."""
    template = _template(template_id)
    retired = request.form.get("retired") == "yes"
    templates.retire(current_actor(), template, request.form.get("version", type=int), retired)
    message = _("It is offered no longer; drafts that were begun go on.") if retired else _("It is offered again.")
    return redirect_to(_page(template), message)


# ---- The next version ----


@bp.post("/<int:template_id>/draft/begin")
@requires(Permission.MOU_TEMPLATE)
def begin(template_id: int) -> BaseResponse:
    """Begin the next version, or go on with it."""
    template = _template(template_id)
    templates.begin(current_actor(), template)
    return redirect_to(_draft_page(template))


@bp.route("/<int:template_id>/draft", methods=["GET", "POST"])
@requires(Permission.MOU_TEMPLATE)
def draft(template_id: int) -> BaseResponse:
    """The next version as it stands, what it lacks and what it changes; and its publication."""
    template = _drafted(template_id)
    form = PublishForm(data={"version": template.version})
    if form.validate_on_submit():
        with form.refusals(template):
            made = templates.publish_draft(current_actor(), template, form.version.data, form.note.data)
            message = _("Version %(number)s is published. Drafts that were begun are offered it.", number=made.number)
            return changed(form, _page(template), message)
    content = template.draft or {}
    facts = {"model": template, "draft": content, "lacks": wordings.faults(wordings.parsed(content))}
    return form_page("mou/templates/draft.html", form, **facts, changes=differing(template.current.content, content))


@bp.post("/<int:template_id>/draft/discard")
@requires(Permission.MOU_TEMPLATE)
def discard(template_id: int) -> BaseResponse:
    """Throw away what was written of the next version."""
    template = _drafted(template_id)
    templates.discard(current_actor(), template, request.form.get("version", type=int))
    return redirect_to(_page(template), _("What was written is thrown away."))


@bp.route("/<int:template_id>/draft/head", methods=["GET", "POST"])
@requires(Permission.MOU_TEMPLATE)
def head(template_id: int) -> BaseResponse:
    """Write title and notice."""
    template = _drafted(template_id)
    content = template.draft or {}
    form = HeadForm(data={"version": template.version, "title": content["title"], "notice": content["notice"]})
    if form.validate_on_submit():
        with form.refusals(template):
            facts = (form.version.data, form.title.data, form.notice.data)
            templates.write_head(current_actor(), template, *facts)
            return changed(form, _draft_page(template), _("Saved."))
    return form_page("mou/templates/head.html", form, model=template)


@bp.route("/<int:template_id>/draft/clauses/new", methods=["GET", "POST"])
@requires(Permission.MOU_TEMPLATE)
def add_clause(template_id: int) -> BaseResponse:
    """Write a new clause."""
    template = _drafted(template_id)
    place = len((template.draft or {})["clauses"]) + 1
    form = ClauseForm(data={"version": template.version, "place": place, "is_mandatory": False})
    return _clause(template, form, None)


@bp.route("/<int:template_id>/draft/clauses/<code>", methods=["GET", "POST"])
@requires(Permission.MOU_TEMPLATE)
def edit_clause(template_id: int, code: str) -> BaseResponse:
    """Write a clause."""
    template = _drafted(template_id)
    data = clause_data(template.draft or {}, code)
    if data is None:
        raise NoResultFound
    return _clause(template, ClauseForm(data=data | {"version": template.version}), code)


def _clause(template: MouTemplate, form: ClauseForm, code: str | None) -> BaseResponse:
    if form.validate_on_submit():
        with form.refusals(template):
            templates.write_clause(current_actor(), template, form.version.data, form.clause_facts(), code)
            return changed(form, _draft_page(template, _anchor="clauses"), _("Saved."))
    known = sorted(wordings.BLOCKS), sorted(wordings.PIECES)
    return form_page("mou/templates/clause.html", form, model=template, code=code, known=known)


@bp.post("/<int:template_id>/draft/clauses/<code>/remove")
@requires(Permission.MOU_TEMPLATE)
def remove_clause(template_id: int, code: str) -> BaseResponse:
    """Leave a clause out."""
    template = _drafted(template_id)
    templates.remove_clause(current_actor(), template, request.form.get("version", type=int), code)
    return redirect_to(_draft_page(template, _anchor="clauses"), _("The clause is left out of the next version."))


# ---- A draft that was begun with an older version ----


@bp.route("/newer/<int:mou_id>", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def newer(mou_id: int) -> BaseResponse:
    """What the newest version of its template says differently from the one a memorandum was begun with; take it."""
    mou = editable(mou_id)
    found = queries.newer_version(mou)
    if request.method == "POST":
        with refusals_at(page_url(mou)):
            templates.take_newer(current_actor(), mou, request.form.get("version", type=int))
        return redirect_to(page_url(mou, _anchor="clauses"), _("It goes on with the newest version."))
    if found is None:
        return redirect_to(page_url(mou), _("It was begun with the newest version."))
    every = differing(mou.template_version.content, found.content)
    changes = {language: some for language, some in every.items() if language in mou.languages}
    return answer("mou/templates/newer.html", mou=mou, newer=found, changes=changes, title=plain_tr(mou.title))
