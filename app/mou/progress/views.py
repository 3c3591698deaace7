"""Pages of whoever looks after a memorandum: send the link to report by, end it, report on a party's behalf."""

from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import INVITE, RULES
from app.core.access import Actor, Permission, current_actor, requires
from app.core.web import created, form_page, redirect_to
from app.mou import queries as memoranda
from app.mou.models import Mou
from app.mou.permissions import may_edit
from app.mou.progress import queries, services
from app.mou.progress.forms import ReportForm, ReportLinkForm
from app.mou.views import bp, own, page_url

RULES.update({"mou.send_report_link": INVITE})


@bp.route("/<int:mou_id>/parties/<int:party_id>/report-link", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def send_report_link(mou_id: int, party_id: int) -> BaseResponse:
    """Send a party's contact the link to report by."""
    mou = own(mou_id)
    party = memoranda.party(current_actor(), mou_id, party_id)
    form = ReportLinkForm(party=party)
    if form.validate_on_submit():
        with form.refusals():
            link = services.send_link(current_actor(), party, form.contact())
            message = _("The link is on its way to %(email)s.", email=link.email)
            return created(form, page_url(mou, _anchor="progress"), message)
    return form_page("mou/progress/send_link.html", form, mou=mou, party=party)


@bp.post("/<int:mou_id>/report-links/<int:link_id>/revoke")
@requires(Permission.MOU_EDIT)
def revoke_report_link(mou_id: int, link_id: int) -> BaseResponse:
    """End a link to report by."""
    mou = own(mou_id)
    services.revoke(current_actor(), queries.link(current_actor(), mou_id, link_id))
    return redirect_to(page_url(mou, _anchor="progress"), _("The link no longer works."))


@bp.route("/<int:mou_id>/commitments/<int:commitment_id>/report", methods=["GET", "POST"])
@requires(Permission.MOU_EDIT)
def report_commitment(mou_id: int, commitment_id: int) -> BaseResponse:
    """Report on a commitment on the party's behalf; what was reported before stands beneath."""
    mou = own(mou_id)
    commitment = memoranda.commitment(current_actor(), mou_id, commitment_id)
    form = ReportForm(commitment=commitment)
    if form.validate_on_submit():
        with form.refusals():
            services.report_on_behalf(current_actor(), commitment, form.report())
            return created(form, page_url(mou, _anchor="progress"), _("The report is noted."))
    before = queries.reports(commitment)
    return form_page("mou/progress/report.html", form, mou=mou, commitment=commitment, before=before)


def progress(actor: Actor, mou: Mou) -> dict[str, Any] | None:
    """The panel of a signed memorandum's page: how far each commitment is, and who has a link to report by."""
    if not queries.is_told(actor, mou):
        return None
    promised = [(party, queries.of_party(party)) for party in mou.parties]
    return {
        "mou": mou,
        "parties": [(party, commitments) for party, commitments in promised if commitments],
        "newest": queries.newest(mou),
        "links": queries.links(mou),
        "may_edit": may_edit(actor, mou),
    }
