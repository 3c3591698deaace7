"""Recovery codes: shown once, stored as digests, each good for one sign-in without the authenticator app."""

import secrets
from typing import Any

from flask import current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import MfRecoveryCodesUtil

from app.accounts.tokens import digest
from app.core import mail
from app.core.submissions import AlreadySubmitted
from app.core.templating import reader_language
from app.extensions import db

HOW_MANY = 10
# Without what is taken for each other when it is read out or typed: i, l, 1 and o, 0.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def plain_code(typed: str) -> str:
    """A code as it is compared: without white space, hyphens and capitals."""
    return "".join(typed.split()).replace("-", "").lower()


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes that even a copy of the database does not tell."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """Ten new codes of 59 bits in place of the old ones.

        Raises ``AlreadySubmitted`` for the same press sent again, as by a reload of the page that shows them: the codes
        that were printed from it stay good.
        """
        if request.form.get("version", user.version, type=int) != user.version:
            raise AlreadySubmitted(
                url_for("security.mf_recovery_codes"),
                _("No new codes were made: those shown last are good. If you did not keep them, make new ones."),
            )
        codes = ["".join(secrets.choice(_ALPHABET) for _letter in range(12)) for _code in range(HOW_MANY)]
        user.mf_recovery_codes = [self._digest(code) for code in codes]
        db.session.flush()
        return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]

    def get_recovery_codes(self, user: Any) -> list[str]:
        """None: they were shown when they were made, and are not known any more."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether the code is one of the unused ones."""
        return self._digest(code) in (user.mf_recovery_codes or ())

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Spend the code and say how many are left; of two uses at once, the person's version turns the second away."""
        user.mf_recovery_codes = left = [kept for kept in user.mf_recovery_codes or () if kept != self._digest(code)]
        db.session.flush()
        # The page that follows is in the person's language already; this request is in the browser's.
        with mail.in_language(user.language or reader_language().code):
            message = ngettext(
                "You are signed in. You have %(num)d unused recovery code.",
                "You are signed in. You have %(num)d unused recovery codes.",
                len(left),
            )
        flash(message, "info" if left else "attention")
        return True

    def _digest(self, code: str) -> str:
        # The key keeps 59 bits from being tried out on a copy of the database.
        return digest(f"{current_app.config['SECRET_KEY']}:{code}")
