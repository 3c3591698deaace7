"""What valorisation puts on the page of a micro-credential: its four tracks, and whether it counts as valorised."""

from collections.abc import Mapping
from typing import Any

from app.core import clock
from app.core.access import Actor, Permission
from app.microcredentials.models import MicroCredential
from app.valorisation.tracks import queries
from app.valorisation.tracks.models import TRACKS


def tracks(actor: Actor, microcredential: MicroCredential) -> Mapping[str, Any] | None:
    """The milestones by track with what proves each, and the facts of the rule; nothing for visitors where none is."""
    today = clock.today()
    found = queries.of_microcredential(actor, microcredential, today)
    if not found.milestones and not actor.is_internal:
        return None
    order = {kind: place for place, kind in enumerate(kind for kinds in TRACKS.values() for kind in kinds)}
    return {
        "mc": microcredential,
        "milestones": sorted(found.milestones, key=lambda one: (order[one.kind], one.id)),
        "proofs": found.proofs,
        "verdict": found.verdict,
        "rule": found.rule,
        "doubtful": found.doubtful,
        "today": today,
        "opens": actor.is_internal,
        "may_edit": actor.may(Permission.MILESTONE_EDIT, microcredential),
    }
