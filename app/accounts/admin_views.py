"""Accounts of others: who has one, with which roles, and who is invited."""

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import invitations, permissions, queries, services
from app.accounts.forms import ConfirmForm, GrantForm, InviteForm
from app.accounts.listing import AccountListing
from app.accounts.models import InvitationState
from app.core.access import ROLE_LABELS, Permission, current_actor, requires
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db

bp = Blueprint("accounts", __name__, url_prefix="/accounts")


@bp.get("/")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> Response:
    """Everybody who has an account."""
    listing = AccountListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("accounts/list.html", "accounts/_results.html", listing=listing.load(), role_labels=ROLE_LABELS)


@bp.route("/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def show(user_id: int) -> BaseResponse:
    """One account: its roles, and what to do about them. The form gives one more role."""
    actor = current_actor()
    user = queries.user(actor, user_id)
    form = GrantForm()
    if form.validate_on_submit():
        with form.refusals(user):
            services.add_grant(actor, user, **form.scope())
            return changed(form, url_for("accounts.show", user_id=user_id), _("The role is given."))
    return form_page(
        "accounts/show.html",
        form,
        user=user,
        role_labels=ROLE_LABELS,
        organisations=queries.organisation_names(sorted(user.access_organisations)),
        last=queries.last_sign_ins([user_id]).get(user_id),
        manageable=permissions.may_manage(actor, user),
    )


@bp.post("/<int:user_id>/grants/<int:grant_id>/remove")
@requires(Permission.ACCOUNT_MANAGE)
def remove_grant(user_id: int, grant_id: int) -> BaseResponse:
    """Take a role away."""
    user = queries.user(current_actor(), user_id)
    grant = next((grant for grant in user.grants if grant.id == grant_id), None)
    if grant is None:
        abort(404)
    services.remove_grant(current_actor(), user, grant)
    return redirect_to(url_for("accounts.show", user_id=user_id), _("The role is taken away."))


CHANGES = {
    "close": (services.close_account, _l("The account is closed. Its owner is signed out everywhere.")),
    "reopen": (services.reopen_account, _l("The account is open again.")),
    "reset-second-factor": (
        services.reset_second_factor,
        _l("The account asks for no code any more, until its owner sets one up."),
    ),
}


@bp.route("/<int:user_id>/<any('close', 'reopen', 'reset-second-factor'):change>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def change_account(user_id: int, change: str) -> BaseResponse:
    """Close an account, open it again, or help somebody who lost the second factor; asked back first."""
    actor = current_actor()
    user = queries.user(actor, user_id)
    carry_out, message = CHANGES[change]
    form = ConfirmForm()
    if form.validate_on_submit():
        carry_out(actor, user)
        return redirect_to(url_for("accounts.show", user_id=user_id), str(message))
    return form_page("accounts/confirm.html", form, user=user, change=change)


@bp.get("/invitations")
@requires(Permission.ACCOUNT_MANAGE)
def invited() -> Response:
    """Invitations, open and settled."""
    found = queries.invitations(current_actor())
    named = sorted({offer.organisation_id for offer in found if offer.organisation_id})
    return answer(
        "accounts/invitations.html",
        invitations=found,
        organisations=queries.organisation_names(named),
        role_labels=ROLE_LABELS,
        can_resend={InvitationState.OPEN, InvitationState.EXPIRED},
    )


@bp.route("/invite", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def invite() -> BaseResponse:
    """Invite somebody."""
    form = InviteForm()
    if form.validate_on_submit():
        with form.refusals():
            offer = invitations.invite(
                current_actor(), email=form.email.data, language=form.language.data, **form.scope()
            )
            return created(
                form, url_for("accounts.invited"), _("The invitation to %(email)s is sent.", email=offer.email)
            )
    return form_page("accounts/invite.html", form)


@bp.post("/invitations/<int:invitation_id>/resend")
@requires(Permission.ACCOUNT_MANAGE)
def resend(invitation_id: int) -> BaseResponse:
    """Send an invitation again, with a new link."""
    offer = queries.invitation(current_actor(), invitation_id)
    invitations.resend(current_actor(), offer)
    message = _("The invitation to %(email)s is sent again; its old link has ended.", email=offer.email)
    return redirect_to(url_for("accounts.invited"), message)


@bp.post("/invitations/<int:invitation_id>/withdraw")
@requires(Permission.ACCOUNT_MANAGE)
def withdraw(invitation_id: int) -> BaseResponse:
    """Withdraw an invitation."""
    offer = queries.invitation(current_actor(), invitation_id)
    invitations.revoke(current_actor(), offer)
    return redirect_to(url_for("accounts.invited"), _("The invitation to %(email)s is withdrawn.", email=offer.email))


@bp.get("/organisations")
@requires(Permission.ACCOUNT_MANAGE)
def organisation_options() -> Response:
    """Organisations found by what was typed, for the role's picker."""
    form = GrantForm(request.args, meta={"csrf": False})
    return answer("components/_options.html", field=form.organisation_id)
