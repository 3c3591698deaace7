"""The catalogue of micro-credentials: designs, not awards to persons."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, Column, Float, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.stakeholders.models import Organisation


class MicroCredentialState(Term):
    """How far the design is."""

    IDEA = "idea", _l("Idea"), "planned"
    DRAFT = "draft", _l("Draft"), "planned"
    INTERNAL_REVIEW = "internal_review", _l("In review"), "running"
    FINAL = "final", _l("Final"), "done"
    PUBLISHED = "published", _l("Published"), "done"
    RETIRED = "retired", _l("Retired"), "stopped"


S = MicroCredentialState
MOVES = Moves(
    {
        S.IDEA: (S.DRAFT, S.RETIRED),
        S.DRAFT: (S.INTERNAL_REVIEW, S.RETIRED),
        S.INTERNAL_REVIEW: (S.DRAFT, S.FINAL, S.RETIRED),
        S.FINAL: (S.DRAFT, S.PUBLISHED, S.RETIRED),
        S.PUBLISHED: (S.RETIRED,),
        S.RETIRED: (),
    }
)


class OutcomeType(Term):
    """What kind of learning outcome it is."""

    KNOWLEDGE = "knowledge", _l("Knowledge")
    SKILL = "skill", _l("Skill")
    COMPETENCE = "competence", _l("Competence")
    HOLISTIC = "holistic", _l("Holistic")


class AssessmentType(Term):
    """How learning outcomes are assessed."""

    PRACTICAL = "practical", _l("Practical examination")
    WRITTEN = "written", _l("Written examination")
    ORAL = "oral", _l("Oral examination")
    PORTFOLIO = "portfolio", _l("Portfolio")
    PROJECT = "project", _l("Project work")
    QUIZ = "quiz", _l("Quiz")
    CONTINUOUS = "continuous", _l("Continuous assessment")
    ARTEFACT = "artefact", _l("Artefact")


class Participation(Term):
    """How learners take part."""

    PRESENTIAL = "presential", _l("On site")
    ONLINE = "online", _l("Online")
    BLENDED = "blended", _l("Blended")
    WORKBASED = "workbased", _l("Work-based")
    PROJECT = "project", _l("Project-based")


class Supervision(Term):
    """How the learner is supervised and identified at assessment."""

    UNSUP_NOID = "unsup_noid", _l("Unsupervised, identity not checked")
    SUP_NOID = "sup_noid", _l("Supervised, identity not checked")
    SUP_ONLINE_ID = "sup_online_id", _l("Supervised online, identity checked")
    ONSITE_ID = "onsite_id", _l("Supervised on site, identity checked")


class QualityAssurance(Term):
    """What assures the quality of the credential."""

    INTERNAL = "internal", _l("Internal quality assurance")
    EXTERNAL_PROVIDER = "external_provider", _l("Externally assured provider")
    ACCREDITED_PROGRAMME = "accredited_programme", _l("Accredited programme")
    EMPLOYER_VALIDATED = "employer_validated", _l("Validated by employers")


class Stackability(Term):
    """Whether it stands alone or adds up."""

    STAND_ALONE = "stand_alone", _l("Stand-alone")
    STACKABLE = "stackable", _l("Stackable")


class Origin(Term):
    """Where the design comes from."""

    NEW = "new", _l("New")
    FROM_ECVET_UNIT = "from_ecvet_unit", _l("From an ECVET unit")
    PART_OF_QUALIFICATION = "part_of_qualification", _l("Part of a qualification")


class UseType(Term):
    """What it is used for."""

    STAND_ALONE = "stand_alone", _l("On its own")
    PRE_VET = "pre_vet", _l("Before vocational education")
    UPSKILLING = "upskilling", _l("Upskilling")
    RESKILLING = "reskilling", _l("Reskilling")
    VALIDATION_OF_INFORMAL = "validation_of_informal", _l("Validation of informal learning")
    ADDITIONAL_QUALIFICATION = "additional_qualification", _l("Additional qualification")


microcredential_developer = Table(
    "microcredential_developer",
    Base.metadata,
    Column("microcredential_id", ForeignKey("microcredential.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True, index=True),
)


class MicroCredential(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful):
    """The design of a micro-credential, after the elements of Annex I of the Council Recommendation 2022/C 243/02.

    ``level_not_applicable`` answers the level element where no framework applies. Lists of codes are JSON arrays.
    ``annex_score`` (0 to 9), ``title_key`` and ``search_key`` repeat what the texts say, so that a list reads one row;
    the services keep them. ``published_at`` stays when a published one is retired.
    """

    __tablename__ = "microcredential"
    audit_skips = ("annex_score", "title_key", "search_key")
    __table_args__ = (
        CheckConstraint("workload_hours IS NULL OR workload_hours > 0", name="workload_hours"),
        CheckConstraint("ecvet_points IS NULL OR ecvet_points >= 0", name="ecvet_points"),
        CheckConstraint("ects_points IS NULL OR ects_points >= 0", name="ects_points"),
        CheckConstraint("eqf_level IS NULL OR eqf_level BETWEEN 1 AND 8", name="eqf_level"),
        Index("ix_microcredential_country", "country", "code"),
        Index("ix_microcredential_state", "state", "code"),
        Index("ix_microcredential_title_key", "title_key", "id"),
    )
    moves = MOVES

    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[TranslatedText]
    description: Mapped[TranslatedText | None]
    country: Mapped[str]
    state: Mapped[MicroCredentialState] = mapped_column(default=MicroCredentialState.IDEA)
    origin: Mapped[Origin | None]
    awarding_body_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    awarding_countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    workload_hours: Mapped[int | None]
    ecvet_points: Mapped[float | None] = mapped_column(Float)
    ects_points: Mapped[float | None] = mapped_column(Float)
    eqf_level: Mapped[int | None]
    nqf_level_code: Mapped[str | None]
    level_not_applicable: Mapped[bool] = mapped_column(default=False)
    level_note: Mapped[TranslatedText | None]
    isced_f: Mapped[list[str]] = mapped_column(JSON, default=list)
    occupations: Mapped[list[str]] = mapped_column(JSON, default=list)
    participation: Mapped[list[str]] = mapped_column(JSON, default=list)
    supervision: Mapped[Supervision | None]
    qa_type: Mapped[QualityAssurance | None]
    qa_body: Mapped[str | None]
    prerequisites: Mapped[TranslatedText | None]
    stackability: Mapped[Stackability | None]
    parent_qualification: Mapped[str | None]
    target_groups: Mapped[list[str]] = mapped_column(JSON, default=list)
    use_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    grade_scheme: Mapped[str | None]
    further_information: Mapped[TranslatedText | None]
    template_version: Mapped[str | None]
    licence: Mapped[str | None]
    skillstools_url: Mapped[str | None]
    europass_url: Mapped[str | None]
    badge_url: Mapped[str | None]
    accreditation_valid_until: Mapped[date | None]
    published_at: Mapped[datetime | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    annex_score: Mapped[int] = mapped_column(default=0)
    title_key: Mapped[str]
    search_key: Mapped[str]

    awarding_body: Mapped[Organisation | None] = relationship(foreign_keys=[awarding_body_id])
    developers: Mapped[list[Organisation]] = relationship(
        secondary=microcredential_developer, order_by=Organisation.name_key
    )
    outcomes: Mapped[list["LearningOutcome"]] = relationship(
        back_populates="microcredential", cascade="all, delete-orphan", order_by="LearningOutcome.position"
    )
    assessments: Mapped[list["Assessment"]] = relationship(
        back_populates="microcredential", cascade="all, delete-orphan", order_by="Assessment.position"
    )

    @property
    def access_country(self) -> str:
        """The country whose leads answer for it."""
        return self.country

    @property
    def is_for_everybody(self) -> bool:
        """Whether it is or was published; ``queries.visible_to`` asks the same of the database."""
        return self.state is MicroCredentialState.PUBLISHED or self.published_at is not None

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisations that develop it."""
        return frozenset(organisation.id for organisation in self.developers)


class LearningOutcome(Base, Audited):
    """What a learner knows, understands or can do afterwards."""

    __tablename__ = "learning_outcome"

    microcredential_id: Mapped[int] = mapped_column(ForeignKey("microcredential.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[TranslatedText]
    type: Mapped[OutcomeType | None]
    esco_uris: Mapped[list[str]] = mapped_column(JSON, default=list)

    microcredential: Mapped[MicroCredential] = relationship(back_populates="outcomes")


class Assessment(Base, Audited):
    """One way in which the outcomes are assessed."""

    __tablename__ = "assessment"

    microcredential_id: Mapped[int] = mapped_column(ForeignKey("microcredential.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    type: Mapped[AssessmentType]
    title: Mapped[TranslatedText | None]

    microcredential: Mapped[MicroCredential] = relationship(back_populates="assessments")
