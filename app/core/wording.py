"""What WTForms and Flask-WTF say by themselves, in the portal's words and the reader's language.

Their own catalogues lack languages and messages, and speak of "fields" and "data inputs". A message of a new version
that is not here fails a test.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

_REQUIRED = _l("This field is required.")
_NOT_OF_THE_LIST = _l("Choose one of the list.")
_NOT_ALL_OF_THE_LIST = _l("Choose only what is in the list.")
_UNREADABLE = _l("This cannot be read. Write it anew.")
_SESSION = _l("Your session has ended. Reload the page and send it again.")

# By the message of the libraries; names in "%(…)s" are filled in by them.
WORDS: Mapping[str, Any] = {
    "This field is required.": _REQUIRED,
    "Not a valid choice.": _NOT_OF_THE_LIST,
    "Invalid Choice: could not coerce.": _NOT_OF_THE_LIST,
    "Choices cannot be None.": _NOT_OF_THE_LIST,
    "Invalid choice(s): one or more data inputs could not be coerced.": _NOT_ALL_OF_THE_LIST,
    "Invalid value, must be one of: %(values)s.": _l("Choose one of these: %(values)s."),
    "Invalid value, can't be any of: %(values)s.": _l("None of these can be taken: %(values)s."),
    "Not a valid integer value.": _l("Write a whole number."),
    "Not a valid decimal value.": _l("Write a number like 2.5."),
    "Not a valid float value.": _l("Write a number like 2.5."),
    "Not a valid date value.": _l("Write a date like 2025-05-12."),
    "Not a valid datetime value.": _l("Write a day and a time like 2025-05-12 14:30."),
    "Not a valid time value.": _l("Write a time like 14:30."),
    "Not a valid week value.": _l("Write a week like 2025-W20."),
    "Number must be at least %(min)s.": _l("Write a number from %(min)s on."),
    "Number must be at most %(max)s.": _l("Write a number up to %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("Write a number from %(min)s to %(max)s."),
    "Date must be at least %(min)s.": _l("Choose a day from %(min)s on."),
    "Date must be at most %(max)s.": _l("Choose a day up to %(max)s."),
    "Date must be between %(min)s and %(max)s.": _l("Choose a day from %(min)s to %(max)s."),
    "Field must be between %(min)d and %(max)d characters long.": _l("Write %(min)d to %(max)d characters."),
    "Field must be equal to %(other_name)s.": _l("Both have to be the same."),
    "Invalid field name '%s'.": _UNREADABLE,
    "Invalid input.": _UNREADABLE,
    "Invalid UUID.": _UNREADABLE,
    "Invalid IP address.": _l("This is no address of the internet protocol."),
    "Invalid Mac address.": _l("This is no address of a network card."),
    "Invalid URL.": _l("Write an address like https://example.org."),
    "Invalid email address.": _l("This is not an e-mail address."),
    "This field cannot be edited.": _l("This cannot be changed here."),
    "This field is disabled and cannot have a value.": _l("This cannot be filled in here."),
    "File does not have an approved extension.": _l("Files of this kind are not taken here."),
    "File does not have an approved extension: {extensions}": _l("Choose a file of one of these kinds: {extensions}"),
    "CSRF token missing.": _SESSION,
    "CSRF failed.": _SESSION,
    "CSRF token expired.": _SESSION,
    "Invalid CSRF Token.": _SESSION,
}


class OurWords:
    """Stands in for the catalogues of the libraries; what is not in ``WORDS`` stays as it is."""

    def gettext(self, message: str) -> str:
        """One message."""
        return str(WORDS.get(message, message))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """A message that counts; ``number`` is what it counts."""
        match singular:
            case "Field must be at least %(min)d character long.":
                return str(ngettext("Write at least one character.", "Write at least %(num)s characters.", number))
            case "Field cannot be longer than %(max)d character.":
                return str(ngettext("Write one character at most.", "Write at most %(num)s characters.", number))
            case "Field must be exactly %(max)d character long.":
                return str(ngettext("Write exactly one character.", "Write exactly %(num)s characters.", number))
            case "'%(value)s' is not a valid choice for this field.":
                return str(_NOT_ALL_OF_THE_LIST)
        return singular if number == 1 else plural
