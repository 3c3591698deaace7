"""Where an action plan says something else than the template that all countries share; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.consortium import PlanTemplate
from app.core.templating import day, number, plain_tr
from app.valorisation.items.models import ItemState
from app.valorisation.models import SECTIONS


@dataclass(frozen=True)
class Deviation:
    """One thing that is otherwise: what, what the template says, what the plan says.

    ``days`` is how many days later the plan is, fewer than none where it is earlier, ``None`` where it is no day.
    """

    what: str
    template: str
    plan: str
    days: int | None = None

    @property
    def how_far(self) -> str:
        """The days in words; empty where it is no day."""
        if not self.days:
            return ""
        if self.days > 0:
            return ngettext("%(num)s day later", "%(num)s days later", self.days)
        return ngettext("%(num)s day earlier", "%(num)s days earlier", -self.days)


def deviations(
    template: PlanTemplate, sections: Mapping[str, Any], period: tuple[date, date], project: tuple[date, date]
) -> list[Deviation]:
    """Where a plan is otherwise: a period that is not the project's, and sections that are not written.

    ``sections`` are its texts by name; ``period`` and ``project`` are first and last days.
    """
    found = []
    for place, name in enumerate((_("Begins"), _("Ends"))):
        if period[place] != project[place]:
            late = (period[place] - project[place]).days
            found.append(Deviation(name, day(project[place]), day(period[place]), late))
    for name, label in SECTIONS.items():
        if not sections.get(name):
            at_first = plain_tr(template.texts.get(name)) or _("a section of its own")
            found.append(Deviation(str(label), at_first, _("not written")))
    return found


def item_deviations(template: PlanTemplate, items: Iterable[Any]) -> list[Deviation]:
    """Points of the template that a plan does not have, not any more, on another day, or with a lower target.

    After them comes what the plan has besides; what of it was cancelled is no matter any more. ``items`` are those of
    the plan, or rows of their point, title, state, target and the day they are due.
    """
    every = list(items)
    by_point, added = {item.point: item for item in every if item.point}, [item for item in every if not item.point]
    found = []
    for point in template.points:
        item, what = by_point.get(point.code), plain_tr(point.title)
        if item is None or item.state is ItemState.CANCELLED:
            found.append(Deviation(what, day(point.due), _("cancelled") if item else _("not in this plan")))
            continue
        late = (item.due_on - point.due).days
        if late:
            found.append(Deviation(what, day(point.due), day(item.due_on), late))
        if point.target is not None and (item.target or 0) < point.target:
            indicator = plain_tr(point.indicator)
            at_least = f"{indicator}: {number(point.target)}"
            found.append(Deviation(what, at_least, number(item.target) if item.target is not None else _("no target")))
    found += [
        Deviation(plain_tr(item.title), _("not in the template"), day(item.due_on))
        for item in added
        if item.state is not ItemState.CANCELLED
    ]
    return found


def approval_deviation(template: PlanTemplate, approved_on: date | None, today: date) -> Deviation | None:
    """How late the first approval is against the template's day; ``None`` while there is time, or it was in time."""
    point = template.by_code.get("plan")
    if point is None or (approved_on or today) <= point.due:
        return None
    late = ((approved_on or today) - point.due).days
    return Deviation(plain_tr(point.title), day(point.due), day(approved_on) if approved_on else _("not yet"), late)
