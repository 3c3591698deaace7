"""Pages about people's data: what is kept and why, consent, review, handing out, erasing."""

import io
import json
import zipfile

from flask import Blueprint, Response, current_app, flash, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, outside, portal
from app.core.access import Permission, current_actor, public, requires
from app.core.asked import Asked
from app.core.files import keep
from app.core.web import WRITING_METHODS, answer, changed, created, form_page, sent
from app.extensions import db
from app.stakeholders import consent, erasure, exposure, queries, review, subject_data, subject_export
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.listing import countries
from app.stakeholders.privacy_forms import ConsentForm, ErasureForm, ReviewForm

bp = Blueprint("privacy", __name__)


@bp.after_app_request
def warn_of_names(response: Response) -> Response:
    """Tell whoever saved a text that everybody may read whom it names without consent to publication."""
    if request.method in WRITING_METHODS and response.status_code < 400 and current_actor().may(Permission.PERSON_READ):
        named = exposure.named_by_changes(db.session)
        if named:
            told = _("Everybody can read it, and it names people who did not agree to publication: %(names)s.")
            todo = _("Take the name out of title and text, or ask and write the answer into the ledger of the person.")
            flash(f"{told % {'names': ', '.join(named)}} {todo}", "attention")
    return response


@bp.get("/privacy")
@public("Everybody may know what is kept about people, and whom to ask")
def index() -> Response:
    """What the portal keeps about people, why, how long, and whom to ask."""
    outside.go_on()
    page = "outside" if outside.is_outside() else "index"
    return answer(f"stakeholders/privacy/{page}.html", privacy=portal.consortium().privacy)


@bp.route("/stakeholders/people/due", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def due() -> BaseResponse:
    """Whose data are to be erased, and whose to be looked at again."""
    actor, known, asked = current_actor(), countries(), Asked(request.args)
    country = asked.choice(_("Country"), asked.text("country"), dict(known))
    asked.only("country")
    people = review.due(actor, clock.today() + review.AHEAD, country)
    form = ReviewForm([row.id for row in people if not row.is_baseless])
    if form.validate_on_submit():
        with form.refusals():
            count = review.look_again(actor, form.people.data or [])
            message = ngettext("%(num)s person was looked at.", "%(num)s people were looked at.", count)
            return created(form, url_for("privacy.due", country=country or None), message)
    return form_page(
        "stakeholders/privacy/due.html",
        form,
        people=people,
        today=clock.today(),
        months=portal.consortium().privacy.again_months,
        countries=known,
        country=country,
        left_out=asked.left_out,
        most=review.MOST,
        exposed=exposure.located(exposure.exposed(actor, country)),
    )


@bp.route("/stakeholders/people/<int:person_id>/consent", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def record_consent(person_id: int) -> BaseResponse:
    """Write down what a person agreed to or withdrew."""
    actor, person = current_actor(), queries.person(current_actor(), person_id)
    actor.check(Permission.PERSON_EDIT, consent.scope_of(person))
    form, store = ConsentForm(), portal.files()
    if form.validate_on_submit():
        with form.refusals():
            upload = form.evidence.data
            file = keep(db.session, store, upload.stream, upload.filename, actor.user_id) if upload else None
            consent.record_consent(actor, person, form.consent_facts(), file)
            return created(form, url_for("people.show", person_id=person.id), _("It is in the ledger."))
    return form_page("stakeholders/privacy/consent.html", form, person=person)


@bp.get("/stakeholders/people/<int:person_id>/consent/files/<int:file_id>")
@requires(Permission.PERSON_EDIT)
def evidence(person_id: int, file_id: int) -> BaseResponse:
    """A file that shows what a person agreed to, for whom the person may be changed by."""
    person = queries.person(current_actor(), person_id)
    current_actor().check(Permission.PERSON_EDIT, consent.scope_of(person))
    file = queries.consent_evidence(person, file_id)
    return sent(file, file.name)


@bp.get("/stakeholders/people/<int:person_id>/data")
@requires(Permission.PERSON_EXPORT)
def show_data(person_id: int) -> Response:
    """Everything the portal knows of a person, to be read and printed."""
    person = queries.person(current_actor(), person_id)
    data = subject_data.located(subject_data.about(current_actor(), person))
    return answer("stakeholders/privacy/data.html", data=data, person=person, today=clock.today())


@bp.post("/stakeholders/people/<int:person_id>/data")
@requires(Permission.PERSON_EXPORT)
def hand_out(person_id: int) -> BaseResponse:
    """The same as an archive: a file for programs and a page for people. Who took it is noted."""
    person = queries.person(current_actor(), person_id)
    data = subject_data.located(subject_data.about(current_actor(), person))
    page = render_template("stakeholders/privacy/handed_out.html", data=data, person=person, today=clock.today())
    facts = subject_export.hand_out(current_actor(), data)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("data.json", json.dumps(facts, ensure_ascii=False, indent=2))
        files.writestr("data.html", page)
    archive.seek(0)
    return send_file(archive, mimetype="application/zip", as_attachment=True, download_name=f"person-{person.id}.zip")


@bp.route("/stakeholders/people/<int:person_id>/erase", methods=["GET", "POST"])
@requires(Permission.PERSON_ERASE)
def erase(person_id: int) -> BaseResponse:
    """Erase a person, after showing what goes and what stays."""
    person = queries.person(current_actor(), person_id)
    current_actor().check(Permission.PERSON_ERASE, person)
    data = subject_data.located(subject_data.collect(person))
    form = ErasureForm.of(data)
    if form.validate_on_submit():
        with form.refusals(person):
            form.foreseen()
            reason = ErasureReason(form.reason.data)
            done = erasure.erase(current_actor(), data, form.version.data, reason, form.chosen)
            current_app.extensions["kept"].clear()
            message = ngettext("Erased; %(num)s text redacted,", "Erased; %(num)s texts redacted,", done.redacted)
            message += " " + ngettext("%(num)s left as it is.", "%(num)s left as they are.", done.left)
            return changed(form, url_for("people.show", person_id=person_id), message)
    return form_page("stakeholders/privacy/erase.html", form, person=person, data=data)
