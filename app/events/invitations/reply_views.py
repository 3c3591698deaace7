"""Replies by mail that moved no answer: somebody reads each and says whose it is, or puts it aside."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import answer, form_page, redirect_to
from app.events.invitations import queries, receiving
from app.events.invitations.forms import SettleForm
from app.events.invitations.models import InvitationState, ReplyState
from app.events.views import bp


@bp.get("/replies")
@requires(Permission.EVENT_EDIT)
def replies() -> BaseResponse:
    """Replies that were not understood and are the reader's to settle."""
    found = queries.replies(current_actor())
    others = [one for one in found if not one.is_bounce]
    return answer("events/invitations/replies.html", replies=others, unreached=queries.unreached(found))


@bp.post("/replies/bounces/dismiss")
@requires(Permission.EVENT_EDIT)
def dismiss_bounces() -> BaseResponse:
    """Put everything aside that came back from one mailbox."""
    count = receiving.dismiss_bounces(current_actor(), request.form.get("address", ""))
    told = ngettext("%(num)s message is put aside.", "%(num)s messages are put aside.", count)
    return redirect_to(url_for("events.replies"), told)


@bp.route("/replies/<int:reply_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def reply(reply_id: int) -> BaseResponse:
    """Read one reply, and say whose answer it is."""
    found = queries.reply(current_actor(), reply_id)
    form = SettleForm.of(found, queries.candidates(found))
    if found.state is ReplyState.OPEN and form.validate_on_submit():
        with form.refusals():
            invitation = form.by_key[form.invitation.data or ""]
            said = InvitationState(form.answer.data)
            receiving.settle(current_actor(), found, form.version.data, invitation, said)
            return redirect_to(url_for("events.replies"), _("The answer is written down."))
    return form_page("events/invitations/reply.html", form, reply=found)


@bp.post("/replies/<int:reply_id>/dismiss")
@requires(Permission.EVENT_EDIT)
def dismiss_reply(reply_id: int) -> BaseResponse:
    """Put a reply aside."""
    found = queries.reply(current_actor(), reply_id)
    receiving.dismiss(current_actor(), found, request.form.get("version", type=int))
    return redirect_to(url_for("events.replies"), _("The reply is put aside."))
