"""The consortium's work packages as choices."""

from app.core import portal
from app.core.templating import plain_tr


def choices() -> list[tuple[str, str]]:
    """The number of each work package, and the number with what it is about in the reader's language."""
    return [(str(part["nr"]), f"{part['nr']} {plain_tr(part['title'])}") for part in portal.consortium().work_packages]
