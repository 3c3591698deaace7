"""Who looks after a memorandum is told that it ends soon: 90 and 30 days before, or before notice can last be given."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import RoleGrant, User
from app.core import clock, mail
from app.core.access import SYSTEM
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.mornings import each_morning
from app.extensions import db
from app.mou import queries, rules
from app.mou.evidence.happenings import Happening
from app.mou.evidence.queries import events
from app.mou.evidence.services import record
from app.mou.models import Mou
from app.mou.permissions import may_edit

LOOK = "mou.look_ahead"


@each_morning(LOOK)
def look(session: Session) -> None:
    """Remind of every memorandum that it is time for, each once.

    One that fails keeps neither the others nor the next morning from coming; it is raised when all is done.
    """
    today, failed = clock.today(), None
    for mou, by in queries.ending(SYSTEM, today):
        days = rules.reminder_due(by, mou.in_force_from or by, today)
        if days is None or _is_told(mou, days, by):
            continue
        try:
            with session.begin_nested():
                remind(mou, days, by)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job keeps it and tries again
            failed = failed or error
    if failed is not None:
        session.commit()  # what was done stays, whatever becomes of the job
        raise failed


def remind(mou: Mou, days: int, by: date) -> None:
    """Write to everybody who looks after a memorandum, and record that it was done."""
    for user in keepers(mou):
        language = user.language or SOURCE_LANGUAGE
        title = read_in(mou.title, language)
        mail.send(
            db.session,
            user.email,
            _l("A memorandum ends soon"),
            "mou/ending",
            language,
            mou=mou,
            title=title.text if title else "",
            reference=queries.reference_of(mou),
            by=by,
            days=(by - clock.today()).days,
            path=f"/mou/{mou.id}",
        )
    record(mou, Happening.REMINDED, before=days, until=by.isoformat())


def keepers(mou: Mou) -> Sequence[User]:
    """Who acts for a memorandum: people of the partner who looks after it, else of its country, else its author.

    They have an account in use and the right to change this memorandum.
    """
    of_owner = RoleGrant.organisation_id == mou.owner_id
    of_country = RoleGrant.country == mou.country
    criteria = (User.grants.any(of_owner), User.grants.any(of_country), User.id == mou.created_by_id)
    for criterion in criteria:
        statement = select(User).where(User.active, criterion).options(selectinload(User.grants)).order_by(User.id)
        if found := [user for user in db.session.scalars(statement) if may_edit(user.actor, mou)]:
            return found
    return []


def _is_told(mou: Mou, days: int, by: date) -> bool:
    said = {"before": days, "until": by.isoformat()}
    return any(one.kind == Happening.REMINDED.value and one.facts == said for one in events(mou))
