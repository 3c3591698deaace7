"""An action plan as a document: as it stands, or word for word as it was approved."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from app.core import documents
from app.core.i18n import read_in
from app.core.templating import country_name, day, reader_language
from app.valorisation.items.models import ItemLevel
from app.valorisation.models import SECTIONS, PlanVersion


def plan_document(content: Mapping[str, Any], standing: Any, dated: datetime) -> bytes:
    """The PDF of what ``content`` says, in the reader's language; ``standing`` says what it is worth."""
    title = title_of(content)
    return documents.render("action_plan", plan_facts(content, str(standing)), title=title, dated=dated)


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
        },
    }


def _row(item: Mapping[str, Any]) -> list[str]:
    due = day(date.fromisoformat(item["due_on"]))
    what = ", ".join(filter(None, (_text(item["title"]), *item["microcredentials"])))
    return [str(item["number"]), what, str(ItemLevel(item["level"]).label), item["organisation"] or "", due]


def _text(texts: Mapping[str, str] | None) -> str:
    reading = read_in(dict(texts or {}), reader_language().code)
    return reading.text if reading else ""
