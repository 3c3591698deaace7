"""What can be asked about reporting periods; who may read plans reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true

from app.core import records
from app.core.access import Actor
from app.core.canonical import sha256_of
from app.core.consortium import Consortium
from app.core.templating import country_name, plain_tr
from app.events.models import Event
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou.models import Mou
from app.mou.queries import visible_to as memoranda_visible_to
from app.stakeholders.models import Organisation
from app.stakeholders.queries import visible_to as organisations_visible_to
from app.valorisation.models import ActionPlan
from app.valorisation.periods.corrections import Compared, compare
from app.valorisation.periods.counting import count
from app.valorisation.periods.models import ReportingPeriod
from app.valorisation.tracks.models import Milestone

P = ReportingPeriod


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Periods the actor may see: the consortium's own people all, others none."""
    return true() if actor.is_internal else false()


def periods(actor: Actor) -> Sequence[Any]:
    """Every period, the latest first, without its figures."""
    columns = (P.id, P.name, P.starts_on, P.ends_on, P.sha256, P.actor_name, P.made_at)
    return db.session.execute(select(*columns).where(visible_to(actor)).order_by(P.ends_on.desc(), P.id.desc())).all()


def period(actor: Actor, period_id: int) -> ReportingPeriod:
    """One period. Raises ``NoResultFound``."""
    return db.session.execute(select(P).where(P.id == period_id, visible_to(actor))).scalar_one()


def is_intact(found: ReportingPeriod) -> bool:
    """Whether the kept figures still have the hash they were frozen with."""
    return sha256_of(found.content) == found.sha256


def compared(found: ReportingPeriod, consortium: Consortium) -> list[Compared]:
    """The frozen figures beside those that the records give today for the same days."""
    return compare(found.content["countries"], count(consortium, found.starts_on, found.ends_on))


def _names(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Of each kind of record that is counted: its key and what it is called, where the actor may know."""
    return {
        "event": select(Event.id, Event.title).where(events_visible_to(actor)),
        "organisation": select(Organisation.id, Organisation.name).where(organisations_visible_to(actor)),
        "mou": select(Mou.id, Mou.title).where(memoranda_visible_to(actor)),
        "microcredential": select(MicroCredential.id, MicroCredential.code),
        "milestone": select(Milestone.id, MicroCredential.code).join(Milestone.microcredential),
        "action_plan": select(ActionPlan.id, ActionPlan.country),
    }


def told(actor: Actor, found: Sequence[Compared]) -> Mapping[tuple[str, int], tuple[str, str]]:
    """What the changed records are called, and where each is shown: a few statements for each kind that changed.

    A record that is gone, or that the actor may not see, is told by its kind and number, without an address.
    """
    changed = dict.fromkeys((change.table, change.key) for one in found for change in one.changes)
    names: dict[tuple[str, int], str] = {}
    statements = _names(actor)
    for table in dict.fromkeys(table for table, _key in changed):
        statement = statements[table]
        keys = [key for kind, key in changed if kind == table]
        for row in db.session.execute(statement.where(statement.selected_columns[0].in_(keys))):
            names[table, row[0]] = _said(table, row[1])
    urls = records.urls_of(db.session, names)
    return {
        record: (names.get(record, f"{records.label_of(record[0])} {record[1]}"), urls.get(record, ""))
        for record in changed
    }


def _said(table: str, value: Any) -> str:
    if isinstance(value, dict):
        return plain_tr(value)
    return country_name(value) if table == "action_plan" else str(value)
