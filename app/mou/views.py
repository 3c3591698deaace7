"""Pages on which memoranda are listed, read, drafted, edited, withdrawn and deleted."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import panels
from app.core.access import Permission, current_actor, public, requires
from app.core.templating import plain_tr
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.mou import queries, rules, services
from app.mou.forms import MouForm, ReasonForm
from app.mou.listing import MouListing
from app.mou.models import OPEN, Mou, MouState
from app.mou.permissions import check_edit, may_edit
from app.mou.progress import queries as progress
from app.mou.signing.queries import replaced_in

bp = Blueprint("mou", __name__, url_prefix="/mou")


@bp.get("/")
@public("What is published is there for everybody; the list shows what its reader may see")
def index() -> Response:
    """The register of memoranda."""
    listing = MouListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("mou/list.html", "mou/_results.html", listing=listing.load())


@bp.get("/<int:mou_id>")
@public("Published memoranda are for everybody; others answer 404 to who may not see them")
def show(mou_id: int) -> Response:
    """One memorandum: who agrees on what, how far it is, what is missing."""
    actor = current_actor()
    mou = queries.mou(actor, mou_id)
    edits = may_edit(actor, mou)
    return answer(
        "mou/show.html",
        mou=mou,
        reference=queries.reference_of(mou),
        may_edit=edits,
        is_open=mou.state in OPEN,
        is_insider=queries.is_insider(actor, mou),
        tells_progress=progress.is_told(actor, mou),
        missing=rules.missing(mou) if edits and mou.state in OPEN else [],
        history=queries.history(actor, mou),
        replaced=replaced_in(mou),
        states={state.value: state for state in MouState},
        clauses=queries.clauses_of(mou),
        newer=queries.newer_version(mou) if edits and mou.state in OPEN else None,
        panels=panels.of("mou", actor, mou),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MOU_CREATE)
def create() -> BaseResponse:
    """Draft a memorandum."""
    form = MouForm(data=_usual())
    if form.validate_on_submit():
        with form.refusals():
            mou = services.create(current_actor(), form.mou_facts())
            return created(form, page_url(mou), _("The draft is saved. Add the parties next."))
    return form_page("mou/form.html", form, mou=None)


def _usual() -> dict[str, Any]:
    """What a new draft begins with: the actor's country and its language beside English."""
    actor = current_actor()
    country = next(iter(sorted(actor.countries)), None)
    native = queries.language_of(country) if country else None
    return {
        "country": country,
        "owner": queries.own_organisation(actor),
        "left_language": native or "en",
        "right_language": "en" if native and native != "en" else None,
        "duration_months": 24,
        "clauses": [code for version in queries.newest_versions() for code in queries.optional_clauses(version)],
    }


@bp.route("/<int:mou_id>/edit", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def edit(mou_id: int) -> BaseResponse:
    """Change a memorandum that is open."""
    mou = editable(mou_id)
    form = MouForm(mou=mou)
    if form.validate_on_submit():
        with form.refusals(mou):
            services.edit(current_actor(), mou, form.version.data, form.mou_facts())
            return changed(form, page_url(mou), _("Saved."))
    return form_page("mou/form.html", form, mou=mou)


@bp.route("/<int:mou_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def withdraw(mou_id: int) -> BaseResponse:
    """Give a memorandum up."""
    mou = editable(mou_id)
    form = ReasonForm(data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.withdraw(current_actor(), mou, form.version.data, form.reason.data)
            return changed(form, page_url(mou), _("It is withdrawn."))
    return form_page("mou/withdraw.html", form, mou=mou)


@bp.route("/<int:mou_id>/delete", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def delete(mou_id: int) -> BaseResponse:
    """Delete a draft that nobody outside has seen, after asking."""
    mou = own(mou_id)
    if request.method == "POST":
        title = plain_tr(mou.title)
        services.delete(current_actor(), mou, request.form.get("version", type=int))
        return redirect_to(url_for("mou.index"), _("%(name)s is deleted.", name=title))
    return answer("mou/delete.html", mou=mou, referrers=queries.referrers(mou))


def own(mou_id: int) -> Mou:
    """A memorandum that the actor looks after, in whatever state. Raises ``NoResultFound`` and ``NotAllowed``."""
    mou = queries.mou(current_actor(), mou_id)
    check_edit(current_actor(), mou)
    return mou


def editable(mou_id: int) -> Mou:
    """A memorandum that the actor may change, opened to be changed.

    One that is frozen is refused before anything is typed. Raises ``NoResultFound``, ``NotAllowed`` and ``Frozen``.
    """
    mou = own(mou_id)
    if request.method != "POST":
        rules.check_open(mou.state)
    return mou


@bp.errorhandler(rules.Frozen)
def frozen(error: rules.Frozen) -> Response:
    """Why a form cannot be used, and the way back."""
    mou = queries.mou(current_actor(), int((request.view_args or {})["mou_id"]))
    return answer("mou/frozen.html", status=409, error=error, mou=mou)


def page_url(mou: Mou, **more: Any) -> str:
    """The address of a memorandum's page."""
    return url_for("mou.show", mou_id=mou.id, **more)
