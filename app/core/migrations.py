"""The schema's history. Only the command line and tests come here: a portal that serves does not load Alembic."""

import logging

from flask import current_app
from flask_alembic import Alembic
from sqlalchemy import Enum

from app.core.database import Base, UtcDateTime, complete_indexes
from app.core.i18n import TranslatedTextType
from app.core.revisions import FOLDER, newest
from app.extensions import db


class Migrations(Alembic):
    """Alembic with numbered revisions; two made at once collide in the repository instead of in production."""

    def rev_id(self) -> str:
        """The number after the last one, four digits."""
        return f"{int(newest()) + 1:04d}"


def migrations() -> Migrations:
    """The migrations of the current application's database."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.config.setdefault(
        "ALEMBIC",
        {"script_location": str(FOLDER), "file_template": "%%(rev)s_%%(slug)s", "version_locations": []},
    )
    app.config.setdefault(
        "ALEMBIC_CONTEXT", {"compare_server_default": True, "render_as_batch": True, "render_item": _plain_type}
    )
    known: Migrations | None = app.extensions.get("alembic")
    if known is None:
        known = Migrations(run_mkdir=False, command_name="", metadatas=Base.metadata)
        known.init_app(app)
        complete_indexes(db.engine.dialect.name)
        logging.getLogger("alembic").setLevel(logging.WARNING)  # it set itself to tell every step
    return known


def _plain_type(kind: str, item: object, _context: object) -> str | bool:
    """How a column's type stands in a revision, which never imports what the models import."""
    if kind != "type":
        return False
    match item:
        case UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case TranslatedTextType():
            return "sa.JSON()"
        case Enum():
            return f"sa.String(length={item.length})"
    return False
