"""What must hold of clusters and memberships: pure functions with named refusals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from app.clusters import nace
from app.clusters.models import ClusterScope, ClusterState, ClusterType, MemberRole
from app.core.consortium import ClusterNeeds, Consortium
from app.core.errors import Refused
from app.microcredentials import isced
from app.stakeholders.models import Category

# What holds these together is their theme, alone or with the region.
THEMED = frozenset({ClusterType.THEMATIC, ClusterType.MIXED})
# What holds these together is where they are.
REGIONAL = frozenset({ClusterType.REGIONAL, ClusterType.MIXED})


class NotReadyToWork(Refused):
    """A cluster lacks what an active one has; ``missing`` says what, a sentence each."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = missing
        super().__init__(" ".join(missing))


class Circle(Refused):
    """A cluster would be above itself."""

    def __init__(self) -> None:
        super().__init__(parent=_("That cluster stands beneath this one, so it cannot also stand above it."))


class Overlap(Refused):
    """An organisation would be in a cluster twice at once."""

    def __init__(self, organisation: str) -> None:
        super().__init__(
            organisation=_(
                "%(name)s is invited to this cluster or in it during these days. Change that membership or invitation, "
                "or choose other days.",
                name=organisation,
            )
        )


class CoordinatorNeeded(Refused):
    """A working cluster would lose its coordinator."""

    def __init__(self) -> None:
        super().__init__(_("A cluster that works has a coordinator. Give another member this role first."))


@dataclass(frozen=True)
class Stay:
    """The days of a membership, from the first to the one before ``left``; without one it goes on."""

    joined: date
    left: date | None = None

    def overlaps(self, other: "Stay") -> bool:
        """Whether there is a day in both."""
        return (other.left is None or self.joined < other.left) and (self.left is None or other.joined < self.left)


def missing_for_work(categories: Sequence[Category], has_coordinator: bool, needs: ClusterNeeds) -> list[str]:
    """What an active cluster has and this one lacks, a sentence each; ``categories`` has one for each active member."""
    missing = []
    if not has_coordinator:
        missing.append(_("No member coordinates it yet: give one that role."))
    members = needs.active_members - len(categories)
    if members > 0:
        missing.append(
            ngettext("%(num)s more active member is needed.", "%(num)s more active members are needed.", members)
        )
    kinds = needs.active_categories - len(set(categories))
    if kinds > 0:
        missing.append(
            ngettext(
                "Members of %(num)s more category are needed.", "Members of %(num)s more categories are needed.", kinds
            )
        )
    return missing


def check_work(
    categories: Sequence[Category], has_coordinator: bool, needs: ClusterNeeds, beyond: Sequence[str] = ()
) -> None:
    """Stand before a move to a working state; ``beyond`` is what else it lacks. Raises ``NotReadyToWork``."""
    missing = [*missing_for_work(categories, has_coordinator, needs), *beyond]
    if missing:
        raise NotReadyToWork(missing)


def check_above(state: ClusterState) -> None:
    """Refuse to be gathered by a cluster that has ended."""
    if state is ClusterState.DISSOLVED:
        raise Refused(parent=_("That cluster is dissolved; it gathers no others any more."))


def check_stay(organisation: str, wanted: Stay, others: Iterable[Stay]) -> None:
    """Refuse days that are another membership's, too. Raises ``Overlap``."""
    if any(wanted.overlaps(other) for other in others):
        raise Overlap(organisation)


def check_days(joined: date, left: date | None, today: date) -> None:
    """Refuse days to come and an end before the beginning."""
    if joined > today:
        raise Refused(joined_on=_("This day has not come yet."))
    if left is not None and left > today:
        raise Refused(left_on=_("This day has not come yet."))
    if left is not None and left < joined:
        raise Refused(left_on=_("It left before it joined."))


def check_joined(joined: date, founded: date | None, stands: date | None = None) -> None:
    """Refuse a member from before there was a cluster; of one whose founding day nobody wrote, nothing is known.

    ``stands`` is the day that is entered already, which may stay until somebody changes it.
    """
    if founded is not None and joined < founded and joined != stands:
        day = format_date(founded, "long", rebase=False)
        raise Refused(joined_on=_("The cluster was founded on %(day)s; nobody was a member before.", day=day))


def check_founded(founded: date | None, joined: Sequence[date]) -> None:
    """Refuse a founding day after the first member joined."""
    first = min(joined, default=None)
    if founded is not None and first is not None and first < founded:
        day = format_date(first, "long", rebase=False)
        raise Refused(founded_on=_("Its first member joined on %(day)s. Choose no later day.", day=day))


def check_role_day(since: date, *, joined_on: date | None, before: date | None, until: date) -> None:
    """Refuse a day on which a role cannot have begun: not after the role before, or later than ``until``.

    ``until`` is the day of the role that followed, or the last day there is. Raises ``Refused``.
    """
    if joined_on and since < joined_on:
        raise Refused(since=_("It joined later, on %(day)s.", day=format_date(joined_on, "long", rebase=False)))
    if before is not None and since <= before:
        day = format_date(before, "long", rebase=False)
        raise Refused(since=_("The role before began on %(day)s. Choose a later day.", day=day))
    if since > until:
        day = format_date(until, "long", rebase=False)
        raise Refused(since=_("Choose a day no later than %(day)s.", day=day))


def check_coordinator_stays(role: MemberRole, works: bool) -> None:
    """Refuse to take the coordinator from a cluster that works. Raises ``CoordinatorNeeded``."""
    if works and role is MemberRole.COORDINATOR:
        raise CoordinatorNeeded


def _fault_of_regions(
    kind: ClusterType, countries: Sequence[str], regions: Sequence[str], consortium: Consortium
) -> str | None:
    known = consortium.by_region
    if any(code not in known or known[code].country not in countries for code in regions):
        return _("One of the regions is in none of these countries.")
    if kind in REGIONAL and not regions and any(region.country in countries for region in known.values()):
        return _("A regional cluster has a region at least: choose it here.")
    return None


def faults(
    name: dict[str, str],
    kind: ClusterType,
    scope: ClusterScope,
    places: tuple[Sequence[str], Sequence[str]],
    theme: tuple[Sequence[str], Sequence[str]],
    *,
    consortium: Consortium,
) -> dict[str, str]:
    """What is wrong with a cluster, by field.

    ``places`` are the codes of countries and of regions, ``theme`` those of ISCED-F and of NACE.
    """
    found = {}
    countries, regions = places
    if not any(name.values()):
        found["name"] = _("Write a name, in any of the languages.")
    strangers = [code for code in countries if code not in consortium.by_country]
    if strangers:
        found["countries"] = _("Not a country of the consortium: %(codes)s.", codes=", ".join(strangers))
    elif scope is ClusterScope.CROSS_BORDER and len(countries) < 2:
        found["countries"] = _("A cluster of several countries has two at least.")
    elif scope is not ClusterScope.CROSS_BORDER and len(countries) > 1:
        found["countries"] = _("A cluster of more than one country reaches across borders: choose that scope.")
    elif scope is not ClusterScope.CROSS_BORDER and not countries:
        found["countries"] = _("Choose its country.")
    if fault := _fault_of_regions(kind, countries, regions, consortium):
        found["regions"] = fault
    if unknown := isced.unknown(theme[0]):
        found["isced_f"] = _("Not in ISCED-F 2013: %(codes)s.", codes=", ".join(unknown))
    elif kind in THEMED and not any(theme):
        found["isced_f"] = _("A thematic cluster has a theme: choose a field of education here, or a branch below.")
    if unknown := nace.unknown(theme[1]):
        found["nace"] = _("No division of NACE: %(codes)s.", codes=", ".join(unknown))
    return found
