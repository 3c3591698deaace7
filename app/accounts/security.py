"""Flask-Security as the portal uses it: what is on, whose rows it works on, how it speaks, what it may not do.

Closed on purpose: registration, sign-in by HTTP header or JSON, remember-me cookies, second factors by mail or SMS.
"""

import hashlib
import unicodedata
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort, make_response, render_template, request, session
from flask_babel import lazy_gettext as _l
from flask_login import user_logged_out
from flask_security import (
    RoleMixin,
    Security,
    Totp,
    WebauthnUtil,
    password_changed,
    password_reset,
    user_authenticated,
    wan_deleted,
    wan_registered,
)
from flask_security.datastore import SQLAlchemyDatastore, UserDatastore
from flask_security.forms import Form
from flask_security.mail_util import MailUtil
from flask_security.utils import get_message
from markupsafe import Markup
from passlib.exc import TokenError  # type: ignore[import-untyped]
from passlib.totp import TOTP  # type: ignore[import-untyped]
from sqlalchemy import select

from app.accounts import libraries, limits, links, sessions
from app.accounts.messages import MESSAGES, Words
from app.accounts.models import Method, Passkey, User
from app.accounts.passwords import Policy
from app.accounts.recovery import RecoveryCodes
from app.accounts.security_forms import FORMS
from app.accounts.services import notify
from app.config import Settings
from app.core import clock
from app.core.consortium import Consortium
from app.core.web import WRITING_METHODS
from app.extensions import db

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, UserVerificationRequirement

FRESH_FOR = timedelta(minutes=30)
# Our own view does better (``entry``, ``account``), or nothing here leads there.
REPLACED = ("two_factor_setup", "two_factor_setup_validate", "two_factor_rescue", "tf_select")


class Datastore(SQLAlchemyDatastore, UserDatastore):
    """Accounts and passkeys for Flask-Security. It has roles of its own, which the portal has no use for."""

    def __init__(self) -> None:
        SQLAlchemyDatastore.__init__(self, db)  # type: ignore[no-untyped-call]
        UserDatastore.__init__(self, User, RoleMixin, Passkey)

    def commit(self) -> None:
        """Send what was changed to the database; the request's edge commits."""
        db.session.flush()

    def find_user(self, case_insensitive: bool = False, **key: Any) -> User | None:
        """The person with this ``email``, ``id`` or ``fs_uniquifier``."""
        return db.session.scalar(select(User).filter_by(**key))

    def find_role(self, role: str) -> None:
        """None: what somebody may do is decided in ``core.access``."""

    def find_webauthn(self, credential_id: bytes) -> Passkey | None:
        """The passkey with this credential."""
        return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))

    def create_webauthn(self, user: User, **facts: Any) -> None:  # type: ignore[override]
        """Add a passkey to an account."""
        user.webauthn.append(Passkey(lastuse_datetime=clock.now(), **facts))
        db.session.flush()


class Passkeys(WebauthnUtil):
    """Passkeys in the device and on security keys, found without a name, unlocked by finger, face or PIN.

    Flask-Security's own choice admits security keys only, and leaves the browser waiting without a word otherwise.
    """

    def generate_challenge(self, nbytes: int | None = None) -> str:
        """A challenge that this browser has to answer, once."""
        session["wan_challenge"] = challenge = super().generate_challenge(nbytes)
        return challenge

    def name_svn(self, value: str) -> tuple[str | None, str | None]:
        """What is wrong with the name of a passkey, or the name tidied up."""
        name = " ".join(unicodedata.normalize("NFKC", value).split())
        if len(name) > 64:
            return get_message("INVALID_INPUT_LENGTH")[0], None
        if not name.isprintable():
            return get_message("WEBAUTHN_NAME_DISALLOWED_CHARACTERS")[0], None
        return None, name

    def authenticator_selection(self, user: Any, usage: str) -> "AuthenticatorSelectionCriteria":
        """What kind of passkey may be made."""
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: Any, usage: list[str]) -> "UserVerificationRequirement":
        """A passkey is both factors at once: having the device, and unlocking it."""
        from webauthn.helpers.structs import UserVerificationRequirement

        return UserVerificationRequirement.REQUIRED


class PortalSecurity(Security):
    """Flask-Security without nh3, which it wants for names of passkeys; ``Passkeys`` checks them itself."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        return module == "nh3" or super()._check_modules(module, config_name)  # type: ignore[no-untyped-call]


class Codes(Totp):
    """Codes of an authenticator app, each good for one sign-in; secrets are locked with the application's own."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        self._secrets, self._issuer = secrets, issuer

    @cached_property
    def _totp(self) -> type[TOTP]:
        """Passlib's codes with these settings; who asks for them is about to lock or unlock a secret."""
        libraries.supply(libraries.CIPHERS)
        factory: type[TOTP] = TOTP.using(issuer=self._issuer, secrets=self._secrets)
        return factory

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether the code is right and later than the last one that was taken."""
        last = user.tf_last_counter if totp_secret == user.tf_totp_secret else None
        try:
            match = self._totp.verify(token, totp_secret, window=window, last_counter=last)
        except TokenError:
            return False
        user.tf_last_counter = match.counter
        return True

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """The picture as markup: the content security policy admits no ``data:`` images."""
        import qrcode
        from qrcode.image.svg import SvgPathImage

        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathImage, border=2)
        return Markup(picture.to_string(encoding="unicode"))  # noqa: S704 - drawn here, from no one's markup


class Post(MailUtil):
    """Flask-Security's mails as ours: rows of the same transaction, in the recipient's language."""

    templates = {
        "security/email/change_notice": (_l("Your password was changed"), _l("Your password was changed.")),
        "security/email/reset_notice": (_l("Your password was changed"), _l("Your password was changed by a link.")),
    }

    def send_mail(self, template: str, *_parts: Any, **facts: Any) -> None:
        """Write the notice that belongs to ``template``."""
        subject, event = self.templates[template]
        notify(facts["user"], subject, event)


def settings_for(app: Flask) -> dict[str, Any]:
    """Flask-Security's settings, without their prefix."""
    settings: Settings = app.config["PORTAL"]
    consortium: Consortium = app.config["CONSORTIUM"]
    key = urlsafe_b64encode(hashlib.sha256(f"totp:{settings.secret_key}".encode()).digest()).decode()
    return {
        **{f"MSG_{name}": message for name, message in MESSAGES.items()},
        "PASSWORD_SALT": settings.password_salt,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "HASHING_SCHEMES": ["hex_sha256"],
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "API_ENABLED_METHODS": ["session"],
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": "",
        "CLI_ROLES_NAME": "",
        "DATETIME_FACTORY": clock.now,
        "FRESHNESS": FRESH_FOR,
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
        "RECOVERABLE": True,
        "RESET_PASSWORD_WITHIN": timedelta(hours=1),
        "CHANGEABLE": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TOTP_SECRETS": {"1": key},
        "TOTP_ISSUER": consortium.portal_name,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "WEBAUTHN": True,
        "WAN_RP_NAME": consortium.portal_name,
        "WAN_SIGNIN_WITHIN": timedelta(minutes=3),
        "WAN_REGISTER_WITHIN": timedelta(minutes=10),
        "WAN_ALLOW_USER_HINTS": False,
        "POST_CHANGE_VIEW": "/account/",
        "WAN_POST_REGISTER_VIEW": "/account/",
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "VERIFY_URL": "/sign-in/again",
        "RESET_URL": "/sign-in/reset",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "TWO_FACTOR_SELECT_URL": "/sign-in/select",
        "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
        "TWO_FACTOR_SETUP_URL": "/sign-in/setup",
        "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "WAN_SIGNIN_URL": "/sign-in/passkey",
        "WAN_VERIFY_URL": "/sign-in/again/passkey",
        "CHANGE_URL": "/account/password",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
        "WAN_REGISTER_URL": "/account/passkeys",
        "WAN_DELETE_URL": "/account/passkeys/remove",
    }


def init_security(app: Flask) -> Security:
    """Set Flask-Security up; each application has one of its own, because it keeps keys of the application's."""
    app.config.update({f"SECURITY_{name}": value for name, value in settings_for(app).items()})
    security = PortalSecurity(
        app,
        Datastore(),
        mail_util_cls=Post,
        password_util_cls=Policy,
        webauthn_util_cls=Passkeys,
        totp_cls=Codes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        render_template=render,  # type: ignore[arg-type]
        **FORMS,  # type: ignore[arg-type]
    )
    security.i18n_domain = Words(app)  # type: ignore[no-untyped-call]
    security.want_json(lambda _request: False)
    manager = security.login_manager
    manager.user_loader(sessions.load)
    manager.request_loader(None)
    manager.session_protection = None
    # It would load the person with every request, also where nobody asks who it is, as with calendar feeds.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    # Nobody is remembered by a cookie; looking for it would make every answer, feeds too, one that varies by cookie.
    app.after_request_funcs[None].remove(manager._update_remember_cookie)
    for endpoint in REPLACED:
        app.view_functions[f"security.{endpoint}"] = _gone
    _listen(app)
    return security


def _gone(**_arguments: str) -> Response:
    abort(404)


def render(template: str, **context: Any) -> Response:
    """One of Flask-Security's pages: 422 when its form was refused, and ``form`` as our layouts know it."""
    forms = [value for value in context.values() if isinstance(value, Form)]
    refused = next((form for form in forms if form.errors), None) if request.method == "POST" else None
    form = refused or next(iter(forms), None)
    return make_response(render_template(template, form=form, **context), 422 if refused else 200)


def _listen(app: Flask) -> None:
    # The signals hold their receivers weakly, and these live as long as the module.
    user_authenticated.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    password_changed.connect(_password_changed, app)
    password_reset.connect(_password_reset, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)


METHODS = {method.value: method for method in Method} | {"webauthn": Method.PASSKEY}


def _signed_in(_app: Flask, user: User, authn_via: list[str] | None = None, **_facts: Any) -> None:
    limits.give_back()
    session.pop("csrf_token", None)  # A token that somebody planted before is worth nothing afterwards.
    sessions.begin(user, METHODS.get((authn_via or ["password"])[0], Method.PASSWORD))


def _signed_out(_app: Flask, **_facts: Any) -> None:
    # Flask-Security also signs out whoever opens the page for codes unasked, and a GET cannot write.
    if request.method in WRITING_METHODS:
        sessions.end_current()


def _password_changed(_app: Flask, user: User, **_facts: Any) -> None:
    limits.give_back()
    sessions.end_others(user.id)
    links.spend_all(user.id)


def _password_reset(_app: Flask, user: User, **_facts: Any) -> None:
    limits.give_back()
    sessions.end_all(user.id)
    links.spend_all(user.id)


def _passkey_added(_app: Flask, user: User, name: str, **_facts: Any) -> None:
    limits.give_back()
    notify(user, _l("A passkey was added"), _l("The passkey “%(name)s” can now sign in to your account.", name=name))


def _passkey_removed(_app: Flask, user: User, name: str, **_facts: Any) -> None:
    notify(user, _l("A passkey was removed"), _l("The passkey “%(name)s” can no longer sign in.", name=name))
