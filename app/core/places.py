"""Who is where: organisations gathered by town, for a map and for the table beneath it (components/map.html).

A record's town is looked up under its names in any script; where it names none, or one nobody knows, the first town of
its region stands for it. Whoever has no known town or region is not on the map and stays in the table. Positions come
from the consortium's ``towns.yaml``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.consortium import Consortium, Town
from app.core.i18n import read_in
from app.core.search_key import search_key

MOST_NAMED = 5


@dataclass(frozen=True)
class Located:
    """An organisation and where it is; or ``count`` of them, without a label, that a list behind ``url`` names.

    ``url`` is absent where the reader may not open the record; ``language`` is that of the label; ``category`` says in
    words what it is, or what its part is.
    """

    country: str
    region: str | None = None
    city: str | None = None
    label: str = ""
    url: str | None = None
    category: str = ""
    language: str = ""
    is_example: bool = False
    count: int = 1


@dataclass(frozen=True)
class Place:
    """A town, and who is there with whether that is so exactly, or the town stands for its region."""

    town: Town
    name: str
    members: tuple[tuple[Located, bool], ...]

    @property
    def count(self) -> int:
        """How many organisations are there."""
        return sum(member.count for member, _exact in self.members)


@dataclass(frozen=True)
class Spread:
    """How organisations are spread: their places, and those whose place is not known."""

    places: Sequence[Place]
    nowhere: Sequence[Located]
    iso3: dict[str, str]

    @property
    def count(self) -> int:
        """How many organisations there are in all."""
        return sum(place.count for place in self.places) + self.unplaced

    @property
    def unplaced(self) -> int:
        """How many organisations are not on the map."""
        return sum(located.count for located in self.nowhere)

    def facts(self, prefix: str) -> dict[str, Any]:
        """What the chart is drawn of; the table's rows have the ids ``<prefix>-1`` and so on."""
        return {
            "countries": sorted({self.iso3[place.town.country] for place in self.places}),
            "places": [
                {
                    "name": place.name,
                    "count": place.count,
                    "words": _words(place),
                    "lat": place.town.lat,
                    "lon": place.town.lon,
                    "row": f"{prefix}-{number}",
                    "url": place.members[0][0].url if len(place.members) == 1 else None,
                }
                for number, place in enumerate(self.places, start=1)
            ],
        }


def _words(place: Place) -> str:
    named = [member.label for member, _exact in place.members if member.label]
    return "; ".join(named[:MOST_NAMED]) + (" …" if len(named) > MOST_NAMED else "")


def spread(consortium: Consortium, rows: Iterable[Located], language: str) -> Spread:
    """Gather organisations by place: countries in the consortium's order, towns by how many are there."""
    towns = _Towns(consortium)
    found: dict[int, list[tuple[Located, bool]]] = {}
    nowhere: list[Located] = []
    for located in rows:
        position = towns.position(located)
        if position is None:
            nowhere.append(located)
        else:
            found.setdefault(position[0], []).append((located, position[1]))
    order = {country.code: place for place, country in enumerate(consortium.countries)}
    places = [_place(consortium.towns[number], members, language) for number, members in found.items()]
    places.sort(key=lambda place: (order.get(place.town.country, len(order)), -place.count, place.name))
    return Spread(places, nowhere, {country.code: country.iso3 for country in consortium.countries})


def _place(town: Town, members: list[tuple[Located, bool]], language: str) -> Place:
    reading = read_in(town.name, language)
    members.sort(key=lambda member: (not member[1], member[0].region or ""))
    return Place(town, reading.text if reading else "", tuple(members))


class _Towns:
    """Towns by how records name them; a town by its number in the consortium's list."""

    def __init__(self, consortium: Consortium) -> None:
        self.named: dict[tuple[str, str], int] = {}
        self.first: dict[str, int] = {}
        for number, town in enumerate(consortium.towns):
            if town.country in consortium.by_country:
                for name in town.name.values():
                    self.named.setdefault((town.country, search_key(name)), number)
                self.first.setdefault(town.region, number)

    def position(self, located: Located) -> tuple[int, bool] | None:
        """The town that stands for an organisation, and whether it is in that town."""
        if located.city and (exact := self.named.get((located.country, search_key(located.city)))) is not None:
            return exact, True
        near = self.first.get(located.region or "")
        return None if near is None else (near, False)
