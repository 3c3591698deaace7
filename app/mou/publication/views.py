"""Pages by which a memorandum is shown to everybody, or no longer."""

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import answer, changed, form_page
from app.mou.models import Mou
from app.mou.publication import queries as publication
from app.mou.publication import rules, services
from app.mou.publication.forms import PublishForm, TakeBackForm, WithdrawConsentForm
from app.mou.views import bp, own, page_url


@bp.route("/<int:mou_id>/publish", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def publish(mou_id: int) -> BaseResponse:
    """Show a memorandum to everybody, with the consent of each party."""
    mou = own(mou_id)
    if request.method != "POST" and (why_not := rules.why_not_published(mou)):
        return _not_now(mou, why_not)
    form = PublishForm(mou=mou, data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.publish(current_actor(), mou, form.version.data, form.parties(), form.note.data)
            return changed(form, page_url(mou), _("Everybody can see now that there is this memorandum."))
    return form_page("mou/publication/publish.html", form, mou=mou)


@bp.route("/<int:mou_id>/publish/withdrawn", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def withdraw_consent(mou_id: int) -> BaseResponse:
    """Write down that a party no longer agrees to what it agreed to when it signed."""
    mou = own(mou_id)
    why_not = rules.why_not_withdrawn(mou, publication.agreed_by_signing(mou))
    if request.method != "POST" and why_not:
        return _not_now(mou, why_not)
    form = WithdrawConsentForm(mou=mou, data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.withdraw_consent(current_actor(), mou, form.version.data, form.who(), form.reason.data)
            return changed(form, page_url(mou), _("It is written down. To show it to everybody, ask again."))
    return form_page("mou/publication/withdrawn.html", form, mou=mou)


@bp.route("/<int:mou_id>/take-back", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def take_back(mou_id: int) -> BaseResponse:
    """Show a memorandum to everybody no longer."""
    mou = own(mou_id)
    if request.method != "POST" and not mou.is_published:
        return _not_now(mou, _("It is not shown to everybody."))
    form = TakeBackForm(data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.take_back(current_actor(), mou, form.version.data, form.reason.data)
            return changed(form, page_url(mou), _("It is shown to everybody no longer."))
    return form_page("mou/publication/take_back.html", form, mou=mou)


def _not_now(mou: Mou, why_not: str) -> Response:
    return answer("mou/not_now.html", status=409, mou=mou, why_not=why_not, other=None, other_url=None)
