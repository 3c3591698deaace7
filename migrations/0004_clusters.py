"""Clusters, their members, invitations and self-checks; events may belong to a cluster."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

# What is never rewritten, with its columns: SQLite's triggers name each.
EVIDENCE = {
    "cluster_answer": (
        *("invitation_id", "membership_id", "accepted", "name", "function", "reason", "may_be_named", "email"),
        "answered_at",
    ),
    "cluster_assessment": (
        *("cluster_id", "assessed_on", "structure", "governance", "financing", "services", "contacts"),
        *("achievements", "notes", "actor_id", "actor_name", "assessed_at"),
    ),
}
OPEN = sa.text("state IN ('invited', 'active')")
COORDINATES = sa.text("state = 'active' AND role = 'coordinator'")
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
        "cluster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("acronym", sa.String(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("isced_f", sa.JSON(), nullable=False),
        sa.Column("nace", sa.JSON(), nullable=False),
        sa.Column("mission", sa.JSON(), nullable=True),
        sa.Column("services", sa.JSON(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("sustainability_note", sa.JSON(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_cluster_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["cluster.id"], name=op.f("fk_cluster_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
        sa.UniqueConstraint("uid", name=op.f("uq_cluster_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cluster_name_key", "cluster", ["name_key", "id"], unique=False)
    op.create_index(op.f("ix_cluster_parent_id"), "cluster", ["parent_id"], unique=False)
    op.create_table(
        "cluster_microcredential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"], ["microcredential.id"], name=op.f("fk_cluster_microcredential_microcredential_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["cluster.id"], name=op.f("fk_cluster_microcredential_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_cluster_microcredential_newest",
        "cluster_microcredential",
        ["microcredential_id", "dated", "record_id"],
        unique=False,
    )
    op.create_index(
        "uq_cluster_microcredential_pair", "cluster_microcredential", ["record_id", "microcredential_id"], unique=True
    )
    op.create_table(
        "cluster_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("leaving_reason", sa.String(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("may_be_named", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('active', 'left') OR joined_on IS NOT NULL", name=op.f("ck_cluster_membership_joined")
        ),
        sa.CheckConstraint("state <> 'left' OR left_on IS NOT NULL", name=op.f("ck_cluster_membership_left")),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name=op.f("ck_cluster_membership_days")),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_membership_cluster_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cluster_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["stored_file.id"], name=op.f("fk_cluster_membership_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_membership")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cluster_membership_cluster", "cluster_membership", ["cluster_id", "id"], unique=False)
    op.create_index(
        "ix_cluster_membership_organisation", "cluster_membership", ["organisation_id", "cluster_id"], unique=False
    )
    op.create_index(
        "uq_cluster_membership_open",
        "cluster_membership",
        ["cluster_id", "organisation_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "uq_cluster_membership_coordinator",
        "cluster_membership",
        ["cluster_id"],
        unique=True,
        sqlite_where=COORDINATES,
        postgresql_where=COORDINATES,
    )
    op.create_table(
        "cluster_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_name", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["cluster_membership.id"], name=op.f("fk_cluster_invitation_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_cluster_invitation_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cluster_invitation_membership_id"), "cluster_invitation", ["membership_id"], unique=False)
    op.create_table(
        "cluster_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("may_be_named", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["cluster_invitation.id"], name=op.f("fk_cluster_answer_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["cluster_membership.id"], name=op.f("fk_cluster_answer_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_answer")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_cluster_answer_invitation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_cluster_answer_membership_id"), "cluster_answer", ["membership_id"], unique=False)
    op.create_table(
        "cluster_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("structure", sa.Integer(), nullable=False),
        sa.Column("governance", sa.Integer(), nullable=False),
        sa.Column("financing", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("achievements", sa.Integer(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "structure BETWEEN 0 AND 3 AND governance BETWEEN 0 AND 3 AND financing BETWEEN 0 AND 3 "
            "AND services BETWEEN 0 AND 3 AND contacts BETWEEN 0 AND 3 AND achievements BETWEEN 0 AND 3",
            name=op.f("ck_cluster_assessment_scores"),
        ),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_assessment_cluster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_assessment")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_cluster_assessment_newest", "cluster_assessment", ["cluster_id", "assessed_on", "id"], unique=False
    )
    # Written out, because on SQLite the usual way rebuilds the table, and what hangs on its rows would go with them.
    op.execute("ALTER TABLE event ADD COLUMN cluster_id INTEGER CONSTRAINT fk_event_cluster_id REFERENCES cluster (id)")
    op.create_index("ix_event_cluster", "event", ["cluster_id", "starts_on", "id"], unique=False)
    for table, names in EVIDENCE.items():
        columns = "".join(COLUMN.format(table=table, column=name) for name in names)
        for statement in APPEND_ONLY[op.get_bind().dialect.name]:
            op.execute(statement.format(table=table, columns=columns))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_index("ix_event_cluster", table_name="event")
    op.execute("ALTER TABLE event DROP COLUMN cluster_id")
    op.drop_index("ix_cluster_assessment_newest", table_name="cluster_assessment")
    op.drop_table("cluster_assessment")
    op.drop_index(op.f("ix_cluster_answer_membership_id"), table_name="cluster_answer")
    op.drop_table("cluster_answer")
    op.drop_index(op.f("ix_cluster_invitation_membership_id"), table_name="cluster_invitation")
    op.drop_table("cluster_invitation")
    op.drop_index("uq_cluster_membership_coordinator", table_name="cluster_membership")
    op.drop_index("uq_cluster_membership_open", table_name="cluster_membership")
    op.drop_index("ix_cluster_membership_organisation", table_name="cluster_membership")
    op.drop_index("ix_cluster_membership_cluster", table_name="cluster_membership")
    op.drop_table("cluster_membership")
    op.drop_index("uq_cluster_microcredential_pair", table_name="cluster_microcredential")
    op.drop_index("ix_cluster_microcredential_newest", table_name="cluster_microcredential")
    op.drop_table("cluster_microcredential")
    op.drop_index(op.f("ix_cluster_parent_id"), table_name="cluster")
    op.drop_index("ix_cluster_name_key", table_name="cluster")
    op.drop_table("cluster")
