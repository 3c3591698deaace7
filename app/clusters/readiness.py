"""How ready a cluster is, computed from what the portal knows: what is there, what lacks, and the next step.

It is a self-check and never a label.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app.clusters.models import MemberType, member_type
from app.core.consortium import ClusterNeeds
from app.core.templating import day as said_day
from app.stakeholders.models import Category

# Features above say when clusters were last active: they know meetings, agreements, results. Each takes the keys of
# clusters and a day, and answers the latest day of activity until then.
activity_sources: list[Callable[[Sequence[int], date], date | None]] = []


def last_activity(clusters: Sequence[int], day: date) -> date | None:
    """The latest day until ``day`` on which one of the clusters did something."""
    found = (source(clusters, day) for source in activity_sources)
    return max((latest for latest in found if latest is not None), default=None)


@dataclass(frozen=True)
class Check:
    """One thing a ready cluster has: whether it is there, what was found, and what to do while it is not.

    ``step`` names the page of the next step: ``invite``, ``edit`` or ``event``. ``lasts_by`` is the sentence to say
    where a cluster cannot be called consolidated for want of it; what has none does not stand in the way.
    """

    label: str
    is_there: bool
    found: str
    advice: str
    step: str
    lasts_by: str = ""


def checks(
    categories: Sequence[Category], last_active: date | None, has_note: bool, day: date, needs: ClusterNeeds
) -> list[Check]:
    """The list of a cluster on a day; ``categories`` has one for each of its members who is more than an observer."""
    sides = {member_type(category) for category in categories}
    bodies = sum(member_type(category) is MemberType.PUBLIC for category in categories)
    recent = last_active is not None and last_active > day - timedelta(days=needs.activity_days)
    lacking = needs.ready_members - len(categories)
    return [
        Check(
            _("%(count)s members or more, observers not counted", count=needs.ready_members),
            lacking <= 0,
            ngettext("%(num)s member", "%(num)s members", len(categories)),
            ngettext("Win %(num)s more member.", "Win %(num)s more members.", max(lacking, 1)),
            "invite",
        ),
        Check(
            _("Members of %(count)s sides or more", count=needs.ready_types),
            len(sides) >= needs.ready_types,
            ", ".join(str(side.label) for side in MemberType if side in sides) or _("none"),
            _("Invite from another side: business, education, public bodies, civil society."),
            "invite",
        ),
        Check(
            _("A public body among them, not as an observer"),
            bodies > 0,
            ngettext("%(num)s public body", "%(num)s public bodies", bodies),
            _("Invite an authority, an administration or an employment service."),
            "invite",
        ),
        Check(
            _("Activity within a year"),
            recent,
            _("none known") if last_active is None else said_day(last_active),
            _("Plan a meeting of the cluster, or log the last one."),
            "event",
            _("No activity within a year is known: plan a meeting of the cluster, or log the last one."),
        ),
        Check(
            _("A note on how it goes on after the project"),
            has_note,
            _("written") if has_note else _("not written"),
            _("Write who carries and pays for it afterwards."),
            "edit",
            _("No note says how it goes on after the project: write who carries and pays for it afterwards."),
        ),
    ]


def lacking_to_last(found: Sequence[Check]) -> list[str]:
    """What a consolidated cluster has and the list of this one says is missing, a sentence each."""
    return [check.lasts_by for check in found if check.lasts_by and not check.is_there]
