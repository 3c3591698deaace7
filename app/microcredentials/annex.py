"""How complete a design is: the mandatory elements of a micro-credential.

The list is Annex I of the Council Recommendation of 16 June 2022 on a European approach to micro-credentials
(2022/C 243/02), in its order. Two of its eleven elements belong to the award to a person, so a design has nine at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.microcredentials.facts import MicroCredentialFacts
from app.microcredentials.models import MicroCredential

Design = MicroCredential | MicroCredentialFacts


@dataclass(frozen=True)
class Element:
    """One mandatory element; ``field`` names where a design says it and is empty for what only an award has."""

    key: str
    label: Any
    field: str
    fulfilled: bool

    @property
    def at_award(self) -> bool:
        """Whether it exists only when the credential is awarded to somebody."""
        return not self.field


def _has_level(design: Design) -> bool:
    return bool(design.eqf_level or design.nqf_level_code or design.level_not_applicable)


_ELEMENTS: tuple[tuple[str, Any, str, Callable[[Design], bool]], ...] = (
    ("learner", _l("Identity of the learner"), "", lambda design: False),
    ("title", _l("Title"), "title", lambda design: any(design.title.values())),
    ("country", _l("Country of the issuer"), "awarding_countries", lambda design: bool(design.awarding_countries)),
    ("awarding_body", _l("Awarding body"), "awarding_body", lambda design: design.awarding_body is not None),
    ("date", _l("Date of issue"), "", lambda design: False),
    (
        "outcomes",
        _l("Learning outcomes"),
        "outcomes",
        lambda design: any(any(o.text.values()) for o in design.outcomes),
    ),
    ("workload", _l("Notional workload"), "workload_hours", lambda design: bool(design.workload_hours)),
    ("level", _l("Level"), "eqf_level", _has_level),
    ("assessment", _l("Type of assessment"), "assessments", lambda design: bool(design.assessments)),
    ("participation", _l("Form of participation"), "participation", lambda design: bool(design.participation)),
    ("quality", _l("Type of quality assurance"), "qa_type", lambda design: design.qa_type is not None),
)
DESIGN_ELEMENTS = sum(1 for _key, _label, field, _holds in _ELEMENTS if field)


def annex(design: Design) -> tuple[Element, ...]:
    """The eleven elements, each with whether the design fulfils it."""
    return tuple(Element(key, label, field, holds(design)) for key, label, field, holds in _ELEMENTS)


def missing(design: Design) -> tuple[Element, ...]:
    """The elements a design should have and has not."""
    return tuple(element for element in annex(design) if not element.fulfilled and not element.at_award)


def score(design: Design) -> int:
    """How many of the nine elements of a design are there."""
    return DESIGN_ELEMENTS - len(missing(design))
