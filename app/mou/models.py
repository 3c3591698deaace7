"""Memoranda of understanding: who agrees with whom on which micro-credentials, on what terms, and who signs.

What was shown and signed is in ``app.mou.texts``; what follows here may be edited until it is frozen there.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation, Person


class Instrument(Term):
    """What kind of agreement it is."""

    MOU = "mou", _l("Memorandum of understanding")
    COOPERATION_AGREEMENT = "cooperation_agreement", _l("Cooperation agreement")
    DUAL_CONTRACT = "dual_contract", _l("Contract on dual education")
    LETTER_OF_INTENT = "letter_of_intent", _l("Letter of intent")
    PLEDGE = "pledge", _l("Pledge")


class MouState(Term):
    """How far a memorandum is."""

    DRAFT = "draft", _l("Draft"), "planned"
    NEGOTIATION = "negotiation", _l("Being negotiated"), "running"
    READY_TO_SIGN = "ready_to_sign", _l("Out for signature"), "running"
    PARTLY_SIGNED = "partly_signed", _l("Partly signed"), "running"
    SIGNED = "signed", _l("Signed"), "sealed"
    IN_FORCE = "in_force", _l("In force"), "done"
    EXPIRED = "expired", _l("Expired"), "stopped"
    TERMINATED = "terminated", _l("Terminated"), "stopped"
    RENEWED = "renewed", _l("Renewed by another"), "done"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "stopped"


S = MouState
# A version that was declined, recalled or ran out goes back to negotiation: what is sent next is another version.
MOVES = Moves(
    {
        S.DRAFT: (S.NEGOTIATION, S.READY_TO_SIGN, S.SIGNED, S.WITHDRAWN),
        S.NEGOTIATION: (S.READY_TO_SIGN, S.SIGNED, S.WITHDRAWN),
        S.READY_TO_SIGN: (S.PARTLY_SIGNED, S.SIGNED, S.NEGOTIATION, S.WITHDRAWN),
        S.PARTLY_SIGNED: (S.SIGNED, S.NEGOTIATION, S.WITHDRAWN),
        S.SIGNED: (S.IN_FORCE, S.TERMINATED),
        S.IN_FORCE: (S.EXPIRED, S.TERMINATED, S.RENEWED),
        S.EXPIRED: (S.RENEWED,),
        S.TERMINATED: (),
        S.RENEWED: (),
        S.WITHDRAWN: (),
    }
)
# States in which the terms may still be edited, and those in which a frozen text is out for signature.
OPEN = frozenset({S.DRAFT, S.NEGOTIATION})
OUT = frozenset({S.READY_TO_SIGN, S.PARTLY_SIGNED})
# States in which it is signed and not over, and all those in which everybody has signed.
RUNNING = frozenset({S.SIGNED, S.IN_FORCE})
CONCLUDED = frozenset({S.SIGNED, S.IN_FORCE, S.EXPIRED, S.TERMINATED, S.RENEWED})
# States in which everybody may see what is published.
SHOWN = frozenset({S.IN_FORCE, S.EXPIRED, S.RENEWED})


class PartyRole(Term):
    """What a party is in the agreement."""

    SCHOOL = "school", _l("School")
    COMPANY = "company", _l("Company")
    AUTHORITY = "authority", _l("Authority")
    INTERMEDIARY = "intermediary", _l("Intermediary")
    OTHER = "other", _l("Another party")


class Basis(Term):
    """What somebody's authority to sign for an organisation rests on."""

    STATUTE = "statute", _l("Statute or articles of association")
    REGISTER = "register", _l("Entry in the register")
    LAW = "law", _l("Law or appointment to the office")
    DECISION = "decision", _l("Decision of the board")
    POWER_OF_ATTORNEY = "power_of_attorney", _l("Power of attorney")


class CodePolicy(Term):
    """When a signatory proves the mailbox by a code."""

    BEFORE_OPENING = "before_opening", _l("Before the text is shown")
    BEFORE_SIGNING = "before_signing", _l("Before signing")


class CommitmentKind(Term):
    """What a party promises; each kind is counted in a unit of its own (``units.py`` of the words)."""

    PLACEMENTS = "placements", _l("Placements for learners")
    TRAINERS = "trainers", _l("Trainers or mentors")
    EQUIPMENT = "equipment", _l("Equipment or materials")
    HIRING = "hiring", _l("Recognition when hiring")
    TEACHING = "teaching", _l("Hours of teaching")
    OTHER = "other", _l("Something else")


class MouTemplate(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """A template of memoranda; what it says is in its versions, of which the newest is offered.

    ``draft`` is the next version while somebody writes it, in the form of ``MouTemplateVersion.content``.
    """

    __tablename__ = "mou_template"
    audit_skips = ("draft",)

    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[TranslatedText]
    instrument: Mapped[Instrument]
    is_retired: Mapped[bool] = mapped_column(default=False)
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    versions: Mapped[list["MouTemplateVersion"]] = relationship(
        back_populates="template", order_by="MouTemplateVersion.number"
    )

    @property
    def current(self) -> "MouTemplateVersion":
        """The newest version."""
        return self.versions[-1]


class MouTemplateVersion(AppendOnly, Base):
    """A version of a template, as ``wordings.Template`` writes it; ``sha256`` is the hash of it as canonical JSON."""

    __tablename__ = "mou_template_version"
    __table_args__ = (Index("uq_mou_template_version_number", "template_id", "number", unique=True),)

    template_id: Mapped[int] = mapped_column(ForeignKey("mou_template.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str]
    note: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    template: Mapped[MouTemplate] = relationship(back_populates="versions")


class Mou(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """An agreement between a school and a company, or others, on micro-credentials they carry together.

    It takes effect on ``effective_from``, or else on the day of the last signature, and ends after
    ``duration_months``, or on ``ends_on``, or not by itself (``is_open_ended``): one of the three, or none yet.
    ``languages`` are one or two codes of the template's languages, the first on the left. ``clauses`` are the codes of
    those optional clauses that are on; ``special_terms`` are what the parties add. ``owner`` is the partner who runs
    it.
    """

    __tablename__ = "mou"
    audit_skips = ("search_key",)
    __table_args__ = (
        CheckConstraint("duration_months IS NULL OR duration_months > 0", name="duration"),
        CheckConstraint("notice_days >= 0", name="notice"),
        CheckConstraint("NOT (is_open_ended AND (duration_months IS NOT NULL OR ends_on IS NOT NULL))", name="end"),
        CheckConstraint("duration_months IS NULL OR ends_on IS NULL", name="one_end"),
        Index("ix_mou_last_day", "last_day", "id"),
    )
    moves = MOVES

    instrument: Mapped[Instrument] = mapped_column(default=Instrument.MOU)
    title: Mapped[TranslatedText]
    purpose: Mapped[TranslatedText | None]
    state: Mapped[MouState] = mapped_column(default=MouState.DRAFT)
    country: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("mou_template_version.id"), index=True)
    clauses: Mapped[list[str]] = mapped_column(JSON, default=list)
    special_terms: Mapped[TranslatedText | None]
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    prevailing_language: Mapped[str | None]
    no_microcredentials_reason: Mapped[str | None]

    effective_from: Mapped[date | None]
    duration_months: Mapped[int | None]
    ends_on: Mapped[date | None]
    is_open_ended: Mapped[bool] = mapped_column(default=False)
    auto_renew: Mapped[bool] = mapped_column(default=False)
    notice_days: Mapped[int] = mapped_column(default=30)
    place: Mapped[str | None]

    # How the signing goes: when the code is asked for, how long links live, when and how often people are reminded.
    code_policy: Mapped[CodePolicy] = mapped_column(default=CodePolicy.BEFORE_SIGNING)
    link_days: Mapped[int] = mapped_column(default=30)
    remind_after_days: Mapped[int | None] = mapped_column(default=5)
    remind_at_most: Mapped[int] = mapped_column(default=4)

    # What a register of such agreements says of it, as the chamber's register of dual contracts in Serbia.
    register_body: Mapped[str | None]
    register_number: Mapped[str | None]
    register_date: Mapped[date | None]

    # Facts that follow from the signatures and from what came after them.
    signed_on: Mapped[date | None]
    in_force_from: Mapped[date | None]
    last_day: Mapped[date | None]
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("mou.id"), index=True)
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("mou.id"), index=True)
    batch: Mapped[str | None] = mapped_column(index=True)

    is_published: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    created_by_name: Mapped[str] = mapped_column(default="")
    search_key: Mapped[str]

    owner: Mapped[Organisation | None] = relationship(foreign_keys=[owner_id])
    template_version: Mapped[MouTemplateVersion] = relationship()
    renews: Mapped["Mou | None"] = relationship(remote_side="Mou.id", foreign_keys=[renews_id])
    amends: Mapped["Mou | None"] = relationship(remote_side="Mou.id", foreign_keys=[amends_id])
    parties: Mapped[list["MouParty"]] = relationship(
        back_populates="mou", order_by="(MouParty.position, MouParty.id)", cascade="all, delete-orphan"
    )
    commitments: Mapped[list["MouCommitment"]] = relationship(
        back_populates="mou", order_by="(MouCommitment.due_on, MouCommitment.id)", cascade="all, delete-orphan"
    )

    termination: Mapped["MouTermination | None"] = relationship(
        back_populates="mou", foreign_keys="MouTermination.mou_id", viewonly=True
    )

    @property
    def link_date(self) -> date:
        """The day it takes effect, else the day it was signed, else the day it was entered."""
        return self.in_force_from or self.signed_on or self.effective_from or (self.created_at or clock.now()).date()

    @property
    def access_country(self) -> str | None:
        """The country whose leads answer for it; ``None`` for the whole consortium."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The partner who runs it."""
        return frozenset({self.owner_id}) if self.owner_id else frozenset()

    @property
    def signatories(self) -> list["MouSignatory"]:
        """Everybody who signs, in the order in which they are asked."""
        return sorted((one for party in self.parties for one in party.signatories), key=lambda one: (one.turn, one.id))


class MouParty(Base, Timestamped, Versioned, Audited):
    """An organisation as it stands in the agreement: its name and address as they are printed, its role, its duties."""

    __tablename__ = "mou_party"
    __table_args__ = (
        Index("uq_mou_party_organisation", "mou_id", "organisation_id", unique=True),
        Index("ix_mou_party_organisation", "organisation_id", "mou_id"),
    )

    mou_id: Mapped[int] = mapped_column(ForeignKey("mou.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[PartyRole]
    # As it is printed, by language of the text where a name has several forms; English or the only form first.
    legal_name: Mapped[TranslatedText]
    register_number: Mapped[str | None]
    address: Mapped[str | None]
    obligations: Mapped[TranslatedText | None]

    mou: Mapped[Mou] = relationship(back_populates="parties")
    organisation: Mapped[Organisation] = relationship()
    signatories: Mapped[list["MouSignatory"]] = relationship(
        back_populates="party", order_by="(MouSignatory.turn, MouSignatory.id)", cascade="all, delete-orphan"
    )


class MouSignatory(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """Somebody who signs for a party: who, as what, on what authority, at which mailbox, in which language, when.

    ``turn`` is the place in the order of signing; those of one turn are asked at once. ``person`` is the same person in
    the register, where there is one.
    """

    __tablename__ = "mou_signatory"
    audit_hides = ("name", "email", "second_email", "basis_note")
    __table_args__ = (CheckConstraint("turn > 0", name="turn"),)

    party_id: Mapped[int] = mapped_column(ForeignKey("mou_party.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    role_title: Mapped[str]
    basis: Mapped[Basis]
    basis_note: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(index=True)
    second_email: Mapped[str | None]
    language: Mapped[str]
    turn: Mapped[int] = mapped_column(default=1)

    party: Mapped[MouParty] = relationship(back_populates="signatories")
    person: Mapped[Person | None] = relationship()


class MouCommitment(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """Something a party promises, so much of it by a day; what became of it is in the reports that follow."""

    __tablename__ = "mou_commitment"
    __table_args__ = (CheckConstraint("amount IS NULL OR amount > 0", name="amount"),)

    mou_id: Mapped[int] = mapped_column(ForeignKey("mou.id", ondelete="CASCADE"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("mou_party.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CommitmentKind]
    amount: Mapped[int | None]
    text: Mapped[TranslatedText | None]
    due_on: Mapped[date | None]

    mou: Mapped[Mou] = relationship(back_populates="commitments")
    party: Mapped[MouParty] = relationship()


class MouTermination(AppendOnly, Base):
    """That a memorandum ends by notice or by agreement: why, when notice was given, which day is its last; said once.

    ``party`` gave notice; it is absent where all agreed (``is_agreed``), and then no notice period counts.
    ``addendum`` is the signed agreement on it, where there is one. Until the last day is over it stays in force.
    """

    __tablename__ = "mou_termination"
    is_binding = True

    mou_id: Mapped[int] = mapped_column(ForeignKey("mou.id"), unique=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("mou_party.id"), index=True)
    is_agreed: Mapped[bool]
    notice_on: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    addendum_id: Mapped[int | None] = mapped_column(ForeignKey("mou.id"), index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    mou: Mapped[Mou] = relationship(foreign_keys=[mou_id], back_populates="termination")
    party: Mapped[MouParty | None] = relationship()
    addendum: Mapped[Mou | None] = relationship(foreign_keys=[addendum_id])


# What a memorandum is called in addresses, on paper and in the register: the key is never given again.
def reference(key: int, acronym: str) -> str:
    """The number of a memorandum, as ``BEM-MoU-0007``."""
    return f"{acronym}-MoU-{key:04d}"


TURN_OF: Mapping[PartyRole, int] = {PartyRole.COMPANY: 1, PartyRole.SCHOOL: 2}
