"""Items of action plans, milestones of micro-credentials, every move of their days, and what proves them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | None = None
depends_on: str | None = None

SLIP = ("item_id", "old_due", "new_due", "reason", "actor_id", "actor_name", "made_at")
MILESTONE_SLIP = ("milestone_id", "old_planned", "new_planned", "reason", "actor_id", "actor_name", "made_at")
OPEN = sa.text("state IN ('planned', 'under_way')")
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
    _milestones()
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
    for table, columns in (("plan_item_slip", SLIP), ("milestone_slip", MILESTONE_SLIP)):
        for statement in protecting(op.get_context().dialect.name, table, columns):
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


def _milestones() -> None:
    op.create_table(
        "milestone",
        _id(),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("planned_on", sa.Date()),
        sa.Column("baseline_on", sa.Date()),
        sa.Column("reached_on", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("authority_id", sa.Integer()),
        sa.Column("decision_reference", sa.String()),
        sa.Column("legal_basis", sa.String()),
        sa.Column("learners", sa.Integer()),
        sa.Column("note", sa.JSON(none_as_null=True)),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        *_stamps(),
        sa.CheckConstraint("state <> 'reached' OR reached_on IS NOT NULL", name=op.f("ck_milestone_reached")),
        sa.CheckConstraint(
            "state NOT IN ('planned', 'under_way') OR planned_on IS NOT NULL", name=op.f("ck_milestone_planned")
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR reached_on IS NULL OR valid_until >= reached_on", name=op.f("ck_milestone_valid")
        ),
        sa.CheckConstraint("learners >= 0", name=op.f("ck_milestone_learners")),
        sa.ForeignKeyConstraint(
            ["microcredential_id"], ["microcredential.id"], name=op.f("fk_milestone_microcredential_id")
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["organisation.id"], name=op.f("fk_milestone_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("uid", name=op.f("uq_milestone_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_milestone_microcredential", "milestone", ["microcredential_id", "id"])
    op.create_index(op.f("ix_milestone_authority_id"), "milestone", ["authority_id"])
    op.create_index(
        "uq_milestone_open",
        "milestone",
        ["microcredential_id", "kind"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "milestone_slip",
        _id(),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("old_planned", sa.Date(), nullable=False),
        sa.Column("new_planned", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_milestone_slip_milestone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_slip")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_milestone_slip_milestone_id"), "milestone_slip", ["milestone_id"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        _id(),
        sa.Column("item_id", sa.Integer()),
        sa.Column("milestone_id", sa.Integer()),
        *(sa.Column(column, sa.Integer()) for column in PROOFS),
        sa.Column("note", sa.String()),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by_name", sa.String()),
        sa.Column("withdrawal_reason", sa.String()),
        *_stamps(),
        sa.CheckConstraint(f"{ONE} = 1", name=op.f("ck_evidence_one_proof")),
        sa.CheckConstraint("(item_id IS NULL) <> (milestone_id IS NULL)", name=op.f("ck_evidence_one_owner")),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_evidence_milestone_id")),
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
    op.create_index("ix_evidence_milestone", "evidence", ["milestone_id", "id"])
    for column in PROOFS:
        op.create_index(op.f(f"ix_evidence_{column}"), "evidence", [column])


def downgrade() -> None:
    """Take the tables away."""
    links = ("plan_item_microcredential", "plan_item_stakeholder")
    for table in ("evidence", "plan_item_slip", "milestone_slip", "milestone", *links, "plan_item"):
        op.drop_table(table)
