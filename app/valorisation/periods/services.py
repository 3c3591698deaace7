"""What may happen with reporting periods: they are frozen, and that is all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core import clock
from app.core.access import Actor, Permission
from app.core.canonical import sha256_of
from app.core.consortium import Consortium
from app.extensions import db
from app.valorisation.criterion.queries import rule_on
from app.valorisation.periods import rules
from app.valorisation.periods.counting import count
from app.valorisation.periods.models import ReportingPeriod


@dataclass(frozen=True, kw_only=True)
class PeriodFacts:
    """Which period is frozen under which name; the first and the last day are part of it."""

    name: str
    starts_on: date
    ends_on: date
    note: str | None = None


def freeze(actor: Actor, facts: PeriodFacts, consortium: Consortium) -> ReportingPeriod:
    """Count the figures of a period that is over and keep them for good, with their hash.

    They are of one state of the database where the transaction sees one, which is the caller's duty: a view is marked
    ``of_one_state``, anything else runs within ``core.database.seeing_one_state``.
    Raises ``NotOver``, ``NameTaken``, ``DaysFrozen`` for the same days without a note, ``Refused`` and ``NotAllowed``.
    """
    actor.check(Permission.PERIOD_FREEZE)
    rules.check_days(facts.starts_on, facts.ends_on, clock.today())
    if db.session.scalar(select(ReportingPeriod.id).where(ReportingPeriod.name == facts.name)) is not None:
        raise rules.NameTaken
    same_days = (ReportingPeriod.starts_on == facts.starts_on, ReportingPeriod.ends_on == facts.ends_on)
    there = db.session.scalar(select(ReportingPeriod.name).where(*same_days).order_by(ReportingPeriod.id).limit(1))
    if there is not None and not facts.note:
        raise rules.DaysFrozen(there)
    content = {
        "name": facts.name,
        "from": facts.starts_on.isoformat(),
        "to": facts.ends_on.isoformat(),
        "valorised_rule": [list(way) for way in rule_on(facts.ends_on).ways],
        "countries": count(consortium, facts.starts_on, facts.ends_on),
    }
    made = ReportingPeriod(
        name=facts.name,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        note=facts.note,
        content=content,
        sha256=sha256_of(content),
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    return made
