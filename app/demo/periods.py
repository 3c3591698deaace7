"""Reads the reporting periods of a consortium and freezes their figures."""

from typing import Any

from app.core.access import SYSTEM
from app.core.consortium import Consortium
from app.demo.days import day_of
from app.valorisation.periods.services import PeriodFacts, freeze


def load_periods(entries: list[dict[str, Any]], consortium: Consortium) -> None:
    """Freeze each period with what is in the portal by now."""
    for entry in entries:
        first, last = day_of(entry["from"]), day_of(entry["to"])
        freeze(SYSTEM, PeriodFacts(name=entry["name"], starts_on=first, ends_on=last, note=entry["note"]), consortium)
