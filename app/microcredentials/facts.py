"""What a micro-credential is, as somebody filled it in or a file says it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from app.microcredentials.models import (
    AssessmentType,
    MicroCredential,
    Origin,
    OutcomeType,
    QualityAssurance,
    Stackability,
    Supervision,
)
from app.stakeholders.models import Organisation


@dataclass(frozen=True)
class OutcomeFacts:
    """One learning outcome."""

    text: dict[str, str]
    type: OutcomeType | None = None
    esco_uris: Sequence[str] = ()


@dataclass(frozen=True)
class AssessmentFacts:
    """One way of assessing the outcomes."""

    type: AssessmentType
    title: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class MicroCredentialFacts:
    """A design, field by field as in ``MicroCredential``; outcomes and assessments stand in their order."""

    code: str
    title: dict[str, str]
    country: str
    developers: Sequence[Organisation] = ()
    description: dict[str, str] | None = None
    origin: Origin | None = None
    awarding_body: Organisation | None = None
    awarding_countries: Sequence[str] = ()
    outcomes: Sequence[OutcomeFacts] = ()
    workload_hours: int | None = None
    ecvet_points: float | None = None
    ects_points: float | None = None
    eqf_level: int | None = None
    nqf_level_code: str | None = None
    level_not_applicable: bool = False
    level_note: dict[str, str] | None = None
    isced_f: Sequence[str] = ()
    occupations: Sequence[str] = ()
    assessments: Sequence[AssessmentFacts] = ()
    participation: Sequence[str] = ()
    supervision: Supervision | None = None
    qa_type: QualityAssurance | None = None
    qa_body: str | None = None
    prerequisites: dict[str, str] | None = None
    stackability: Stackability | None = None
    parent_qualification: str | None = None
    target_groups: Sequence[str] = ()
    use_types: Sequence[str] = ()
    languages: Sequence[str] = ()
    grade_scheme: str | None = None
    further_information: dict[str, str] | None = None
    template_version: str | None = None
    licence: str | None = None
    skillstools_url: str | None = None
    europass_url: str | None = None
    badge_url: str | None = None
    accreditation_valid_until: date | None = None

    @property
    def access_country(self) -> str:
        """The country whose leads answer for it."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisations that develop it."""
        return frozenset(organisation.id for organisation in self.developers)


PLAIN = tuple(
    field.name for field in fields(MicroCredentialFacts) if field.name not in ("developers", "outcomes", "assessments")
)


def facts_of(microcredential: MicroCredential) -> MicroCredentialFacts:
    """A micro-credential as it stands."""
    return MicroCredentialFacts(
        **{name: getattr(microcredential, name) for name in PLAIN},
        developers=tuple(microcredential.developers),
        outcomes=tuple(OutcomeFacts(row.text, row.type, tuple(row.esco_uris)) for row in microcredential.outcomes),
        assessments=tuple(AssessmentFacts(row.type, row.title) for row in microcredential.assessments),
    )
