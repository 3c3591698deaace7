"""Who may change action plans, what is in them, and milestones."""

from typing import Protocol

from flask_babel import gettext as _

from app.core.access import Actor, Permission, Scoped
from app.core.errors import NotAllowed


class Entered(Scoped, Protocol):
    """A record that knows who entered it, and which permission changes it."""

    created_by_id: int | None

    @property
    def edit_permission(self) -> Permission:
        """The permission that changes it."""


def may_edit(actor: Actor, record: Entered) -> bool:
    """Whether the actor may change a plan, an item or a milestone: by role, or because the actor entered it."""
    if not actor.may(record.edit_permission):
        return False
    entered_it = actor.user_id is not None and record.created_by_id == actor.user_id
    return entered_it or actor.may(record.edit_permission, record)


def check_edit(actor: Actor, record: Entered) -> None:
    """Raise ``NotAllowed`` where ``may_edit`` answers no."""
    if not may_edit(actor, record):
        raise NotAllowed(_("Your role does not allow you to change this."))
