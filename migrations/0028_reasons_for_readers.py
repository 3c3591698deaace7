"""Reasons for readers: why a decision was revoked stands with it, and an answer has a reason for the public.

What was published of feedback is kept point by point.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns, and take over what was said when decisions were revoked."""
    op.add_column("feedback_point", sa.Column("public_reason", sa.JSON()))
    op.add_column("decision", sa.Column("revoked_because", sa.String()))
    op.add_column("feedback_page", sa.Column("looked_at", sa.JSON()))
    op.execute(
        "UPDATE decision SET revoked_because = (SELECT max(reason) FROM state_move WHERE record_kind = 'decision'"
        " AND record_id = decision.id AND new = 'revoked') WHERE state = 'revoked'"
    )


def downgrade() -> None:
    """Take the columns away; why decisions were revoked stays in the history of moves."""
    op.drop_column("feedback_page", "looked_at")
    op.drop_column("feedback_point", "public_reason")
    op.drop_column("decision", "revoked_because")
