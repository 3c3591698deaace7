"""The day of consent becomes an entry of the ledger and goes back, and nobody loses an affiliation on the way."""

from datetime import date
from pathlib import Path

import sqlalchemy as sa

from app.config import ROOT
from app.core.database import writing
from app.core.migrations import migrations
from app.extensions import db
from tests.conftest import Backend

HERE = next(Path(ROOT / "migrations").glob("*_privacy.py"))
DATED = {"created": "2025-01-01 10:00:00+00:00"}
ORGANISATION = sa.text(
    "INSERT INTO organisation (id, uid, name, name_language, name_key, search_key, category, country, is_partner, "
    "is_coordinator, is_example, created_at, updated_at, version) "
    "VALUES (1, :uid, 'x', 'en', 'x', 'x', 'company', 'AM', false, false, false, :created, :created, 1)"
)
PERSON = sa.text(
    "INSERT INTO person (id, uid, given_name, lawful_basis, consent_on, name_key, search_key, is_example, "
    "created_at, updated_at, version) "
    "VALUES (:key, :uid, 'x', :basis, :day, 'x', 'x', false, :created, :created, 1)"
)
AFFILIATION = sa.text(
    "INSERT INTO affiliation (person_id, organisation_id, role_title, is_legal_representative) "
    "VALUES (:key, 1, '{}', false)"
)
SAID = sa.text(
    "INSERT INTO consent_entry (person_id, purpose, act, on_day, way, recorded_by_name, recorded_at) "
    "VALUES (:key, :purpose, :act, :day, 'email', 'x', :created)"
)


def revision_before() -> str:
    """The revision that this one follows."""
    line = next(line for line in HERE.read_text("utf-8").splitlines() if line.startswith("down_revision"))
    return line.rpartition("=")[2].strip(' "')


def fill(connection: sa.Connection) -> None:
    """Three people of one organisation as they were before: with consent, without, and with an old agreement."""
    connection.execute(ORGANISATION, {**DATED, "uid": f"{1:032}"})
    for key, basis, day in ((1, "consent", "2025-02-03"), (2, "public_role", None), (3, "contract", "2024-01-01")):
        facts = {"key": key, "uid": f"{key:032}", "basis": basis, "day": day}
        connection.execute(PERSON, {**DATED, **facts})
        connection.execute(AFFILIATION, {"key": key})


def rows(statement: str) -> list[tuple[object, ...]]:
    """What a statement gives, days as text."""
    with db.engine.connect() as connection:
        found = connection.exec_driver_sql(statement).all()
    return [tuple(str(value) if isinstance(value, date) else value for value in row) for row in found]


def test_consent_is_carried_over_and_back(fresh: Backend) -> None:
    entries = "SELECT person_id, purpose, act, on_day, way FROM consent_entry ORDER BY person_id"
    with fresh.app.app_context(), writing():
        migrations().downgrade(revision_before())
        with db.engine.begin() as connection:
            fill(connection)
        migrations().upgrade()
        assert rows(entries) == [
            (1, "contact", "given", "2025-02-03", "not_recorded"),
            (3, "contact", "given", "2024-01-01", "not_recorded"),
        ]
        assert rows("SELECT source FROM person") == [("not_recorded",)] * 3
        with db.engine.begin() as connection:
            withdrawn = {"key": 1, "purpose": "contact", "act": "withdrawn", "day": "2025-03-03"}
            photos = {"key": 2, "purpose": "photos", "act": "given", "day": "2025-03-04"}
            connection.execute(SAID, [{**DATED, **withdrawn}, {**DATED, **photos}])
        migrations().downgrade(revision_before())
        assert rows("SELECT id, consent_on FROM person ORDER BY id") == [
            (1, "2025-01-01"),  # withdrawn; the old rule wants a day, which is that of the entry
            (2, "2025-03-04"),
            (3, "2024-01-01"),
        ]
        assert rows("SELECT count(*) FROM affiliation") == [(3,)]
        migrations().upgrade()
        assert rows("SELECT count(*) FROM affiliation") == [(3,)]
        assert migrations().compare_metadata() == []
