"""The consortium a portal serves: its name, grant, countries, languages, work packages and targets, read from files.

They are data, not code: another consortium starts with another folder (``PORTAL_CONSORTIUM``).
"""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from app.core.i18n import Language


@dataclass(frozen=True)
class Country:
    """A country of the consortium; ``credentials`` marks those whose partners develop micro-credentials."""

    code: str
    iso3: str
    name: dict[str, str]
    zone: str
    languages: tuple[str, ...]
    credentials: bool = False


@dataclass(frozen=True)
class Region:
    """A part of a country in one named scheme; hidden ones are kept for old records and not offered."""

    code: str
    country: str
    scheme: str
    name: dict[str, str]
    parent: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class ClusterNeeds:
    """What is asked of clusters: members and categories of an active one, and what the readiness list looks for."""

    active_members: int = 3
    active_categories: int = 2
    ready_members: int = 15
    ready_types: int = 2
    activity_days: int = 365


@dataclass(frozen=True)
class PlanPoint:
    """What every country's action plan promises, by the template: what, by when, how much of it.

    ``level`` and ``measure`` are codes of ``valorisation``; a ``measure`` is counted from the records.
    """

    code: str
    title: dict[str, str]
    due: date
    level: str
    start: date | None = None
    indicator: dict[str, str] | None = None
    target: int | None = None
    measure: str | None = None


@dataclass(frozen=True)
class PlanTemplate:
    """What the action plans of all countries begin with; ``texts`` are what its sections say at first."""

    code: str = "none"
    points: tuple[PlanPoint, ...] = ()
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[str, PlanPoint]:
        """Its points by code."""
        return {point.code: point for point in self.points}

    def of_period(self, period: tuple[date, date], project: tuple[date, date]) -> "PlanTemplate":
        """The template as a plan for other days says it; both come as first and last day.

        In the project's time its days hold for everybody. A plan that begins after the project has them as many months
        later as it begins later, none of them after its own last day.
        """
        (first, last), (began, ended) = period, project
        if first <= ended:
            return self
        months = (first.year - began.year) * 12 + first.month - began.month
        points = tuple(
            replace(
                point,
                due=min(_months_later(point.due, months), last),
                start=min(_months_later(point.start, months), last) if point.start else None,
            )
            for point in self.points
        )
        return replace(self, points=points)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    length = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, length))


@dataclass(frozen=True)
class Privacy:
    """What a consortium says and settles about personal data.

    ``review_months`` says by lawful basis after how long a person's data are looked at again, ``again_months`` how long
    that lasts. For ``evidence_years`` after its end a project has to prove what it did. ``controller`` answers for the
    data and ``contact`` for questions, each with ``name``, ``website`` or ``email``, and ``is_example``. ``purposes``
    has a ``what``, ``why`` and ``how_long`` for each kind of data.
    """

    review_months: dict[str, int] = field(default_factory=dict)
    again_months: int = 24
    evidence_years: int = 5
    controller: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    purposes: tuple[dict[str, Any], ...] = ()
    rights: tuple[dict[str, str], ...] = ()

    def months(self, basis: str) -> int:
        """After how many months data kept on this basis are looked at again; three years unless settled."""
        return self.review_months.get(basis, 36)


@dataclass(frozen=True)
class Town:
    """Where a town is, in degrees north and east; the first one of a region stands for it on maps."""

    country: str
    region: str
    name: dict[str, str]
    lat: float
    lon: float


# When a micro-credential counts as valorised, unless a consortium settles otherwise: one of these ways, all of it.
VALORISED = (("accredited",), ("verified",), ("nqf_included",), ("employer_recognised", "signed_memorandum"))


@dataclass(frozen=True)
class Consortium:
    """Everything about a consortium that is fixed while its portal runs.

    ``demo_as_of`` is the day a demonstration reckons with, by which everything has happened that the files tell of.
    ``demo_homes`` says who its visitors are: ``lead`` and ``experts`` name a country, ``partner`` words of a name.
    """

    acronym: str
    portal_name: str
    title: dict[str, str]
    summary: dict[str, str]
    grant_number: str
    programme: str
    start: date
    end: date
    licence: str
    zone: str
    uid_domain: str
    disclaimer: dict[str, str]
    languages: tuple[Language, ...]
    countries: tuple[Country, ...]
    regions: tuple[Region, ...] = ()
    work_packages: tuple[dict[str, Any], ...] = ()
    target_groups: tuple[dict[str, Any], ...] = ()
    targets: tuple[dict[str, Any], ...] = ()
    insights: tuple[dict[str, Any], ...] = ()
    clusters: ClusterNeeds = ClusterNeeds()
    privacy: Privacy = Privacy()
    plan: PlanTemplate = PlanTemplate()
    valorised: tuple[tuple[str, ...], ...] = VALORISED
    towns: tuple[Town, ...] = ()
    demo_as_of: date | None = None
    demo_homes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_country(self) -> dict[str, Country]:
        """Countries by ISO 3166-1 alpha-2 code."""
        return {country.code: country for country in self.countries}

    @cached_property
    def by_region(self) -> dict[str, Region]:
        """Regions by code."""
        return {region.code: region for region in self.regions}

    @cached_property
    def by_language(self) -> dict[str, Language]:
        """Languages by code."""
        return {language.code: language for language in self.languages}

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Time zones of the consortium's countries, the project's own first, each once."""
        return tuple(dict.fromkeys((self.zone, *(country.zone for country in self.countries))))

    @property
    def credential_countries(self) -> tuple[Country, ...]:
        """Countries whose partners develop micro-credentials."""
        return tuple(country for country in self.countries if country.credentials)

    @property
    def demo_lead(self) -> Country:
        """The country that a demonstration's visitor leads: the one named, else the first with micro-credentials."""
        named = self.by_country.get(self.demo_homes.get("lead", ""))
        return named or (*self.credential_countries, *self.countries)[0]


def read_consortium(folder: Path) -> Consortium:
    """Read ``project.yaml`` of a consortium's folder, ``towns.yaml`` and ``action_plan.yaml`` where there are any.

    Raises ``FileNotFoundError`` without the file and ``TypeError`` or ``KeyError`` naming a field that does not fit.
    """
    facts = _read(folder / "project.yaml")
    towns = _read(folder / "towns.yaml")["towns"] if (folder / "towns.yaml").exists() else ()
    known = Consortium.__dataclass_fields__
    plain = {name: value for name, value in facts.items() if name in known and not isinstance(value, list)}
    lists = {name: tuple(facts.get(name, ())) for name in ("work_packages", "target_groups", "targets", "insights")}
    return Consortium(
        **plain
        | lists
        | {
            "start": date.fromisoformat(facts["start"]),
            "end": date.fromisoformat(facts["end"]),
            "demo_as_of": date.fromisoformat(facts["demo_as_of"]) if "demo_as_of" in facts else None,
            "languages": tuple(Language(**entry) for entry in facts["languages"]),
            "countries": tuple(
                Country(**{**entry, "languages": tuple(entry["languages"])}) for entry in facts["countries"]
            ),
            "regions": tuple(Region(**entry) for entry in facts.get("regions", ())),
            "clusters": ClusterNeeds(**facts.get("clusters", {})),
            "privacy": _privacy(facts.get("privacy", {})),
            "valorised": tuple(map(tuple, facts.get("valorised", VALORISED))),
            "plan": _plan(_read(plan) if (plan := folder / "action_plan.yaml").exists() else {}),
            "towns": tuple(Town(**entry) for entry in towns),
        }
    )


def _privacy(facts: dict[str, Any]) -> Privacy:
    lists = {name: tuple(facts.get(name, ())) for name in ("purposes", "rights")}
    return Privacy(**facts | lists)


def _plan(facts: dict[str, Any]) -> PlanTemplate:
    points = tuple(PlanPoint(**entry | _days(entry)) for entry in facts.get("points", ()))
    return PlanTemplate(**facts | {"points": points}) if facts else PlanTemplate()


def _days(entry: dict[str, Any]) -> dict[str, date]:
    return {name: date.fromisoformat(entry[name]) for name in ("start", "due") if name in entry}


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    return content
