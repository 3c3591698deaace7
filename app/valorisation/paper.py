"""An action plan as a document: as it stands, or word for word as it was approved."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from app.core import clock, documents
from app.core.i18n import read_in
from app.core.templating import country_name, day, number, reader_language
from app.valorisation.content import of as content_of
from app.valorisation.deviations import Deviation
from app.valorisation.items.models import ItemLevel, PlanItem
from app.valorisation.models import SECTIONS, ActionPlan, PlanVersion


def plan_document(content: Mapping[str, Any], standing: Any, dated: datetime) -> bytes:
    """The PDF of what ``content`` says, in the reader's language; ``standing`` says what it is worth."""
    title = title_of(content)
    return documents.render("action_plan", plan_facts(content, str(standing)), title=title, dated=dated)


def live_document(plan: ActionPlan, items: Sequence[PlanItem], otherwise: Sequence[Deviation]) -> bytes:
    """The PDF of a plan as it stands now, with what an approved text does not say: how far it is, and what moved."""
    said = content_of(plan, items)
    facts = plan_facts(said, str(plan.state.label))
    facts["head"].insert(4, (_("Approved"), approved(plan.approved) if plan.approved else _("not yet")))
    if plan.is_example:
        facts["head"].insert(0, (_("Note"), _("[example]")))
    facts["items"] |= {
        "head": [
            *(_("No."), _("What"), _("Answers for it"), _("Indicator and target"), _("First promised"), _("Now")),
            _("State"),
        ],
        "rows": [_row_now(item) for item in items],
        "is_wide": True,
    }
    facts["deviations"] = {
        "title": _("Otherwise than the template"),
        "none": _("It says what the template says."),
        "head": [_("What"), _("The template says"), _("This plan says")],
        "rows": [[one.what, one.template, " · ".join(filter(None, (one.plan, one.how_far)))] for one in otherwise],
    }
    return documents.render("action_plan", facts, title=title_of(said), dated=plan.updated_at)


def _row_now(item: PlanItem) -> list[str]:
    codes = sorted(one.code for one in item.microcredentials)
    mark = _("[example]") if item.is_example else ""
    target = number(item.target) if item.target is not None else ""
    indicator = ": ".join(filter(None, (_text(item.indicator), target)))
    late = item.is_late(clock.today())
    return [
        str(item.number),
        " ".join(filter(None, (", ".join(filter(None, (_text(item.title), *codes))), mark))),
        item.organisation.name if item.organisation else "",
        indicator,
        day(item.baseline_on),
        day(item.done_on or item.due_on),
        _("Late") if late else str(item.state.label),
    ]


def title_of(content: Mapping[str, Any]) -> str:
    """What a plan is called."""
    return _("Valorisation plan of %(country)s", country=country_name(content["country"]))


def approved(version: PlanVersion) -> str:
    """What a version is worth, in words."""
    return _("Version %(number)s, approved on %(day)s", number=version.number, day=day(version.approved_on))


def plan_facts(content: Mapping[str, Any], standing: str) -> dict[str, Any]:
    """Everything the template shows, as words in the language that is spoken."""
    first, last = (day(date.fromisoformat(content[name])) for name in ("starts_on", "ends_on"))
    return {
        "head": [
            (_("Country"), country_name(content["country"])),
            (_("Period"), _("%(first)s to %(last)s", first=first, last=last)),
            (_("Answers for it"), content["lead"]),
            (_("State"), standing),
            (_("Priority micro-credentials"), ", ".join(content["microcredentials"])),
        ],
        "sections": [(str(label), _text(content["sections"].get(name))) for name, label in SECTIONS.items()],
        "blank": _("Not written."),
        "items": {
            "title": _("Items"),
            "head": [_("No."), _("What"), _("Level"), _("Answers for it"), _("Due")],
            "rows": [_row(item) for item in content["items"]],
            "is_wide": False,
        },
        "deviations": None,
    }


def _row(item: Mapping[str, Any]) -> list[str]:
    due = day(date.fromisoformat(item["due_on"]))
    what = ", ".join(filter(None, (_text(item["title"]), *item["microcredentials"])))
    return [str(item["number"]), what, str(ItemLevel(item["level"]).label), item["organisation"] or "", due]


def _text(texts: Mapping[str, str] | None) -> str:
    reading = read_in(dict(texts or {}), reader_language().code)
    return reading.text if reading else ""
