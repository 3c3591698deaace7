"""What an item of a plan or a recommendation came from is said, and nothing else of it."""

from collections.abc import Sequence
from typing import Protocol

from app.core.access import Actor
from app.valorisation.origins.models import COLUMNS, Origin, SourceKind
from app.valorisation.origins.sources import read_of


class Originated(Protocol):
    """A record that came from decisions and feedback."""

    origins: list[Origin]


def came_from(actor: Actor, record: Originated, named: Sequence[tuple[SourceKind, int]] | None) -> None:
    """Say which decisions and which feedback a record came from, and no others; ``None`` leaves them as they are.

    What the actor may not read is kept, since nobody could choose it, and none of it can be added.
    """
    if named is None:
        return
    there = {one.source: one for one in record.origins}
    readable = {(source.kind, source.key) for source in read_of(actor, {*there, *named})}
    kept = [one for source, one in there.items() if source in named or source not in readable]
    added = [source for source in dict.fromkeys(named) if source in readable and source not in there]
    record.origins = [*kept, *(Origin(**{COLUMNS[kind]: key}) for kind, key in added)]
