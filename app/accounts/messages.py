"""What Flask-Security says, in the portal's words, and so in the portal's catalogues.

Its own catalogues lack half of our languages. Messages that cannot appear here (registration, SMS) are left alone.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_security.babel import FsDomain

MESSAGES: dict[str, tuple[Any, str]] = {
    "ANONYMOUS_USER_REQUIRED": (_l("You are signed in already."), "info"),
    "API_ERROR": (_l("This could not be read. Start again."), "late"),
    "DISABLED_ACCOUNT": (_l("This account is closed."), "late"),
    "EMAIL_NOT_PROVIDED": (_l("Write your e-mail address."), "late"),
    "FORGOT_PASSWORD": (_l("Forgotten your password?"), "info"),
    "GENERIC_AUTHN_FAILED": (
        _l("E-mail address and password do not belong together, or there is no such account."),
        "late",
    ),
    "INVALID_EMAIL_ADDRESS": (_l("This is not an e-mail address."), "late"),
    "INVALID_INPUT": (_l("This cannot be used here."), "late"),
    "INVALID_INPUT_LENGTH": (_l("This is too long."), "late"),
    "INVALID_PASSWORD": (_l("This is not your password."), "late"),
    "INVALID_RECOVERY_CODE": (_l("This is not one of your unused recovery codes."), "late"),
    "INVALID_REDIRECT": (_l("The address to go on to is not one of this portal."), "late"),
    "INVALID_RESET_PASSWORD_TOKEN": (_l("This link has been used, or is not complete. Ask for a new one."), "late"),
    "PASSWORD_CHANGE": (_l("Your password is changed. Other browsers are signed out."), "done"),
    "PASSWORD_IS_THE_SAME": (_l("Choose a password that differs from the present one."), "late"),
    "PASSWORD_NOT_PROVIDED": (_l("Write your password."), "late"),
    "PASSWORD_RESET_EXPIRED": (_l("This link is too old. Ask for a new one."), "late"),
    "PASSWORD_RESET_NO_LOGIN": (_l("Your password is changed. Sign in with it."), "done"),
    "REAUTHENTICATION_REQUIRED": (_l("Before you change how you sign in, show once more that it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. Go on with what you were doing."), "done"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "late"),
    "TWO_FACTOR_INVALID_TOKEN": (_l("This code is not right, or it was used before. Wait for the next one."), "late"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("You are signed in."), "done"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Sign in first."), "info"),
    "UNAUTHENTICATED": (_l("Sign in to see this page."), "info"),
    "WEBAUTHN_CREDENTIAL_DELETED": (_l("The passkey “%(name)s” is removed."), "done"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (_l("This passkey is registered already."), "late"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (_l("This passkey cannot be used here."), "late"),
    "WEBAUTHN_EXPIRED": (_l("That took too long. Start again."), "late"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (_l("This passkey belongs to somebody else."), "late"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (_l("The name has a sign that cannot be seen; type it anew."), "late"),
    "WEBAUTHN_NAME_INUSE": (_l("You have a passkey with the name “%(name)s” already."), "late"),
    "WEBAUTHN_NAME_NOT_FOUND": (_l("You have no passkey with the name “%(name)s”."), "late"),
    "WEBAUTHN_NAME_REQUIRED": (_l("Give the passkey a name to recognise it by."), "late"),
    "WEBAUTHN_NO_VERIFY": (_l("The passkey could not be checked. Try again."), "late"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (_l("This passkey is not known here."), "late"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (_l("The passkey “%(name)s” is ready to use."), "done"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (_l("This passkey is not known here."), "late"),
}


class Words(FsDomain):
    """Flask-Security's translations, which leave ours to our own catalogues."""

    def gettext(self, string: Any, **variables: Any) -> str:
        """A text in the reader's language; one of ours comes lazily translated."""
        if isinstance(string, LazyString):
            return str(string) % variables if variables else str(string)
        return str(super().gettext(string, **variables))  # type: ignore[no-untyped-call]
