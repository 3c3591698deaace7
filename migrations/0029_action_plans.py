"""Action plans of countries, and what was approved of each."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | None = None
depends_on: str | None = None

SECTIONS = ("legal_framework", "recognition_route", "stakeholders", "objectives", "risks", "sustainability")
VERSION = ("plan_id", "number", "content", "sha256", "approved_on", "note", "actor_id", "actor_name", "made_at")
HOLDS = sa.text("state IN ('approved', 'in_execution')")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _stamps() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "action_plan",
        _id(),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Integer()),
        *(sa.Column(name, sa.JSON(none_as_null=True)) for name in SECTIONS),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("search_key", sa.String(), nullable=False),
        *_stamps(),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_action_plan_days")),
        sa.ForeignKeyConstraint(["lead_id"], ["organisation.id"], name=op.f("fk_action_plan_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan")),
        sa.UniqueConstraint("uid", name=op.f("uq_action_plan_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_action_plan_country", "action_plan", ["country", "starts_on", "id"])
    op.create_index(op.f("ix_action_plan_lead_id"), "action_plan", ["lead_id"])
    op.create_index(
        "uq_action_plan_holds", "action_plan", ["country"], unique=True, sqlite_where=HOLDS, postgresql_where=HOLDS
    )
    op.create_table(
        "action_plan_version",
        _id(),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"], name=op.f("fk_action_plan_version_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan_version")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_action_plan_version_number", "action_plan_version", ["plan_id", "number"], unique=True)
    op.create_table(
        "action_plan_microcredential",
        _id(),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_action_plan_microcredential_microcredential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["action_plan.id"], name=op.f("fk_action_plan_microcredential_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_plan_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_action_plan_microcredential_newest",
        "action_plan_microcredential",
        ["microcredential_id", "dated", "record_id"],
    )
    op.create_index(
        "uq_action_plan_microcredential_pair",
        "action_plan_microcredential",
        ["record_id", "microcredential_id"],
        unique=True,
    )
    for statement in protecting(op.get_context().dialect.name, "action_plan_version", VERSION):
        op.execute(statement)


def downgrade() -> None:
    """Take the tables away."""
    for table in ("action_plan_microcredential", "action_plan_version", "action_plan"):
        op.drop_table(table)
