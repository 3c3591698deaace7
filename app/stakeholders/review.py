"""When a person's data are looked at again, who does so, and whose data have to go."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, ScalarSelect, case, func, or_, select

from app.core import clock, portal
from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.core.errors import Refused
from app.core.reach import reach
from app.extensions import db
from app.stakeholders.consent import is_baseless_criterion, scope_of
from app.stakeholders.models import Affiliation, LawfulBasis, Organisation, Person

AHEAD = timedelta(days=30)
MOST = 200


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of its month where that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def preset(basis: LawfulBasis, since: date) -> date:
    """The day to look again, as the consortium settled it for this basis since the last contact."""
    privacy = portal.consortium().privacy
    return months_after(since, privacy.months(basis.value))


def latest_affiliation() -> ScalarSelect[int]:
    """The key of the affiliation that says where a person belongs: one that lasts, the latest first."""
    return (
        select(Affiliation.id)
        .where(Affiliation.person_id == Person.id)
        .order_by(Affiliation.valid_to.is_not(None), Affiliation.valid_from.desc().nulls_last(), Affiliation.id)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def _due(day: date) -> ColumnElement[bool]:
    looked_at = or_(Person.review_on.is_(None), Person.review_on <= day)
    return Person.absorbed_by_id.is_(None) & Person.erased_on.is_(None) & (looked_at | is_baseless_criterion())


def due(actor: Actor, day: date, country: str = "") -> Sequence[Row[*tuple[Any, ...]]]:
    """Whose data are to be erased at once, then whose were to be looked at by ``day``, the oldest first.

    Only people whom the actor may change, at most 200; ``is_baseless`` marks those whose consent was withdrawn.
    """
    baseless = case((is_baseless_criterion(), 1), else_=0).label("is_baseless")
    statement = (
        select(
            Person.id,
            Person.given_name,
            Person.family_name,
            Person.lawful_basis,
            Person.review_on,
            Person.is_example,
            baseless,
            Organisation.country,
            Organisation.name.label("organisation"),
        )
        .outerjoin(Affiliation, Affiliation.id == latest_affiliation())
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(_due(day), reach(actor, Permission.PERSON_EDIT, country=Organisation.country))
        .order_by(baseless.desc(), Person.review_on.is_not(None), Person.review_on, Person.id)
        .limit(MOST)
    )
    return plain_rows(db.session, statement.where(Organisation.country == country) if country else statement)


@dataclass(frozen=True)
class Waiting:
    """How many people wait for whoever answers for them, and since when the oldest does."""

    to_erase: int
    to_review: int
    since: date | None


def waiting(actor: Actor, day: date) -> Waiting:
    """What waits for an actor who may erase; nothing for anybody else. One statement."""
    if not actor.may(Permission.PERSON_ERASE):
        return Waiting(0, 0, None)
    baseless = is_baseless_criterion()
    statement = (
        select(
            func.count().filter(baseless),
            func.count().filter(~baseless),
            func.min(Person.review_on).filter(~baseless),
        )
        .select_from(Person)
        .outerjoin(Affiliation, Affiliation.id == latest_affiliation())
        .outerjoin(Organisation, Organisation.id == Affiliation.organisation_id)
        .where(_due(day), reach(actor, Permission.PERSON_ERASE, country=Organisation.country))
    )
    return Waiting(*plain_rows(db.session, statement)[0])


def look_again(actor: Actor, keys: Sequence[int]) -> int:
    """Note that these people's data were looked at, and put the next time off; answers how many.

    Raises ``Refused`` where nobody is named or somebody's consent was withdrawn, whose data have to go;
    ``NotAllowed`` for a person of another country.
    """
    if not keys:
        raise Refused(people=_("Choose at least one person."))
    privacy = portal.consortium().privacy
    next_time = months_after(clock.today(), privacy.again_months)
    people = db.session.scalars(select(Person).where(Person.id.in_(keys), Person.erased_on.is_(None))).all()
    baseless = db.session.scalar(
        select(func.count()).select_from(Person).where(Person.id.in_(keys), is_baseless_criterion())
    )
    if baseless:
        raise Refused(people=_("Where consent was withdrawn, looking again is not enough: erase the person."))
    for person in people:
        actor.check(Permission.PERSON_EDIT, scope_of(person))
        person.review_on = next_time
    db.session.flush()
    return len(people)
