"""What can be asked about a negotiation: who has the draft, what was said of it, what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.access import Actor
from app.extensions import db
from app.mou.models import Mou, MouParty
from app.mou.negotiation.models import MouAnswer
from app.mou.queries import visible_to
from app.mou.signing.models import LinkPurpose, MouLink
from app.mou.texts.models import MouComment, MouText

# What the page behind a link shows beside the link.
WITH_PARTY = (joinedload(MouLink.party).joinedload(MouParty.mou),)


@dataclass(frozen=True)
class Said:
    """A comment, the mailbox it came through, and what was answered."""

    comment: MouComment
    email: str | None
    answers: Sequence[MouAnswer]

    @property
    def is_settled(self) -> bool:
        """Whether one of the answers settled it."""
        return any(one.settles for one in self.answers)


def links(mou: Mou) -> Sequence[MouLink]:
    """The links to read and comment that were sent, newest first."""
    wanted = (
        select(MouLink)
        .join(MouParty)
        .where(MouParty.mou_id == mou.id, MouLink.purpose == LinkPurpose.NEGOTIATE)
        .order_by(MouLink.id.desc())
    )
    return db.session.scalars(wanted.options(joinedload(MouLink.party))).all()


def link(actor: Actor, mou_id: int, link_id: int) -> MouLink:
    """One of these links of a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = (
        select(MouLink)
        .join(MouParty)
        .join(Mou)
        .where(MouLink.id == link_id, MouLink.purpose == LinkPurpose.NEGOTIATE, Mou.id == mou_id, visible_to(actor))
    )
    return db.session.execute(wanted).scalar_one()


def is_alive(found: MouLink) -> bool:
    """Whether a link has not run out and was not ended."""
    return found.revoked_at is None and found.expires_at > clock.now()


def alive(party: MouParty, email: str) -> MouLink | None:
    """The link that a mailbox has for a party and that still opens the draft."""
    wanted = select(MouLink).where(
        MouLink.party_id == party.id, MouLink.purpose == LinkPurpose.NEGOTIATE, MouLink.revoked_at.is_(None)
    )
    same = (one for one in db.session.scalars(wanted) if one.email.casefold() == email.casefold())
    return next((one for one in same if is_alive(one)), None)


def newest_to(found: MouLink) -> MouLink:
    """The link that was sent last to the same mailbox for the same party."""
    newest = (
        select(MouLink)
        .where(MouLink.party_id == found.party_id, MouLink.purpose == found.purpose, MouLink.email == found.email)
        .order_by(MouLink.id.desc())
    )
    return db.session.scalars(newest.limit(1)).one()


def said_of(mou: Mou, party: MouParty | None = None) -> list[Said]:
    """What was said of a memorandum's texts, newest first; by one party alone where it is named."""
    wanted = (
        select(MouComment)
        .join(MouText)
        .where(MouText.mou_id == mou.id)
        .order_by(MouComment.id.desc())
        .options(joinedload(MouComment.text), joinedload(MouComment.party), joinedload(MouComment.link))
    )
    if party is not None:
        wanted = wanted.where(MouComment.party_id == party.id)
    found = db.session.scalars(wanted).all()
    answers = _answers([one.id for one in found])
    return [Said(one, one.link.email if one.link else None, answers.get(one.id, ())) for one in found]


def _answers(keys: Sequence[int]) -> Mapping[int, Sequence[MouAnswer]]:
    rows = db.session.scalars(select(MouAnswer).where(MouAnswer.comment_id.in_(keys)).order_by(MouAnswer.id))
    found: dict[int, list[MouAnswer]] = {}
    for one in rows:
        found.setdefault(one.comment_id, []).append(one)
    return found


def comment(actor: Actor, mou_id: int, comment_id: int) -> MouComment:
    """One comment on a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = (
        select(MouComment)
        .join(MouText)
        .join(Mou)
        .where(MouComment.id == comment_id, Mou.id == mou_id, visible_to(actor))
    )
    return db.session.execute(wanted).scalar_one()


def answers_to(found: MouComment) -> Sequence[MouAnswer]:
    """What was answered to a comment, oldest first."""
    return _answers([found.id]).get(found.id, ())


def count_by(found: MouLink) -> int:
    """How often something was said by a link."""
    return db.session.scalar(select(func.count(MouComment.id)).where(MouComment.link_id == found.id)) or 0
