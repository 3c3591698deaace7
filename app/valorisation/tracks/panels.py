"""What valorisation puts on the page of a micro-credential: its four tracks, and whether it counts as valorised."""

from collections.abc import Mapping
from typing import Any

from app.core import clock
from app.core.access import Actor, Permission
from app.microcredentials.models import MicroCredential
from app.valorisation.tracks.shown import tracks_of


def tracks(actor: Actor, microcredential: MicroCredential) -> Mapping[str, Any] | None:
    """The milestones by track with what proves each, and the facts of the rule; nothing for visitors where none is."""
    found = tracks_of(actor, microcredential, clock.today())
    if not found.steps and not actor.is_internal:
        return None
    return {
        "mc": microcredential,
        "tracks": found,
        "today": found.today,
        "opens": actor.is_internal,
        "may_edit": actor.may(Permission.MILESTONE_EDIT, microcredential),
    }
