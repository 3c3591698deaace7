"""Roles in recognition, saved views of lists, and the mapping of organisations with its judgements."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

NEVER = {
    "sqlite": (
        (
            "CREATE TRIGGER judgement_never_changed BEFORE UPDATE ON judgement "
            "BEGIN SELECT RAISE(ABORT, 'judgement is append-only'); END"
        ),
        (
            "CREATE TRIGGER judgement_never_deleted BEFORE DELETE ON judgement "
            "BEGIN SELECT RAISE(ABORT, 'judgement is append-only'); END"
        ),
        (
            "CREATE TRIGGER judgement_never_replaced BEFORE INSERT ON judgement "
            "WHEN EXISTS (SELECT 1 FROM judgement WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'judgement is append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE TRIGGER judgement_never_changed BEFORE UPDATE OR DELETE ON judgement "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        ),
    ),
}


def levels(table: str) -> tuple[sa.CheckConstraint, ...]:
    """The constraints of influence and interest."""
    return (
        sa.CheckConstraint("influence BETWEEN 1 AND 5", name=op.f(f"ck_{table}_influence")),
        sa.CheckConstraint("interest BETWEEN 1 AND 5", name=op.f(f"ck_{table}_interest")),
    )


def upgrade() -> None:
    """Add the column, empty for organisations that are there, and make the tables."""
    op.add_column("organisation", sa.Column("recognition_roles", sa.JSON(), nullable=True))
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("listing", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_saved_view_name", "saved_view", ["user_id", "listing", "name"], unique=True)
    op.create_table(
        "mapping_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("expectations", sa.String(), nullable=True),
        sa.Column("influence", sa.Integer(), nullable=False),
        sa.Column("interest", sa.Integer(), nullable=False),
        sa.Column("attitude", sa.String(length=40), nullable=False),
        sa.Column("engagement", sa.String(length=40), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *levels("mapping_entry"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_mapping_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(["responsible_id"], ["organisation.id"], name=op.f("fk_mapping_entry_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_mapping_entry_scope", "mapping_entry", ["organisation_id", "country"], unique=True)
    op.create_index("ix_mapping_entry_country", "mapping_entry", ["country", "id"], unique=False)
    op.create_index(op.f("ix_mapping_entry_organisation_id"), "mapping_entry", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_mapping_entry_responsible_id"), "mapping_entry", ["responsible_id"], unique=False)
    op.create_table(
        "mapping_entry_microcredential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_mapping_entry_microcredential_microcredential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["mapping_entry.id"],
            name=op.f("fk_mapping_entry_microcredential_record_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_entry_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_mapping_entry_microcredential_pair",
        "mapping_entry_microcredential",
        ["record_id", "microcredential_id"],
        unique=True,
    )
    op.create_index(
        "ix_mapping_entry_microcredential_newest",
        "mapping_entry_microcredential",
        ["microcredential_id", "dated", "record_id"],
        unique=False,
    )
    op.create_table(
        "judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("influence", sa.Integer(), nullable=False),
        sa.Column("interest", sa.Integer(), nullable=False),
        sa.Column("attitude", sa.String(length=40), nullable=False),
        sa.Column("engagement", sa.String(length=40), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        *levels("judgement"),
        sa.ForeignKeyConstraint(["entry_id"], ["mapping_entry.id"], name=op.f("fk_judgement_entry_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_judgement_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_judgement_latest", "judgement", ["entry_id", "judged_on", "id"], unique=False)
    op.create_index(op.f("ix_judgement_event_id"), "judgement", ["event_id"], unique=False)
    for statement in NEVER[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take everything away again."""
    op.drop_table("judgement")
    op.drop_table("mapping_entry_microcredential")
    op.drop_table("mapping_entry")
    op.drop_table("saved_view")
    op.drop_column("organisation", "recognition_roles")
