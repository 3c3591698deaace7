"""Originals signed elsewhere with claims, findings, checks; drafts of templates; memoranda drafted in batches."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | None = None
depends_on: str | None = None

EVIDENCE = {
    "mou_original": (
        "mou_id",
        "file_id",
        "sha256",
        "wording",
        "document_id",
        "document_sha256",
        "container",
        "names",
        "signed_on",
        "note",
        "actor_id",
        "actor_name",
        "made_at",
    ),
    "mou_claim": ("original_id", "party_id", "level", "name"),
    "mou_finding": ("original_id", "found", "found_at"),
    "mou_validation": (
        "original_id",
        "result",
        "validator",
        "checked_on",
        "note",
        "actor_id",
        "actor_name",
        "made_at",
    ),
}


def upgrade() -> None:
    """Make the tables; evidence is protected by the database itself."""
    op.create_table(
        "mou_original",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mou_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("document_id", sa.Integer()),
        sa.Column("document_sha256", sa.String()),
        sa.Column("container", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True)),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["stored_file.id"], name=op.f("fk_mou_original_document_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_mou_original_file_id")),
        sa.ForeignKeyConstraint(["mou_id"], ["mou.id"], name=op.f("fk_mou_original_mou_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_original")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mou_original_mou", "mou_original", ["mou_id", "id"])
    op.create_index(op.f("ix_mou_original_sha256"), "mou_original", ["sha256"])
    op.create_table(
        "mou_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String()),
        sa.ForeignKeyConstraint(["original_id"], ["mou_original.id"], name=op.f("fk_mou_claim_original_id")),
        sa.ForeignKeyConstraint(["party_id"], ["mou_party.id"], name=op.f("fk_mou_claim_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_claim")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_claim_party_id"), "mou_claim", ["party_id"])
    op.create_index("uq_mou_claim_party", "mou_claim", ["original_id", "party_id"], unique=True)
    op.create_table(
        "mou_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["original_id"], ["mou_original.id"], name=op.f("fk_mou_finding_original_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_finding")),
        sa.UniqueConstraint("original_id", name=op.f("uq_mou_finding_original_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mou_validation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("validator", sa.String()),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["original_id"], ["mou_original.id"], name=op.f("fk_mou_validation_original_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_validation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mou_validation_original", "mou_validation", ["original_id", "id"])
    op.execute("ALTER TABLE mou_template ADD COLUMN draft JSON")
    op.create_table(
        "mou_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("country", sa.String()),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("created_by_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_mou_batch_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_batch")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_batch_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_batch_owner_id"), "mou_batch", ["owner_id"])
    for table, columns in EVIDENCE.items():
        for statement in protecting(op.get_context().dialect.name, table, columns):
            op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("mou_batch")
    op.execute("ALTER TABLE mou_template DROP COLUMN draft")
    for table in ("mou_validation", "mou_finding", "mou_claim", "mou_original"):
        op.drop_table(table)
