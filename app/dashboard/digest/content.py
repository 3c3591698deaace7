"""What the weekly mail says: what waits for the person as the front page has it, and what others did since the last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain

from flask import url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.core.states import StateMove
from app.core.templating import plain_tr
from app.dashboard.matters import Matter, Urgency, grouped, matters_of
from app.events.models import Event
from app.events.outcomes.models import Decision
from app.events.outcomes.services import OF_ALL
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.stakeholders.models import Organisation
from app.valorisation.reminders.milestones import Pressing, pressing
from app.valorisation.reminders.queries import CountryItems, by_country

MOST_NEW = 10


@dataclass(frozen=True)
class News:
    """Something that others entered or moved on: what it is, where it stands, and what happened to it."""

    title: str
    path: str
    what: str


@dataclass(frozen=True)
class Digest:
    """One person's mail: matters by urgency, what presses in plans of countries and of milestones, and news."""

    matters: Sequence[Matter]
    news: Sequence[News]
    plans: Sequence[CountryItems]
    milestones: Pressing

    @cached_property
    def groups(self) -> list[tuple[Urgency, list[Matter]]]:
        """The matters that press: late, within a week, or told early; what has no day is on the front page."""
        return grouped(self.pressing)

    @property
    def pressing(self) -> list[Matter]:
        """The matters that the mail says."""
        return [one for one in self.matters if one.is_told_early or one.urgency is not Urgency.LATER]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write about."""
        return not (self.groups or self.plans or self.milestones.rows or self.news)

    def count(self, level: Urgency) -> int:
        """How many matters there are of an urgency."""
        return sum(matter.urgency is level for matter in self.matters)

    @property
    def late(self) -> int:
        """How many matters, plan items and milestones are late."""
        return self.count(Urgency.LATE) + sum(one.late for one in self.plans) + self.milestones.late

    @property
    def soon(self) -> int:
        """How many matters, plan items and milestones are due within a week, or run out within a month."""
        return self.count(Urgency.SOON) + sum(one.soon for one in self.plans) + self.milestones.soon


def digest_of(actor: Actor, today: date, since: datetime) -> Digest:
    """What to write to a person, in the language that is spoken now; within a request, for its addresses."""
    countries = _countries(actor)
    news = chain.from_iterable(read(actor, countries, since) for read in (_events, _decisions, _moves))
    mail = Digest(matters_of(actor, today), (), by_country(actor, today), pressing(actor, today))
    told = {matter.url for matter in mail.pressing}
    # What presses is said once, as that.
    return replace(mail, news=[one for one in news if one.path not in told])


def since_last(sent_at: datetime | None, now: datetime) -> datetime:
    """From when on something is new: since the latest mail, at most four weeks back; a week for the first one."""
    return max(sent_at, now - timedelta(weeks=4)) if sent_at else now - timedelta(weeks=1)


def _countries(actor: Actor) -> Collection[str] | None:
    """The countries the person works for, by role or by organisation; ``None`` for all."""
    bodies = [grant.organisation_id for grant in actor.grants if grant.organisation_id and not grant.country]
    if any(not (grant.country or grant.organisation_id) for grant in actor.grants):
        return None
    own = db.session.scalars(select(Organisation.country).where(Organisation.id.in_(bodies))) if bodies else ()
    return {grant.country for grant in actor.grants if grant.country} | set(own)


def _theirs(countries: Collection[str]) -> ColumnElement[bool]:
    """Events in these countries, of no country, and meetings of the whole consortium, wherever they are held."""
    return or_(Event.country.in_(countries), Event.country.is_(None), Event.meeting_type.in_(OF_ALL))


def _events(actor: Actor, countries: Collection[str] | None, since: datetime) -> list[News]:
    statement = (
        select(Event)
        .where(events_visible_to(actor), Event.created_at > since, Event.created_by_id.is_distinct_from(actor.user_id))
        .order_by(Event.created_at.desc(), Event.id.desc())
        .limit(MOST_NEW)
    )
    if countries is not None:
        statement = statement.where(_theirs(countries))
    return [
        News(plain_tr(event.title), url_for("events.show", event_id=event.id), str(event.kind.label))
        for event in db.session.scalars(statement)
    ]


def _decisions(actor: Actor, countries: Collection[str] | None, since: datetime) -> list[News]:
    statement = (
        select(Decision)
        .join(Event, Event.id == Decision.event_id)
        .where(events_visible_to(actor), Decision.created_at > since)
        .where(Decision.created_by_id.is_distinct_from(actor.user_id))
        .options(joinedload(Decision.event))
        .order_by(Decision.id.desc())
        .limit(MOST_NEW)
    )
    if countries is not None:
        statement = statement.where(_theirs(countries))
    return [
        News(
            plain_tr(decision.text),
            url_for("events.show", event_id=decision.event_id, _anchor=f"decision-{decision.number}"),
            f"{decision.code} · {plain_tr(decision.event.title)}",
        )
        for decision in db.session.scalars(statement)
    ]


def _moves(actor: Actor, countries: Collection[str] | None, since: datetime) -> list[News]:
    statement = (
        select(MicroCredential)
        .join(StateMove, StateMove.record_id == MicroCredential.id)
        .where(StateMove.record_kind == MicroCredential.__tablename__, StateMove.moved_at > since)
        .where(microcredentials_visible_to(actor), StateMove.actor_id.is_distinct_from(actor.user_id))
        .order_by(StateMove.id.desc())
        .limit(MOST_NEW)
    )
    if countries is not None:
        statement = statement.where(MicroCredential.country.in_(countries))
    return [
        News(
            f"{design.code} {plain_tr(design.title)}",
            url_for("microcredentials.show", code=design.code),
            str(design.state.label),
        )
        for design in dict.fromkeys(db.session.scalars(statement))
    ]
