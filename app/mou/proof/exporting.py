"""Memoranda as files that can be kept and checked without the portal, by the program that is put beside them.

Everything is asked of the database first; files are then read piece by piece, whatever their size.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from sqlalchemy import or_, select

from app.core import archive, portal
from app.core.archive import Member, MemberDamaged
from app.core.canonical import canonical
from app.core.errors import DomainError
from app.core.files import StoredFile
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou
from app.mou.originals import queries as originals
from app.mou.originals.models import Container, MouOriginal
from app.mou.originals.queries import Kept
from app.mou.proof.models import MouEvidenceReport
from app.mou.queries import reference_of
from app.mou.seals import examining
from app.mou.seals.models import MouSealed, SealKind
from app.mou.seals.printing import events_of, signatures_of
from app.mou.texts.models import MouText

FORMAT = "memoranda/1"
JSON, TEXT, PEM = "application/json", "text/plain", "application/x-pem-file"
HERE = Path(__file__).parent
ENDINGS = {Container.PDF: "pdf", Container.ASIC_E: "asice", Container.ASIC_S: "asics", Container.CADES: "p7s"}
SEALED = {SealKind.SEAL: "sealed.pdf", SealKind.STAMP: "stamped.pdf"}


class ExportDamaged(DomainError):
    """A kept file is not what its hash promises; the text names it. ``portal verify`` says what else is wrong."""


def exportable() -> Sequence[Mou]:
    """Memoranda of which a text was shown to somebody, or something is kept that was signed elsewhere."""
    shown = or_(Mou.id.in_(select(MouText.mou_id)), Mou.id.in_(select(MouOriginal.mou_id)))
    return db.session.scalars(select(Mou).where(shown).order_by(Mou.id)).all()


def members(memoranda: Iterable[Mou]) -> list[Member]:
    """The files of an export, the manifest last; a stored file that is gone is named there and left out."""
    found: list[Member] = []
    missing: list[str] = []
    listed = []
    for mou in memoranda:
        for member in _of(mou):
            if isinstance(member, str):
                missing.append(member)
            else:
                found.append(member)
        listed.append(_listed(mou))
    found += [*_authority(), _json("anchors.json", _anchors())]
    found += [Member.of(name, (HERE / name).read_bytes(), TEXT) for name in ("README.txt", "verify.py")]
    found.append(Member.of("looking.py", Path(examining.__file__).with_name("looking.py").read_bytes(), TEXT))
    manifest = {
        "format": FORMAT,
        "memoranda": listed,
        "missing": missing,
        "files": [{"path": one.path, "sha256": one.sha256, "size": one.size} for one in found],
    }
    return [*found, _json("manifest.json", manifest)]


def write_archive(stream: IO[bytes], files: Iterable[Member]) -> int:
    """Write a ZIP archive; ``stream`` can be sought in. Answers how many files. Raises ``ExportDamaged``."""
    try:
        return sum(1 for _member in archive.write(stream, files))
    except MemberDamaged as damaged:
        raise ExportDamaged(str(damaged)) from damaged


def write_folder(folder: Path, files: Iterable[Member]) -> int:
    """Write into a folder that is new or empty; answers how many files.

    Raises ``FileExistsError`` and ``OSError``; what was damaged is written as it is, and the verifier names it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty.")
    count = 0
    for member in files:
        file = folder / member.path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as target:
            target.writelines(member.open())
        count += 1
    return count


def _listed(mou: Mou) -> dict[str, Any]:
    events = evidence.events(mou)
    return {
        "number": reference_of(mou),
        "folder": reference_of(mou),
        "uid": str(mou.uid),
        "events": events[-1].number if events else 0,
        "head": events[-1].hash if events else None,
    }


def _of(mou: Mou) -> Iterator[Member | str]:
    """The files of one memorandum; of a stored one that is gone, its path."""
    place = reference_of(mou)
    texts = db.session.scalars(select(MouText).where(MouText.mou_id == mou.id).order_by(MouText.number)).all()
    sealed = db.session.scalars(select(MouSealed).join(MouText).where(MouText.mou_id == mou.id).order_by(MouSealed.id))
    reports = db.session.scalars(
        select(MouEvidenceReport).join(MouText).where(MouText.mou_id == mou.id).order_by(MouEvidenceReport.id)
    )
    stored = [
        (text.number, name, file) for text in texts for name, file in (("text.html", text.html), ("text.pdf", text.pdf))
    ]
    sealed_ones, made = sealed.all(), reports.all()
    stored += [(one.text.number, SEALED[one.kind], one.file) for one in sealed_ones]
    stored += [(one.text.number, f"evidence-{one.number}.pdf", one.file) for one in made]
    elsewhere = originals.kept(mou)
    told = _told(mou, texts, sealed_ones, made) | {"originals": [_original(one) for one in elsewhere]}
    yield _json(f"{place}/memorandum.json", told)
    yield _json(f"{place}/events.json", events_of(mou))
    for text in texts:
        yield Member.of(f"{place}/version-{text.number}/content.json", canonical(text.content), JSON)
    for number, name, file in stored:
        if file is not None:
            yield _stored(f"{place}/version-{number}/{name}", file)
    for one in (kept.original for kept in elsewhere):
        yield _stored(f"{place}/originals/{one.id}.{ENDINGS.get(one.container, 'picture')}", one.file)
        if one.document is not None:
            yield _stored(f"{place}/originals/{one.id}-document.pdf", one.document)


def _stored(path: str, file: StoredFile) -> Member | str:
    store = portal.files()
    if not store.has(file.sha256):
        return path
    return Member(path, file.sha256, file.size, file.mime, lambda: store.chunks(file.sha256))


def _told(
    mou: Mou, texts: Sequence[MouText], sealed: Sequence[MouSealed], reports: Sequence[MouEvidenceReport]
) -> dict[str, Any]:
    return {
        "number": reference_of(mou),
        "uid": str(mou.uid),
        "title": dict(mou.title),
        "instrument": mou.instrument.value,
        "state": mou.state.value,
        "country": mou.country,
        "signed_on": _day(mou.signed_on),
        "in_force_from": _day(mou.in_force_from),
        "last_day": _day(mou.last_day),
        "microcredentials": [{"uid": str(one.uid), "code": one.code} for one in mou.microcredentials],
        "versions": [_version(text) for text in texts],
        "sealed": [
            {"version": one.text.number, "kind": one.kind.value, "level": one.level, "sha256": one.sha256}
            | {"certificate": one.certificate}
            for one in sealed
        ],
        "reports": [
            {"version": one.text.number, "number": one.number, "sha256": one.sha256, "languages": one.languages}
            | {"tells": one.tells, "level": one.level}
            for one in reports
        ],
    }


def _original(kept: Kept) -> dict[str, Any]:
    """What was signed elsewhere: what is claimed of it, what the portal found, what people found who checked it."""
    one = kept.original
    return {
        "original": one.id,
        "sha256": one.sha256,
        "wording": one.wording,
        "container": one.container.value,
        "signed_on": _day(one.signed_on),
        "counts": kept.counts,
        "claims": [{"party": claim.party_id, "level": claim.level.value, "name": claim.name} for claim in kept.claims],
        "finding": kept.finding,
        "checks": [
            {"result": check.result.value, "validator": check.validator, "checked_on": _day(check.checked_on)}
            | {"note": check.note, "by": check.actor_name}
            for check in kept.validations
        ],
    }


def _version(text: MouText) -> dict[str, Any]:
    return {
        "number": text.number,
        "purpose": text.purpose.value,
        "sha256": text.sha256,
        "html_sha256": text.html_sha256,
        "pdf_sha256": text.pdf_sha256,
        "ended": text.closing.how.value if text.closing else None,
        "signatures": signatures_of(text),
    }


def _anchors() -> list[dict[str, Any]]:
    return [{"heads": one.heads, "sha256": one.sha256, "token": one.token} for one in evidence.anchors()]


def _authority() -> Iterator[Member]:
    """Certificates, so that seals can be checked in years to come; never a key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from app.mou.seals import keys
    from app.mou.seals.queries import authority_file

    folder = portal.settings().seal_folder
    file = authority_file(folder)
    if folder is None or file is None:
        return
    octets = file.read_bytes()
    first = x509.load_pem_x509_certificates(octets)[0]
    yield Member.of("authority/ca.pem", octets, PEM)
    yield Member.of("authority/ca.cer", first.public_bytes(Encoding.DER), "application/pkix-cert")
    for one in keys.certificates(folder):
        yield Member.of(f"authority/seal-{one.serial_number:x}.pem", one.public_bytes(Encoding.PEM), PEM)


def _json(path: str, value: Any) -> Member:
    return Member.of(path, json.dumps(value, ensure_ascii=False, indent=1).encode(), JSON)


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
