"""Whether a person is reminded, and writing one reminder."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.models import User
from app.core import mail
from app.core.access import Actor
from app.core.templating import plain_tr
from app.extensions import db
from app.valorisation.items.models import PlanItem
from app.valorisation.reminders import queries
from app.valorisation.reminders.models import ReminderWish
from app.valorisation.tracks.models import Milestone, MilestoneState

# Where somebody says that no reminders are wanted.
STOP = "/account/weekly-mail/"


def choose(actor: Actor, *, is_wanted: bool) -> None:
    """Say whether one wants to be reminded of plan items and milestones."""
    wish = queries.wish_of(actor.user_id or 0)
    if wish is None:
        db.session.add(ReminderWish(user_id=actor.user_id, is_wanted=is_wanted))
    else:
        wish.is_wanted = is_wanted
    db.session.flush()


def remind(user: User, item: PlanItem, today: date) -> None:
    """Write to a person that an item is due, is due today, or was; in the person's language."""
    with mail.in_language(user.actor.language) as language:
        title = plain_tr(item.title)
        mail.send(
            db.session,
            user.email,
            _subject(title, (item.due_on - today).days),
            "valorisation/reminder",
            language,
            name=user.name,
            item=item,
            title=title,
            country=item.plan.country,
            days=(item.due_on - today).days,
            path=f"/valorisation/items/{item.id}",
            stop=STOP,
        )


def remind_of_milestone(user: User, step: Milestone, day: date, today: date) -> None:
    """Write to a person that a milestone is due, is due today, or was, or until when it holds; in their language."""
    with mail.in_language(user.actor.language) as language:
        title, days = f"{step.microcredential.code} {step.kind.label}", (day - today).days
        holds = step.state is MilestoneState.REACHED
        mail.send(
            db.session,
            user.email,
            _runs_out(title, days) if holds else _subject(title, days),
            "valorisation/milestone_reminder",
            language,
            name=user.name,
            step=step,
            design=plain_tr(step.microcredential.title),
            title=title,
            day_meant=day,
            days=days,
            holds=holds,
            path=f"/valorisation/milestones/{step.id}",
            stop=STOP,
        )


def _runs_out(title: str, days: int) -> str:
    if not days:
        return _("Valid until today: %(title)s", title=title)
    return ngettext(
        "Valid for %(num)s more day: %(title)s", "Valid for %(num)s more days: %(title)s", days, title=title
    )


def _subject(title: str, days: int) -> str:
    if days > 0:
        return ngettext("Due in %(num)s day: %(title)s", "Due in %(num)s days: %(title)s", days, title=title)
    if days == 0:
        return _("Due today: %(title)s", title=title)
    return ngettext("%(num)s day late: %(title)s", "%(num)s days late: %(title)s", -days, title=title)
