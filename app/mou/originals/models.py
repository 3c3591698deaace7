"""Originals signed elsewhere: the file, what is claimed for each party, what the portal found, what people found."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base
from app.core.files import StoredFile
from app.core.vocabulary import Term
from app.mou.models import Mou, MouParty


class Container(Term):
    """What kind of file a signed original is, as its bytes tell."""

    PDF = "pdf", _l("PDF")
    ASIC_E = "asic_e", _l("ASiC-E container")
    ASIC_S = "asic_s", _l("ASiC-S container")
    CADES = "cades", _l("Signature in a file of its own (CAdES, PKCS #7)")
    PICTURE = "picture", _l("Picture of paper")


class Level(Term):
    """How somebody says that a party signed; the portal does not judge it."""

    WET_INK = "wet_ink", _l("By hand on paper")
    SIMPLE = "ses", _l("Simple electronic signature")
    ADVANCED = "aes", _l("Advanced electronic signature")
    QUALIFIED = "qes", _l("Qualified electronic signature")
    NATIONAL = "national_eds", _l("Electronic digital signature of national law")
    UNKNOWN = "unknown", _l("Not known")


class Result(Term):
    """What somebody found who checked an original with a program or service for it."""

    VALID = "valid", _l("Valid"), "done"
    INVALID = "invalid", _l("Not valid"), "late"
    INDETERMINATE = "indeterminate", _l("Cannot be decided"), "attention"
    SET_ASIDE = "set_aside", _l("Set aside: it does not belong here"), "stopped"


# Results by which an original no longer counts for the parties it names.
DISCOUNTED = frozenset({Result.INVALID, Result.SET_ASIDE})


class MouOriginal(AppendOnly, Base):
    """A file that was signed outside: evidence, kept byte for byte.

    ``document`` is what a signature in a file of its own belongs to. ``names`` are the names of the files within a
    container; that is all the portal says of one. ``wording`` is the hash of what the memorandum said when the file was
    added: it counts for nothing else.
    """

    __tablename__ = "mou_original"
    is_binding = True
    __table_args__ = (Index("ix_mou_original_mou", "mou_id", "id"),)

    mou_id: Mapped[int] = mapped_column(ForeignKey("mou.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(index=True)
    wording: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    document_sha256: Mapped[str | None]
    container: Mapped[Container]
    names: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    signed_on: Mapped[date]
    note: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    mou: Mapped[Mou] = relationship()
    file: Mapped[StoredFile] = relationship(foreign_keys=[file_id])
    document: Mapped[StoredFile | None] = relationship(foreign_keys=[document_id])


class MouClaim(AppendOnly, Base):
    """That an original is signed for a party, by whom and at which level, as whoever sent it says: evidence."""

    __tablename__ = "mou_claim"
    is_binding = True
    audit_hides: ClassVar[tuple[str, ...]] = ("name",)
    __table_args__ = (Index("uq_mou_claim_party", "original_id", "party_id", unique=True),)

    original_id: Mapped[int] = mapped_column(ForeignKey("mou_original.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("mou_party.id"), index=True)
    level: Mapped[Level]
    name: Mapped[str | None]

    original: Mapped[MouOriginal] = relationship()
    party: Mapped[MouParty] = relationship()


class MouFinding(AppendOnly, Base):
    """What the portal's own look at a PDF found, once: its signatures, or why they cannot be read. Evidence."""

    __tablename__ = "mou_finding"

    original_id: Mapped[int] = mapped_column(ForeignKey("mou_original.id"), unique=True)
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(default=clock.now)

    original: Mapped[MouOriginal] = relationship()


class MouValidation(AppendOnly, Base):
    """What somebody found who checked an original: with what, on which day, how. The newest counts. Evidence."""

    __tablename__ = "mou_validation"
    is_binding = True
    __table_args__ = (Index("ix_mou_validation_original", "original_id", "id"),)

    original_id: Mapped[int] = mapped_column(ForeignKey("mou_original.id"))
    result: Mapped[Result]
    validator: Mapped[str | None]
    checked_on: Mapped[date]
    note: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    original: Mapped[MouOriginal] = relationship()
