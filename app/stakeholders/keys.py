"""Keys of names and places that were stored before there were such keys; `portal db upgrade` asks for them."""

from typing import cast

from sqlalchemy import Table, bindparam, select, update

from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders.duplicates import blocks, duplicate_key
from app.stakeholders.models import Organisation, OrganisationName

AT_ONCE = 1_000


def work_out() -> int:
    """Give every name and place without keys its own, below the audit, since nobody changed it; answers how many."""
    return _of_names() + _of_places()


def _of_places() -> int:
    organisations = cast(Table, Organisation.__table__)
    keyless = select(organisations.c.id, organisations.c.city).where(
        organisations.c.city.is_not(None), organisations.c.city_key.is_(None)
    )
    found = [{"key": row.id, "found": search_key(row.city)} for row in db.session.connection().execute(keyless)]
    if found:
        statement = update(organisations).where(organisations.c.id == bindparam("key"))
        # What is worked out is no change of the organisation's.
        kept = {"updated_at": organisations.c.updated_at}
        db.session.connection().execute(statement.values(city_key=bindparam("found"), **kept), found)
    return len(found)


def _of_names() -> int:
    organisations, names = cast(Table, Organisation.__table__), cast(Table, OrganisationName.__table__)
    connection = db.session.connection()
    keyless = (
        select(names.c.id, names.c.text, organisations.c.country)
        .join(organisations, organisations.c.id == names.c.organisation_id)
        .where(names.c.duplicate_key.is_(None), organisations.c.absorbed_by_id.is_(None))
    )
    rows = connection.execute(keyless).all()
    columns = ("search_key", "duplicate_key", "head_block", "tail_block")
    statement = update(names).where(names.c.id == bindparam("key"))
    statement = statement.values({column: bindparam(f"new_{column}") for column in columns})
    for start in range(0, len(rows), AT_ONCE):
        found = []
        for row in rows[start : start + AT_ONCE]:
            key = duplicate_key(row.text)
            values = (search_key(row.text), key, *blocks(row.country, key))
            found.append({"key": row.id} | {f"new_{name}": value for name, value in zip(columns, values, strict=True)})
        connection.execute(statement, found)
    return len(rows)
