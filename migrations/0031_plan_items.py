"""Items of action plans, every move of their days, and what proves them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | None = None
depends_on: str | None = None

SLIP = ("item_id", "old_due", "new_due", "reason", "actor_id", "actor_name", "made_at")
# Where each kind of evidence is kept.
PROOFS = {
    "event_id": "event",
    "minutes_version_id": "minutes_version",
    "mou_id": "mou",
    "decision_id": "decision",
    "document_id": "event_document",
    "file_id": "stored_file",
}
ONE = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in PROOFS)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _stamps() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    """Make the tables."""
    _items()
    op.create_table(
        "plan_item_slip",
        _id(),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("old_due", sa.Date(), nullable=False),
        sa.Column("new_due", sa.Date(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["plan_item.id"], name=op.f("fk_plan_item_slip_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item_slip")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_plan_item_slip_item_id"), "plan_item_slip", ["item_id"])
    for statement in protecting(op.get_context().dialect.name, "plan_item_slip", SLIP):
        op.execute(statement)
    _evidence()


def _items() -> None:
    op.create_table(
        "plan_item",
        _id(),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("point", sa.String()),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("person_id", sa.Integer()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("baseline_on", sa.Date(), nullable=False),
        sa.Column("beyond_reason", sa.String()),
        sa.Column("done_on", sa.Date()),
        sa.Column("indicator", sa.JSON(none_as_null=True)),
        sa.Column("target", sa.Integer()),
        sa.Column("measure", sa.String(length=40)),
        sa.Column("actual", sa.Integer()),
        sa.Column("actual_source", sa.String()),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        *_stamps(),
        sa.CheckConstraint("starts_on IS NULL OR due_on >= starts_on", name=op.f("ck_plan_item_days")),
        sa.CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name=op.f("ck_plan_item_done")),
        sa.CheckConstraint("target >= 0 AND actual >= 0", name=op.f("ck_plan_item_figures")),
        sa.CheckConstraint("actual IS NULL OR actual_source IS NOT NULL", name=op.f("ck_plan_item_source")),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"], name=op.f("fk_plan_item_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_plan_item_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_item_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_plan_item_number", "plan_item", ["plan_id", "number"], unique=True)
    op.create_index("ix_plan_item_due", "plan_item", ["due_on", "id"])
    op.create_index(op.f("ix_plan_item_organisation_id"), "plan_item", ["organisation_id"])
    op.create_index(op.f("ix_plan_item_person_id"), "plan_item", ["person_id"])
    op.create_table(
        "plan_item_stakeholder",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["plan_item.id"], name=op.f("fk_plan_item_stakeholder_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_plan_item_stakeholder_organisation_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "organisation_id", name=op.f("pk_plan_item_stakeholder")),
    )
    op.create_index(op.f("ix_plan_item_stakeholder_organisation_id"), "plan_item_stakeholder", ["organisation_id"])
    op.create_table(
        "plan_item_microcredential",
        _id(),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_plan_item_microcredential_microcredential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["plan_item.id"], name=op.f("fk_plan_item_microcredential_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_item_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_plan_item_microcredential_newest", "plan_item_microcredential", ["microcredential_id", "dated", "record_id"]
    )
    op.create_index(
        "uq_plan_item_microcredential_pair",
        "plan_item_microcredential",
        ["record_id", "microcredential_id"],
        unique=True,
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        _id(),
        sa.Column("item_id", sa.Integer(), nullable=False),
        *(sa.Column(column, sa.Integer()) for column in PROOFS),
        sa.Column("note", sa.String()),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by_name", sa.String()),
        sa.Column("withdrawal_reason", sa.String()),
        *_stamps(),
        sa.CheckConstraint(f"{ONE} = 1", name=op.f("ck_evidence_one_proof")),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawal_reason IS NOT NULL", name=op.f("ck_evidence_withdrawn")),
        sa.ForeignKeyConstraint(["item_id"], ["plan_item.id"], name=op.f("fk_evidence_item_id")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_evidence_{column}"))
            for column, table in PROOFS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evidence_item", "evidence", ["item_id", "id"])
    for column in PROOFS:
        op.create_index(op.f(f"ix_evidence_{column}"), "evidence", [column])


def downgrade() -> None:
    """Take the tables away."""
    for table in ("evidence", "plan_item_slip", "plan_item_microcredential", "plan_item_stakeholder", "plan_item"):
        op.drop_table(table)
