"""Organisations under all their names, people, and who spoke for whom from when to when."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.merging import KEEP, MERGE
from app.core.search_key import search_key
from app.core.veil import AsItIs
from app.core.vocabulary import Term

if TYPE_CHECKING:
    from app.stakeholders.consent import ConsentEntry


class Category(Term):
    """What an organisation is."""

    VET_PROVIDER = "vet_provider", _l("VET provider")
    HE_PROVIDER = "he_provider", _l("Higher education")
    ADULT_ED_PROVIDER = "adult_ed_provider", _l("Adult education provider")
    COMPANY = "company", _l("Company")
    EMPLOYER_ASSOC = "employer_assoc", _l("Employers' association")
    CHAMBER = "chamber", _l("Chamber")
    SECTOR_BODY = "sector_body", _l("Sector skills council")
    ACCREDITATION_QA = "accreditation_qa", _l("Accreditation body")
    QUALIFICATION_AUTHORITY = "qualification_authority", _l("Qualification authority")
    MINISTRY = "ministry", _l("Ministry")
    REGIONAL_ADMIN = "regional_admin", _l("Regional administration")
    LOCAL_ADMIN = "local_admin", _l("Local administration")
    PES = "pes", _l("Public employment service")
    TRADE_UNION = "trade_union", _l("Trade union")
    PROFESSIONAL_ASSOC = "professional_assoc", _l("Professional association")
    NGO = "ngo", _l("Non-governmental organisation")
    LEARNER_REP = "learner_rep", _l("Learners' representation")
    ERASMUS_OFFICE = "erasmus_office", _l("Erasmus+ office")
    DONOR_IFI = "donor_ifi", _l("Donor")
    RESEARCH = "research", _l("Research")
    MEDIA = "media", _l("Media")
    OTHER = "other", _l("Other")


class NameKind(Term):
    """What a name of an organisation is; the first is the one it works under."""

    WORKING = "working", _l("Working name")
    LEGAL = "legal", _l("Legal name")
    SHORT = "short", _l("Short name")
    ALSO = "also", _l("Also known as")
    NATIVE = "native", _l("In the national language")
    FORMER = "former", _l("Former name")
    EU_REGISTER = "eu_register", _l("In the EU register")
    TRANSLIT = "translit", _l("Transliteration")


class Script(Term):
    """The script a name is written in, by ISO 15924 code."""

    LATN = "Latn", _l("Latin")
    CYRL = "Cyrl", _l("Cyrillic")
    GEOR = "Geor", _l("Georgian")
    ARMN = "Armn", _l("Armenian")


class Size(Term):
    """Size of an enterprise by the EU's definition."""

    MICRO = "micro", _l("Micro (under 10 people)")
    SMALL = "small", _l("Small (under 50)")
    MEDIUM = "medium", _l("Medium (under 250)")
    LARGE = "large", _l("Large")


class RecognitionRole(Term):
    """What an organisation does when micro-credentials are recognised; one does several."""

    SETS_STANDARDS = "sets_standards", _l("Sets standards")
    ACCREDITS = "accredits", _l("Accredits")
    ASSESSES = "assesses", _l("Assesses")
    AWARDS = "awards", _l("Awards")
    FUNDS = "funds", _l("Funds")
    EMPLOYS = "employs", _l("Employs")
    REPRESENTS_LEARNERS = "represents_learners", _l("Represents learners")
    MULTIPLIES = "multiplies", _l("Multiplies")


class LawfulBasis(Term):
    """Why a person's data may be kept."""

    PUBLIC_ROLE = "public_role", _l("Public role")
    CONTRACT = "contract", _l("Contract or project agreement")
    CONSENT = "consent", _l("Consent")


class Source(Term):
    """Where a person's data came from; what was entered before anybody asked is not recorded."""

    TOLD = "told", _l("Told by the person")
    PUBLIC = "public", _l("Public source")
    HANDED_OVER = "handed_over", _l("Handed over by an organisation")
    IMPORT = "import", _l("Imported from a file")
    EVENT_LIST = "event_list", _l("List of an event")
    NOT_RECORDED = "not_recorded", _l("Not recorded")


class Organisation(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """A body that takes part: a school, a company, an authority.

    ``name`` is the working name and ``native_name`` the one shown beneath it; both repeat rows of ``names``, and
    ``search_key`` joins the keys of all of them, so that a list reads one row an organisation. ``absorbed_by_id`` is
    the organisation it was merged into; it is kept for its address and for undoing, and is in no list.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("partner_number IS NULL OR is_partner", name="partner_number"),
        Index("ix_organisation_name_key", "name_key", "id"),
        Index("ix_organisation_country", "country", "name_key", "id"),
        Index("ix_organisation_category", "category", "name_key", "id"),
        Index("ix_organisation_absorbed_by", "absorbed_by_id", "name_key", "id"),
        Index("ix_organisation_city_key", "city_key", "name_key", "id"),
    )
    audit_skips = ("city_key",)

    name: Mapped[AsItIs]
    name_language: Mapped[str] = mapped_column(default="en")
    native_name: Mapped[AsItIs | None]
    native_language: Mapped[str | None]
    name_key: Mapped[str]
    search_key: Mapped[str]
    category: Mapped[Category]
    country: Mapped[str]
    region: Mapped[str | None]
    city: Mapped[str | None]
    city_key: Mapped[str | None]
    address: Mapped[str | None]
    website: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    register_number: Mapped[str | None]
    pic: Mapped[str | None]
    size: Mapped[Size | None]
    recognition_roles: Mapped[list[str] | None] = mapped_column(JSON)
    is_partner: Mapped[bool] = mapped_column(default=False)
    partner_number: Mapped[int | None] = mapped_column(unique=True)
    is_coordinator: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str | None]
    # No foreign key: SQLite would rebuild the table for one, and lose on the way what refers to it.
    absorbed_by_id: Mapped[int | None]

    names: Mapped[list["OrganisationName"]] = relationship(
        back_populates="organisation",
        cascade="all, delete-orphan",
        order_by="OrganisationName.position, OrganisationName.id",
    )
    affiliations: Mapped[list["Affiliation"]] = relationship(
        back_populates="organisation", order_by="Affiliation.valid_from.desc().nulls_last(), Affiliation.id"
    )

    @validates("city")
    def _find_city(self, _name: str, city: str | None) -> str | None:
        """Find the place however it is written."""
        self.city_key = search_key(city) if city else None
        return city

    @property
    def recognition(self) -> list[RecognitionRole]:
        """Its roles in recognition, in the order of the vocabulary."""
        return [role for role in RecognitionRole if role in (self.recognition_roles or ())]

    @property
    def access_country(self) -> str:
        """The country whose leads answer for it."""
        return self.country

    @cached_property
    def access_organisations(self) -> frozenset[int]:
        """The organisation itself."""
        return frozenset({self.id})


class OrganisationName(Base, Audited):
    """One name of an organisation, in one language and script; the first in ``position`` is the working name.

    ``duplicate_key`` is what likeness is judged by, the blocks are what like names are looked up by
    (``app.stakeholders.duplicates``).
    """

    __tablename__ = "organisation_name"
    audit_skips = ("position", "duplicate_key", "head_block", "tail_block")

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True, info={MERGE: KEEP}
    )
    text: Mapped[AsItIs]
    language: Mapped[str]
    script: Mapped[Script] = mapped_column(default=Script.LATN)
    kind: Mapped[NameKind]
    position: Mapped[int] = mapped_column(default=0)
    search_key: Mapped[str] = mapped_column(index=True)
    duplicate_key: Mapped[str | None] = mapped_column(index=True)
    head_block: Mapped[str | None] = mapped_column(index=True)
    tail_block: Mapped[str | None] = mapped_column(index=True)

    organisation: Mapped[Organisation] = relationship(back_populates="names")


class Person(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """A person who speaks for organisations; a given name alone is enough where no more is known.

    ``absorbed_by_id`` is the person into whom this one was merged; the row is kept for undoing, and is in no list.
    Of one who was erased (``erased_on``) the row and its affiliations stay, so that counts do, and nothing that tells
    who it was.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_name_key", "name_key", "id"),
        Index("ix_person_review_on", "review_on", "id"),
    )

    given_name: Mapped[str]
    family_name: Mapped[str | None]
    native_name: Mapped[str | None]
    native_language: Mapped[str | None]
    title: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    lawful_basis: Mapped[LawfulBasis]
    source: Mapped[Source] = mapped_column(default=Source.NOT_RECORDED, server_default=Source.NOT_RECORDED.value)
    source_detail: Mapped[str | None]
    review_on: Mapped[date | None]
    erased_on: Mapped[date | None]
    name_key: Mapped[str]
    search_key: Mapped[str]
    is_example: Mapped[bool] = mapped_column(default=False)
    absorbed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    absorbed: Mapped[list["Person"]] = relationship(viewonly=True, order_by="Person.id")
    affiliations: Mapped[list["Affiliation"]] = relationship(
        back_populates="person",
        cascade="all, delete-orphan",
        order_by="Affiliation.valid_from.desc().nulls_last(), Affiliation.id",
    )
    if TYPE_CHECKING:
        consents: Mapped[list[ConsentEntry]]  # given by ``consent``, which knows people

    @property
    def name(self) -> str:
        """The name as it is said: given name, then family name; of an erased person, that it was erased."""
        if self.erased_on:
            return _("Erased person")
        return f"{self.given_name} {self.family_name or ''}".strip()

    @property
    def access_country(self) -> str | None:
        """The country of the organisation the person speaks for, the latest first."""
        return self.affiliations[0].organisation.country if self.affiliations else None

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisations the person speaks or spoke for."""
        return frozenset(affiliation.organisation_id for affiliation in self.affiliations)


class Affiliation(Base, Audited):
    """What a person is to an organisation, from one day to another; an open end means still."""

    __tablename__ = "affiliation"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="dates"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role_title: Mapped[TranslatedText]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    is_legal_representative: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(back_populates="affiliations")
    organisation: Mapped[Organisation] = relationship(back_populates="affiliations")

    def holds_on(self, day: date) -> bool:
        """Whether the person spoke for the organisation on ``day``."""
        starts: Any = self.valid_from or date.min
        return bool(starts <= day <= (self.valid_to or date.max))
