"""How many places an event has on site and online, and who gets one, as pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import Refused
from app.events.invitations.models import InvitationState, Way
from app.events.models import Format


class NoPlaceThere(Refused):
    """Somebody who has a place would give it up for one that is not free."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """The places of one way of taking part: how many there are (``None``: no limit), how many are taken, who waits."""

    way: Way
    seats: int | None
    taken: int = 0
    waiting: int = 0

    @property
    def free(self) -> int | None:
        """How many more may come; ``None`` where nobody counts."""
        return None if self.seats is None else max(self.seats - self.taken, 0)

    @property
    def is_full(self) -> bool:
        """Whether who accepts now has to wait."""
        return self.free == 0

    @property
    def beyond(self) -> int:
        """How many accepted more than there are places, as after the number was lowered."""
        return 0 if self.seats is None else max(self.taken - self.seats, 0)


def ways(held: Format | None, seats: Mapping[Way, int | None]) -> tuple[Way, ...]:
    """How people can take part; where no form is said, it follows from where places are counted."""
    if held is Format.HYBRID:
        return (Way.ONSITE, Way.ONLINE)
    if held is Format.ONLINE:
        return (Way.ONLINE,)
    counted = tuple(way for way in Way if seats.get(way) is not None)
    return counted if held is None and counted else (Way.ONSITE,)


def rooms(
    held: Format | None,
    seats: Mapping[Way, int | None],
    said: Iterable[tuple[InvitationState, Way | None, int]],
) -> list[Room]:
    """The room of each way in which people can take part; ``said`` is how many stand so, each with their way.

    Whose way is not offered any more, as after an event became one on site alone, counts for the first that is.
    """
    offered = ways(held, seats)
    taken, waiting = dict.fromkeys(offered, 0), dict.fromkeys(offered, 0)
    for state, way, count in said:
        place = way if way in offered else offered[0]
        if state is InvitationState.ACCEPTED:
            taken[place] += count
        elif state is InvitationState.WAITING:
            waiting[place] += count
    return [Room(way=way, seats=seats.get(way), taken=taken[way], waiting=waiting[way]) for way in offered]


def way_of(there: Sequence[Room], asked: Way | None, before: Way | None) -> Way:
    """How somebody takes part who accepts: as they say, else as they said before, else the first way there is."""
    offered = [room.way for room in there]
    return next((way for way in (asked, before) if way in offered), offered[0])


def room_of(there: Sequence[Room], way: Way | None) -> Room:
    """The room for one way; the first, where it is not offered any more."""
    return next((room for room in there if room.way is way), there[0])


def is_admitted(room: Room, state: InvitationState, before: Way | None) -> bool:
    """Whether who accepts gets a place in a room: one that was theirs already, or one that is free.

    Raises ``NoPlaceThere`` for who would lose a place of another way; they keep it until one is free.
    """
    if state is InvitationState.ACCEPTED and before in (None, room.way):
        return True
    if not room.is_full:
        return True
    if state is InvitationState.ACCEPTED:
        raise NoPlaceThere(
            way=_(
                "%(way)s: it is full. You keep the place you have; choose “%(kept)s”, or try again later.",
                way=room.way.label,
                kept=before.label if before else "",
            )
        )
    return False
