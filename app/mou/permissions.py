"""Who may change a memorandum."""

from flask_babel import gettext as _

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.mou.models import Mou


def may_edit(actor: Actor, mou: Mou) -> bool:
    """Whether the actor may change, send and end the memorandum: by role, or because the actor made it."""
    if not actor.may(Permission.MOU_EDIT):
        return False
    made_it = actor.user_id is not None and mou.created_by_id == actor.user_id
    return made_it or actor.may(Permission.MOU_EDIT, mou)


def check_edit(actor: Actor, mou: Mou) -> None:
    """Raise ``NotAllowed`` where ``may_edit`` answers no."""
    if not may_edit(actor, mou):
        raise NotAllowed(_("Your role does not allow you to change this memorandum."))


def may_prove(actor: Actor, mou: Mou) -> bool:
    """Whether the actor may read what proves the signing, the addresses it was signed from among it."""
    return may_edit(actor, mou) or actor.may(Permission.MOU_PROVE, mou)
