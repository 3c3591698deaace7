"""Links by which somebody without an account comes to one record: an invitation, minutes to comment on, a text to sign.

The secret in the address is the key. It has 256 random bits (``tokens.new_token``), or follows from the portal's own
key where every mail is to bring the same one (``tokens.standing_token``); of either only a digest is stored, in the
model's ``token_hash``. Opening a link says and changes nothing, because programs open links, too. Whoever guesses is
slowed down by address; who has a secret is not. What is answered is kept by nobody on the way, and the address is told
to no other site. It is compressed, because it is often read on a telephone; it repeats nothing of its address's
arguments.
"""

from typing import Any, TypeVar

from flask import Blueprint, Response, request, session
from sqlalchemy import select
from sqlalchemy.orm.interfaces import ORMOption

from app.accounts.limits import PERSONAL, RULES, give_back
from app.accounts.tokens import digest
from app.core import marks, outside
from app.core.access import current_actor
from app.core.compression import compress
from app.core.web import answer
from app.extensions import db

HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store"}


T = TypeVar("T")


def guard(blueprint: Blueprint, *views: str) -> None:
    """Count by address what is asked of these views, and keep what the blueprint answers to whoever asked."""
    RULES.update({f"{blueprint.name}.{view}": PERSONAL for view in views})
    outside.FOR_OUTSIDERS.add(blueprint.name)
    blueprint.after_request(_keep_private)


def _keep_private(response: Response) -> Response:
    response.headers.update(HEADERS)
    marks.tell(response)  # Here, since whatever follows meets the page compressed.
    compress(response, request.accept_encodings)
    return response


def behind(model: type[T], token: str, *options: ORMOption) -> T | None:
    """The record with this link, whatever its state; who has the secret guesses nothing and is not counted.

    The model has ``token_hash`` and ``language``. The page goes on in the language of the mail, unless this browser has
    chosen one, or whoever reads is signed in and has a language there. It may be one that the rest of the portal does
    not speak: every word of such a page is in the catalogues ``outside.po``.
    """
    keyed: Any = model
    record: Any = db.session.scalar(select(model).where(keyed.token_hash == digest(token)).options(*options))
    if record is not None:
        if not current_actor().is_authenticated:
            session.setdefault("language", record.language)
        outside.speak(record.language)
        give_back()
    else:
        outside.go_on()
    found: T | None = record
    return found


def dead(*said: str, lede: str | None = None, onward: tuple[str, str], renewable: bool = False) -> Response:
    """The page of a link that opens nothing (any more): why, and the way on.

    ``renewable`` offers a new one, sent to the mailbox on file and to no other: the button posts ``do=renew`` to the
    same address. A link that nobody knows has nothing to say, and looks like one that was cut short.
    """
    label, url = onward
    facts: dict[str, Any] = {"said": said, "lede": lede, "label": label, "url": url, "renewable": renewable}
    return answer("accounts/dead_link.html", status=410, **facts)
