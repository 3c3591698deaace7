"""Events ask questions, and what is said to them is kept in numbered points with what became of each."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

TOLD = ("id", "point_id", "answer", "organisation_id", "language", "actor_id", "actor_name", "told_at")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _stamps() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")]


def upgrade() -> None:
    """Make the tables; what was told to whom is evidence."""
    op.create_table(
        "event_question",
        _id(),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        *_stamps(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_question_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_question")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_question_order", "event_question", ["event_id", "position"])
    op.create_table(
        "feedback_page",
        _id(),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        *_stamps(),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_feedback_page_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_page")),
        sa.UniqueConstraint("event_id", name=op.f("uq_feedback_page_event_id")),
        sqlite_autoincrement=True,
    )
    _make_points()
    op.create_table(
        "feedback_told",
        _id(),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["feedback_point.id"], name=op.f("fk_feedback_told_point_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_feedback_told_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_told")),
        sa.UniqueConstraint("point_id", "answer", name=op.f("uq_feedback_told_point_id_answer")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feedback_told_organisation_id"), "feedback_told", ["organisation_id"])
    for statement in protecting(op.get_context().dialect.name, "feedback_told", TOLD):
        op.execute(statement)


def _make_points() -> None:
    op.create_table(
        "feedback_point",
        _id(),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("question_id", sa.Integer()),
        sa.Column("outcome_id", sa.Integer()),
        sa.Column("outcome_text", sa.JSON(none_as_null=True)),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("stance", sa.String(length=40), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True)),
        sa.Column("change", sa.JSON(none_as_null=True)),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("withdrawn_because", sa.String()),
        sa.Column("may_be_named", sa.Boolean(), nullable=False),
        sa.Column("public_text", sa.JSON(none_as_null=True)),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("search_key", sa.String(), nullable=False),
        *_stamps(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_feedback_point_number")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_feedback_point_event_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_feedback_point_organisation_id")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["event_question.id"], name=op.f("fk_feedback_point_question_id")),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["learning_outcome.id"], name=op.f("fk_feedback_point_outcome_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_point")),
        sa.UniqueConstraint("uid", name=op.f("uq_feedback_point_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_feedback_point_number", "feedback_point", ["event_id", "number"], unique=True)
    op.create_index("ix_feedback_point_newest", "feedback_point", ["said_on", "id"])
    for column in ("organisation_id", "question_id", "outcome_id"):
        op.create_index(op.f(f"ix_feedback_point_{column}"), "feedback_point", [column])
    op.create_table(
        "feedback_point_microcredential",
        _id(),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_feedback_point_microcredential_microcredential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["feedback_point.id"],
            name=op.f("fk_feedback_point_microcredential_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_point_microcredential")),
        sqlite_autoincrement=True,
    )
    links = "feedback_point_microcredential"
    op.create_index(f"ix_{links}_newest", links, ["microcredential_id", "dated", "record_id"])
    op.create_index(f"uq_{links}_pair", links, ["record_id", "microcredential_id"], unique=True)


def downgrade() -> None:
    """Take it all away."""
    for table in (
        *("feedback_told", "feedback_point_microcredential", "feedback_point"),
        *("feedback_page", "event_question"),
    ):
        op.drop_table(table)
