"""The links that end when a person is erased; contract and proof stay.

A contract names who signed it, and its evidence is chained: one text changed, and nothing of it proves anything. Its
models say so (``is_binding``). Signatories, links and proposals, with their mailboxes, are for the work at hand and go
with the rest.
"""

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import select

from app.core import clock, mail
from app.extensions import db
from app.mou.signing.models import MouLink
from app.stakeholders.erasure import Erasing, when_erased


def end_links(begun: Erasing) -> Callable[[], None]:
    """End the links that went to the mailboxes of a person who is erased; what was said and reported by them stays."""
    theirs = select(MouLink).where(mail.is_at(MouLink.email, begun.mailboxes), MouLink.revoked_at.is_(None))
    return partial(_end, db.session.scalars(theirs).all())


def _end(links: Sequence[MouLink]) -> None:
    for link in links:
        link.revoked_at = clock.now()


when_erased.append(end_links)
