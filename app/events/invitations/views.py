"""Pages on which organisers invite, see who answered what, and remind."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import answer, changed, created, form_page, redirect_to, refusals_at
from app.events import editable
from app.events.invitations import answering, queries, services, waiting
from app.events.invitations.answering import Said
from app.events.invitations.forms import EnterForm, InviteForm, ReminderForm, RemindForm
from app.events.invitations.models import AnsweredBy, EventInvitation, InvitationState
from app.events.models import Event
from app.events.views import bp


def list_url(event: Event) -> str:
    """Where the invitations of an event are."""
    return url_for("events.invitations", event_id=event.id)


@bp.get("/<int:event_id>/invitations")
@requires(Permission.EVENT_EDIT)
def invitations(event_id: int) -> BaseResponse:
    """Who is invited and what each answered."""
    event = editable.event(current_actor(), event_id)
    invited, replies = queries.of_event(event), queries.replies(current_actor(), event)
    return answer(
        "events/invitations/list.html",
        event=event,
        invited=invited,
        tally=queries.tally(event),
        turns=waiting.turns(event),
        is_inviting=services.is_inviting(event),
        replies=replies,
        unreached=queries.unreached(replies),
        form=ReminderForm.of(event),
    )


@bp.route("/<int:event_id>/invitations/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def invite(event_id: int) -> BaseResponse:
    """Invite organisations, people and bare addresses."""
    event, form = editable.event(current_actor(), event_id), InviteForm.new()
    if not form.is_submitted():
        with refusals_at(list_url(event)):
            services.check_inviting(event)
    if form.validate_on_submit():
        with form.refusals():
            words = {"language": form.language.data, "message": form.message.data}
            sent = services.invite(current_actor(), event, form.recipients(), **words)
            return created(form, list_url(event), _told(len(sent.invitations), sent.known))
    return form_page("events/invitations/invite.html", form, event=event)


def _told(invited: int, known: int) -> str:
    parts = [ngettext("%(num)d invitation is on its way.", "%(num)d invitations are on their way.", invited)]
    if known:
        parts.append(ngettext("%(num)d was invited already.", "%(num)d were invited already.", known))
    return " ".join(parts)


@bp.route("/<int:event_id>/invitations/remind", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def remind(event_id: int) -> BaseResponse:
    """Remind some or all of those who have not answered."""
    event = editable.event(current_actor(), event_id)
    form = RemindForm.of(queries.unanswered(event))
    if form.validate_on_submit():
        with form.refusals():
            count = services.remind(current_actor(), event, form.chosen)
            told = ngettext("%(num)d reminder is on its way.", "%(num)d reminders are on their way.", count)
            return created(form, list_url(event), told)
    return form_page("events/invitations/remind.html", form, event=event)


@bp.post("/<int:event_id>/invitations/reminder")
@requires(Permission.EVENT_EDIT)
def set_reminder(event_id: int) -> BaseResponse:
    """Choose when those who have not answered are reminded without anybody's doing."""
    event = editable.event(current_actor(), event_id)
    form = ReminderForm.of(event)
    if form.validate_on_submit():
        with form.refusals():
            services.set_reminder(current_actor(), event, form.version.data, form.days.data)
            return redirect_to(list_url(event), _("Saved."))
    return form_page("events/invitations/reminder.html", form, event=event)


@bp.route("/<int:event_id>/invitations/<int:invitation_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def invitation(event_id: int, invitation_id: int) -> BaseResponse:
    """One invitation with every answer to it; an answer that was told is entered here."""
    invited = editable.part(current_actor(), queries.invitation(current_actor(), event_id, invitation_id))
    form = EnterForm.of(invited)
    if form.validate_on_submit():
        with form.refusals(invited):
            said = InvitationState(form.answer.data)
            facts = Said(answer=said, how=AnsweredBy.ENTERED, comment=form.comment.data, way=form.chosen_way)
            answering.enter(current_actor(), invited, form.version.data, facts)
            return changed(form, list_url(invited.event), _said_of(invited))
    facts_of_page = {"event": invited.event, "invited": invited, "is_inviting": services.is_inviting(invited.event)}
    return form_page("events/invitations/show.html", form, **facts_of_page)


def _said_of(invited: EventInvitation) -> str:
    if invited.state is InvitationState.WAITING:
        return _(
            "The answer is written down. Every place is taken: %(name)s is on the waiting list.", name=invited.name
        )
    return _("The answer is written down.")


@bp.post("/<int:event_id>/invitations/<int:invitation_id>/withdraw")
@requires(Permission.EVENT_EDIT)
def withdraw_invitation(event_id: int, invitation_id: int) -> BaseResponse:
    """Take an invitation back."""
    invited = editable.part(current_actor(), queries.invitation(current_actor(), event_id, invitation_id))
    services.withdraw(current_actor(), invited, request.form.get("version", type=int))
    return redirect_to(list_url(invited.event), _("The invitation is withdrawn."), "attention")


@bp.post("/<int:event_id>/invitations/<int:invitation_id>/resend")
@requires(Permission.EVENT_EDIT)
def resend_invitation(event_id: int, invitation_id: int) -> BaseResponse:
    """Send an invitation once more."""
    invited = editable.part(current_actor(), queries.invitation(current_actor(), event_id, invitation_id))
    services.resend(current_actor(), invited)
    return redirect_to(list_url(invited.event), _("The invitation is on its way again."))
