"""Pages of micro-credentials."""

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import panels
from app.core.access import Permission, current_actor, public, requires
from app.core.errors import NotAllowed
from app.core.options import Offer
from app.core.templating import reader_language
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.microcredentials import annex, guards, links, queries, services
from app.microcredentials.forms import MicroCredentialForm, MoveForm
from app.microcredentials.listing import MicroCredentialListing, parts
from app.microcredentials.models import MicroCredential, MicroCredentialState, Participation, UseType
from app.microcredentials.names import isced_suggestions
from app.microcredentials.shown import Shown, shown

bp = Blueprint("microcredentials", __name__, url_prefix="/microcredentials")

NEWEST = 10
PER_PAGE = 50
MOST_PAGES = 200
RETIRED = MicroCredentialState.RETIRED


@bp.get("/")
@public("What is published is there for everybody")
def index() -> Response:
    """The catalogue."""
    listing = MicroCredentialListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("microcredentials/list.html", "microcredentials/_results.html", listing=listing.load())


@bp.get("/<code>")
@public("What is published is there for everybody")
def show(code: str) -> Response:
    """One micro-credential: what it is, what it still lacks, and everything that concerns it."""
    return _page(shown(current_actor(), code))


def _page(microcredential: Shown, form: MoveForm | None = None) -> Response:
    actor, moves = current_actor(), _moves(microcredential)
    if form is None and moves:
        form = MoveForm(lambda: microcredential.design)
    concerns = links.everything_concerning(db.session, actor, microcredential.id, NEWEST)
    may_edit = _may_edit(microcredential)
    return answer(
        "microcredentials/show.html",
        status=form.status if form else 200,
        mc=microcredential,
        form=form,
        moves=moves,
        may_edit=may_edit,
        design=(*microcredential.facts, may_edit),
        annex=annex.annex,
        concerns=concerns,
        panels=panels.of("microcredential", actor, microcredential),
        most_counted=links.MOST_COUNTED,
        history=queries.history(actor, microcredential),
        changes=queries.changes(actor, microcredential),
        parts=parts,
        states={state.value: state for state in MicroCredentialState},
        participations=Participation,
        use_types=UseType,
    )


def _may_edit(microcredential: Shown) -> bool:
    settled = microcredential.state in (MicroCredentialState.FINAL, RETIRED)
    return not settled and current_actor().may(services.edit_permission(microcredential.state), microcredential)


def _moves(microcredential: Shown) -> list[MicroCredentialState]:
    """Where the actor may move it from here; retiring has a page of its own."""
    onwards = map(MicroCredentialState, microcredential.moves.onwards(microcredential.state))
    permitted = ((state, services.move_permission(microcredential.state, state)) for state in onwards)
    return [state for state, permission in permitted if current_actor().may(permission, microcredential)]


@bp.get("/<code>/concerns/<kind>")
@public("It shows of a published one what the actor may see")
def concerns(code: str, kind: str) -> Response:
    """All records of one kind that concern a micro-credential, the newest first."""
    actor = current_actor()
    microcredential = queries.named(actor, code)
    known = links.kind_named(kind)
    if known is None or not known.open_to(actor):
        abort(404)
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    place = {"limit": PER_PAGE + 1, "offset": (page - 1) * PER_PAGE}
    found = links.concerning(db.session, actor, microcredential.id, known, counted=False, **place)
    return answer("microcredentials/concerns.html", mc=microcredential, found=found, page=page, per_page=PER_PAGE)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MICROCREDENTIAL_CREATE)
def create() -> BaseResponse:
    """Add a design."""
    actor = current_actor()
    form = MicroCredentialForm.new()
    if form.validate_on_submit():
        with form.refusals():
            microcredential = services.create(actor, form.design_facts())
            location = url_for("microcredentials.show", code=microcredential.code)
            return created(form, location, _("%(code)s is in the catalogue, as an idea.", code=microcredential.code))
    return form_page("microcredentials/form.html", form, mc=None, isced=isced_suggestions())


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.MICROCREDENTIAL_EDIT)
def edit(code: str) -> BaseResponse:
    """Change a design."""
    actor, microcredential = current_actor(), queries.by_code(current_actor(), code)
    form = MicroCredentialForm.of(microcredential)
    if not form.is_submitted() or not actor.may(Permission.MICROCREDENTIAL_EDIT, microcredential):
        actor.check(services.edit_permission(microcredential.state), microcredential)
        guards.editable(microcredential.state)
    if form.validate_on_submit():
        with form.refusals(microcredential), form.kept_from(NotAllowed, guards.NotEditable):
            services.edit(actor, microcredential, form.version.data, form.design_facts())
            return changed(form, url_for("microcredentials.show", code=microcredential.code), _("Saved."))
    return form_page("microcredentials/form.html", form, mc=microcredential, isced=isced_suggestions())


@bp.post("/<code>/move")
@requires(Permission.MICROCREDENTIAL_EDIT)
def move(code: str) -> BaseResponse:
    """Move a design on or back; what keeps it from moving is said on its page."""
    microcredential = queries.by_code(current_actor(), code)
    form = MoveForm(lambda: microcredential)
    if form.validate_on_submit():
        with form.refusals():
            _carry_out(microcredential, form)
            message = _("%(code)s: %(state)s.", code=microcredential.code, state=microcredential.state.label)
            return redirect_to(url_for("microcredentials.show", code=microcredential.code), message)
    return _page(shown(current_actor(), code), form)


def _carry_out(microcredential: MicroCredential, form: MoveForm) -> None:
    wanted = MicroCredentialState(form.to.data)
    services.move(current_actor(), microcredential, wanted, form.version.data, form.reason.data)


@bp.route("/<code>/retire", methods=["GET", "POST"])
@requires(Permission.MICROCREDENTIAL_EDIT)
def retire(code: str) -> BaseResponse:
    """Ask before a micro-credential is retired, and why."""
    microcredential = queries.by_code(current_actor(), code)
    current_actor().check(services.move_permission(microcredential.state, RETIRED), microcredential)
    form = MoveForm(lambda: microcredential, data={"to": RETIRED.value, "version": microcredential.version})
    if form.validate_on_submit():
        with form.refusals():
            _carry_out(microcredential, form)
            message = _("%(code)s is retired.", code=microcredential.code)
            return redirect_to(url_for("microcredentials.show", code=microcredential.code), message)
    referrers = links.referrers(db.session, microcredential)
    return form_page("microcredentials/retire.html", form, mc=microcredential, referrers=referrers)


@bp.post("/<code>/delete")
@requires(Permission.MICROCREDENTIAL_EDIT)
def delete(code: str) -> BaseResponse:
    """Remove a design that was never public and that nothing refers to."""
    microcredential = queries.by_code(current_actor(), code)
    services.delete(current_actor(), microcredential)
    return redirect_to(url_for("microcredentials.index"), _("%(code)s is deleted.", code=microcredential.code))


@bp.get("/options")
@public("Pickers ask it; it answers what the actor may see")
def options() -> str:
    """Options of a picker of micro-credentials; ``all`` of them for a device that will have no network."""
    actor, language = current_actor(), reader_language().code
    most = queries.MOST_ON_A_DEVICE if request.args.get("all") else queries.MOST_OPTIONS
    offer = Offer.asked(lambda query: queries.find_options(actor, query, language, most), request.args)
    return render_template("components/_options.html", field=offer)
