"""Recovery codes: shown once, stored as digests, each good for one sign-in without the authenticator app."""

import secrets
from typing import Any

from flask import current_app, flash
from flask_babel import ngettext
from flask_security import MfRecoveryCodesUtil

from app.accounts.tokens import digest
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
        """Ten new codes of 59 bits in place of the old ones."""
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(HOW_MANY)]
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
        flash(
            ngettext(
                "You are signed in. You have %(num)d unused recovery code.",
                "You are signed in. You have %(num)d unused recovery codes.",
                len(left),
            ),
            "info" if left else "attention",
        )
        return True

    def _digest(self, code: str) -> str:
        # The key keeps 59 bits from being tried out on a copy of the database.
        return digest(f"{current_app.config['SECRET_KEY']}:{code}")
