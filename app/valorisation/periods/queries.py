"""What can be asked about reporting periods; who may read plans reads them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
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
from app.valorisation.periods.corrections import Compared, compare, read_record
from app.valorisation.periods.counting import Ways, count
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
    """The frozen figures beside those that the records give today for the same days, by the rule they were frozen with.

    A rule that was settled on the last day, after the freezing, is no correction.
    """
    by_rule: Ways | None = found.content.get("valorised_rule")
    return compare(found.content["countries"], count(consortium, found.starts_on, found.ends_on, by_rule))


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

    A record that is gone is told by its kind and number, without an address; one that the actor may not see by its kind
    alone.
    """
    changed = dict.fromkeys((change.table, change.key) for one in found for change in one.changes)
    names = {record: _said(record[0], name) for record, name in _open_to(actor, changed).items()}
    urls = records.urls_of(db.session, names)
    return {record: (names.get(record) or _untold(actor, *record), urls.get(record, "")) for record in changed}


def _open_to(actor: Actor, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """What records that the actor may see are called; a statement for each kind there is any of."""
    found: dict[tuple[str, int], Any] = {}
    statements = _names(actor)
    for table in dict.fromkeys(table for table, _key in wanted):
        statement = statements[table]
        keys = [key for kind, key in wanted if kind == table]
        for row in db.session.execute(statement.where(statement.selected_columns[0].in_(keys))):
            found[table, row[0]] = row[1]
    return found


def _untold(actor: Actor, table: str, key: int) -> str:
    label = str(records.label_of(table))
    return f"{label} {key}" if actor.sees_everything else _("%(kind)s, not open to you", kind=label)


def figures_for(actor: Actor, found: ReportingPeriod) -> tuple[dict[str, Any], bool]:
    """The frozen figures as the actor may read them, and whether these are all, byte for byte what was hashed.

    The numbers are the same for everybody. Records that are not open to the actor, or gone, are counted and not named.
    """
    content: dict[str, Any] = found.content
    if actor.sees_everything:
        return content, True
    countries: dict[str, dict[str, Any]] = content["countries"]
    named = {record for figures in countries.values() for one in figures.values() for record in one["records"]}
    there = {f"{table}:{key}" for table, key in _open_to(actor, list(map(read_record, sorted(named))))}
    if there >= named:
        return content, True
    told_of = {
        country: {code: _narrowed(one, there) for code, one in figures.items()}
        for country, figures in countries.items()
    }
    return {**content, "countries": told_of, "withheld": len(named - there), "sha256_of_all": found.sha256}, False


def _narrowed(figure: dict[str, Any], there: Collection[str]) -> dict[str, Any]:
    kept = {record: weight for record, weight in figure["records"].items() if record in there}
    withheld = len(figure["records"]) - len(kept)
    return {**figure, "records": kept, **({"withheld": withheld} if withheld else {})}


def _said(table: str, value: Any) -> str:
    if isinstance(value, dict):
        return plain_tr(value)
    return country_name(value) if table == "action_plan" else str(value)
