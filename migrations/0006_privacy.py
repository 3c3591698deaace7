"""What a person agreed to as a ledger, where the data came from, erasure, and the one way to redact evidence."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

RULE_NAME = "ck_person_consent_has_date"
RULE = f"CONSTRAINT {RULE_NAME} CHECK (lawful_basis <> 'consent' OR consent_on IS NOT NULL)"
PERMITS = "FROM redaction_permit WHERE table_name = '{table}' AND record_id = OLD.id"
NOTED = "table_name, record_id, column_name, reason, actor_id, actor_name, happened_at"
SQLITE = (
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
)
SQLITE_COLUMN = (
    ' OR (NEW."{column}" IS NOT OLD."{column}" AND NOT EXISTS (SELECT 1 ' + PERMITS + " AND column_name = '{column}'))"
)
POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN "
        "IF NEW.id = OLD.id AND EXISTS (SELECT 1 FROM redaction_permit p WHERE p.table_name = TG_TABLE_NAME "
        "AND p.record_id = OLD.id) AND NOT EXISTS (SELECT 1 FROM jsonb_each(to_jsonb(NEW)) n "
        "JOIN jsonb_each(to_jsonb(OLD)) o USING (key) WHERE n.value IS DISTINCT FROM o.value AND NOT EXISTS "
        "(SELECT 1 FROM redaction_permit p WHERE p.table_name = TG_TABLE_NAME AND p.record_id = OLD.id "
        "AND p.column_name = key)) THEN "
        "INSERT INTO redaction ({noted}) SELECT {noted} FROM redaction_permit p "
        "WHERE p.table_name = TG_TABLE_NAME AND p.record_id = OLD.id; "
        "DELETE FROM redaction_permit p WHERE p.table_name = TG_TABLE_NAME AND p.record_id = OLD.id; "
        "RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    ),
)
# As they were before, for the way down.
STRICT_SQLITE = (
    "CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
STRICT_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
)


def upgrade() -> None:
    """Make the ledger and the tables of redaction, carry the days of consent over, let evidence be redacted."""
    _make_redaction()
    _make_ledger()
    op.add_column("person", sa.Column("source", sa.String(length=40), nullable=False, server_default="not_recorded"))
    op.add_column("person", sa.Column("source_detail", sa.String(), nullable=True))
    op.add_column("person", sa.Column("erased_on", sa.Date(), nullable=True))
    op.execute(
        "INSERT INTO consent_entry (person_id, purpose, act, on_day, way, recorded_by_name, recorded_at) "
        "SELECT id, 'contact', 'given', consent_on, 'not_recorded', 'portal', updated_at FROM person "
        "WHERE consent_on IS NOT NULL"
    )
    _rewrite_person(f"{RULE}, ", "")
    op.drop_column("person", "consent_on")
    op.create_index("ix_person_review_on", "person", ["review_on", "id"], unique=False)
    _protect({"consent_entry", "redaction"} | _evidence())


def downgrade() -> None:
    """Back to one day of consent a person, that of the latest consent that stands; evidence cannot be redacted."""
    tables = _evidence() - {"consent_entry", "redaction"}
    op.drop_index("ix_person_review_on", table_name="person")
    op.add_column("person", sa.Column("consent_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE person SET consent_on = (SELECT max(e.on_day) FROM consent_entry e WHERE e.person_id = person.id "
        "AND e.act = 'given' AND NOT EXISTS (SELECT 1 FROM consent_entry l WHERE l.person_id = e.person_id "
        "AND l.purpose = e.purpose AND (l.on_day > e.on_day OR (l.on_day = e.on_day AND l.id > e.id))))"
    )
    # The old rule wants a day with every consent: where it was withdrawn, the day the person was entered.
    op.execute(
        "UPDATE person SET consent_on = CAST(substr(CAST(created_at AS VARCHAR), 1, 10) AS DATE) "
        "WHERE lawful_basis = 'consent' AND consent_on IS NULL"
        if op.get_bind().dialect.name == "postgresql"
        else "UPDATE person SET consent_on = substr(created_at, 1, 10) "
        "WHERE lawful_basis = 'consent' AND consent_on IS NULL"
    )
    for column in ("erased_on", "source_detail", "source"):
        op.drop_column("person", column)
    _rewrite_person("CONSTRAINT pk_person", f"{RULE}, CONSTRAINT pk_person")
    op.drop_index("ix_consent_entry_person", table_name="consent_entry")
    op.drop_table("consent_entry")
    op.drop_index("ix_redaction_row", table_name="redaction")
    op.drop_table("redaction")
    _protect_strictly(tables)
    op.drop_index("ix_redaction_permit_row", table_name="redaction_permit")
    op.drop_table("redaction_permit")


def _rewrite_person(old: str, new: str) -> None:
    """Take the rule of the day of consent away, or put it back.

    Rebuilding the table on SQLite would delete everybody's affiliations with the old one, so its text is changed, in
    the way that SQLite's manual gives for constraints.
    """
    if op.get_bind().dialect.name == "postgresql":
        if new:
            op.create_check_constraint(op.f(RULE_NAME), "person", RULE.partition("CHECK ")[2])
        else:
            op.drop_constraint(op.f(RULE_NAME), "person", type_="check")
        return
    op.execute("PRAGMA writable_schema = ON")
    text = sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'person'")
    op.execute(text.bindparams(old=old, new=new))
    op.execute("PRAGMA writable_schema = RESET")


def _make_redaction() -> None:
    for table, index in (("redaction_permit", "ix_redaction_permit_row"), ("redaction", "ix_redaction_row")):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("table_name", sa.String(), nullable=False),
            sa.Column("record_id", sa.Integer(), nullable=False),
            sa.Column("column_name", sa.String(), nullable=False),
            sa.Column("reason", sa.String(), nullable=False),
            sa.Column("actor_id", sa.Integer(), nullable=True),
            sa.Column("actor_name", sa.String(), nullable=False),
            sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sqlite_autoincrement=True,
        )
        op.create_index(index, table, ["table_name", "record_id"], unique=False)


def _make_ledger() -> None:
    op.create_table(
        "consent_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_entry_person_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["stored_file.id"], name=op.f("fk_consent_entry_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_entry_person", "consent_entry", ["person_id", "purpose", "on_day", "id"], unique=False)


def _evidence() -> set[str]:
    """The append-only tables this database has, whichever migration made them."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        found = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_never_changed'"
    else:
        found = (
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE t.tgname = c.relname || '_never_changed' AND n.nspname = current_schema()"
        )
    return set(bind.execute(sa.text(found)).scalars())


def _unprotect(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("never_changed", "redacted", "never_deleted", "never_replaced"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
    else:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_never_changed ON {table}")


def _protect(tables: set[str]) -> None:
    bind = op.get_bind()
    for table in sorted(tables):
        _unprotect(table)
        if bind.dialect.name == "sqlite":
            names = [column["name"] for column in sa.inspect(bind).get_columns(table)]
            each = "".join(SQLITE_COLUMN.format(table=table, column=name) for name in names if name != "id")
            statements = [statement.format(table=table, columns=each) for statement in SQLITE]
        else:
            statements = [statement.replace("{table}", table).replace("{noted}", NOTED) for statement in POSTGRESQL]
        for statement in statements:
            op.execute(statement)


def _protect_strictly(tables: set[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(STRICT_POSTGRESQL)
        return
    for table in sorted(tables):
        op.execute(f"DROP TRIGGER {table}_never_changed")
        op.execute(f"DROP TRIGGER {table}_redacted")
        op.execute(STRICT_SQLITE.format(table=table))
