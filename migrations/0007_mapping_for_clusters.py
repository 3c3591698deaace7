"""The mapping of organisations for a cluster, and entries that went up in another when organisations were merged."""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

# Written out, so that neither database rebuilds a table to which evidence refers.
REFERENCES = (("cluster_id", "cluster"), ("absorbed_by_id", "mapping_entry"))
INDEXES = (
    ("uq_mapping_entry_cluster", ["organisation_id", "cluster_id"], True),
    ("ix_mapping_entry_cluster_id", ["cluster_id"], False),
    ("ix_mapping_entry_absorbed_by_id", ["absorbed_by_id"], False),
)


def upgrade() -> None:
    """Add the columns, empty for what is there."""
    for column, target in REFERENCES:
        op.execute(
            f"ALTER TABLE mapping_entry ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_mapping_entry_{column} REFERENCES {target} (id)"
        )
    for name, columns, is_unique in INDEXES:
        op.create_index(op.f(name), "mapping_entry", columns, unique=is_unique)


def downgrade() -> None:
    """Take them away again; an entry for a cluster stays without a scope, since its judgements are evidence."""
    for name, _columns, _is_unique in reversed(INDEXES):
        op.drop_index(op.f(name), table_name="mapping_entry")
    for column, _target in reversed(REFERENCES):
        op.execute(f"ALTER TABLE mapping_entry DROP COLUMN {column}")
