"""Pages by which a memorandum is shown to everybody, or no longer."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import answer, changed, form_page
from app.mou import queries
from app.mou.models import Mou
from app.mou.permissions import check_edit
from app.mou.publication import rules, services
from app.mou.publication.forms import PublishForm, TakeBackForm
from app.mou.views import bp, page_url


@bp.route("/<int:mou_id>/publish", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def publish(mou_id: int) -> BaseResponse:
    """Show a memorandum to everybody, with the consent of each party."""
    mou = _own(mou_id)
    if request.method != "POST" and (why_not := rules.why_not_published(mou)):
        return answer("mou/not_now.html", status=409, mou=mou, why_not=why_not, other=None, other_url=None)
    form = PublishForm(mou=mou, data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.publish(current_actor(), mou, form.version.data, form.parties(), form.note.data)
            return changed(form, page_url(mou), _("Everybody can see now that there is this memorandum."))
    return form_page("mou/publication/publish.html", form, mou=mou)


@bp.route("/<int:mou_id>/take-back", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def take_back(mou_id: int) -> BaseResponse:
    """Show a memorandum to everybody no longer."""
    mou = _own(mou_id)
    if request.method != "POST" and not mou.is_published:
        why_not = _("It is not shown to everybody.")
        return answer("mou/not_now.html", status=409, mou=mou, why_not=why_not, other=None, other_url=None)
    form = TakeBackForm(data={"version": mou.version})
    if form.validate_on_submit():
        with form.refusals(mou):
            services.take_back(current_actor(), mou, form.version.data, form.reason.data)
            return changed(form, page_url(mou), _("It is shown to everybody no longer."))
    return form_page("mou/publication/take_back.html", form, mou=mou)


def _own(mou_id: int) -> Mou:
    mou = queries.mou(current_actor(), mou_id)
    check_edit(current_actor(), mou)
    return mou
