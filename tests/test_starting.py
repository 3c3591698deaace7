"""A portal starts to serve without what few requests need: libraries, and the dialect of the other database."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.config import ROOT
from app.mou.seals import keys
from tests.conftest import migrated_file

SERVING = """
import gc
import sys
import waitress
from app.cli import _app, _follow_settings
from app.operations import serving

app = _app()
assert gc.isenabled() and gc.get_freeze_count() > 10 * len(gc.get_objects()), "what stays is looked through again"
client = _follow_settings(app).test_client()
assert client.get("/").status_code == 200
assert client.get("/feeds/all.ics").status_code == 200
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""
UNREAD = (
    "alembic",
    "cryptography",
    "email.headerregistry",
    "greenlet",
    "icalendar",
    "obstore",
    "openpyxl",
    "phonenumbers",
    "PIL",
    "psycopg",
    "pyhanko",
    "qrcode",
    "redis",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.ext.asyncio",
    "typst",
    "unittest",
    "vobject",
    "webauthn",
)


def test_what_few_requests_need_is_not_read_before_they_come(tmp_path: Path):
    secret = "a passphrase that is used by nobody else"
    keys.make(tmp_path / "seal", secret, "BEM", datetime.now(UTC))
    settings = {
        "PORTAL_PROFILE": "test",
        "PORTAL_DATABASE_URL": migrated_file(tmp_path / "portal.db"),
        "PORTAL_FILES_URL": (tmp_path / "files").as_uri(),
        "PORTAL_SEAL_FOLDER": str(tmp_path / "seal"),
        "PORTAL_SEAL_PASSPHRASE": secret,
    }
    assert run(settings, "-c", SERVING, *UNREAD).split() == []


def run(settings: dict[str, str], *arguments: str) -> str:
    """What a Python that has read nothing yet writes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | settings, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
