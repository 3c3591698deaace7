"""Settings come from the environment, and whoever gets one wrong is told which."""

from datetime import date
from pathlib import Path

import pytest

from app.config import ROOT, Profile, Settings, SettingsError
from app.core.files import FileStore

PRODUCTION = {
    "PORTAL_SECRET_KEY": "k" * 32,
    "PORTAL_PASSWORD_SALT": "s" * 16,
    "PORTAL_DATABASE_URL": "postgresql://portal@db/portal",
    "PORTAL_PUBLIC_URL": "https://portal.example/",
}


def test_a_production_portal_names_everything_it_lacks():
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"PORTAL_SECRET_KEY": "k"})

    assert str(refused.value) == (
        "A production portal needs PORTAL_PASSWORD_SALT, PORTAL_DATABASE_URL, PORTAL_PUBLIC_URL."
    )


def test_a_production_portal_starts_with_what_it_needs():
    settings = Settings.from_environment(PRODUCTION)

    assert settings.profile is Profile.PRODUCTION
    assert settings.public_url == "https://portal.example"
    assert settings.secure_cookies
    assert not settings.is_demo
    assert (settings.smtp_url, settings.redis_url, settings.as_of) == (None, None, None)


def test_a_demonstration_needs_nothing_and_has_a_secret_of_its_own():
    one, other = (Settings.from_environment({"PORTAL_PROFILE": "demo"}) for _ in range(2))

    assert one.is_demo
    assert one.secret_key != other.secret_key
    assert one.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORTAL_PROFILE", "prod", "PORTAL_PROFILE is 'prod'; it can be demo, production, test."),
        ("PORTAL_AS_OF", "12.5.2025", "PORTAL_AS_OF is '12.5.2025'; write a date like 2025-05-12."),
        ("PORTAL_MAX_UPLOAD", "20 MB", "PORTAL_MAX_UPLOAD is '20 MB'; write a whole number."),
        ("PORTAL_TRUSTED_PROXIES", "²", "PORTAL_TRUSTED_PROXIES is '²'; write a whole number."),
        ("PORTAL_SMTP_URL", "mail.example:25", "PORTAL_SMTP_URL begins with smtp:// or smtps://."),
        (
            "PORTAL_PUBLIC_URL",
            "portal.example",
            "PORTAL_PUBLIC_URL is 'portal.example'; it begins with https:// or http://.",
        ),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str, told: str):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**PRODUCTION, name: value})

    assert str(refused.value) == told


def test_a_place_for_files_is_a_folder_or_a_bucket():
    with pytest.raises(SettingsError, match="PORTAL_FILES_URL is 'ftp://there'; it begins with file:// or s3://"):
        FileStore("ftp://there")


def test_values_are_read_as_what_they_are(tmp_path: Path):
    settings = Settings.from_environment(
        {
            **PRODUCTION,
            "PORTAL_AS_OF": "2025-05-12",
            "PORTAL_MAX_UPLOAD": "1000",
            "PORTAL_CONSORTIUM": str(tmp_path),
            "PORTAL_SMTP_URL": "smtp://user:secret@mail.example:587",
        }
    )

    assert (settings.as_of, settings.max_upload, settings.consortium) == (date(2025, 5, 12), 1000, tmp_path)


def test_secrets_are_not_printed():
    settings = Settings.from_environment({**PRODUCTION, "PORTAL_SMTP_URL": "smtp://user:hidden@mail.example"})

    assert "k" * 32 not in repr(settings)
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sqlite:///var/draft.db", f"sqlite:///{ROOT}/var/draft.db"),
        ("sqlite:////srv/portal.db", "sqlite:////srv/portal.db"),
        ("postgresql://portal@db/portal", "postgresql://portal@db/portal"),
    ],
    ids=["a file of this folder", "any file", "a server"],
)
def test_a_file_without_its_beginning_is_one_of_this_folder_from_wherever_a_command_is_called(said: str, meant: str):
    assert Settings.from_environment({"PORTAL_PROFILE": "test", "PORTAL_DATABASE_URL": said}).database_url == meant
