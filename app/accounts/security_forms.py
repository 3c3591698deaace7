"""Flask-Security's forms with our labels, and stricter where the portal is."""

from typing import Any, ClassVar

from flask import request, session
from flask_babel import lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MfRecoveryForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    WebAuthnDeleteForm,
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninForm,
    WebAuthnSigninResponseForm,
    hash_password,
)
from flask_security.forms import Form
from flask_security.proxies import _security
from flask_security.utils import get_message
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField

from app.accounts import limits
from app.accounts.queries import user_by_email
from app.accounts.recovery import plain_code
from app.accounts.sessions import browser_of
from app.core.forms import BaseForm
from app.core.mail import normal_email
from app.extensions import db


class Labelled:
    """Gives the fields of a form our own labels and attributes, and what WTForms says our words."""

    Meta = BaseForm.Meta
    labels: ClassVar[dict[str, Any]] = {}
    attributes: ClassVar[dict[str, dict[str, Any]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.labels.items():
            field = self._fields[name]  # type: ignore[attr-defined]
            field.label.text = label
            field.description = ""
        for name, attributes in self.attributes.items():
            field = self._fields[name]  # type: ignore[attr-defined]
            field.render_kw = {**(field.render_kw or {}), **attributes}


class Counted:
    """Gives back what an attempt cost when it was right, also where a second step follows."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the attempt is right."""
        holds = bool(super().validate(**kwargs))  # type: ignore[misc]
        if holds:
            limits.give_back()
        return holds


class SignInForm(Labelled, LoginForm):
    """E-mail address and password. An unknown address takes as long as a wrong password, and is told the same."""

    labels = {"email": _l("E-mail address"), "password": _l("Password")}
    attributes = {"email": {"autocomplete": "username"}}
    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """Whether the password is that of an open account."""
        self.email.data = (self.email.data or "").strip()
        if not Form.validate(self, **kwargs):
            return False
        password = _security.password_util.normalize(self.password.data or "")
        user = _find(self.email.data)
        if user is None or not user.password:
            db.session.rollback()  # Nobody else's writing waits while this takes as long as a real check.
            hash_password(password)
        elif user.verify_and_update_password(password):
            self.user = user
            limits.give_back()
            return True
        self.form_errors = [get_message("GENERIC_AUTHN_FAILED")[0]]
        return False


def _find(email: str | None) -> Any:
    try:
        return user_by_email(normal_email(email or ""))
    except ValueError:
        return None


class AgainForm(Counted, Labelled, VerifyForm):
    """The password once more, before something about signing in is changed."""

    labels = {"password": _l("Password")}


class NewPasswordForm(Labelled, ResetPasswordForm):
    """A new password, by a link from a mail."""

    labels = {"password": _l("New password"), "password_confirm": _l("The same again")}


class ChangeForm(Labelled, ChangePasswordForm):
    """A new password in place of the present one."""

    labels = {
        "password": _l("Present password"),
        "new_password": _l("New password"),
        "new_password_confirm": _l("The same again"),
    }


class CodeForm(Counted, Labelled, TwoFactorVerifyCodeForm):
    """The code of an authenticator app."""

    labels = {"code": _l("Code")}
    attributes = {"code": {"inputmode": "numeric", "maxlength": 10}}

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is right, typed with or without a space in it."""
        self.code.data = "".join((self.code.data or "").split())
        return bool(super().validate(**kwargs))


class RecoveryForm(Counted, Labelled, MfRecoveryForm):
    """A recovery code in place of the authenticator app."""

    labels = {"code": _l("Recovery code")}
    attributes = {"code": {"autocomplete": "off", "maxlength": 40}}

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is one of the unused ones, however it was typed."""
        self.code.data = plain_code(self.code.data or "")
        return bool(super().validate(**kwargs))


class HelpForm(TwoFactorRescueForm):
    """What Flask-Security offers to whoever lost the app; the portal's page has a link instead."""

    help_setup = RadioField(choices=[])


class PasskeyForm(Labelled, WebAuthnRegisterForm):
    """A name for a new passkey; every passkey signs in by itself."""

    labels = {"name": _l("Name")}
    attributes = {"name": {"maxlength": 64}}

    usage = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request.method != "POST":
            self.name.data = browser_of(request.user_agent.string).replace(" · ", " - ")

    def validate(self, **kwargs: Any) -> bool:
        """Whether the name is free; what the passkey is for is not the browser's to say."""
        self.usage.data = "first"
        return bool(super().validate(**kwargs))


class _OneChallenge:
    """A challenge is answered once, and by the browser that asked for it."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the answer holds. What the authenticator's bytes do to the parser is no fault of ours."""
        if session.pop("wan_challenge", None) != self.challenge:  # type: ignore[attr-defined]
            self.credential.errors = [get_message("WEBAUTHN_EXPIRED")[0]]  # type: ignore[attr-defined]
            return False
        try:
            return bool(super().validate(**kwargs))  # type: ignore[misc]
        except Exception:  # noqa: BLE001 - forged bytes fail in the CBOR and key libraries in a dozen ways
            self.credential.errors = [get_message("API_ERROR")[0]]  # type: ignore[attr-defined]
            return False


class NewPasskeyForm(_OneChallenge, WebAuthnRegisterResponseForm):
    """What the browser made."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it holds; what the browser says about extensions is not kept."""
        holds = super().validate(**kwargs)
        self.extensions = ""
        self.transports = [getattr(transport, "value", transport) for transport in self.transports]
        return holds


class PasskeyAskForm(WebAuthnSigninForm):
    """The wish to sign in by passkey; no name is asked for."""


class PasskeyAnswerForm(_OneChallenge, WebAuthnSigninResponseForm):
    """What the passkey signed."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether it holds, and the account is open."""
        holds = super().validate(**kwargs) and not self.credential.errors
        if holds:
            limits.give_back()
        return holds


class RemovePasskeyForm(Labelled, WebAuthnDeleteForm):
    """Which passkey to remove."""

    labels = {"name": _l("Name")}


FORMS: dict[str, type[FlaskForm]] = {
    "login_form": SignInForm,
    "verify_form": AgainForm,
    "reset_password_form": NewPasswordForm,
    "change_password_form": ChangeForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_rescue_form": HelpForm,
    "mf_recovery_form": RecoveryForm,
    "wan_register_form": PasskeyForm,
    "wan_register_response_form": NewPasskeyForm,
    "wan_signin_form": PasskeyAskForm,
    "wan_signin_response_form": PasskeyAnswerForm,
    "wan_delete_form": RemovePasskeyForm,
}
