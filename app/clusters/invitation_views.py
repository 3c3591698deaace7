"""The page behind the link of an invitation: read what the cluster is, and answer without an account."""

from flask import Blueprint, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import LINK, RULES
from app.clusters import invitations, member_queries, queries
from app.clusters.member_forms import AnswerForm
from app.clusters.models import ClusterInvitation
from app.core import clock
from app.core.access import ANYBODY, public
from app.core.web import answer, form_page

bp = Blueprint("cluster_invitation", __name__)

RULES["cluster_invitation.show"] = LINK


@bp.route(invitations.PATH.replace("{token}", "<token>"), methods=["GET", "POST"])
@public("Who is invited has no account; the secret in the address is the key")
def show(token: str) -> BaseResponse:
    """Read what the cluster is, and accept or decline. Opening the link answers nothing: programs open links, too."""
    invitation = invitations.invitation_of(token)
    if invitation is not None:
        # The page goes on in the language of the mail, unless this browser has chosen one.
        session.setdefault("language", invitation.language)
    if invitation is None or not invitations.is_open(invitation):
        return answer("clusters/dead_invitation.html", status=410, invitation=invitation)
    form = AnswerForm()
    given = request.form.get("answer")
    if form.validate_on_submit() and given in ("accept", "decline"):
        with form.refusals(invitation):
            facts = {name: form[name].data for name in ("name", "function", "may_be_named", "reason")}
            invitations.answer(invitation, accepted=given == "accept", **facts)
            return answer("clusters/answered.html", invitation=invitation, accepted=given == "accept")
    elif form.is_submitted() and given not in ("accept", "decline"):
        form.refuse({"": _("Press one of the two buttons.")})
    return form_page("clusters/invitation.html", form, **_offer(invitation))


def _offer(invitation: ClusterInvitation) -> dict[str, object]:
    """What the invited reads of the cluster: what anybody would if it were published, and who coordinates it."""
    cluster = invitation.membership.cluster
    members = member_queries.members(ANYBODY, [cluster.id], clock.today())
    return {
        "invitation": invitation,
        "cluster": cluster,
        "organisation": invitation.membership.organisation,
        "coordinator": cluster.coordinator,
        "members": members,
        "microcredentials": queries.microcredentials_of(ANYBODY, [cluster.id]),
    }
