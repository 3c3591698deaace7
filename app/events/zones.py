"""Time zone names, and the years for which the calendars spell a zone's rules out.

Names are those of the IANA database as the ``tzdata`` package carries it. A name of the past
(``Europe/Kiev``) is led to today's; a name that the database merges with a bigger neighbour but still lists
for its country (``Europe/Oslo``, ``Europe/Skopje``) stays itself, since that is what people there look for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources

#: Between these two moments a feed's zone blocks hold every change of clocks; outside, entries are in UTC.
RULES_FROM = datetime(2020, 1, 1, tzinfo=UTC)
RULES_UNTIL = datetime(2038, 1, 1, tzinfo=UTC)


class UnknownZone(ValueError):
    """A name that is no zone of the IANA database."""


def canonical(name: str) -> str:
    """Return today's name of the zone `name`; raise `UnknownZone` where the database has none."""
    listed, links = _database()
    seen = name
    while seen not in listed:
        if seen not in links:
            raise UnknownZone(f"{name!r} is not a time zone of the IANA database")
        seen = links[seen]
    return "UTC" if seen == "Etc/UTC" else seen


def names() -> list[str]:
    """Return the zones a person may choose from, sorted: one or more for each country, and UTC."""
    return sorted({name for name in _database()[0] if not name.startswith("Etc/")} | {"UTC"})


@lru_cache(maxsize=1)
def _database() -> tuple[frozenset[str], dict[str, str]]:
    """Read the canonical names and the links (old name → newer name) of the installed ``tzdata``."""
    data = resources.files("tzdata.zoneinfo")
    rows = data.joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    listed = {row.split("\t")[2] for row in rows if row and not row.startswith("#")}
    links: dict[str, str] = {}
    for line in data.joinpath("tzdata.zi").read_text(encoding="utf-8").splitlines():
        if line.startswith("L "):
            _, target, alias = line.split()
            links[alias] = target
        elif line.startswith("Z "):
            listed.add(line.split()[1])
    # "Factory" is the database's mark for a machine that nobody has set up.
    return frozenset(listed - {"Factory"}), links
