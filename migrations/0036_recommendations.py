"""Recommendations to policy, and which feedback and which decisions led to decisions, items and recommendations."""

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | None = None
depends_on: str | None = None

# What an origin belongs to, and what it names; the tables by their columns.
OWNERS = {"item_id": "plan_item", "recommendation_id": "recommendation"}
SOURCES = {"decision_id": "decision", "point_id": "feedback_point"}


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "decision_point",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_point_decision_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["point_id"], ["feedback_point.id"], name=op.f("fk_decision_point_point_id")),
        sa.PrimaryKeyConstraint("decision_id", "point_id", name=op.f("pk_decision_point")),
    )
    op.create_index(op.f("ix_decision_point_point_id"), "decision_point", ["point_id"])
    _recommendations()
    op.create_table(
        "origin",
        _id(),
        *(sa.Column(column, sa.Integer()) for column in (*OWNERS, *SOURCES)),
        sa.CheckConstraint("(item_id IS NULL) <> (recommendation_id IS NULL)", name=op.f("ck_origin_one_owner")),
        sa.CheckConstraint("(decision_id IS NULL) <> (point_id IS NULL)", name=op.f("ck_origin_one_source")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_origin_{column}"), ondelete="CASCADE")
            for column, table in OWNERS.items()
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_origin_{column}"))
            for column, table in SOURCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin")),
        sqlite_autoincrement=True,
    )
    for owner in ("item", "recommendation"):
        for source in ("decision", "point"):
            name = f"uq_origin_{owner}_{source}"
            op.create_index(name, "origin", [f"{owner}_id", f"{source}_id"], unique=True)
    for column in SOURCES:
        op.create_index(op.f(f"ix_origin_{column}"), "origin", [column])


def _recommendations() -> None:
    op.create_table(
        "recommendation",
        _id(),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("background", sa.JSON(none_as_null=True)),
        sa.Column("addressee_id", sa.Integer()),
        sa.Column("body", sa.String()),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("follow_up_on", sa.Date()),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("sent_on", sa.Date()),
        sa.Column("answered_on", sa.Date()),
        sa.Column("answer", sa.JSON(none_as_null=True)),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("search_key", sa.String(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(addressee_id IS NULL) <> (body IS NULL)", name=op.f("ck_recommendation_one_addressee")),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR sent_on IS NOT NULL", name=op.f("ck_recommendation_sent")
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'partly', 'declined') OR answered_on IS NOT NULL",
            name=op.f("ck_recommendation_answered"),
        ),
        sa.CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", name=op.f("ck_recommendation_days")),
        *(
            sa.ForeignKeyConstraint([column], ["organisation.id"], name=op.f(f"fk_recommendation_{column}"))
            for column in ("addressee_id", "organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("uid", name=op.f("uq_recommendation_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recommendation_country", "recommendation", ["country", "written_on", "id"])
    for column in ("addressee_id", "organisation_id"):
        op.create_index(op.f(f"ix_recommendation_{column}"), "recommendation", [column])
    op.create_table(
        "recommendation_microcredential",
        _id(),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_recommendation_microcredential_microcredential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["recommendation.id"],
            name=op.f("fk_recommendation_microcredential_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_recommendation_microcredential_newest",
        "recommendation_microcredential",
        ["microcredential_id", "dated", "record_id"],
    )
    op.create_index(
        "uq_recommendation_microcredential_pair",
        "recommendation_microcredential",
        ["record_id", "microcredential_id"],
        unique=True,
    )


def downgrade() -> None:
    """Take the tables away."""
    for table in ("origin", "recommendation_microcredential", "recommendation", "decision_point"):
        op.drop_table(table)
