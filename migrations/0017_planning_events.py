"""Events have documents with what these replaced, hosts, work packages, and seats on site and online."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None

# What is never rewritten gets a column: SQLite's triggers name each.
RESCHEDULING = (
    *("event_id", "zone", "all_day", "starts_at", "ends_at", "starts_on", "ends_on", "reason"),
    *("actor_id", "actor_name", "moved_at"),
)
PERMITS = "FROM redaction_permit WHERE table_name = '{table}' AND record_id = OLD.id"
NOTED = "table_name, record_id, column_name, reason, actor_id, actor_name, happened_at"
APPEND_ONLY = (
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
)
COLUMN = (
    ' OR (NEW."{column}" IS NOT OLD."{column}" AND NOT EXISTS (SELECT 1 ' + PERMITS + " AND column_name = '{column}'))"
)
NAMES = ("never_changed", "redacted", "never_deleted", "never_replaced")


def _unprotect() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in NAMES:
            op.execute(f"DROP TRIGGER event_rescheduling_{name}")


def _protect(columns: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        each = "".join(COLUMN.format(table="event_rescheduling", column=name) for name in columns)
        for statement in APPEND_ONLY:
            op.execute(statement.format(table="event_rescheduling", columns=each))


def upgrade() -> None:
    """Make the tables, and room for more of an event."""
    op.create_table(
        "event_host",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_host_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_event_host_organisation_id")),
        sa.PrimaryKeyConstraint("event_id", "organisation_id", name=op.f("pk_event_host")),
    )
    op.create_index(op.f("ix_event_host_organisation_id"), "event_host", ["organisation_id"])
    _unprotect()
    op.execute(
        "ALTER TABLE event_rescheduling ADD COLUMN swapped_with_id INTEGER "
        "CONSTRAINT fk_event_rescheduling_swapped_with_id REFERENCES event (id)"
    )
    _protect((*RESCHEDULING, "swapped_with_id"))
    for column in ("work_packages JSON", "onsite_seats INTEGER", "online_seats INTEGER"):
        op.execute(f"ALTER TABLE event ADD COLUMN {column}")
    op.create_table(
        "event_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer()),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("everybody_agreed", sa.Boolean(), nullable=False),
        sa.Column("consent_note", sa.String()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by_name", sa.String()),
        sa.Column("withdrawal_reason", sa.String()),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'photo' OR audience <> 'public' OR everybody_agreed", name=op.f("ck_event_document_agreed")
        ),
        sa.CheckConstraint("kind <> 'signed_list' OR audience <> 'public'", name=op.f("ck_event_document_signed")),
        sa.CheckConstraint("file_id IS NOT NULL OR withdrawn_at IS NOT NULL", name=op.f("ck_event_document_file")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_document_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_event_document_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_document")),
        sa.UniqueConstraint("uid", name=op.f("uq_event_document_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_document_event", "event_document", ["event_id", "id"])
    op.create_index(op.f("ix_event_document_file_id"), "event_document", ["file_id"])
    op.create_table(
        "event_document_former",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["event_document.id"],
            name=op.f("fk_event_document_former_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_event_document_former_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_document_former")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_document_former_document_id"), "event_document_former", ["document_id"])
    op.create_index(op.f("ix_event_document_former_file_id"), "event_document_former", ["file_id"])


def downgrade() -> None:
    """Take them away; the bytes stay in the store."""
    _unprotect()
    op.execute("ALTER TABLE event_rescheduling DROP COLUMN swapped_with_id")
    _protect(RESCHEDULING)
    for column in ("online_seats", "onsite_seats", "work_packages"):
        op.execute(f"ALTER TABLE event DROP COLUMN {column}")
    op.drop_table("event_host")
    op.drop_table("event_document_former")
    op.drop_table("event_document")
