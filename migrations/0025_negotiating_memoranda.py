"""Comments on a draft come through a personal link, and are answered."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | None = None
depends_on: str | None = None

BEFORE = ("text_id", "party_id", "clause", "words", "name", "is_agreement", "actor_id", "made_at")
ANSWER = ("comment_id", "words", "settles", "actor_id", "actor_name", "made_at")


def upgrade() -> None:
    """Make the table of answers; a comment says through which link it came."""
    # Written out, so that SQLite does not rebuild a table of evidence.
    op.execute(
        "ALTER TABLE mou_comment ADD COLUMN link_id INTEGER CONSTRAINT fk_mou_comment_link_id REFERENCES mou_link (id)"
    )
    op.create_index(op.f("ix_mou_comment_link_id"), "mou_comment", ["link_id"])
    _protect_comments((*BEFORE, "link_id"))
    op.create_table(
        "mou_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String()),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["mou_comment.id"], name=op.f("fk_mou_answer_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_answer")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mou_answer_comment", "mou_answer", ["comment_id", "id"])
    for statement in protecting(op.get_context().dialect.name, "mou_answer", ANSWER):
        op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("mou_answer")
    op.drop_index(op.f("ix_mou_comment_link_id"), "mou_comment")
    _unprotect_comments()
    op.execute("ALTER TABLE mou_comment DROP COLUMN link_id")
    _protect_comments(BEFORE)


def _unprotect_comments() -> None:
    if op.get_context().dialect.name == "sqlite":
        for what in ("never_changed", "redacted", "never_deleted", "never_replaced"):
            op.execute(f"DROP TRIGGER IF EXISTS mou_comment_{what}")


def _protect_comments(columns: tuple[str, ...]) -> None:
    """On SQLite the triggers name every column, so they are made anew."""
    if op.get_context().dialect.name == "sqlite":
        _unprotect_comments()
        for statement in protecting("sqlite", "mou_comment", columns):
            op.execute(statement)
