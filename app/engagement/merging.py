"""Two organisations that become one and are mapped for the same: one place is left in each picture.

Judgements are evidence and stay where they are, so an entry whose place is taken is not moved: it goes up in the other
(``absorbed_by_id``), which shows the judgements of both and stands as the latest of them says.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.merging import Step, Values, change_row, remove_row, settles
from app.engagement.models import MappingEntry
from app.engagement.services import STATE

TABLE: Any = MappingEntry.__table__
LINKS: Any = MappingEntry.link_model.__table__


@settles(
    "mapping_entry",
    "organisation_id",
    _l("Where both are mapped for the same, one entry is left, which shows the judgements of both."),
)
def one_place(session: Session, row: Values, organisation_id: int) -> tuple[list[Step], bool]:
    """Let the organisation that stays be mapped for each country, cluster and micro-credential once.

    An entry for several micro-credentials gives up those that the other is mapped for, and goes up in it where none
    is left.
    """
    if row["absorbed_by_id"] is not None:
        return [], True
    standing = select(TABLE).where(TABLE.c.organisation_id == organisation_id, TABLE.c.absorbed_by_id.is_(None))
    for name in ("country", "cluster_id"):
        if row[name] is not None:
            there = session.connection().execute(standing.where(TABLE.c[name] == row[name])).mappings().first()
            return (_go_up(session, row, there), True) if there else ([], False)
    return _for_microcredentials(session, row, standing)


def _for_microcredentials(session: Session, row: Values, standing: Any) -> tuple[list[Step], bool]:
    connection = session.connection()
    mine = connection.execute(select(LINKS).where(LINKS.c.record_id == row["id"])).mappings().all()
    concerned = [link["microcredential_id"] for link in mine]
    taken = (
        select(LINKS.c.microcredential_id, LINKS.c.record_id)
        .where(LINKS.c.microcredential_id.in_(concerned), LINKS.c.record_id.in_(standing.with_only_columns(TABLE.c.id)))
        .order_by(LINKS.c.record_id)
    )
    places = {place.microcredential_id: place.record_id for place in connection.execute(taken)}
    if places and len(places) == len(mine):
        key = min(places.values())
        there = connection.execute(select(TABLE).where(TABLE.c.id == key)).mappings().one()
        return _go_up(session, row, there), True
    return [remove_row(session, LINKS, link) for link in mine if link["microcredential_id"] in places], False


def _go_up(session: Session, row: Values, there: Values) -> list[Step]:
    steps = [change_row(session, TABLE, row, {"absorbed_by_id": there["id"]})]
    earlier = session.connection().execute(select(TABLE).where(TABLE.c.absorbed_by_id == row["id"])).mappings().all()
    steps += [change_row(session, TABLE, one, {"absorbed_by_id": there["id"]}) for one in earlier]
    told = {name: row[name] for name in ("responsible_id", "expectations") if row[name] and not there[name]}
    if row["judged_on"] > there["judged_on"]:
        told |= {name: row[name] for name in STATE}
    changed = {name: value for name, value in told.items() if there[name] != value}
    return [*steps, change_row(session, TABLE, there, changed)] if changed else steps
