"""The page on which something that took place is logged, an organisation that is not in the register included."""

from hashlib import sha256

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.submissions import AlreadySubmitted, refuse_repeat, remember
from app.core.templating import plain_tr
from app.core.web import created, form_page
from app.events import services
from app.events.log_form import LogForm, NewOrganisationForm
from app.events.models import Event, EventState
from app.events.plan_views import page_url, remark
from app.events.spans import words
from app.events.views import bp
from app.extensions import db
from app.stakeholders import services as stakeholder_services
from app.stakeholders.lookalikes import Lookalike, similar
from app.stakeholders.models import Category, NameKind
from app.stakeholders.services import NameFacts, OrganisationFacts

NAMED = 3
ADD, ADD_ANYWAY = "add-organisation", "add-organisation-anyway"


@bp.route("/log", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE)
def log() -> BaseResponse:
    """Log an event in one form; a button within it adds an organisation and leaves the rest as it was typed."""
    form = LogForm.new(*map(request.args.get, ("kind", "mc", "organisation")))
    quick = NewOrganisationForm()
    done = request.form.get("do")
    alike: list[Lookalike] = []
    if done in (ADD, ADD_ANYWAY):
        alike = add_organisation(form, quick, anyway=done == ADD_ANYWAY)
    elif holds(form, quick):
        with form.refusals():
            event = enter(form)
            remark(event)
            return created(form, page_url(event), saved_message(event))
    status = 422 if quick.errors or alike else None
    page = form_page("events/log.html", form, quick=quick, similar=alike)
    if status and page.status_code < 400:
        page.status_code = status
    return page


def enter(form: LogForm) -> Event:
    """Enter what was filled in, as held or as a draft to go on with."""
    if form.state is EventState.DRAFT:
        return services.plan(current_actor(), form.event_facts(), EventState.DRAFT)
    return services.log(current_actor(), form.event_facts())


def holds(form: LogForm, quick: NewOrganisationForm) -> bool:
    """Whether the form was sent and can be saved: no organisation was typed without being added and would be lost."""
    if not quick.name.data:
        return form.validate_on_submit()
    if form.validate_on_submit():
        form.foresee()
    if form.is_submitted() and not form.is_searching:
        form.refuse(
            {"organisations": _("“%(name)s” is not added yet: add it, or empty its name.", name=quick.name.data)}
        )
    return False


def add_organisation(form: LogForm, quick: NewOrganisationForm, anyway: bool) -> list[Lookalike]:
    """Put the organisation typed beside the picker into the register and choose it.

    Answers organisations with a like name instead, unless it is to be added ``anyway``. A second press of the button
    chooses the one that the first press made.
    """
    if not quick.validate():
        return []
    key = _press_of(form, quick)
    try:
        refuse_repeat(db.session, key)
        alike = [] if anyway else similar(current_actor(), [quick.name.data or ""], quick.country.data)
        if alike:
            return alike
        chosen = _put_into_register(quick, form.language.data or "en", key)
    except AlreadySubmitted as made:
        chosen = int(made.location.rpartition("/")[2])
    picker = form.organisations
    picker.data, picker.query = list(dict.fromkeys([*picker.values, chosen])), ""
    for field in (quick.name, quick.category):
        field.process(None)
    return []


def _press_of(form: LogForm, quick: NewOrganisationForm) -> str | None:
    """The form's key and what was typed: one form may add several organisations."""
    typed = f"{quick.country.data} {quick.category.data} {quick.name.data}"
    return f"{form.submission_key.data} {sha256(typed.encode()).hexdigest()}" if form.submission_key.data else None


def _put_into_register(quick: NewOrganisationForm, language: str, key: str | None) -> int:
    name = NameFacts(quick.name.data, language, NameKind.WORKING)
    facts = OrganisationFacts(names=[name], category=Category(quick.category.data), country=quick.country.data)
    organisation = stakeholder_services.create_organisation(current_actor(), facts)
    remember(db.session, key, url_for("stakeholders.show", organisation_id=organisation.id))
    return organisation.id


def saved_message(event: Event) -> str:
    """What was saved, naming the day it ended where that is another one, and the micro-credentials it concerns."""
    until = _("It ended on the next day, %(day)s.", day=words(event.ends_on)) if event.ends_on > event.starts_on else ""
    return f"{_saved(event)} {until}".strip()


def _saved(event: Event) -> str:
    concerned = list(event.microcredentials)
    if not concerned:
        return _("Saved.")
    names = ", ".join(f"{entry.code} {plain_tr(entry.title)}" for entry in concerned[:NAMED])
    more = len(concerned) - NAMED
    if more > 0:
        names = ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=names)
    return _("Saved. It concerns %(names)s.", names=names)
