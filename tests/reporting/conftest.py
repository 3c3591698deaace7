"""What tests of proof packs share: an event that left everything behind, and packs of it."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock, outbox
from app.core.access import SYSTEM, Actor
from app.events.agenda import services as agenda
from app.events.agenda.services import ItemFacts
from app.events.attendance import services as attendance
from app.events.attendance.models import Attendance
from app.events.invitations.models import Way
from app.events.minutes import services as minutes
from app.events.models import Event
from app.extensions import db
from app.reporting.packs import services
from app.reporting.packs.models import PackLevel, ProofPack
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.attendance.conftest import DRAWING, editor, event, guest, rows  # noqa: F401 - fixtures
from tests.events.conftest import SignIn, entered, logged, sign_in, world  # noqa: F401 - fixtures
from tests.events.world import NEXT_WEEK, World

Made = Callable[..., int]


@pytest.fixture
def held(backend: Backend, event: int, rows: dict[str, int]) -> int:  # noqa: F811 - the fixtures
    """The workshop after it was held: one signed, one was declared, somebody presented, something was said."""
    backend.begin_with(take_place, backend.app, event, rows["Ana Hakobyan"], by_requests=True)
    clock.reckon_with(NEXT_WEEK + timedelta(days=1))
    return event


def take_place(app: Flask, event: int, signs: int) -> None:  # noqa: F811 - the fixture's value
    """Hold the workshop, and have the worker do what is due."""
    with work(app) as session:
        made = session.get_one(Event, event)
        attendance.sign(SYSTEM, session.get_one(Attendance, signs), drawing=DRAWING, typed=None)
        attendance.add(SYSTEM, made, guest("Олена Online", Way.ONLINE))
        attendance.declare(SYSTEM, made, name="Ed Itor", function="Head", drawing=DRAWING)
        item = agenda.add(
            SYSTEM, made, ItemFacts(title={"en": "Needs <b>of</b> #workshops"}, presenters="Petra Speaker")
        )
        minutes.write(SYSTEM, item, item.version, {"en": "Said by Petra Speaker: $x$"})
    outbox.drain(app)


@pytest.fixture
def made(app: Flask, world: World) -> Made:  # noqa: F811 - the fixture
    """Make a pack of an event as somebody; answers its key."""

    def make(event_id: int, level: PackLevel = PackLevel.FULL, actor: Actor | None = None) -> int:
        with work(app) as session:
            order = services.order(actor or world.actors["coordinator"], session.get_one(Event, event_id), level)
            key = order.id
        outbox.drain(app)
        with app.app_context():
            failed = [job.last_error for job in outbox.unfinished(db.session)]
            assert not failed
            return db.session.query(ProofPack).filter_by(order_id=key).one().id

    return make


def archive_of(app: Flask, pack_id: int) -> bytes:
    """The bytes of a pack."""
    with app.app_context():
        pack = db.session.get_one(ProofPack, pack_id)
        assert pack.file
        return app.extensions["files"].read(pack.file.sha256)


def files_of(app: Flask, pack_id: int) -> dict[str, bytes]:
    """The files of a pack by path."""
    with zipfile.ZipFile(io.BytesIO(archive_of(app, pack_id))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
