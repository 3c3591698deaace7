"""Many memoranda at once: two workers seal each of them once."""

from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import documents, outbox
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou
from app.mou.proof.models import MouEvidenceReport
from app.mou.seals import examining
from app.mou.seals.models import MouSealed
from tests.accounts.people import work
from tests.events.world import World
from tests.mou.many import signed

COUNT = 16


@pytest.mark.usefixtures("settled")
def test_two_workers_seal_each_once(app: Flask, world: World, printed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "render", lambda *_args, **_more: printed)
    monkeypatch.setattr(examining, "examine", lambda *_args: examining.Finding())
    with work(app):
        signed(COUNT)
    done: list[int] = []
    workers = [Thread(target=lambda: done.append(outbox.drain(app))) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == 2
    assert all(done), "both had something to do"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSealed)) == COUNT
        assert db.session.scalar(select(func.count(MouSealed.text_id.distinct()))) == COUNT
        assert db.session.scalar(select(func.count()).select_from(MouEvidenceReport)) == COUNT
        assert not [mou.id for mou in db.session.scalars(select(Mou)) if evidence.faults(mou)]
