"""People and organisations are invited to events, answer by link or mail, and are marked as present."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None

# What is never rewritten, with its columns: SQLite's triggers name each.
EVIDENCE = {
    "event_answer": (
        *("invitation_id", "said", "how", "comment", "sequence", "stamped_at", "sent_from", "message_id"),
        *("actor_id", "actor_name", "answered_at"),
    ),
    "attendance_signature": ("attendance_id", "name", "drawing_id", "actor_id", "actor_name", "signed_at"),
    "attendance_declaration": (
        *("event_id", "people", "text", "name", "function", "drawing_id", "actor_id", "actor_name", "declared_at"),
    ),
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
        "attendance_declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("drawing_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drawing_id"], ["stored_file.id"], name=op.f("fk_attendance_declaration_drawing_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_attendance_declaration_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_declaration")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attendance_declaration_event_id"), "attendance_declaration", ["event_id"])
    op.create_table(
        "event_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("person_id", sa.Integer()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String()),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("tag_hash", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("invited_by_name", sa.String(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_invitation_event_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_event_invitation_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_invitation")),
        sa.UniqueConstraint("tag_hash", name=op.f("uq_event_invitation_tag_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_event_invitation_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_event_invitation_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_invitation_email"), "event_invitation", ["email"])
    op.create_index(op.f("ix_event_invitation_organisation_id"), "event_invitation", ["organisation_id"])
    op.create_index(op.f("ix_event_invitation_person_id"), "event_invitation", ["person_id"])
    op.create_index("ix_event_invitation_state", "event_invitation", ["event_id", "state"])
    op.create_index("uq_event_invitation_mailbox", "event_invitation", ["event_id", "email"], unique=True)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer()),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("person_id", sa.Integer()),
        sa.Column("name", sa.String()),
        sa.Column("organisation_name", sa.String()),
        sa.Column("function", sa.String()),
        sa.Column("country", sa.String()),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("is_walk_in", sa.Boolean(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "name IS NOT NULL OR organisation_id IS NOT NULL OR organisation_name IS NOT NULL",
            name=op.f("ck_attendance_somebody"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_attendance_event_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["event_invitation.id"], name=op.f("fk_attendance_invitation_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_attendance_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_attendance_invitation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attendance_event", "attendance", ["event_id", "state"])
    op.create_index(op.f("ix_attendance_organisation_id"), "attendance", ["organisation_id"])
    op.create_index(op.f("ix_attendance_person_id"), "attendance", ["person_id"])
    op.create_table(
        "event_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.String()),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_from", sa.String()),
        sa.Column("message_id", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("said IN ('accepted', 'tentative', 'declined')", name=op.f("ck_event_answer_said")),
        sa.ForeignKeyConstraint(["invitation_id"], ["event_invitation.id"], name=op.f("fk_event_answer_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_answer")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_answer_invitation", "event_answer", ["invitation_id", "id"])
    op.create_index(op.f("ix_event_answer_message_id"), "event_answer", ["message_id"])
    op.create_table(
        "event_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer()),
        sa.Column("invitation_id", sa.Integer()),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String()),
        sa.Column("sender", sa.String()),
        sa.Column("attendee", sa.String()),
        sa.Column("subject", sa.String()),
        sa.Column("said", sa.String(length=40)),
        sa.Column("comment", sa.String()),
        sa.Column("text", sa.String()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_reply_event_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["event_invitation.id"], name=op.f("fk_event_reply_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_reply")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_reply_event_id"), "event_reply", ["event_id"])
    op.create_index(op.f("ix_event_reply_invitation_id"), "event_reply", ["invitation_id"])
    op.create_index(op.f("ix_event_reply_message_id"), "event_reply", ["message_id"])
    op.create_index("ix_event_reply_state", "event_reply", ["state", "event_id"])
    op.create_table(
        "attendance_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("drawing_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendance.id"], name=op.f("fk_attendance_signature_attendance_id")
        ),
        sa.ForeignKeyConstraint(["drawing_id"], ["stored_file.id"], name=op.f("fk_attendance_signature_drawing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_signature")),
        sa.UniqueConstraint("attendance_id", name=op.f("uq_attendance_signature_attendance_id")),
        sqlite_autoincrement=True,
    )
    op.execute("ALTER TABLE event ADD COLUMN by_country JSON")
    op.execute("ALTER TABLE event ADD COLUMN remind_days INTEGER")
    op.execute("ALTER TABLE mail ADD COLUMN calendar VARCHAR")
    op.execute("ALTER TABLE mail ADD COLUMN reply_to VARCHAR")
    for table, names in EVIDENCE.items():
        columns = "".join(COLUMN.format(table=table, column=name) for name in names)
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(table=table, columns=columns))


def downgrade() -> None:
    """Forget who was invited and who was there."""
    for table, column in (
        *(("mail", "reply_to"), ("mail", "calendar")),
        *(("event", "remind_days"), ("event", "by_country")),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in (
        *("attendance_signature", "event_reply", "event_answer", "attendance", "event_invitation"),
        "attendance_declaration",
    ):
        op.drop_table(table)
