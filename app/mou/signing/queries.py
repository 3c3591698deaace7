"""What can be asked about signing: links, signatures, proposals."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.access import Actor
from app.extensions import db
from app.mou.models import Mou, MouParty, MouSignatory
from app.mou.queries import visible_to
from app.mou.signing.models import LinkPurpose, MouLink, MouProposal, MouSignature, ProposalState
from app.mou.texts.models import MouText

# What the page behind a link shows beside the link.
WITH_TEXT = (
    joinedload(MouLink.text).joinedload(MouText.mou),
    joinedload(MouLink.signatory).joinedload(MouSignatory.party),
)


def signatures(text: MouText) -> Sequence[MouSignature]:
    """Who has signed a text, first one first."""
    wanted = select(MouSignature).where(MouSignature.text_id == text.id).order_by(MouSignature.id)
    return db.session.scalars(wanted.options(joinedload(MouSignature.signatory))).all()


def signed_keys(text: MouText) -> set[int]:
    """The keys of those who have signed a text."""
    return set(db.session.scalars(select(MouSignature.signatory_id).where(MouSignature.text_id == text.id)))


def links(text: MouText) -> Sequence[MouLink]:
    """The links to sign a text that were sent, newest first."""
    wanted = select(MouLink).where(MouLink.text_id == text.id, MouLink.purpose == LinkPurpose.SIGN)
    return db.session.scalars(wanted.order_by(MouLink.id.desc())).all()


def newest_links(text: MouText) -> Mapping[int, MouLink]:
    """The link that was sent last to each signatory of a text, by the signatory's key."""
    newest = select(func.max(MouLink.id)).where(MouLink.text_id == text.id, MouLink.purpose == LinkPurpose.SIGN)
    found = db.session.scalars(select(MouLink).where(MouLink.id.in_(newest.group_by(MouLink.signatory_id))))
    return {link.signatory_id: link for link in found if link.signatory_id is not None}


def is_alive(link: MouLink) -> bool:
    """Whether a link has not run out and was not ended."""
    return link.revoked_at is None and link.expires_at > clock.now()


def was_written_to(whose: ColumnElement[bool]) -> bool:
    """Whether links of a kind were ever sent."""
    return db.session.scalar(select(MouLink.id).where(whose).limit(1)) is not None


def proposals(text: MouText) -> Sequence[MouProposal]:
    """Who was proposed to sign in somebody's place, oldest first."""
    wanted = select(MouProposal).where(MouProposal.text_id == text.id).order_by(MouProposal.id)
    return db.session.scalars(wanted.options(joinedload(MouProposal.signatory))).all()


def open_proposal(signatory: MouSignatory, text: MouText) -> MouProposal | None:
    """What somebody proposed and nobody answered yet."""
    return db.session.scalars(
        select(MouProposal).where(
            MouProposal.signatory_id == signatory.id,
            MouProposal.text_id == text.id,
            MouProposal.state == ProposalState.OPEN,
        )
    ).first()


def proposal(actor: Actor, mou_id: int, proposal_id: int) -> MouProposal:
    """One proposal of a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = (
        select(MouProposal)
        .join(MouText, MouText.id == MouProposal.text_id)
        .join(Mou, Mou.id == MouText.mou_id)
        .where(MouProposal.id == proposal_id, Mou.id == mou_id, visible_to(actor))
    )
    return db.session.execute(wanted).scalar_one()


def replaced(text: MouText) -> Mapping[int, int]:
    """Who signs in whose place: the keys of successors, by those of whom they replace."""
    rows = db.session.execute(
        select(MouProposal.signatory_id, MouProposal.successor_id).where(
            MouProposal.text_id == text.id, MouProposal.successor_id.is_not(None)
        )
    )
    return {before: after for before, after in rows if after is not None}


def replaced_in(mou: Mou) -> frozenset[int]:
    """The keys of those in whose place somebody else signs, of whichever version that was agreed to."""
    wanted = select(MouProposal.signatory_id).join(MouText, MouText.id == MouProposal.text_id)
    return frozenset(db.session.scalars(wanted.where(MouText.mou_id == mou.id, MouProposal.successor_id.is_not(None))))


def in_office(mou: Mou) -> list[MouSignatory]:
    """Who signs, or signed, for the parties; those in whose place somebody else does are not among them."""
    gone = replaced_in(mou)
    return [one for one in mou.signatories if one.id not in gone]


def signing(mou: Mou, text: MouText) -> list[MouSignatory]:
    """Everybody who signs a text, in their order: those who stand in it, and for who was replaced the successor."""
    gone = replaced(text)
    named = [UUID(one["uid"]) for party in text.content["parties"] for one in party["signatories"]]
    people = db.session.scalars(
        select(MouSignatory)
        .join(MouParty)
        .where(
            MouParty.mou_id == mou.id,
            MouSignatory.id.not_in(set(gone)),
            MouSignatory.uid.in_(named) | MouSignatory.id.in_(set(gone.values())),
        )
        .order_by(MouSignatory.turn, MouSignatory.id)
        .options(joinedload(MouSignatory.party))
    )
    return list(people)
