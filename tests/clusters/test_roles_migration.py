"""Roles get their days: from what memberships say, and from the audit where a role was changed."""

from pathlib import Path

import sqlalchemy as sa

from app.config import ROOT
from app.core.database import writing
from app.core.migrations import migrations
from app.extensions import db
from tests.conftest import Backend

HERE = next(Path(ROOT / "migrations").glob("*_roles_in_clusters.py"))
AT = {"at": "2025-01-05 10:00:00+00:00"}
ORGANISATION = sa.text(
    "INSERT INTO organisation (id, uid, name, name_language, name_key, search_key, category, country, is_partner, "
    "is_coordinator, is_example, created_at, updated_at, version) "
    "VALUES (:key, :uid, 'x', 'en', 'x', 'x', 'company', 'AM', false, false, false, :at, :at, 1)"
)
CLUSTER = sa.text(
    "INSERT INTO cluster (id, uid, name, type, scope, countries, regions, isced_f, nace, services, state, "
    "is_published, is_example, name_key, search_key, created_at, updated_at, version) "
    "VALUES (1, :uid, '{}', 'regional', 'regional', '[]', '[]', '[]', '[]', '[]', 'active', false, false, 'x', 'x', "
    ":at, :at, 1)"
)
MEMBER = sa.text(
    "INSERT INTO cluster_membership (id, cluster_id, organisation_id, role, state, joined_on, may_be_named, "
    "created_at, updated_at, version) VALUES (:key, 1, :key, :role, :state, :joined, false, :at, :at, 1)"
)
CHANGED = sa.text(
    "INSERT INTO audit_entry (record_kind, record_id, action, changes, actor_name, happened_at) "
    "VALUES ('cluster_membership', :key, 'update', :changes, 'Ana', '2025-05-01 09:00:00+00:00')"
)


def fill(connection: sa.Connection) -> None:
    """One that coordinated until another took over, and one that is only invited."""
    connection.execute(CLUSTER, {**AT, "uid": f"{9:032}"})
    for key, role, state, joined in (
        (1, "member", "active", "2025-01-01"),
        (2, "coordinator", "active", "2025-02-01"),
        (3, "member", "invited", None),
    ):
        connection.execute(ORGANISATION, {**AT, "key": key, "uid": f"{key:032}"})
        connection.execute(MEMBER, {**AT, "key": key, "role": role, "state": state, "joined": joined})
    connection.execute(CHANGED, {"key": 1, "changes": '{"role": ["coordinator", "member"]}'})
    connection.execute(CHANGED, {"key": 2, "changes": '{"role": ["member", "coordinator"]}'})


def test_roles_are_carried_over_with_their_days(fresh: Backend) -> None:
    lines = HERE.read_text("utf-8").splitlines()
    line = next(line for line in lines if line.startswith("down_revision"))
    before = line.rpartition("=")[2].strip(' "')
    with fresh.app.app_context(), writing():
        migrations().downgrade(before)
        with db.engine.begin() as connection:
            fill(connection)
        migrations().upgrade()
        with db.engine.connect() as connection:
            told = sa.text("SELECT membership_id, role, since, actor_name FROM cluster_role ORDER BY id")
            found = [tuple(map(str, row)) for row in connection.execute(told)]
        assert found == [
            *(("1", "coordinator", "2025-01-01", ""), ("1", "member", "2025-05-01", "Ana")),
            *(("2", "member", "2025-02-01", ""), ("2", "coordinator", "2025-05-01", "Ana")),
        ]
        assert migrations().compare_metadata() == []
        migrations().downgrade(before)
        migrations().upgrade()
