"""Rules by which a micro-credential counts as valorised, as they were settled."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = ("number", "ways", "holds_from", "reason", "actor_id", "actor_name", "made_at")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "valorised_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_valorised_rule_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_valorised_rule")),
        sa.UniqueConstraint("number", name=op.f("uq_valorised_rule_number")),
        sqlite_autoincrement=True,
    )
    for statement in protecting(op.get_context().dialect.name, "valorised_rule", COLUMNS):
        op.execute(statement)


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("valorised_rule")
