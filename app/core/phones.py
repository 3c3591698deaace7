"""Telephone numbers: read as people write them, kept as the world writes them, offered as a link.

The library knows every country's numbers. It takes 0.2 s and 7 MiB to load, so it is loaded with the first number.
"""

import re

from flask_babel import gettext as _

from app.core.errors import Refused

EXTENSION = re.compile(r"\s*(?:ext\.|;ext=)\s*(\d+)$")
DIALLED = re.compile(r"\+?[\d\s()/.\-]{3,}")


class PhoneUnreadable(Refused):
    """No telephone number, or one that needs its country."""


def kept(typed: str | None, country: str | None, stands: str | None = None) -> str | None:
    """A telephone number in the international form, such as ``+374 10 123456``, or nothing where nothing was typed.

    ``country`` is where a number without ``+`` is dialled. What ``stands`` already is not asked about: it may be older
    than this rule. Raises ``PhoneUnreadable`` at the field ``phone``.
    """
    if not typed or typed == stands:
        return typed or None
    import phonenumbers

    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException as error:
        if error.error_type == error.INVALID_COUNTRY_CODE and any(map(str.isdigit, typed)):
            raise PhoneUnreadable(phone=_("Write the number with its country in front, like +374 10 123456.")) from None
        raise PhoneUnreadable(phone=_("This is no telephone number. Write one like +374 10 123456.")) from None
    if not phonenumbers.is_possible_number(number):
        raise PhoneUnreadable(phone=_("This telephone number has too few or too many digits."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def dialled(phone: str) -> str:
    """The address of a link that dials a number (RFC 3966); empty for what is none."""
    extension = EXTENSION.search(phone)
    number = EXTENSION.sub("", phone)
    if not DIALLED.fullmatch(number):
        return ""
    digits = re.sub(r"[^\d+]", "", number)
    return f"tel:{digits}{f';ext={extension[1]}' if extension else ''}"
