"""The figures of a period as tables; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.valorisation.periods.corrections import Compared

HEAD = (
    *("country", "figure", "frozen", "frozen_with_repetitions", "today", "today_with_repetitions", "corrected"),
    "because_of",
)


def rows(compared: Sequence[Compared], told: Mapping[tuple[str, int], tuple[str, str]]) -> list[list[Any]]:
    """Every figure as a row of a file, with the records that make a difference."""
    return [
        [
            *(one.country, one.code, one.known_frozen, one.frozen_repeated, one.known_now, one.now_repeated),
            "yes" if one.is_corrected else "",
            "; ".join(told[change.table, change.key][0] for change in one.changes),
        ]
        for one in compared
    ]


def by_country(compared: Sequence[Compared]) -> dict[str, list[Compared]]:
    """The figures of each country of which there is anything, or was; milestones only where one was reached."""
    found: dict[str, list[Compared]] = {}
    for one in compared:
        found.setdefault(one.country, []).append(one)
    return {
        country: [one for one in figures if _is_anything(one) or not one.is_milestone]
        for country, figures in found.items()
        if any(map(_is_anything, figures))
    }


def _is_anything(one: Compared) -> bool:
    return bool(one.frozen or one.now or one.frozen_repeated or one.now_repeated or one.changes)
