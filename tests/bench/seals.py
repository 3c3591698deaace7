"""``./run bench seals``: what sealing memoranda costs beside bare pyHanko, and whether two workers seal once.

First one document, sealed at B-B with a P-256 key in memory, by pyHanko as its manual has it and by the portal in turn.
Then whole jobs with printing. Then many memoranda (``--many``), sealed by two worker processes.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from app import create_app
from app.config import Settings
from app.core import documents, outbox, portal
from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.core.migrations import migrations
from app.core.outbox import Job, JobState
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou
from app.mou.proof import jobs as reports
from app.mou.seals import jobs, keys, printing, sealing
from app.mou.seals.models import MouSealed
from app.mou.texts.models import MouText
from tests.mou.many import signed
from tests.servers import postgresql_url

SECRET = "a passphrase that nobody else uses"
DOCUMENTS = 200


def bare(pdf: bytes, folder: Path, opened: keys.Keys) -> Callable[[], bytes]:
    """PyHanko alone, as its manual shows it: the signer is made once, from the files."""
    from cryptography.hazmat.primitives import serialization
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    plain = folder / "plain.key"
    plain.write_bytes(
        opened.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    signer = signers.SimpleSigner.load(str(plain), str(folder / "seal.pem"), ca_chain_files=(str(folder / "ca.pem"),))

    def seal() -> bytes:
        meta = signers.PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )
        made = BytesIO()
        signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer=signer, output=made)
        return made.getvalue()

    return seal


def compare(pdf: bytes, folder: Path, opened: keys.Keys) -> None:
    """One document again and again, by each in turn; medians of wall time."""
    ways: dict[str, Callable[[], Any]] = {
        "bare pyHanko": bare(pdf, folder, opened),
        "portal": lambda: sealing.seal(pdf, opened, "Bench"),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(DOCUMENTS):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            times[name].append(1000 * (time.perf_counter() - started))
    middle = {name: statistics.median(found) for name, found in times.items()}
    for name, found in times.items():
        print(f"seal at B-B, {name:12s}  median {middle[name]:6.2f} ms  (fastest {min(found):.2f})")
    print(f"portal / bare pyHanko  {middle['portal'] / middle['bare pyHanko']:.2f}")


def whole(count: int) -> None:
    """Whole jobs one after the other: print, seal, keep, record; and the evidence report."""
    found: dict[str, list[float]] = {"printed": [], "sealed": [], "with report": []}
    for text in db.session.scalars(select(MouText).order_by(MouText.id).limit(count)).all():
        started = time.perf_counter()
        printing.printed(text)
        found["printed"].append(time.perf_counter() - started)
        started = time.perf_counter()
        jobs.make(db.session, {"text": text.id})
        db.session.commit()
        found["sealed"].append(time.perf_counter() - started)
        started = time.perf_counter()
        reports.make(db.session, {"text": text.id})
        db.session.commit()
        found["with report"].append(time.perf_counter() - started)
    said = {name: statistics.median(times) for name, times in found.items()}
    print(f"whole job: printing {said['printed']:.2f} s, printing and sealing {said['sealed']:.2f} s")
    print(f"evidence report in two languages: {said['with report']:.2f} s")


def work(settings: dict[str, str], page: bytes | None, told: Any) -> None:
    """A worker process: everything that is due; with ``page``, that stands for every printed document."""
    app = create_app(Settings.from_environment(settings))
    jobs.after_sealing.clear()  # Only sealing counts.
    with mock.patch.object(documents, "render", return_value=page) if page else nullcontext():
        done = 0
        while True:
            try:
                done += outbox.drain(app)
            except OperationalError:  # As the worker does: somebody else wrote for longer than one waits.
                continue
            break
        told.put(done)


def many(count: int, settings: dict[str, str], page: bytes | None) -> None:
    """Two processes seal what everybody signed; tells how long, and whether each was sealed once."""
    fresh = multiprocessing.get_context("spawn")  # SQLite's connections do not outlive a fork.
    told: Any = fresh.Queue()
    workers = [fresh.Process(target=work, args=(settings, page, told)) for _each in range(2)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    jobs_done = [told.get() for _worker in workers]
    for worker in workers:
        worker.join()
    took = time.perf_counter() - started
    sealed = db.session.scalar(select(func.count()).select_from(MouSealed))
    once = db.session.scalar(select(func.count(MouSealed.text_id.distinct())))
    broken = sum(1 for mou in db.session.scalars(select(Mou)) if evidence.faults(mou))
    print(
        f"{count} memoranda, two workers ({' and '.join(map(str, jobs_done))} jobs): {took:.1f} s, "
        f"{took / count * 1000:.0f} ms each; {sealed} seals on {once} texts, {broken} chains broken"
    )


def main() -> None:
    """Measure and print; time never makes it fail."""
    parser = argparse.ArgumentParser(prog="./run bench seals", description=__doc__)
    parser.add_argument("--many", type=int, default=1000, help="how many memoranda two workers seal")
    parser.add_argument("--whole", type=int, default=10, help="how many whole jobs are timed one by one")
    parser.add_argument("--print", action="store_true", help="print each of the many, rather than one page for all")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as place:
        folder = Path(place)
        url = postgresql_url("bench_seals") if asked.database == "postgresql" else f"sqlite:///{folder / 'portal.db'}"
        settings = {
            "PORTAL_PROFILE": "test",
            "PORTAL_DATABASE_URL": url,
            "PORTAL_FILES_URL": (folder / "files").as_uri(),
            "PORTAL_SEAL_FOLDER": str(folder / "seal"),
            "PORTAL_SEAL_PASSPHRASE": SECRET,
        }
        keys.make(folder / "seal", SECRET, "Bench", datetime.now(UTC))
        app = create_app(Settings.from_environment(settings))
        with app.app_context(), writing():
            migrations().upgrade()
        with app.app_context(), writing(), acting_as(SYSTEM):
            signed(asked.whole)
            db.session.commit()
            pdf = printing.printed(db.session.scalars(select(MouText).limit(1)).one())
            opened = keys.load(portal.settings().seal_folder, SECRET)
            compare(pdf, folder / "seal", opened)
            whole(asked.whole)
            # Mails and everything else that follows is set aside.
            with mock.patch.object(documents, "render", return_value=pdf):
                signed(asked.many)
            db.session.execute(update(Job).where(Job.kind != jobs.SEAL).values(state=JobState.DONE))
            db.session.commit()
        with app.app_context():
            many(asked.many, settings, None if asked.print else pdf)


if __name__ == "__main__":
    main()
