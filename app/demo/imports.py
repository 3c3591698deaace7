"""An import in the middle of its way, so that its pages show something: checked, and not yet decided."""

from collections.abc import Iterable

from sqlalchemy import select

from app.accounts.models import User
from app.core import portal
from app.core.audit import acting_as
from app.extensions import db
from app.stakeholders.imports.models import ImportBatch
from app.stakeholders.imports.services import Desk, map_columns, take_file

FILE = "import-example.csv"


def begin_imports(users: Iterable[User]) -> None:
    """Send the consortium's example file as each of these people, where there is one and nothing was sent yet."""
    file = portal.settings().consortium / FILE
    if not file.exists() or db.session.scalar(select(ImportBatch.id).limit(1)) is not None:
        return
    desk = Desk(portal.consortium(), portal.files())
    for user in users:
        with acting_as(user.actor), file.open("rb") as stream:
            batch = take_file(user.actor, desk, stream, FILE)
            map_columns(user.actor, desk, batch, {**batch.mapping, batch.head[0]: "name"}, {})
