"""What can be asked about batches: their memoranda, and who of them was asked, reminded, has signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import joinedload, selectinload

from app.core.access import Actor
from app.core.files import StoredFile
from app.extensions import db
from app.mou.batches.models import MouBatch
from app.mou.models import OPEN, Mou, MouParty
from app.mou.queries import visible_to
from app.mou.signing.models import LinkPurpose, MouLink, MouSignature
from app.mou.texts.models import MouText
from app.mou.texts.queries import last_to_sign


@dataclass(frozen=True)
class Entry:
    """A memorandum of a batch: how many have signed, how often people were reminded."""

    mou: Mou
    signed: int
    people: int
    reminders: int
    failed: str | None

    @property
    def company(self) -> MouParty | None:
        """The party that is another one in each memorandum: the last."""
        return self.mou.parties[-1] if self.mou.parties else None


def batches(actor: Actor) -> Sequence[MouBatch]:
    """The batches, newest first; for the consortium alone."""
    if not actor.is_internal:
        return []
    return db.session.scalars(select(MouBatch).order_by(MouBatch.id.desc())).all()


def batch(actor: Actor, batch_id: int) -> MouBatch:
    """One batch, for the consortium alone. Raises ``NoResultFound``."""
    if not actor.is_internal:
        raise NoResultFound
    return db.session.execute(select(MouBatch).where(MouBatch.id == batch_id)).scalar_one()


def memoranda(found: MouBatch) -> Sequence[Mou]:
    """The memoranda of a batch, in the order of the file."""
    wanted = select(Mou).where(Mou.batch == str(found.uid)).order_by(Mou.id)
    parties = selectinload(Mou.parties)
    options = (parties.joinedload(MouParty.organisation), parties.selectinload(MouParty.signatories))
    return db.session.scalars(wanted.options(*options)).all()


def waiting(found: MouBatch) -> list[tuple[int, int]]:
    """The keys of the memoranda that are open, each with the number of the version that was to be signed last."""
    return [(one.id, last_to_sign(one)) for one in memoranda(found) if one.state in OPEN]


def entries(actor: Actor, found: MouBatch) -> list[Entry]:
    """The same with what became of each; one statement for the signatures, one for the reminders."""
    mine = select(Mou.id).where(Mou.batch == str(found.uid), visible_to(actor))
    signed = _counted(
        select(MouText.mou_id, func.count(MouSignature.id))
        .join(MouSignature, MouSignature.text_id == MouText.id)
        .where(MouText.mou_id.in_(mine))
        .group_by(MouText.mou_id)
    )
    reminded = _counted(
        select(MouText.mou_id, func.sum(MouLink.reminders))
        .join(MouLink, MouLink.text_id == MouText.id)
        .where(MouText.mou_id.in_(mine), MouLink.purpose == LinkPurpose.SIGN)
        .group_by(MouText.mou_id)
    )
    return [
        Entry(one, signed.get(one.id, 0), len(one.signatories), reminded.get(one.id, 0), found.failed.get(str(one.id)))
        for one in memoranda(found)
    ]


def _counted(wanted: object) -> Mapping[int, int]:
    return {row[0]: int(row[1] or 0) for row in db.session.execute(wanted)}  # type: ignore[call-overload]


def uploaded_file(actor: Actor, file_id: int) -> StoredFile:
    """A file this person sent. Raises ``NoResultFound`` for any other."""
    wanted = select(StoredFile).where(StoredFile.id == file_id, StoredFile.uploaded_by_id == actor.user_id)
    return db.session.execute(wanted).scalar_one()


def of_mou(actor: Actor, mou: Mou) -> MouBatch | None:
    """The batch that a memorandum was drafted in, for the consortium alone."""
    if not actor.is_internal or not mou.batch:
        return None
    found = db.session.scalars(select(MouBatch).options(joinedload(MouBatch.owner))).all()
    return next((one for one in found if str(one.uid) == mou.batch), None)
