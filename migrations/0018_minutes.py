"""Minutes are sent to those who were there, commented on and approved; a document is made of them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None

# What is never rewritten, with its columns: SQLite's triggers name each.
EVIDENCE = {
    "minutes_version": (
        "minutes_id",
        "number",
        "content",
        "sha256",
        "language",
        "comments_until",
        "approves_on",
        "remind_days",
        "contact",
        "message",
        "reason",
        "actor_id",
        "actor_name",
        "sent_at",
    ),
    "minutes_approval": ("version_id", "how", "note", "actor_id", "actor_name", "approved_on", "approved_at"),
    "minutes_document": ("version_id", "file_id", "sha256", "made_at"),
    "minutes_comment": ("version_id", "recipient_id", "item", "said", "text", "is_by_link", "made_at"),
    "minutes_answer": ("comment_id", "taken", "reason", "actor_id", "actor_name", "answered_at"),
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
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("held_up", sa.Integer()),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_minutes_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("event_id", name=op.f("uq_minutes_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "minutes_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("comments_until", sa.Date(), nullable=False),
        sa.Column("approves_on", sa.Date(), nullable=False),
        sa.Column("remind_days", sa.Integer()),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("message", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("approves_on > comments_until", name=op.f("ck_minutes_version_days")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_version_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_version")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_minutes_version_number", "minutes_version", ["minutes_id", "number"], unique=True)
    op.create_table(
        "minutes_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["minutes_version.id"], name=op.f("fk_minutes_approval_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_approval")),
        sa.UniqueConstraint("version_id", name=op.f("uq_minutes_approval_version_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "minutes_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer()),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_minutes_document_file_id")),
        sa.ForeignKeyConstraint(["version_id"], ["minutes_version.id"], name=op.f("fk_minutes_document_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_document")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_minutes_document_version_id"), "minutes_document", ["version_id"])
    op.create_table(
        "minutes_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer()),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("person_id", sa.Integer()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("sent_number", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendance.id"], name=op.f("fk_minutes_recipient_attendance_id")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_recipient_minutes_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_minutes_recipient_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_minutes_recipient_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_recipient")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_minutes_recipient_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_minutes_recipient_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_minutes_recipient_attendance_id"), "minutes_recipient", ["attendance_id"])
    op.create_index(op.f("ix_minutes_recipient_email"), "minutes_recipient", ["email"])
    op.create_index(op.f("ix_minutes_recipient_organisation_id"), "minutes_recipient", ["organisation_id"])
    op.create_index(op.f("ix_minutes_recipient_person_id"), "minutes_recipient", ["person_id"])
    op.create_index("uq_minutes_recipient_mailbox", "minutes_recipient", ["minutes_id", "email"], unique=True)
    op.create_table(
        "minutes_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer()),
        sa.Column("said", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("is_by_link", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text IS NOT NULL OR said = 'agree'", name=op.f("ck_minutes_comment_text")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["minutes_recipient.id"], name=op.f("fk_minutes_comment_recipient_id")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["minutes_version.id"], name=op.f("fk_minutes_comment_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_comment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_minutes_comment_recipient_id"), "minutes_comment", ["recipient_id"])
    op.create_index("ix_minutes_comment_version", "minutes_comment", ["version_id", "id"])
    op.create_table(
        "minutes_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["minutes_comment.id"], name=op.f("fk_minutes_answer_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_answer")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_minutes_answer_comment_id"), "minutes_answer", ["comment_id"])
    for table, names in EVIDENCE.items():
        columns = "".join(COLUMN.format(table=table, column=name) for name in names)
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(table=table, columns=columns))


def downgrade() -> None:
    """Forget which minutes were sent and what became of them."""
    for table in (
        "minutes_answer",
        "minutes_comment",
        "minutes_recipient",
        "minutes_document",
        "minutes_approval",
        "minutes_version",
        "minutes",
    ):
        op.drop_table(table)
