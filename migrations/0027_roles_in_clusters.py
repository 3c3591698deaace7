"""Roles in clusters have days, and an invitation that was taken back is no longer called declined."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = ("membership_id", "role", "since", "actor_id", "actor_name", "recorded_at")
MEMBERSHIPS = sa.table(
    "cluster_membership",
    sa.column("id", sa.Integer),
    sa.column("role", sa.String),
    sa.column("joined_on", sa.Date),
    sa.column("left_on", sa.Date),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
AUDIT = sa.table(
    "audit_entry",
    *(sa.column("id", sa.Integer), sa.column("record_kind", sa.String), sa.column("record_id", sa.Integer)),
    *(sa.column("changes", sa.JSON), sa.column("actor_id", sa.Integer), sa.column("actor_name", sa.String)),
    *(sa.column("action", sa.String), sa.column("happened_at", sa.DateTime(timezone=True))),
)
ROLES = sa.table(
    "cluster_role",
    *(sa.column("membership_id", sa.Integer), sa.column("role", sa.String), sa.column("since", sa.Date)),
    *(sa.column("actor_id", sa.Integer), sa.column("actor_name", sa.String)),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Make the table, and fill it from what memberships say now and the audit says of before."""
    op.create_table(
        "cluster_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["cluster_membership.id"], name=op.f("fk_cluster_role_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_role")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cluster_role_membership", "cluster_role", ["membership_id", "since", "id"])
    connection = op.get_bind()
    changed: dict[int, list[Any]] = {}
    told = sa.select(AUDIT).where(AUDIT.c.record_kind == "cluster_membership", AUDIT.c.action == "update")
    for entry in connection.execute(told.order_by(AUDIT.c.id)):
        pair = (entry.changes or {}).get("role")
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(role, str) for role in pair):
            changed.setdefault(entry.record_id, []).append(entry)
    rows = [
        row
        for member in connection.execute(sa.select(MEMBERSHIPS).where(MEMBERSHIPS.c.joined_on.is_not(None)))
        for row in _roles(member, changed.get(member.id, []))
    ]
    if rows:
        connection.execute(sa.insert(ROLES), rows)
    op.execute(
        "UPDATE cluster_membership SET state = 'withdrawn' WHERE state = 'declined' AND id NOT IN "
        "(SELECT membership_id FROM cluster_answer)"
    )
    for statement in protecting(op.get_context().dialect.name, "cluster_role", COLUMNS):
        op.execute(statement)


def _roles(member: Any, changes: list[Any]) -> Iterator[dict[str, Any]]:
    """A row for the role it joined with, and one for each that the audit saw it get, on the day that was written."""
    first = changes[0].changes["role"][0] if changes else member.role
    yield _row(member, first, member.joined_on, (member.created_at, None, ""))
    for entry in changes:
        last = member.left_on or date.max
        since = max(member.joined_on, min(entry.happened_at.date(), last))
        yield _row(member, entry.changes["role"][1], since, (entry.happened_at, entry.actor_id, entry.actor_name))


def _row(member: Any, role: str, since: date, stamp: tuple[datetime, int | None, str]) -> dict[str, Any]:
    facts = dict(zip(("recorded_at", "actor_id", "actor_name"), stamp, strict=True))
    return {"membership_id": member.id, "role": role, "since": since, **facts}


def downgrade() -> None:
    """Forget the days."""
    op.execute("UPDATE cluster_membership SET state = 'declined' WHERE state = 'withdrawn'")
    op.drop_table("cluster_role")
