"""Pages of people."""

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response as BaseResponse

from app.core import panels
from app.core.access import Permission, current_actor, requires
from app.core.asked import key_of
from app.core.options import Offer
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.stakeholders import consent, queries, services
from app.stakeholders.listing import PersonListing
from app.stakeholders.people_forms import PersonForm

bp = Blueprint("people", __name__, url_prefix="/stakeholders/people")


@bp.get("/")
@requires(Permission.PERSON_READ)
def index() -> Response:
    """The register of people."""
    listing = PersonListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("stakeholders/people/list.html", "stakeholders/people/_results.html", listing=listing.load())


@bp.get("/options")
@requires(Permission.PERSON_READ)
def options() -> str:
    """People for a picker, as options."""
    actor = current_actor()
    offer = Offer.asked(lambda query: queries.find_people(actor, query), request.args)
    return render_template("components/_options.html", field=offer)


@bp.get("/<int:person_id>")
@requires(Permission.PERSON_READ)
def show(person_id: int) -> BaseResponse:
    """One person: whom they speak for, and why the portal may know; of one who was merged, who it is now."""
    try:
        person = queries.person(current_actor(), person_id)
    except NoResultFound:
        now = queries.person_now(current_actor(), person_id)
        if now is None:
            raise
        return redirect_to(url_for("people.show", person_id=now))
    return answer(
        "stakeholders/people/show.html",
        person=person,
        merges=queries.merges_into_person(person),
        agreed=consent.standing(person.consents).values(),
        is_baseless=consent.is_baseless(person.lawful_basis, person.consents),
        panels=panels.of("person", current_actor(), person),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def create() -> BaseResponse:
    """Add a person, for an organisation when one is named in the address."""
    organisation_id = key_of(request.args.get("organisation"))
    form = PersonForm(data={"affiliations": [{"organisation": organisation_id}] if organisation_id else []})
    if form.validate_on_submit() and form.is_not_another():
        with form.refusals():
            person = services.create_person(current_actor(), form.person_facts())
            location = url_for("people.show", person_id=person.id)
            return created(form, location, _("%(name)s is in the register.", name=person.name))
    return form_page("stakeholders/people/form.html", form, person=None)


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def edit(person_id: int) -> BaseResponse:
    """Change a person and whom the person speaks for; of one who was merged, who it is now, with what was typed."""
    try:
        person = queries.person(current_actor(), person_id)
    except NoResultFound:
        return _edit_survivor(person_id)
    current_actor().check(Permission.PERSON_EDIT, person if person.affiliations else None)
    form = PersonForm.of(person)
    if form.validate_on_submit():
        with form.refusals(person):
            services.edit_person(current_actor(), person, form.version.data, form.person_facts())
            return changed(form, url_for("people.show", person_id=person.id), _("Saved."))
    return form_page("stakeholders/people/form.html", form, person=person)


def _edit_survivor(person_id: int) -> BaseResponse:
    called, person = queries.person_gone_up(current_actor(), person_id)
    form, location = PersonForm.of(person), url_for("people.edit", person_id=person.id)
    if not current_actor().may(Permission.PERSON_EDIT, person if person.affiliations else None):
        form.give_back(person, called, url_for("people.show", person_id=person.id))
    if not form.carry_over(person, called, location):
        return redirect_to(location, _("“%(name)s” was merged into this record.", name=called), "info")
    return form_page("stakeholders/people/form.html", form, person=person)
