"""Memoranda of understanding: templates, parties, texts as they were shown, links, signatures, chained evidence."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None

# What is never rewritten, with its columns: SQLite's triggers name each.
EVIDENCE = {
    "mou_template_version": ("template_id", "number", "content", "sha256", "note", "actor_id", "actor_name", "made_at"),
    "mou_text": (
        "uid",
        "mou_id",
        "number",
        "purpose",
        "content",
        "sha256",
        "html_id",
        "html_sha256",
        "pdf_id",
        "pdf_sha256",
        "reason",
        "actor_id",
        "actor_name",
        "made_at",
    ),
    "mou_closing": ("text_id", "how", "reason", "signatory_id", "actor_id", "actor_name", "closed_at"),
    "mou_comment": ("text_id", "party_id", "clause", "words", "name", "is_agreement", "actor_id", "made_at"),
    "mou_signature": (
        "uid",
        "text_id",
        "signatory_id",
        "link_id",
        "method",
        "name",
        "differs",
        "role_title",
        "strokes",
        "image_id",
        "statements",
        "document_sha256",
        "language",
        "signed_at",
    ),
    "mou_sealed": ("text_id", "kind", "level", "file_id", "sha256", "certificate", "sealed_at"),
    "mou_event": ("mou_id", "number", "kind", "facts", "private_hash", "previous", "hash", "happened_at"),
    "mou_anchor": ("day", "heads", "sha256", "token", "anchored_at"),
}


TABLES = (
    "mou_sealed",
    "mou_signature",
    "mou_proposal",
    "mou_link",
    "mou_closing",
    "mou_signatory",
    "mou_event_private",
    "mou_commitment",
    "mou_comment",
    "mou_text",
    "mou_party",
    "mou_microcredential",
    "mou_event",
    "mou",
    "mou_template_version",
    "mou_template",
    "mou_anchor",
)


def upgrade() -> None:
    """Make the tables; evidence is protected by the database itself."""
    op.create_table(
        "mou_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("token", sa.String()),
        sa.Column("anchored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_anchor")),
        sa.UniqueConstraint("day", name=op.f("uq_mou_anchor_day")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mou_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_template")),
        sa.UniqueConstraint("code", name=op.f("uq_mou_template_code")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_template_uid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mou_template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["mou_template.id"], name=op.f("fk_mou_template_version_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_template_version")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_mou_template_version_number", "mou_template_version", ["template_id", "number"], unique=True)
    op.create_table(
        "mou",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.JSON()),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String()),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("template_version_id", sa.Integer(), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("special_terms", sa.JSON()),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("prevailing_language", sa.String()),
        sa.Column("no_microcredentials_reason", sa.String()),
        sa.Column("effective_from", sa.Date()),
        sa.Column("duration_months", sa.Integer()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("is_open_ended", sa.Boolean(), nullable=False),
        sa.Column("auto_renew", sa.Boolean(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("place", sa.String()),
        sa.Column("code_policy", sa.String(length=40), nullable=False),
        sa.Column("link_days", sa.Integer(), nullable=False),
        sa.Column("remind_after_days", sa.Integer()),
        sa.Column("remind_at_most", sa.Integer(), nullable=False),
        sa.Column("register_body", sa.String()),
        sa.Column("register_number", sa.String()),
        sa.Column("register_date", sa.Date()),
        sa.Column("signed_on", sa.Date()),
        sa.Column("in_force_from", sa.Date()),
        sa.Column("last_day", sa.Date()),
        sa.Column("renews_id", sa.Integer()),
        sa.Column("amends_id", sa.Integer()),
        sa.Column("batch", sa.String()),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("created_by_name", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT (is_open_ended AND (duration_months IS NOT NULL OR ends_on IS NOT NULL))", name=op.f("ck_mou_end")
        ),
        sa.CheckConstraint("duration_months IS NULL OR duration_months > 0", name=op.f("ck_mou_duration")),
        sa.CheckConstraint("duration_months IS NULL OR ends_on IS NULL", name=op.f("ck_mou_one_end")),
        sa.CheckConstraint("notice_days >= 0", name=op.f("ck_mou_notice")),
        sa.ForeignKeyConstraint(["amends_id"], ["mou.id"], name=op.f("fk_mou_amends_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_mou_owner_id")),
        sa.ForeignKeyConstraint(["renews_id"], ["mou.id"], name=op.f("fk_mou_renews_id")),
        sa.ForeignKeyConstraint(
            ["template_version_id"], ["mou_template_version.id"], name=op.f("fk_mou_template_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_amends_id"), "mou", ["amends_id"])
    op.create_index(op.f("ix_mou_batch"), "mou", ["batch"])
    op.create_index("ix_mou_last_day", "mou", ["last_day", "id"])
    op.create_index(op.f("ix_mou_owner_id"), "mou", ["owner_id"])
    op.create_index(op.f("ix_mou_renews_id"), "mou", ["renews_id"])
    op.create_index(op.f("ix_mou_template_version_id"), "mou", ["template_version_id"])
    op.create_table(
        "mou_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mou_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("private_hash", sa.String()),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mou_id"], ["mou.id"], name=op.f("fk_mou_event_mou_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_mou_event_number", "mou_event", ["mou_id", "number"], unique=True)
    op.create_table(
        "mou_microcredential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"], ["microcredential.id"], name=op.f("fk_mou_microcredential_microcredential_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["mou.id"], name=op.f("fk_mou_microcredential_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_mou_microcredential_newest", "mou_microcredential", ["microcredential_id", "dated", "record_id"]
    )
    op.create_index(
        "uq_mou_microcredential_pair", "mou_microcredential", ["record_id", "microcredential_id"], unique=True
    )
    op.create_table(
        "mou_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mou_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("legal_name", sa.JSON(), nullable=False),
        sa.Column("register_number", sa.String()),
        sa.Column("address", sa.String()),
        sa.Column("obligations", sa.JSON()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mou_id"], ["mou.id"], name=op.f("fk_mou_party_mou_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_mou_party_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_party")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mou_party_organisation", "mou_party", ["organisation_id", "mou_id"])
    op.create_index("uq_mou_party_organisation", "mou_party", ["mou_id", "organisation_id"], unique=True)
    op.create_table(
        "mou_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("mou_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("html_id", sa.Integer()),
        sa.Column("html_sha256", sa.String()),
        sa.Column("pdf_id", sa.Integer()),
        sa.Column("pdf_sha256", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose <> 'signature' OR (html_sha256 IS NOT NULL AND pdf_sha256 IS NOT NULL)",
            name=op.f("ck_mou_text_frozen"),
        ),
        sa.ForeignKeyConstraint(["html_id"], ["stored_file.id"], name=op.f("fk_mou_text_html_id")),
        sa.ForeignKeyConstraint(["mou_id"], ["mou.id"], name=op.f("fk_mou_text_mou_id")),
        sa.ForeignKeyConstraint(["pdf_id"], ["stored_file.id"], name=op.f("fk_mou_text_pdf_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_text")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_text_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_mou_text_number", "mou_text", ["mou_id", "number"], unique=True)
    op.create_table(
        "mou_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer()),
        sa.Column("clause", sa.String()),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_agreement", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["mou_party.id"], name=op.f("fk_mou_comment_party_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_comment_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_comment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_comment_party_id"), "mou_comment", ["party_id"])
    op.create_index("ix_mou_comment_text", "mou_comment", ["text_id", "id"])
    op.create_table(
        "mou_commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("mou_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Integer()),
        sa.Column("text", sa.JSON()),
        sa.Column("due_on", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_mou_commitment_amount")),
        sa.ForeignKeyConstraint(["mou_id"], ["mou.id"], name=op.f("fk_mou_commitment_mou_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["party_id"], ["mou_party.id"], name=op.f("fk_mou_commitment_party_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_commitment")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_commitment_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_commitment_mou_id"), "mou_commitment", ["mou_id"])
    op.create_index(op.f("ix_mou_commitment_party_id"), "mou_commitment", ["party_id"])
    op.create_table(
        "mou_event_private",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["mou_event.id"], name=op.f("fk_mou_event_private_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_event_private")),
        sa.UniqueConstraint("event_id", name=op.f("uq_mou_event_private_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mou_signatory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role_title", sa.String(), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("basis_note", sa.String()),
        sa.Column("email", sa.String()),
        sa.Column("second_email", sa.String()),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("turn > 0", name=op.f("ck_mou_signatory_turn")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["mou_party.id"], name=op.f("fk_mou_signatory_party_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mou_signatory_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_signatory")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_signatory_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_signatory_email"), "mou_signatory", ["email"])
    op.create_index(op.f("ix_mou_signatory_party_id"), "mou_signatory", ["party_id"])
    op.create_index(op.f("ix_mou_signatory_person_id"), "mou_signatory", ["person_id"])
    op.create_table(
        "mou_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("signatory_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["signatory_id"], ["mou_signatory.id"], name=op.f("fk_mou_closing_signatory_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_closing_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_closing")),
        sa.UniqueConstraint("text_id", name=op.f("uq_mou_closing_text_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mou_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("signatory_id", sa.Integer()),
        sa.Column("text_id", sa.Integer()),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("code_hash", sa.String()),
        sa.Column("code_sent_at", sa.DateTime(timezone=True)),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("failed_codes", sa.Integer(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose <> 'sign' OR (signatory_id IS NOT NULL AND text_id IS NOT NULL)", name=op.f("ck_mou_link_whose")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["mou_party.id"], name=op.f("fk_mou_link_party_id")),
        sa.ForeignKeyConstraint(["signatory_id"], ["mou_signatory.id"], name=op.f("fk_mou_link_signatory_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_link_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mou_link_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_link_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mou_link_party", "mou_link", ["party_id", "purpose"])
    op.create_index("ix_mou_link_signatory", "mou_link", ["signatory_id", "text_id"])
    op.create_index(op.f("ix_mou_link_text_id"), "mou_link", ["text_id"])
    op.create_table(
        "mou_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("signatory_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role_title", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("successor_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["signatory_id"], ["mou_signatory.id"], name=op.f("fk_mou_proposal_signatory_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["mou_signatory.id"], name=op.f("fk_mou_proposal_successor_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_proposal_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_proposal")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_proposal_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_proposal_signatory_id"), "mou_proposal", ["signatory_id"])
    op.create_index(op.f("ix_mou_proposal_text_id"), "mou_proposal", ["text_id"])
    op.create_table(
        "mou_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("signatory_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("role_title", sa.String(), nullable=False),
        sa.Column("strokes", sa.JSON(none_as_null=True)),
        sa.Column("image_id", sa.Integer()),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["stored_file.id"], name=op.f("fk_mou_signature_image_id")),
        sa.ForeignKeyConstraint(["link_id"], ["mou_link.id"], name=op.f("fk_mou_signature_link_id")),
        sa.ForeignKeyConstraint(["signatory_id"], ["mou_signatory.id"], name=op.f("fk_mou_signature_signatory_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_signature_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_signature")),
        sa.UniqueConstraint("uid", name=op.f("uq_mou_signature_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_signature_link_id"), "mou_signature", ["link_id"])
    op.create_index(op.f("ix_mou_signature_signatory_id"), "mou_signature", ["signatory_id"])
    op.create_index("uq_mou_signature_once", "mou_signature", ["text_id", "signatory_id"], unique=True)
    op.create_table(
        "mou_sealed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_mou_sealed_file_id")),
        sa.ForeignKeyConstraint(["text_id"], ["mou_text.id"], name=op.f("fk_mou_sealed_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_sealed")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_sealed_sha256"), "mou_sealed", ["sha256"])
    op.create_index("uq_mou_sealed_kind", "mou_sealed", ["text_id", "kind"], unique=True)
    for table, columns in EVIDENCE.items():
        for statement in protecting(op.get_context().dialect.name, table, columns):
            op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    for table in TABLES:
        op.drop_table(table)
