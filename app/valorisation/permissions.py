"""Who may change an action plan."""

from flask_babel import gettext as _

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.valorisation.models import ActionPlan


def may_edit(actor: Actor, plan: ActionPlan) -> bool:
    """Whether the actor may change the plan: by role, or because the actor began it."""
    if not actor.may(Permission.PLAN_EDIT):
        return False
    began_it = actor.user_id is not None and plan.created_by_id == actor.user_id
    return began_it or actor.may(Permission.PLAN_EDIT, plan)


def check_edit(actor: Actor, plan: ActionPlan) -> None:
    """Raise ``NotAllowed`` where ``may_edit`` answers no."""
    if not may_edit(actor, plan):
        raise NotAllowed(_("Your role does not allow you to change this action plan."))
