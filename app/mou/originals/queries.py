"""What can be asked about originals signed elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.extensions import db
from app.mou.models import CONCLUDED, Mou
from app.mou.originals import rules
from app.mou.originals.models import MouClaim, MouFinding, MouOriginal, MouValidation
from app.mou.queries import visible_to


@dataclass(frozen=True)
class Kept:
    """An original with what is claimed, what the portal found, and what people found, oldest first."""

    original: MouOriginal
    claims: Sequence[MouClaim]
    finding: Mapping[str, Any] | None
    validations: Sequence[MouValidation]

    @property
    def counts(self) -> bool:
        """Whether it counts for the parties it names."""
        return rules.counts([one.result for one in self.validations])


def kept(mou: Mou) -> list[Kept]:
    """The originals of a memorandum, oldest first."""
    wanted = select(MouOriginal).where(MouOriginal.mou_id == mou.id).order_by(MouOriginal.id)
    options = (joinedload(MouOriginal.file), joinedload(MouOriginal.document))
    originals = db.session.scalars(wanted.options(*options)).all()
    keys = [one.id for one in originals]
    claims, validations = _claims(keys), _validations(keys)
    findings = {one.original_id: one.found for one in _findings(keys)}
    return [
        Kept(
            one,
            [claim for claim in claims if claim.original_id == one.id],
            findings.get(one.id),
            [check for check in validations if check.original_id == one.id],
        )
        for one in originals
    ]


def _claims(keys: Sequence[int]) -> Sequence[MouClaim]:
    wanted = select(MouClaim).where(MouClaim.original_id.in_(keys)).order_by(MouClaim.id)
    return db.session.scalars(wanted.options(joinedload(MouClaim.party))).all()


def _findings(keys: Sequence[int]) -> Sequence[MouFinding]:
    return db.session.scalars(select(MouFinding).where(MouFinding.original_id.in_(keys))).all()


def _validations(keys: Sequence[int]) -> Sequence[MouValidation]:
    wanted = select(MouValidation).where(MouValidation.original_id.in_(keys)).order_by(MouValidation.id)
    return db.session.scalars(wanted).all()


def original(actor: Actor, mou_id: int, original_id: int) -> MouOriginal:
    """One original of a memorandum, for the consortium alone. Raises ``NoResultFound``."""
    if not actor.is_internal:
        raise NoResultFound
    wanted = (
        select(MouOriginal)
        .join(Mou)
        .where(MouOriginal.id == original_id, MouOriginal.mou_id == mou_id, visible_to(actor))
    )
    return db.session.execute(wanted).scalar_one()


def counted(found: Sequence[Kept], wording: str) -> list[Kept]:
    """Those that count for what the memorandum says now: what was signed before its terms were changed does not."""
    return [one for one in found if one.counts and one.original.wording == wording]


def signed_parties(found: Sequence[Kept]) -> set[int]:
    """The keys of the parties for which these are signed."""
    return {claim.party_id for one in found for claim in one.claims}


def names_party(party_id: int) -> bool:
    """Whether an original names a party."""
    return db.session.scalar(select(MouClaim.id).where(MouClaim.party_id == party_id).limit(1)) is not None


def by_hash(sha256: str) -> MouOriginal | None:
    """The original with this hash of a memorandum that everybody has signed; of others nobody learns."""
    wanted = select(MouOriginal).join(Mou).where(MouOriginal.sha256 == sha256, Mou.state.in_(CONCLUDED))
    return db.session.scalars(wanted.order_by(MouOriginal.id).limit(1)).one_or_none()
