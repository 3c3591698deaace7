"""The numbers of the schema's revisions, for whoever asks without Alembic: it takes 5 MiB and a tenth of a second."""

import sqlalchemy as sa

from app.config import ROOT

FOLDER = ROOT / "migrations"
_CURRENT = sa.table("alembic_version", sa.column("version_num"))


def newest() -> str:
    """The number of the newest revision, four digits; ``0000`` before there is any."""
    return max((file.name[:4] for file in FOLDER.glob("[0-9][0-9][0-9][0-9]_*.py")), default="0000")


def current(engine: sa.Engine) -> str | None:
    """The number of the revision that a database is at; ``None`` where it has no schema yet."""
    if not sa.inspect(engine).has_table(_CURRENT.name):
        return None
    with engine.connect() as connection:
        return connection.scalar(sa.select(_CURRENT.c.version_num))
