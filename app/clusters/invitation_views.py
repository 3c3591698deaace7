"""The page behind the link of an invitation: read what the cluster is, and answer without an account."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import personal_links
from app.clusters import invitations, member_queries, queries
from app.clusters.member_forms import AnswerForm
from app.clusters.models import ClusterInvitation, InvitationState
from app.core import clock
from app.core.access import ANYBODY, public
from app.core.templating import moment as said_moment
from app.core.web import answer, form_page

bp = Blueprint("cluster_invitation", __name__)

personal_links.guard(bp, "show")


@bp.route(invitations.PATH.replace("{token}", "<token>"), methods=["GET", "POST"])
@public("Who is invited has no account; the secret in the address is the key")
def show(token: str) -> BaseResponse:
    """Read what the cluster is, and accept or decline. Opening the link answers nothing: programs open links, too."""
    invitation = personal_links.behind(ClusterInvitation, token)
    if invitation is None or not invitations.is_open(invitation):
        return _dead(invitation)
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


def _dead(invitation: ClusterInvitation | None) -> BaseResponse:
    """Why the invitation cannot be answered; one whose time ran out is sent anew, to the mailbox it was sent to."""
    if invitation is not None and request.form.get("do") == "renew":
        invitations.renew(invitation)
        return answer("clusters/renewed.html", invitation=invitation)
    renewable = invitation is not None and invitations.is_renewable(invitation)
    onward = (_("See the clusters"), url_for("clusters.index"))
    return personal_links.dead(*_why(invitation), onward=onward, renewable=renewable)


def _why(invitation: ClusterInvitation | None) -> list[str]:
    if invitation is None:
        return []
    if invitation.answer is not None:
        moment = said_moment(invitation.answer.answered_at)
        return [_("It was answered on %(moment)s. To change the answer, write to whoever invited you.", moment=moment)]
    if invitation.state is InvitationState.REVOKED:
        return [_("It was withdrawn. Ask whoever invited you.")]
    if not invitations.is_renewable(invitation):
        return [_("The cluster takes nobody in any more. Ask whoever invited you.")]
    return [_("It was good for 30 days.")]


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
