"""Corrected days of roles in clusters: what was entered stays, and what holds instead stands beside it."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = ("role_id", "since", "reason", "actor_id", "actor_name", "recorded_at")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "cluster_role_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["cluster_role.id"], name=op.f("fk_cluster_role_correction_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_role_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cluster_role_correction_role", "cluster_role_correction", ["role_id", "id"])
    for statement in protecting(op.get_context().dialect.name, "cluster_role_correction", COLUMNS):
        op.execute(statement)


def downgrade() -> None:
    """Take the table away; days are then as they were first entered."""
    op.drop_table("cluster_role_correction")
