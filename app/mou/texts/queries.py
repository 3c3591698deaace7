"""What can be asked about the texts of memoranda."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.access import Actor
from app.extensions import db
from app.mou.models import Mou
from app.mou.queries import inside
from app.mou.texts.models import MouComment, MouText, Purpose


def texts(mou: Mou) -> Sequence[MouText]:
    """The versions of a memorandum that were shown, oldest first."""
    wanted = select(MouText).where(MouText.mou_id == mou.id).order_by(MouText.number)
    return db.session.scalars(wanted.options(selectinload(MouText.closing))).all()


def newest(mou: Mou) -> MouText | None:
    """The version that was shown last."""
    wanted = select(MouText).where(MouText.mou_id == mou.id).order_by(MouText.number.desc()).limit(1)
    return db.session.scalars(wanted).one_or_none()


def to_sign(mou: Mou) -> MouText | None:
    """The version that is open for signature, if one is."""
    found = newest(mou)
    return found if found is not None and found.purpose is Purpose.SIGNATURE and found.closing is None else None


def signed(mou: Mou) -> MouText | None:
    """The newest version that was to be signed."""
    wanted = select(MouText).where(MouText.mou_id == mou.id, MouText.purpose == Purpose.SIGNATURE)
    return db.session.scalars(wanted.order_by(MouText.number.desc()).limit(1)).one_or_none()


def last_to_sign(mou: Mou) -> int:
    """The number of the newest version that was to be signed; 0 before the first."""
    found = signed(mou)
    return found.number if found else 0


def text(actor: Actor, mou_id: int, number: int) -> MouText:
    """One version of a memorandum whose documents the actor may read. Raises ``NoResultFound``."""
    mou = inside(actor, mou_id)
    wanted = select(MouText).where(MouText.mou_id == mou.id, MouText.number == number)
    return db.session.execute(wanted).scalar_one()


def comments(mou: Mou) -> Sequence[MouComment]:
    """What was said of a memorandum's texts, newest first."""
    wanted = select(MouComment).join(MouText).where(MouText.mou_id == mou.id).order_by(MouComment.id.desc())
    return db.session.scalars(wanted.options(selectinload(MouComment.text), selectinload(MouComment.party))).all()
