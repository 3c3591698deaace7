"""Ways in that are the portal's own: links by e-mail, invitations, the doors of a demonstration."""

from typing import TypeGuard

from flask import Blueprint, abort, make_response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.proxies import _security
from flask_security.utils import login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import demo, invitations, limits, links, queries
from app.accounts.addresses import Nameless, nameless
from app.accounts.forms import AcceptForm, AddressForm, ConfirmForm
from app.accounts.models import Invitation, InvitationState, User
from app.core import portal
from app.core.access import ROLE_LABELS, current_actor, public
from app.core.pages import safe_path
from app.core.templating import reader_language
from app.core.web import answer, form_page, redirect_to
from app.extensions import db

bp = Blueprint("entry", __name__)

WAY_IN = "It is a way to sign in"


@bp.route("/sign-in/link", methods=["GET", "POST"])
@public(WAY_IN)
def ask_link() -> BaseResponse:
    """Ask for a sign-in link; the answer does not tell whether anybody has the address."""
    form = AddressForm()
    if form.validate_on_submit():
        links.ask_for_sign_in(form.email.data, safe_path(request.values.get("next")))
        return redirect_to(
            url_for("security.login"),
            _("If there is an account with this address, a link is on its way to it. It works once, for 15 minutes."),
            "info",
        )
    return form_page("accounts/ask_link.html", form)


@public(WAY_IN)
def ask_reset() -> BaseResponse:
    """Ask for a link to a new password, with the same discretion; stands in for Flask-Security's page."""
    form = AddressForm()
    if form.validate_on_submit():
        links.ask_for_reset(form.email.data)
        return redirect_to(
            url_for("security.login"),
            _("If there is an account with this address, a link is on its way to it. It works once, for one hour."),
            "info",
        )
    return form_page("accounts/ask_reset.html", form)


@bp.route(links.SIGN_IN_PATH.replace("{token}", "<token>"), methods=["GET", "POST"])
@public(WAY_IN)
def use_link(token: str) -> BaseResponse:
    """Sign in by a link. Opening it shows a button: programs that look into mails open links, but press nothing."""
    link = links.link_of_token(token)
    form = ConfirmForm()
    if link is not None and form.validate_on_submit():
        user, next_path = link.user, link.next_path
        link = link if links.use_link(link) else None
        if link is not None:
            return _enter(user, "link", next_path)
    if link is None:
        return answer("accounts/dead_sign_in.html", status=410)
    return form_page("accounts/use_link.html", form, user=link.user)


def _enter(user: User, way: str, next_path: str) -> BaseResponse:
    """Sign in, or go on to the second factor where the person has one."""
    limits.give_back()
    if current_user.is_authenticated:
        logout_user()
    code_page = _security.two_factor_plugins.tf_enter(user, False, way, next_loc=next_path)
    if code_page is not None:
        return make_response(code_page)
    login_user(user, remember=False, authn_via=[way])
    return redirect_to(next_path)


@bp.route(invitations.PATH.replace("{token}", "<token>"), methods=["GET", "POST"])
@public("Who is invited has no account yet")
def invitation(token: str) -> BaseResponse:
    """See who invites to what, and open the account, or take up the role with the account there is."""
    offer = queries.invitation_of_token(token)
    owner = queries.account_of(offer.email) if _is_open(offer) else None
    if offer is not None and owner is not None:
        return _one_more_role(offer, owner)
    form = AcceptForm()
    if _is_open(offer) and form.validate_on_submit() and form.check_password(offer.email):
        password_hash = form.password_hash()
        with form.refusals(offer):
            user = invitations.accept(
                offer, name=form.name.data, password_hash=password_hash, language=reader_language().code
            )
            return _welcome(user)
    if not _is_open(offer):  # Also when somebody else accepted while the password was being hashed.
        return answer("accounts/dead_invitation.html", status=410, state=offer.state if offer else None)
    return form_page("accounts/invitation.html", form, **_offer(offer))


def _one_more_role(offer: Invitation, owner: User) -> BaseResponse:
    form = ConfirmForm()
    if form.validate_on_submit():
        with form.refusals(offer):
            invitations.take_up(offer, owner)
            if current_actor().user_id == owner.id:
                return redirect_to("/", _("The role is yours."))
            return redirect_to(url_for("security.login"), _("The role is yours. Sign in to use it."))
    return form_page("accounts/invitation.html", form, has_account=True, **_offer(offer))


def _is_open(offer: Invitation | None) -> TypeGuard[Invitation]:
    return offer is not None and offer.state is InvitationState.OPEN


def _offer(offer: Invitation) -> dict[str, object]:
    return {
        "invitation": offer,
        "role": ROLE_LABELS[offer.role],
        "organisation": invitations.organisation_name(offer),
    }


def _welcome(user: User) -> BaseResponse:
    if current_user.is_authenticated:
        logout_user()
    login_user(user, remember=False, authn_via=["invitation"])
    return redirect_to("/", _("Welcome, %(name)s. Your account is open.", name=user.name))


@bp.route(demo.PATH.format(role="<role>", key="<key>"), methods=["GET", "POST"])
@public("In a demonstration anybody may be anybody")
def demonstration(role: str, key: str) -> BaseResponse:
    """Enter a demonstration as a role."""
    wanted = demo.role_of(role, key) if portal.settings().is_demo else None
    user = demo.demo_user(db.session, wanted) if wanted else None
    if user is None:
        abort(404)
    form = ConfirmForm()
    if form.validate_on_submit():
        login_user(user, remember=False, authn_via=["demo"])
        return redirect_to("/")
    return form_page("accounts/demonstration.html", form, user=user)


def nameless_page() -> Nameless | None:
    """Whether the page that is asked for is open at an address at which browsers refuse passkeys."""
    return nameless(request.url)


def doors() -> list[dict[str, str]]:
    """Label and address of every way into a demonstration, for the sign-in page."""
    return [{"label": str(ROLE_LABELS[role]), "url": demo.entry_path(role)} for role in demo.TITLES]
