"""One's own account: name and language, ways to sign in, where one is signed in."""

from typing import Any

from flask import Blueprint, Response, abort, g, session, url_for
from flask_babel import gettext as _
from flask_security import auth_required
from flask_security.proxies import _security
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import limits, queries, services, sessions
from app.accounts.forms import AuthenticatorForm, ConfirmForm, ProfileForm
from app.accounts.models import User
from app.accounts.security import FRESH_FOR
from app.core.access import ROLE_LABELS, current_actor, signed_in
from app.core.web import answer, changed, form_page, redirect_to
from app.extensions import db

bp = Blueprint("account", __name__, url_prefix="/account")

fresh = auth_required("session", within=lambda: FRESH_FOR, grace=lambda: FRESH_FOR / 3)
SECRET = "totp_on_trial"  # noqa: S105 - a key in the session, which holds the secret encrypted


def me() -> User:
    """The signed-in person."""
    return db.session.get_one(User, current_actor().user_id)


@bp.get("/")
@signed_in
def show() -> Response:
    """Everything about one's account on one page."""
    user = me()
    names = queries.organisation_names(sorted(user.access_organisations))
    return answer(
        "accounts/account.html",
        user=user,
        roles=[(ROLE_LABELS[row.role], row.country, names.get(row.organisation_id or 0)) for row in user.grants],
        sessions=queries.sessions_of(current_actor()),
        this_session=g.session_id,
        form=ConfirmForm(formdata=None),
    )


@bp.route("/profile", methods=["GET", "POST"])
@signed_in
def profile() -> BaseResponse:
    """Change one's name and language."""
    user = me()
    form = ProfileForm(obj=user)
    if form.validate_on_submit():
        with form.refusals(user):
            services.change_profile(
                current_actor(), user, form.version.data, name=form.name.data, language=form.language.data
            )
            if user.language:
                session["language"] = user.language
            return changed(form, url_for("account.show"), _("Saved."))
    return form_page("accounts/profile.html", form)


@bp.route("/authenticator", methods=["GET", "POST"])
@signed_in
@fresh
def authenticator() -> BaseResponse:
    """Set an authenticator app up as the second factor."""
    user = me()
    if user.tf_totp_secret:
        return redirect_to(url_for("account.authenticator_off"))
    form = AuthenticatorForm()
    secret = session.get(SECRET)
    if form.validate_on_submit() and secret:
        if _security.totp_factory.verify_totp("".join(form.code.data.split()), secret, user, window=30):
            return _switch_on(user, secret)
        form.code.errors = [_("This code is not right. Wait for the next one; does the clock of your phone run true?")]
    if secret is None:
        secret = session[SECRET] = _security.totp_factory.generate_totp_secret()
    return form_page("accounts/authenticator.html", form, **_picture(secret, user))


def _switch_on(user: User, secret: str) -> BaseResponse:
    limits.give_back()
    session.pop(SECRET, None)
    services.set_second_factor(current_actor(), user, secret)
    message = _("Your authenticator app is set up. Keep recovery codes for the day on which it is lost.")
    return redirect_to(url_for("security.mf_recovery_codes"), message)


def _picture(secret: str, user: User) -> dict[str, Any]:
    values = _security.totp_factory.fetch_setup_values(secret, user)
    return {"picture": values["image"], "key": values["key"], "uri": values["uri"]}


@bp.route("/authenticator/off", methods=["GET", "POST"])
@signed_in
@fresh
def authenticator_off() -> BaseResponse:
    """Do without a second factor again, once asked back; a page, so that one can come back to it after a password."""
    user = me()
    form = ConfirmForm()
    if form.validate_on_submit():
        services.drop_second_factor(current_actor(), user)
        return redirect_to(url_for("account.show"), _("Your account no longer asks for a code."))
    return form_page("accounts/authenticator_off.html", form)


@bp.post("/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> BaseResponse:
    """Sign one browser out."""
    if not sessions.end(current_actor(), session_id):
        abort(404)
    return redirect_to(url_for("account.show") + "#sessions", _("That browser is signed out."))


@bp.post("/sessions/end-others")
@signed_in
def end_other_sessions() -> BaseResponse:
    """Sign every other browser out."""
    user_id = current_actor().user_id or 0
    sessions.end_others(user_id)
    return redirect_to(url_for("account.show") + "#sessions", _("All other browsers are signed out."))
