"""What makes a password good enough: length, and not being what anybody would try first.

NIST SP 800-63B: length and a blocklist, no rules about kinds of characters, no expiry.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_security.password_util import PasswordUtil

SHORTEST = 12
LONGEST = 200
_OBVIOUS = ("password", "passwort", "qwertz", "qwerty", "123456", "abcdef", "letmein", "welcome", "iloveyou", "admin")


def complaint(password: str, about: Iterable[str] = ()) -> str | None:
    """Why ``password`` is not good enough for somebody described by the words ``about``; ``None`` when it is."""
    if len(password) < SHORTEST:
        return _("Use at least %(count)s characters. Four words are easier to remember than signs.", count=SHORTEST)
    if len(password) > LONGEST:
        return _("Use at most %(count)s characters.", count=LONGEST)
    plain = password.casefold()
    if plain in {word.casefold() for word in about}:
        return _("This is among the first things anybody would try. Use words that have nothing to do with you.")
    if len(set(plain)) < 5:
        return _("This repeats too few characters.")
    rest = plain
    for word in (*_OBVIOUS, *(word.casefold() for word in about if len(word) > 2)):
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST // 2:
        return _("This is among the first things anybody would try. Use words that have nothing to do with you.")
    return None


class Policy(PasswordUtil):
    """The rule above, where Flask-Security asks for one."""

    def normalize(self, password: str) -> str:
        """The same password however a keyboard composes its letters."""
        return unicodedata.normalize("NFKC", password)

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Complaints, or none, and the normalised password."""
        password = self.normalize(password)
        user = kwargs.get("user")
        about = (
            (*user.name.split(), user.email, *user.email.replace("@", ".").split("."))
            if user
            else kwargs.get("about", ())
        )
        wrong = complaint(password, about)
        return ([wrong] if wrong else None), password
