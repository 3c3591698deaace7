"""What holds for every design, and what must hold before it moves on; pure functions.

``faults`` says what is wrong in a form or a row of a file, by field. ``ready`` stands before a move and raises an error
of its own for each gate.
"""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.sheets import LONGEST_LINE
from app.core.states import StateTransitionError
from app.microcredentials import annex, isced
from app.microcredentials.annex import Design, Element
from app.microcredentials.facts import MicroCredentialFacts
from app.microcredentials.frameworks import level_codes
from app.microcredentials.models import MicroCredential, MicroCredentialState

FIRST_LETTERS = re.compile(r"[A-Z]+")
CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,38}[A-Z0-9])?")
ADDRESS = re.compile(r"https?://[^\s/]+\S*")
MOST_HOURS = 10_000
MOST_POINTS = 1_000


class DesignIncomplete(Refused):
    """A design that lacks elements of Annex I cannot become final; ``missing`` names them."""

    def __init__(self, missing: Sequence[Element]) -> None:
        self.missing = missing
        names = ", ".join(str(element.label) for element in missing)
        super().__init__(_("The design is not complete. Still missing: %(names)s.", names=names))


class NotPublishable(Refused):
    """What everybody is to read lacks its English texts or its licence; ``missing`` names what."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = missing
        super().__init__(_("Everybody reads what is published. Still missing: %(names)s.", names=", ".join(missing)))


class NotEditable(StateTransitionError):
    """The state of a micro-credential does not let its design be changed."""


def faults(
    facts: MicroCredentialFacts, countries: Collection[str] = (), stands: MicroCredential | None = None
) -> dict[str, str]:
    """What is wrong with a design, by field; empty when it can be kept.

    ``countries`` are those of the consortium, with which codes begin; ``stands`` is the design as it is kept now.
    """
    found = {field: message for check in _CHECKS for field, message in check(facts)}
    if "code" not in found and (message := _code_fault(facts, countries, stands)):
        found["code"] = message
    return found


def _code_fault(facts: MicroCredentialFacts, countries: Collection[str], stands: MicroCredential | None) -> str | None:
    if stands is not None and stands.published_at and facts.code != stands.code:
        return _("The code is part of a public address and stays.")
    if stands is not None and (stands.code, stands.country) == (facts.code, facts.country):
        return None  # It was kept so before there was this rule, and a public code could not be changed.
    begins = FIRST_LETTERS.match(facts.code)
    if facts.country and begins and begins[0] in countries and begins[0] != facts.country:
        return _(
            "The code begins with %(begins)s, which is another country. Begin it with %(country)s.",
            begins=begins[0],
            country=facts.country,
        )
    return None


def _identity(facts: MicroCredentialFacts) -> Iterator[tuple[str, str]]:
    if not CODE.fullmatch(facts.code):
        yield "code", _("Write a code of capital letters, digits, dots and hyphens, like AM-03.")
    if not any(facts.title.values()):
        yield "title", _("A micro-credential needs a title.")
    if not facts.country:
        yield "country", _("Choose a country.")
    if not facts.developers:
        yield "developers", _("Name at least one organisation that develops it.")
    elif facts.country and not any(entry.is_partner or entry.country == facts.country for entry in facts.developers):
        yield "developers", _("At least one developer must be of its country or a partner of the consortium.")


def _amounts(facts: MicroCredentialFacts) -> Iterator[tuple[str, str]]:
    if facts.workload_hours is not None and not 0 < facts.workload_hours <= MOST_HOURS:
        yield "workload_hours", _("Write a number of hours from 1 to %(most)s.", most=MOST_HOURS)
    for name in ("ecvet_points", "ects_points"):
        points = getattr(facts, name)
        if points is not None and not (math.isfinite(points) and 0 <= points <= MOST_POINTS):
            yield name, _("Write a number of points from 0 to %(most)s.", most=MOST_POINTS)


def _levels(facts: MicroCredentialFacts) -> Iterator[tuple[str, str]]:
    if facts.eqf_level is not None and not 1 <= facts.eqf_level <= 8:
        yield "eqf_level", _("The European Qualifications Framework has the levels 1 to 8.")
    if facts.nqf_level_code is not None and facts.nqf_level_code not in level_codes(facts.country):
        yield (
            "nqf_level_code",
            _("“%(code)s” is no level of this country's framework.", code=facts.nqf_level_code)
            if level_codes(facts.country)
            else _("No level codes are known for this country; leave it empty."),
        )
    if facts.level_not_applicable and (facts.eqf_level or facts.nqf_level_code):
        yield "level_not_applicable", _("It has a level, so a level is applicable. Remove one of the two.")


def _codes(facts: MicroCredentialFacts) -> Iterator[tuple[str, str]]:
    unknown = isced.unknown(facts.isced_f)
    if unknown:
        yield "isced_f", _("Not in ISCED-F 2013: %(codes)s.", codes=", ".join(unknown))
    for name in ("skillstools_url", "europass_url", "badge_url"):
        address = getattr(facts, name)
        if address and not ADDRESS.fullmatch(address):
            yield name, _("Write an address like https://example.org.")
    if not all(map(ADDRESS.fullmatch, facts.occupations)):
        yield "occupations", _("Write one ESCO address a line, beginning with http.")
    if not all(ADDRESS.fullmatch(uri) for outcome in facts.outcomes for uri in outcome.esco_uris):
        yield "outcomes", _("Write ESCO addresses beginning with http.")


def _lengths(facts: MicroCredentialFacts) -> Iterator[tuple[str, str]]:
    for field in fields(facts):
        value = getattr(facts, field.name)
        lines = value.values() if field.name == "title" else [value] if isinstance(value, str) else ()
        if any(len(line) > LONGEST_LINE for line in lines):
            yield field.name, _("Write at most %(count)s characters.", count=LONGEST_LINE)


_CHECKS = (_identity, _amounts, _levels, _codes, _lengths)


def ready(design: Design, wanted: MicroCredentialState) -> None:
    """Stand before a move to ``wanted``.

    Raises ``DesignIncomplete`` or ``NotPublishable``; the latter names everything, also what the design lacks.
    """
    is_public = wanted is MicroCredentialState.PUBLISHED
    gaps = annex.missing(design) if is_public or wanted is MicroCredentialState.FINAL else ()
    unsaid = list(_unsaid(design)) if is_public else []
    if unsaid:
        raise NotPublishable([*(str(element.label) for element in gaps), *unsaid])
    if gaps:
        raise DesignIncomplete(gaps)


def _unsaid(design: Any) -> Iterator[str]:
    if not design.title.get("en"):
        yield _("English title")
    if not all(outcome.text.get("en") for outcome in design.outcomes):
        yield _("English learning outcomes")
    if not design.licence:
        yield _("Licence")


def editable(state: MicroCredentialState) -> None:
    """Raises ``NotEditable`` for a state in which the design stands still."""
    if state is MicroCredentialState.FINAL:
        raise NotEditable(_("A final design stands still. Take it back to draft for a new version."))
    if state is MicroCredentialState.RETIRED:
        raise NotEditable(_("A retired micro-credential is kept as it was."))
