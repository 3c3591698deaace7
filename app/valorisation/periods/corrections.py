"""What the records say otherwise than when a period was frozen: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.valorisation.actuals import is_known
from app.valorisation.periods.counting import FIGURES
from app.valorisation.tracks.models import MilestoneKind

_LABELS = {code.value: code.label for code in FIGURES}


@dataclass(frozen=True)
class Change:
    """A record that adds something else to a figure than it did; ``None`` where it added, or adds, nothing."""

    table: str
    key: int
    before: Any
    now: Any


@dataclass(frozen=True)
class Compared:
    """A figure of a country as it was frozen and as it is counted today, with the records that make the difference."""

    country: str
    code: str
    frozen: int
    now: int
    frozen_repeated: int | None
    now_repeated: int | None
    changes: tuple[Change, ...]

    @property
    def label(self) -> Any:
        """What the figure is called."""
        return _LABELS[self.code]

    @property
    def is_milestone(self) -> bool:
        """Whether it counts micro-credentials that reached a milestone."""
        return self.code in list(MilestoneKind)

    @property
    def known_frozen(self) -> int | None:
        """The frozen number, or ``None`` where people were counted and nobody was named."""
        return self.frozen if is_known(self.frozen, self.frozen_repeated) else None

    @property
    def known_now(self) -> int | None:
        """The number of today, as ``known_frozen``."""
        return self.now if is_known(self.now, self.now_repeated) else None

    @property
    def is_corrected(self) -> bool:
        """Whether the records say something else today, also where the number happens to be the same."""
        return bool(self.changes) or (self.frozen, self.frozen_repeated) != (self.now, self.now_repeated)


def compare(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[Compared]:
    """Every figure of both, by country; a country or figure that one of them does not have counts as nothing there."""
    countries = list(dict.fromkeys([*frozen, *now]))
    return [
        _compared(country, code, frozen.get(country, {}), now.get(country, {}))
        for country in countries
        for code in _LABELS
    ]


def _compared(country: str, code: str, frozen: Mapping[str, Any], now: Mapping[str, Any]) -> Compared:
    before, after = frozen.get(code, {}), now.get(code, {})
    old, new = before.get("records", {}), after.get("records", {})
    changes = tuple(
        Change(*read_record(record), old.get(record), new.get(record))
        for record in dict.fromkeys([*old, *new])
        if old.get(record) != new.get(record)
    )
    return Compared(
        *(country, code, before.get("value", 0), after.get("value", 0)),
        *(before.get("repeated"), after.get("repeated"), changes),
    )


def read_record(record: str) -> tuple[str, int]:
    """The table and the key of a record, as frozen figures name it."""
    table, key = record.split(":")
    return table, int(key)
