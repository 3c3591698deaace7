"""What the running portal was set up with: its settings, its consortium and its files.

One place asks Flask for them, so that whoever needs them need not know of Flask. Outside an application there is none,
and each raises ``RuntimeError``.
"""

from typing import TYPE_CHECKING, cast

from flask import current_app

from app.config import Settings
from app.core.consortium import Consortium

if TYPE_CHECKING:  # files ask the portal where their bytes are
    from app.core.files import FileStore


def settings() -> Settings:
    """What the environment said at the start."""
    return cast("Settings", current_app.config["PORTAL"])


def consortium() -> Consortium:
    """The consortium that is served."""
    return cast("Consortium", current_app.config["CONSORTIUM"])


def files() -> "FileStore":
    """Where the bytes of files are."""
    return cast("FileStore", current_app.extensions["files"])
