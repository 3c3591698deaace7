"""The schema of organisations, people, accounts, micro-credentials, events, feeds, mail and jobs."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = ("default",)
depends_on: str | None = None


EVIDENCE = ("audit_entry", "event_rescheduling", "state_move")
APPEND_ONLY = {
    "sqlite": (
        (
            "CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} "
            "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
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
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
        ),
        (
            "CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        ),
    ),
}


def upgrade() -> None:
    """Make all tables, and let the database itself refuse to rewrite evidence."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_entry_happened_at"), "audit_entry", ["happened_at"], unique=False)
    op.create_index("ix_audit_entry_record", "audit_entry", ["record_kind", "record_id", "id"], unique=False)
    op.create_table(
        "feed_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_version")),
        sa.UniqueConstraint("scope", name=op.f("uq_feed_version_scope")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("dedupe_key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_job_dedupe_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_due", "job", ["state", "run_after", "id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mail_created_at"), "mail", ["created_at"], unique=False)
    op.create_index(op.f("ix_mail_recipient"), "mail", ["recipient"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_language", sa.String(), nullable=False),
        sa.Column("native_name", sa.String(), nullable=True),
        sa.Column("native_language", sa.String(), nullable=True),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("register_number", sa.String(), nullable=True),
        sa.Column("pic", sa.String(), nullable=True),
        sa.Column("size", sa.String(length=40), nullable=True),
        sa.Column("is_partner", sa.Boolean(), nullable=False),
        sa.Column("partner_number", sa.Integer(), nullable=True),
        sa.Column("is_coordinator", sa.Boolean(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("partner_number IS NULL OR is_partner", name=op.f("ck_organisation_partner_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("partner_number", name=op.f("uq_organisation_partner_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_organisation_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_category", "organisation", ["category", "name_key", "id"], unique=False)
    op.create_index("ix_organisation_country", "organisation", ["country", "name_key", "id"], unique=False)
    op.create_index("ix_organisation_name_key", "organisation", ["name_key", "id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=True),
        sa.Column("native_name", sa.String(), nullable=True),
        sa.Column("native_language", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("lawful_basis", sa.String(length=40), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "lawful_basis <> 'consent' OR consent_on IS NOT NULL", name=op.f("ck_person_consent_has_date")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("uid", name=op.f("uq_person_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_person_name_key", "person", ["name_key", "id"], unique=False)
    op.create_table(
        "state_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_move")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_state_move_record", "state_move", ["record_kind", "record_id", "id"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stored_file_sha256"), "stored_file", ["sha256"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("key", name=op.f("uq_submission_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("fs_webauthn_user_handle", sa.String(), nullable=False),
        sa.Column("tf_primary_method", sa.String(), nullable=True),
        sa.Column("tf_totp_secret", sa.String(), nullable=True),
        sa.Column("tf_last_counter", sa.Integer(), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
        sa.UniqueConstraint("fs_webauthn_user_handle", name=op.f("uq_user_fs_webauthn_user_handle")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_user_search_key"), "user", ["search_key"], unique=False)
    op.create_table(
        "affiliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role_title", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_legal_representative", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_affiliation_dates")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_affiliation_organisation_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_affiliation_organisation_id"), "affiliation", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_affiliation_person_id"), "affiliation", ["person_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("meeting_type", sa.String(length=40), nullable=True),
        sa.Column("consultation_type", sa.String(length=40), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("visibility", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("change_reason", sa.String(), nullable=True),
        sa.Column("format", sa.String(length=40), nullable=True),
        sa.Column("venue", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("responsible", sa.JSON(), nullable=True),
        sa.Column("agenda", sa.JSON(), nullable=True),
        sa.Column("decisions", sa.JSON(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("men", sa.Integer(), nullable=True),
        sa.Column("nonbinary", sa.Integer(), nullable=True),
        sa.Column("undisclosed", sa.Integer(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("all_day = (ends_at IS NULL)", name=op.f("ck_event_all_day_end")),
        sa.CheckConstraint("all_day = (starts_at IS NULL)", name=op.f("ck_event_all_day")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_event_instants")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_event_days")),
        sa.CheckConstraint(
            "women >= 0 AND men >= 0 AND nonbinary >= 0 AND undisclosed >= 0", name=op.f("ck_event_counts")
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["organisation.id"], name=op.f("fk_event_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("uid", name=op.f("uq_event_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_country", "event", ["country", "starts_on", "id"], unique=False)
    op.create_index("ix_event_kind", "event", ["kind", "starts_on", "id"], unique=False)
    op.create_index("ix_event_newest", "event", ["starts_on", "id"], unique=False)
    op.create_index(op.f("ix_event_organiser_id"), "event", ["organiser_id"], unique=False)
    op.create_table(
        "feed_secret",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_feed_secret_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_secret")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_secret_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feed_secret_user_id"), "feed_secret", ["user_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_name", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'coordinator', 'auditor') OR country IS NOT NULL", name=op.f("ck_invitation_country")
        ),
        sa.CheckConstraint(
            "role NOT IN ('admin', 'coordinator', 'auditor') OR (country IS NULL AND organisation_id IS NULL)",
            name=op.f("ck_invitation_everywhere"),
        ),
        sa.CheckConstraint(
            "role NOT IN ('partner_editor', 'lge_member', 'stakeholder') OR organisation_id IS NOT NULL",
            name=op.f("ck_invitation_organisation"),
        ),
        sa.ForeignKeyConstraint(["invited_by_id"], ["user.id"], name=op.f("fk_invitation_invited_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_invitation_email"), "invitation", ["email"], unique=False)
    op.create_table(
        "microcredential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=True),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=40), nullable=True),
        sa.Column("awarding_body_id", sa.Integer(), nullable=True),
        sa.Column("awarding_countries", sa.JSON(), nullable=False),
        sa.Column("workload_hours", sa.Integer(), nullable=True),
        sa.Column("ecvet_points", sa.Float(), nullable=True),
        sa.Column("ects_points", sa.Float(), nullable=True),
        sa.Column("eqf_level", sa.Integer(), nullable=True),
        sa.Column("nqf_level_code", sa.String(), nullable=True),
        sa.Column("level_not_applicable", sa.Boolean(), nullable=False),
        sa.Column("level_note", sa.JSON(), nullable=True),
        sa.Column("isced_f", sa.JSON(), nullable=False),
        sa.Column("occupations", sa.JSON(), nullable=False),
        sa.Column("participation", sa.JSON(), nullable=False),
        sa.Column("supervision", sa.String(length=40), nullable=True),
        sa.Column("qa_type", sa.String(length=40), nullable=True),
        sa.Column("qa_body", sa.String(), nullable=True),
        sa.Column("prerequisites", sa.JSON(), nullable=True),
        sa.Column("stackability", sa.String(length=40), nullable=True),
        sa.Column("parent_qualification", sa.String(), nullable=True),
        sa.Column("target_groups", sa.JSON(), nullable=False),
        sa.Column("use_types", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("grade_scheme", sa.String(), nullable=True),
        sa.Column("further_information", sa.JSON(), nullable=True),
        sa.Column("template_version", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("skillstools_url", sa.String(), nullable=True),
        sa.Column("europass_url", sa.String(), nullable=True),
        sa.Column("badge_url", sa.String(), nullable=True),
        sa.Column("accreditation_valid_until", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("annex_score", sa.Integer(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ects_points IS NULL OR ects_points >= 0", name=op.f("ck_microcredential_ects_points")),
        sa.CheckConstraint("ecvet_points IS NULL OR ecvet_points >= 0", name=op.f("ck_microcredential_ecvet_points")),
        sa.CheckConstraint("eqf_level IS NULL OR eqf_level BETWEEN 1 AND 8", name=op.f("ck_microcredential_eqf_level")),
        sa.CheckConstraint(
            "workload_hours IS NULL OR workload_hours > 0", name=op.f("ck_microcredential_workload_hours")
        ),
        sa.ForeignKeyConstraint(
            ["awarding_body_id"], ["organisation.id"], name=op.f("fk_microcredential_awarding_body_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_microcredential")),
        sa.UniqueConstraint("code", name=op.f("uq_microcredential_code")),
        sa.UniqueConstraint("uid", name=op.f("uq_microcredential_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_microcredential_awarding_body_id"), "microcredential", ["awarding_body_id"], unique=False)
    op.create_index("ix_microcredential_country", "microcredential", ["country", "code"], unique=False)
    op.create_index("ix_microcredential_state", "microcredential", ["state", "code"], unique=False)
    op.create_index("ix_microcredential_title_key", "microcredential", ["title_key", "id"], unique=False)
    op.create_table(
        "organisation_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("script", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_name_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_organisation_name_organisation_id"), "organisation_name", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_organisation_name_search_key"), "organisation_name", ["search_key"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(), nullable=False),
        sa.Column("extensions", sa.String(), nullable=True),
        sa.Column("usage", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lastuse_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_passkey_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'coordinator', 'auditor') OR country IS NOT NULL", name=op.f("ck_role_grant_country")
        ),
        sa.CheckConstraint(
            "role NOT IN ('admin', 'coordinator', 'auditor') OR (country IS NULL AND organisation_id IS NULL)",
            name=op.f("ck_role_grant_everywhere"),
        ),
        sa.CheckConstraint(
            "role NOT IN ('partner_editor', 'lge_member', 'stakeholder') OR organisation_id IS NOT NULL",
            name=op.f("ck_role_grant_organisation"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_role_grant_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_role_grant_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_role_grant_user_id"), "role_grant", ["user_id"], unique=False)
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("next_path", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_link_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sign_in_link_user_id"), "sign_in_link", ["user_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_user_session_user", "user_session", ["user_id", "ended_at", "id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_assessment_microcredential_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_assessment_microcredential_id"), "assessment", ["microcredential_id"], unique=False)
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("public_octets", sa.LargeBinary(), nullable=True),
        sa.Column("member_octets", sa.LargeBinary(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_calendar_entry_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_calendar_entry_event_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_calendar_entry_uid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_microcredential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"], ["microcredential.id"], name=op.f("fk_event_microcredential_microcredential_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["event.id"], name=op.f("fk_event_microcredential_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_event_microcredential_newest",
        "event_microcredential",
        ["microcredential_id", "dated", "record_id"],
        unique=False,
    )
    op.create_index(
        "uq_event_microcredential_pair", "event_microcredential", ["record_id", "microcredential_id"], unique=True
    )
    op.create_table(
        "event_organisation",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_organisation_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_event_organisation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "organisation_id", name=op.f("pk_event_organisation")),
    )
    op.create_index(
        op.f("ix_event_organisation_organisation_id"), "event_organisation", ["organisation_id"], unique=False
    )
    op.create_table(
        "event_rescheduling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_rescheduling_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_rescheduling")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_rescheduling_event_id"), "event_rescheduling", ["event_id"], unique=False)
    op.create_table(
        "learning_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=True),
        sa.Column("esco_uris", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_learning_outcome_microcredential_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_outcome")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_learning_outcome_microcredential_id"), "learning_outcome", ["microcredential_id"], unique=False
    )
    op.create_table(
        "microcredential_developer",
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_microcredential_developer_microcredential_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_microcredential_developer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("microcredential_id", "organisation_id", name=op.f("pk_microcredential_developer")),
    )
    op.create_index(
        op.f("ix_microcredential_developer_organisation_id"),
        "microcredential_developer",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "calendar_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_empty", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["calendar_entry.id"], name=op.f("fk_calendar_place_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_place")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_calendar_place_entry_id"), "calendar_place", ["entry_id"], unique=False)
    op.create_index("ix_calendar_place_version", "calendar_place", ["scope", "version"], unique=False)
    op.create_index("uq_calendar_place_position", "calendar_place", ["scope", "position"], unique=True)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        for table in EVIDENCE:
            op.execute(statement.format(table=table))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_index("uq_calendar_place_position", table_name="calendar_place")
    op.drop_index("ix_calendar_place_version", table_name="calendar_place")
    op.drop_index(op.f("ix_calendar_place_entry_id"), table_name="calendar_place")
    op.drop_table("calendar_place")
    op.drop_index(op.f("ix_microcredential_developer_organisation_id"), table_name="microcredential_developer")
    op.drop_table("microcredential_developer")
    op.drop_index(op.f("ix_learning_outcome_microcredential_id"), table_name="learning_outcome")
    op.drop_table("learning_outcome")
    op.drop_index(op.f("ix_event_rescheduling_event_id"), table_name="event_rescheduling")
    op.drop_table("event_rescheduling")
    op.drop_index(op.f("ix_event_organisation_organisation_id"), table_name="event_organisation")
    op.drop_table("event_organisation")
    op.drop_index("uq_event_microcredential_pair", table_name="event_microcredential")
    op.drop_index("ix_event_microcredential_newest", table_name="event_microcredential")
    op.drop_table("event_microcredential")
    op.drop_table("calendar_entry")
    op.drop_index(op.f("ix_assessment_microcredential_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_index("ix_user_session_user", table_name="user_session")
    op.drop_table("user_session")
    op.drop_index(op.f("ix_sign_in_link_user_id"), table_name="sign_in_link")
    op.drop_table("sign_in_link")
    op.drop_index(op.f("ix_role_grant_user_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_passkey_user_id"), table_name="passkey")
    op.drop_table("passkey")
    op.drop_index(op.f("ix_organisation_name_search_key"), table_name="organisation_name")
    op.drop_index(op.f("ix_organisation_name_organisation_id"), table_name="organisation_name")
    op.drop_table("organisation_name")
    op.drop_index("ix_microcredential_title_key", table_name="microcredential")
    op.drop_index("ix_microcredential_state", table_name="microcredential")
    op.drop_index("ix_microcredential_country", table_name="microcredential")
    op.drop_index(op.f("ix_microcredential_awarding_body_id"), table_name="microcredential")
    op.drop_table("microcredential")
    op.drop_index(op.f("ix_invitation_email"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_feed_secret_user_id"), table_name="feed_secret")
    op.drop_table("feed_secret")
    op.drop_index(op.f("ix_event_organiser_id"), table_name="event")
    op.drop_index("ix_event_newest", table_name="event")
    op.drop_index("ix_event_kind", table_name="event")
    op.drop_index("ix_event_country", table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_affiliation_person_id"), table_name="affiliation")
    op.drop_index(op.f("ix_affiliation_organisation_id"), table_name="affiliation")
    op.drop_table("affiliation")
    op.drop_index(op.f("ix_user_search_key"), table_name="user")
    op.drop_table("user")
    op.drop_table("submission")
    op.drop_index(op.f("ix_stored_file_sha256"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_index("ix_state_move_record", table_name="state_move")
    op.drop_table("state_move")
    op.drop_index("ix_person_name_key", table_name="person")
    op.drop_table("person")
    op.drop_index("ix_organisation_name_key", table_name="organisation")
    op.drop_index("ix_organisation_country", table_name="organisation")
    op.drop_index("ix_organisation_category", table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_mail_recipient"), table_name="mail")
    op.drop_index(op.f("ix_mail_created_at"), table_name="mail")
    op.drop_table("mail")
    op.drop_index("ix_job_due", table_name="job")
    op.drop_table("job")
    op.drop_table("feed_version")
    op.drop_index("ix_audit_entry_record", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_happened_at"), table_name="audit_entry")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION append_only()")
