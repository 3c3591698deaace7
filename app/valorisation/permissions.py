"""Who may change an action plan, and what is in it."""

from typing import Protocol

from flask_babel import gettext as _

from app.core.access import Actor, Permission, Scoped
from app.core.errors import NotAllowed


class Entered(Scoped, Protocol):
    """A record that knows who entered it."""

    created_by_id: int | None


def may_edit(actor: Actor, record: Entered) -> bool:
    """Whether the actor may change a plan or an item: by role, or because the actor entered it."""
    if not actor.may(Permission.PLAN_EDIT):
        return False
    entered_it = actor.user_id is not None and record.created_by_id == actor.user_id
    return entered_it or actor.may(Permission.PLAN_EDIT, record)


def check_edit(actor: Actor, record: Entered) -> None:
    """Raise ``NotAllowed`` where ``may_edit`` answers no."""
    if not may_edit(actor, record):
        raise NotAllowed(_("Your role does not allow you to change this action plan."))
