"""A press of a button that carries a version, sent twice: a double click, or a retry after a lost answer.

Moves of state and deletions have no form to show again, and the version they were pressed with has passed when the same
comes a second time. Whoever pressed must not be told that somebody else was quicker, so what was carried out is
remembered with who pressed what, and the second time leads where the first one led.
"""

import hashlib

from flask import Response, g, request
from flask_babel import gettext as _
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import current_actor
from app.core.database import UtcDateTime
from app.core.submissions import AlreadySubmitted, refuse_repeat

# Another press of the same may be at it; theirs is as good.
_REMEMBER = text(
    "INSERT INTO submission (key, location, submitted_at) VALUES (:key, :location, :now) ON CONFLICT DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime))


def is_known() -> None:
    """Say that the form itself remembered this press."""
    g.press_is_known = True


def remember(session: Session, response: Response) -> None:
    """Remember what this request carried out, where it is a press with a version that led to another page."""
    location = response.location or response.headers.get("HX-Redirect")
    key = None if g.get("press_is_known") else _key()
    if key and location:
        session.execute(_REMEMBER, {"key": key, "location": location, "now": clock.now()})


def refuse_again(session: Session) -> None:
    """Raise ``AlreadySubmitted`` where the same person sent the same before, and it was carried out."""
    try:
        refuse_repeat(session, _key())
    except AlreadySubmitted as again:
        raise AlreadySubmitted(again.location, _("This is done already.")) from None


def typed(*without: str) -> list[tuple[str, str]]:
    """What was typed, in an order of its own, without the session's token and the fields named.

    Browsers end lines in another way than scripts that send the same form.
    """
    texts = request.form.items(multi=True)
    return sorted((name, text.replace("\r\n", "\n")) for name, text in texts if name not in {"csrf_token", *without})


def digest(*said: object) -> str:
    """What tells this from anything else that is said, whatever letters are in it."""
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def _key() -> str | None:
    is_press = request.method == "POST" and request.form.get("version") and not request.files
    if not is_press or not current_actor().is_authenticated:
        return None
    return digest(current_actor().user_id, request.path, typed())
