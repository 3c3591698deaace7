"""What can be asked about the progress of commitments and the links to report by."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.access import Actor
from app.extensions import db
from app.mou.models import CONCLUDED, Mou, MouCommitment, MouParty
from app.mou.progress.models import MouCommitmentReport
from app.mou.queries import visible_to
from app.mou.signing.models import LinkPurpose, MouLink

# What the page behind a link shows beside the link.
WITH_PARTY = (joinedload(MouLink.party).joinedload(MouParty.mou), joinedload(MouLink.signatory))


def is_told(actor: Actor, mou: Mou) -> bool:
    """Whether the page of a memorandum tells this actor what became of its commitments."""
    return mou.state in CONCLUDED and actor.is_internal and bool(mou.commitments)


def newest(mou: Mou) -> Mapping[int, MouCommitmentReport]:
    """The newest report on each commitment of a memorandum, by the commitment's key."""
    last = (
        select(func.max(MouCommitmentReport.id))
        .join(MouCommitment, MouCommitment.id == MouCommitmentReport.commitment_id)
        .where(MouCommitment.mou_id == mou.id)
        .group_by(MouCommitmentReport.commitment_id)
    )
    found = db.session.scalars(select(MouCommitmentReport).where(MouCommitmentReport.id.in_(last)))
    return {report.commitment_id: report for report in found}


def reports(commitment: MouCommitment) -> Sequence[MouCommitmentReport]:
    """Everything that was reported of a commitment, newest first."""
    wanted = select(MouCommitmentReport).where(MouCommitmentReport.commitment_id == commitment.id)
    return db.session.scalars(wanted.order_by(MouCommitmentReport.id.desc())).all()


def of_party(party: MouParty) -> list[MouCommitment]:
    """What a party promised."""
    return [one for one in party.mou.commitments if one.party_id == party.id]


def links(mou: Mou) -> Sequence[MouLink]:
    """The links to report by that work now, oldest first."""
    wanted = select(MouLink).join(MouParty).where(MouParty.mou_id == mou.id, MouLink.purpose == LinkPurpose.REPORT)
    alive = wanted.where(MouLink.revoked_at.is_(None), MouLink.expires_at > clock.now())
    return db.session.scalars(alive.order_by(MouLink.id)).all()


def link(actor: Actor, mou_id: int, link_id: int) -> MouLink:
    """One link to report by, of a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = select(MouLink).join(MouParty).join(Mou, Mou.id == MouParty.mou_id)
    own = (MouLink.id == link_id, Mou.id == mou_id, MouLink.purpose == LinkPurpose.REPORT, visible_to(actor))
    return db.session.execute(wanted.where(*own)).scalar_one()


def is_newest(found: MouLink) -> bool:
    """Whether no link to report by was sent to this mailbox for this party since."""
    same = (MouLink.party_id == found.party_id, MouLink.email == found.email, MouLink.purpose == LinkPurpose.REPORT)
    return db.session.scalar(select(func.max(MouLink.id)).where(*same)) == found.id
