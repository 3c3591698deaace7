"""Pages of organisations."""

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, panels
from app.core.access import Permission, current_actor, public, requires
from app.core.asked import Asked
from app.core.options import Offer
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.stakeholders import queries, services
from app.stakeholders.forms import OrganisationForm
from app.stakeholders.listing import OrganisationListing
from app.stakeholders.whereabouts import where_they_are

bp = Blueprint("stakeholders", __name__, url_prefix="/stakeholders")


@bp.get("/")
@requires(Permission.STAKEHOLDER_READ)
def index() -> Response:
    """The register of organisations."""
    listing = OrganisationListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("stakeholders/list.html", "stakeholders/_results.html", listing=listing.load())


@bp.get("/map")
@requires(Permission.STAKEHOLDER_READ)
def on_map() -> Response:
    """Where the organisations of the register are, and what they are; with the filters of the list."""
    listing = OrganisationListing().page(db.session, current_actor(), request.path, request.args)
    spread, categories = where_they_are(listing)
    return answer(
        "stakeholders/map.html", "stakeholders/_map.html", listing=listing, spread=spread, categories=categories
    )


@bp.get("/<int:organisation_id>")
@requires(Permission.STAKEHOLDER_READ)
def show(organisation_id: int) -> BaseResponse:
    """One organisation: its names, who speaks for it, how to reach it; of one that was merged, what it is now."""
    try:
        organisation = queries.organisation(current_actor(), organisation_id)
    except NoResultFound:
        survivor = queries.survivor_of(current_actor(), organisation_id)
        if survivor is None:
            raise
        return redirect_to(url_for("stakeholders.show", organisation_id=survivor))
    asked = Asked(request.args)
    on = asked.day(_("On the day"), "as_of")
    return answer(
        "stakeholders/show.html",
        organisation=organisation,
        on=on,
        left_out=asked.left_out,
        merges=queries.merges_into(organisation),
        today=clock.today(),
        affiliations=queries.affiliations(current_actor(), organisation),
        panels=panels.of("organisation", current_actor(), organisation),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_CREATE)
def create() -> BaseResponse:
    """Add an organisation."""
    form = OrganisationForm.new()
    if form.validate_on_submit() and form.is_not_another():
        with form.refusals():
            organisation = services.create_organisation(current_actor(), form.organisation_facts())
            location = url_for("stakeholders.show", organisation_id=organisation.id)
            return created(form, location, _("%(name)s is in the register.", name=organisation.name))
    return form_page("stakeholders/form.html", form, organisation=None)


@bp.route("/<int:organisation_id>/edit", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_EDIT)
def edit(organisation_id: int) -> BaseResponse:
    """Change an organisation; one that was merged leads to what it is now, with what was typed meanwhile."""
    try:
        organisation = queries.organisation(current_actor(), organisation_id)
    except NoResultFound:
        return _edit_survivor(organisation_id)
    current_actor().check(Permission.STAKEHOLDER_EDIT, organisation)
    form = OrganisationForm.of(organisation)
    if form.validate_on_submit():
        with form.refusals(organisation):
            services.edit_organisation(current_actor(), organisation, form.version.data, form.organisation_facts())
            return changed(form, url_for("stakeholders.show", organisation_id=organisation.id), _("Saved."))
    return form_page("stakeholders/form.html", form, organisation=organisation)


def _edit_survivor(organisation_id: int) -> BaseResponse:
    called, organisation = queries.gone_up(current_actor(), organisation_id)
    form, location = OrganisationForm.of(organisation), url_for("stakeholders.edit", organisation_id=organisation.id)
    if not current_actor().may(Permission.STAKEHOLDER_EDIT, organisation):
        form.give_back(organisation, called, url_for("stakeholders.show", organisation_id=organisation.id))
    if not form.carry_over(organisation, called, location):
        return redirect_to(location, _("“%(name)s” was merged into this record.", name=called), "info")
    return form_page("stakeholders/form.html", form, organisation=organisation)


@bp.get("/options")
@public("Pickers ask it; it answers what the actor may see")
def options() -> str:
    """Options of a picker of organisations."""
    actor = current_actor()
    offer = Offer.asked(lambda query: queries.find_options(actor, query), request.args)
    return render_template("components/_options.html", field=offer)
