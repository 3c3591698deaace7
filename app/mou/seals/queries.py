"""What can be asked about sealed documents."""

from pathlib import Path

from sqlalchemy import select

from app.extensions import db
from app.mou.models import Mou
from app.mou.seals.models import MouSealed
from app.mou.texts.models import MouText


def sealed_of(mou: Mou) -> MouSealed | None:
    """The sealed document of a memorandum, the one with the time stamp where there is one."""
    wanted = select(MouSealed).join(MouText).where(MouText.mou_id == mou.id).order_by(MouSealed.id.desc()).limit(1)
    return db.session.scalars(wanted).one_or_none()


def is_own_authority(folder: Path | None) -> bool:
    """Whether the portal certified its seal itself, rather than a trust service."""
    return folder is not None and (folder / "ca.key").exists()


def authority_file(folder: Path | None) -> Path | None:
    """The certificate of the portal's own authority, which anybody may have; ``None`` where there is none."""
    file = folder / "ca.pem" if folder else None
    return file if file is not None and file.exists() else None
