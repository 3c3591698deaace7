"""The pages behind a link to report by: what was promised, and a report on each of it; no account is needed.

GET shows and writes nothing, because programs open links, too.
"""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import personal_links
from app.core.access import public
from app.core.templating import plain_tr
from app.core.web import answer, created, form_page
from app.mou.evidence.services import Origin
from app.mou.progress import queries, services
from app.mou.progress.forms import ReportForm
from app.mou.progress.mailing import PATH
from app.mou.queries import reference_of
from app.mou.signing.models import LinkPurpose, MouLink
from app.mou.signing.queries import is_alive

bp = Blueprint("reporting_link", __name__)
ADDRESS = PATH.replace("{token}", "<token>")
WHY = "Who reports has no account; the secret in the address is the key"

personal_links.guard(bp, "show", "report")


@bp.route(ADDRESS, methods=["GET", "POST"])
@public(WHY)
def show(token: str) -> BaseResponse:
    """What the party promised, and what was reported of it last."""
    link = _link(token)
    if link is None or not is_alive(link):
        return _closed(link)
    return answer("mou/progress/link.html", **_shown(link))


@bp.route(f"{ADDRESS}/<int:commitment_id>", methods=["GET", "POST"])
@public(WHY)
def report(token: str, commitment_id: int) -> BaseResponse:
    """Report on one commitment."""
    link = _link(token)
    if link is None or not is_alive(link):
        return _closed(link)
    shown = _shown(link)
    commitment = next((one for one in shown["commitments"] if one.id == commitment_id), None)
    if commitment is None:
        raise NotFound
    form = ReportForm(commitment=commitment)
    if form.validate_on_submit():
        with form.refusals():
            origin = Origin(request.remote_addr or "", request.user_agent.string)
            services.report(link, commitment, form.report(), origin)
            return created(form, url_for("reporting_link.show", token=token), _("Thank you, it is noted."))
    return form_page("mou/progress/report_by_link.html", form, **shown, commitment=commitment)


def _link(token: str) -> MouLink | None:
    link = personal_links.behind(MouLink, token, *queries.WITH_PARTY)
    return link if link is not None and link.purpose is LinkPurpose.REPORT else None


def _shown(link: MouLink) -> dict[str, Any]:
    mou = link.party.mou
    return {
        "link": link,
        "mou": mou,
        "reference": reference_of(mou),
        "organisation": plain_tr(link.party.legal_name),
        "commitments": queries.of_party(link.party),
        "newest": queries.newest(mou),
    }


def _closed(link: MouLink | None) -> BaseResponse:
    """Why nothing is reported by this link; one whose time ran out is sent anew, to the mailbox it was sent to."""
    onward = (_("Home"), url_for("dashboard.index"))
    if link is None:
        return personal_links.dead(onward=onward)
    if request.form.get("do") == "renew" and services.is_renewable(link):
        services.renew(link)
        return answer("mou/progress/renewed.html")
    lede = f"{reference_of(link.party.mou)} {plain_tr(link.party.mou.title)}"
    said = _("This link can no longer be used. Perhaps a newer one was sent.")
    return personal_links.dead(said, lede=lede, onward=onward, renewable=services.is_renewable(link))
