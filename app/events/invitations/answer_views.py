"""The page behind the link of an invitation to an event: what it is about, and an answer without an account."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import personal_links
from app.core.access import public
from app.core.templating import plain_tr
from app.core.web import answer, form_page
from app.events.invitations import answering, mailing, queries, waiting
from app.events.invitations.answering import Said
from app.events.invitations.forms import AnswerForm, way_called
from app.events.invitations.models import ANSWERS, AnsweredBy, EventInvitation, InvitationState
from app.events.models import EventState
from app.events.when import said as said_when

bp = Blueprint("event_invitation", __name__)

personal_links.guard(bp, "show")


@bp.route(mailing.PATH.replace("{token}", "<token>"), methods=["GET", "POST"])
@public("Who is invited has no account; the secret in the address is the key")
def show(token: str) -> BaseResponse:
    """Read what the event is and answer. Opening the link answers nothing: programs open links, too."""
    invitation = personal_links.behind(EventInvitation, token, *queries.WITH_EVENT)
    if invitation is None or not answering.is_open(invitation):
        return _dead(invitation)
    form = AnswerForm()
    form.offer(invitation, way_called(request.args.get("way")))
    said = _asked(request.form.get("answer"))
    if form.validate_on_submit() and said is not None:
        with form.refusals():
            told = Said(answer=said, how=AnsweredBy.LINK, comment=form.comment.data, way=form.chosen_way)
            answering.answer(invitation, told, read=form.was_read)
            return _answered(invitation)
    elif form.is_submitted() and said is None:
        form.refuse({"": _("Press one of the buttons.")})
    form.shows(invitation.event)
    return form_page("events/invitations/answer.html", form, **_offer(invitation))


def _dead(invitation: EventInvitation | None) -> BaseResponse:
    """Why the invitation cannot be answered (any more)."""
    onward = (_("See the events"), url_for("events.index"))
    if invitation is None:
        return personal_links.dead(onward=onward)
    event = invitation.event
    if invitation.state is InvitationState.WITHDRAWN:
        why = _("It was withdrawn. Ask whoever invited you.")
    elif event.state is EventState.CANCELLED:
        why = " ".join(filter(None, (_("The event was cancelled."), event.change_reason)))
    else:
        why = _("The event is over, or is not certain yet. Ask whoever invited you.")
    lede = f"{plain_tr(event.title)} · {said_when(event)}"
    return personal_links.dead(why, lede=lede, onward=onward)


def _answered(invitation: EventInvitation) -> BaseResponse:
    """Say what the answer led to: of who waits also their turn, and where there is room instead."""
    waits = invitation.state is InvitationState.WAITING
    rooms = queries.tally(invitation.event).rooms if waits else []
    return answer(
        "events/invitations/answered.html",
        invitation=invitation,
        path=request.path,
        turn=waiting.turns(invitation.event)[invitation.id] if waits else None,
        instead=[room.way for room in rooms if not room.is_full],
    )


def _offer(invitation: EventInvitation) -> dict[str, object]:
    """What the page shows; the answer that the mail's link named comes first."""
    suggested = _asked(request.args.get("answer"))
    first = suggested or (invitation.state if invitation.state in ANSWERS else InvitationState.ACCEPTED)
    rooms = queries.tally(invitation.event).rooms
    order = (first, *(one for one in ANSWERS if one is not first))
    return {
        "invitation": invitation,
        "event": invitation.event,
        "answers": order,
        "suggested": suggested,
        "full": all(room.is_full for room in rooms),
    }


def _asked(value: str | None) -> InvitationState | None:
    return next((one for one in ANSWERS if one.value == value), None)
