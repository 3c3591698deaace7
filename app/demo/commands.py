"""Builds the demonstration: the schema, the keys to seal with, and the consortium's own data in an empty portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from flask import Flask

from app.core import clock
from app.core.access import SYSTEM, Role
from app.core.audit import acting_as
from app.core.database import writing
from app.demo.days import on
from app.demo.imports import begin_imports
from app.demo.loading import is_empty, load_consortium
from app.extensions import db


def load(app: Flask) -> bool:
    """Load the consortium's data where there is none yet; answers whether it did."""
    consortium = app.config["CONSORTIUM"]
    with app.test_request_context("/"), writing(), acting_as(SYSTEM), _not_before(consortium.demo_as_of):
        if not is_empty():
            return False
        load_consortium(app.config["PORTAL"].consortium, consortium)
        db.session.commit()
        return True


@contextmanager
def _not_before(day: date | None) -> Iterator[None]:
    """Reckon with ``day`` where the portal's is earlier: what the files tell of as past could not be entered."""
    with on(day if day is not None and clock.today() < day else None):
        yield


def prepare(app: Flask) -> None:
    """Bring the schema up, load what is missing, and make the accounts that one enters by."""
    from app.accounts.demo import demo_users
    from app.core.migrations import migrations

    with app.app_context(), writing():
        migrations().upgrade()
    _make_keys(app)
    load(app)
    with app.test_request_context("/"), writing(), acting_as(SYSTEM):
        users = demo_users(db.session)
        begin_imports(users[role] for role in (Role.COORDINATOR, Role.COUNTRY_LEAD) if role in users)
        db.session.commit()


def _make_keys(app: Flask) -> None:
    """Make keys to seal with, in the demonstration's own folder, where there are none."""
    from app.mou.commands import make_keys
    from app.mou.seals.queries import authority_file

    folder = app.config["PORTAL"].seal_folder
    if folder is not None and authority_file(folder) is None:
        make_keys(app)
