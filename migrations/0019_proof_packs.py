"""Proof packs of events: asked for, made, restricted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | None = None
depends_on: str | None = None

# What is never rewritten, with its columns: SQLite's triggers name each.
EVIDENCE = {
    "proof_pack": (
        *("uid", "order_id", "event_id", "level", "language", "sha256", "manifest_sha256", "size", "files", "missing"),
        *("keep_until", "file_id", "paper_id", "actor_id", "actor_name", "made_at"),
    ),
    "pack_restriction": ("pack_id", "reason", "actor_id", "actor_name", "restricted_at"),
}
PERMITS = "FROM redaction_permit WHERE table_name = '{table}' AND record_id = OLD.id"
NOTED = "table_name, record_id, column_name, reason, actor_id, actor_name, happened_at"
APPEND_ONLY = {
    "sqlite": (
        (
            "CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} "
            "WHEN NEW.id IS NOT OLD.id OR NOT EXISTS (SELECT 1 " + PERMITS + "){columns} "
            "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
        (
            "CREATE TRIGGER {table}_redacted AFTER UPDATE ON {table} "
            "BEGIN INSERT INTO redaction (" + NOTED + ") SELECT " + NOTED + " " + PERMITS + "; "
            "DELETE " + PERMITS + "; END"
        ),
        (
            "CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} "
            "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
        (
            "CREATE TRIGGER {table}_never_replaced BEFORE INSERT ON {table} "
            "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        ),
    ),
}
COLUMN = (
    ' OR (NEW."{column}" IS NOT OLD."{column}" AND NOT EXISTS (SELECT 1 ' + PERMITS + " AND column_name = '{column}'))"
)


def upgrade() -> None:
    """Make the tables; evidence is protected by the database itself."""
    op.create_table(
        "pack_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_pack_order_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_order")),
        sa.UniqueConstraint("uid", name=op.f("uq_pack_order_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pack_order_event", "pack_order", ["event_id", "id"])
    op.create_table(
        "proof_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Integer()),
        sa.Column("paper_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0 AND files > 0", name=op.f("ck_proof_pack_something")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_proof_pack_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_proof_pack_file_id")),
        sa.ForeignKeyConstraint(["order_id"], ["pack_order.id"], name=op.f("fk_proof_pack_order_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["stored_file.id"], name=op.f("fk_proof_pack_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_pack")),
        sa.UniqueConstraint("order_id", name=op.f("uq_proof_pack_order_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_proof_pack_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proof_pack_event", "proof_pack", ["event_id", "id"])
    op.create_index(op.f("ix_proof_pack_sha256"), "proof_pack", ["sha256"])
    op.create_index(op.f("ix_proof_pack_manifest_sha256"), "proof_pack", ["manifest_sha256"])
    op.create_table(
        "pack_restriction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["proof_pack.id"], name=op.f("fk_pack_restriction_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_restriction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pack_restriction_pack_id"), "pack_restriction", ["pack_id"])
    for table, names in EVIDENCE.items():
        columns = "".join(COLUMN.format(table=table, column=name) for name in names)
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(table=table, columns=columns))


def downgrade() -> None:
    """Forget the packs."""
    for table in ("pack_restriction", "proof_pack", "pack_order"):
        op.drop_table(table)
