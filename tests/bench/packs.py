"""``./run bench packs``: what a proof pack with many megabytes of files costs in time and memory.

Each size runs in a process of its own: made by the job's own steps, put into the store, downloaded and looked through.
Beside it stands a pack without files, so that what is told is what the files add.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from app import create_app
from app.core import mail, outbox, portal
from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.core.migrations import migrations
from app.events.facts import EventFacts
from app.events.models import EventKind, EventState, Visibility
from app.events.services import plan
from app.extensions import db
from app.reporting.packs import jobs, making, services, verifying
from app.reporting.packs.manifest import Entry
from app.reporting.packs.models import OrderState, PackLevel, PackOrder, ProofPack
from app.reporting.packs.parts import Part
from tests.bench.data import AS_OF
from tests.conftest import settings_for

MEGABYTE = 1024 * 1024
EACH = 10 * MEGABYTE


def peak() -> float:
    """The most memory this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def files(count: int) -> list[Part]:
    """So many files of 10 MB each in the store."""
    found = []
    for number in range(count):
        with TemporaryFile() as stream:
            for _piece in range(EACH // MEGABYTE):
                stream.write(os.urandom(MEGABYTE))
            stream.seek(0)
            sha256, size = portal.files().put(stream)
        found.append(Part(Entry(f"photos/{number:03d}-photo.jpg", sha256, size, "image/jpeg", "Photo")))
    return found


def measure(megabytes: int) -> None:
    """Make one pack and print what it took."""
    with tempfile.TemporaryDirectory(prefix="bench") as place:
        folder = Path(place)
        app = create_app(settings_for(f"sqlite:///{folder / 'portal.db'}", folder / "files"))
        with app.app_context(), writing():
            migrations().upgrade()
        with app.app_context(), writing(), acting_as(SYSTEM):
            facts = EventFacts(
                kind=EventKind.WORKSHOP,
                title={"en": "Photographs"},
                zone="Europe/Berlin",
                starts_on=AS_OF,
                visibility=Visibility.PUBLIC,
            )
            event = plan(SYSTEM, facts, EventState.PLANNED)
            order = services.order(SYSTEM, event, PackLevel.FULL)
            parts = files(megabytes * MEGABYTE // EACH)
            order.move_to(OrderState.MAKING, SYSTEM)
            with mail.in_language("en"):
                planned = making.planned(order)
            planned = replace(planned, parts=[*planned.parts, *parts])
            key = order.id
            db.session.commit()
            before, started = peak(), time.perf_counter()
            with TemporaryFile() as stream, mail.in_language("en"):
                written = jobs.write(db.session, key, planned, stream)
                jobs.keep(db.session, key, planned, written, stream)
                db.session.commit()
            made = time.perf_counter() - started
            pack = db.session.query(ProofPack).one()
            started, digest = time.perf_counter(), hashlib.sha256()
            with TemporaryFile() as stream:
                for piece in portal.files().chunks(pack.sha256):
                    digest.update(piece)
                    stream.write(piece)
                sent = time.perf_counter() - started
                started = time.perf_counter()
                report = verifying.examine(stream)
            verified = time.perf_counter() - started
            good = report.is_whole and digest.hexdigest() == pack.sha256
            outbox.unfinished(db.session)
            assert db.session.get_one(PackOrder, key).state is OrderState.MADE
        print(
            f"{megabytes:4d} MB  made {made:5.2f} s  sent {sent:5.2f} s  verified {verified:5.2f} s  "
            f"memory {before:5.0f} -> {peak():5.0f} MB  {'whole' if good else 'NOT WHOLE'}"
        )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(prog="./run bench packs", description=__doc__)
    parser.add_argument("megabytes", nargs="*", type=int, default=[0, 20, 200])
    sizes = parser.parse_args().megabytes
    if len(sizes) == 1:
        measure(sizes[0])
        return
    for size in sizes:
        subprocess.run([sys.executable, "-m", "tests.bench.packs", str(size)], check=True)


if __name__ == "__main__":
    main()
