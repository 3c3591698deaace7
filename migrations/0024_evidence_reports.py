"""Evidence reports of signed memoranda."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None

TABLE = "mou_evidence_report"
COLUMNS = ("text_id", "number", "tells", "head", "languages", "file_id", "sha256", "level", "certificate", "made_at")


def upgrade() -> None:
    """Make the table, which only grows."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tells", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_mou_evidence_report_file_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_evidence_report_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_evidence_report")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_evidence_report_sha256"), TABLE, ["sha256"])
    op.create_index("uq_mou_evidence_report_number", TABLE, ["text_id", "number"], unique=True)
    op.create_index("uq_mou_evidence_report_tells", TABLE, ["text_id", "tells"], unique=True)
    for statement in protecting(op.get_context().dialect.name, TABLE, COLUMNS):
        op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    op.drop_table(TABLE)
