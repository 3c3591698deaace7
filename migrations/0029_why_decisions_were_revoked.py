"""Why a decision was revoked stands with it: everybody who may read it is told, and a redaction reaches it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0026"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column, and take over what was said when decisions were revoked."""
    op.add_column("decision", sa.Column("revoked_because", sa.String()))
    op.execute(
        "UPDATE decision SET revoked_because = (SELECT max(reason) FROM state_move WHERE record_kind = 'decision'"
        " AND record_id = decision.id AND new = 'revoked') WHERE state = 'revoked'"
    )


def downgrade() -> None:
    """Take the column away; the reasons stay in the history of moves."""
    op.drop_column("decision", "revoked_because")
