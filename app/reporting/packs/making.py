"""Makes a proof pack: first all that is asked of the database, then the document and the archive without it.

While files are read and written no transaction is open, so that nobody waits for a pack; on SQLite there is one writer
at a time. The same order gives the same bytes, whoever carries it out and however often.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from flask_babel import gettext as _

from app.config import ROOT
from app.core import archive, portal
from app.reporting.packs import contents, manifest, paper, queries
from app.reporting.packs.gaps import Gap, gaps
from app.reporting.packs.manifest import MANIFEST, SUMS, Entry
from app.reporting.packs.models import PackOrder
from app.reporting.packs.paper import Paper
from app.reporting.packs.parts import JSON, PDF, TEXT, Part, made

HOW = "how-to-check.txt"


@dataclass(frozen=True)
class Plan:
    """Everything a pack is made of, known before a byte of it is written."""

    head: dict[str, Any]
    parts: Sequence[Part]
    paper: Paper
    gaps: Sequence[Gap]

    @property
    def count(self) -> int:
        """How many files the archive gets: the parts, the document, the manifest and its hashes."""
        return len(self.parts) + 3


@dataclass(frozen=True)
class Written:
    """What became of a plan: the document, the manifest, and how many files it lists."""

    pdf: bytes
    manifest: bytes
    files: int


def planned(order: PackOrder) -> Plan:
    """Ask the database for all of a pack, in the language that is spoken."""
    event = order.event
    found = contents.sections(event, order.level)
    missing = gaps(queries.standing(event, order.level))
    how = made(HOW, _how().encode(), TEXT, _("How to check this pack"))
    parts = sorted((how, *(part for section in found for part in section.parts)), key=lambda part: part.entry.path)
    return Plan(
        _head(order, missing), parts, paper.written(order, found, missing, [part.entry for part in parts]), missing
    )


def _head(order: PackOrder, missing: Sequence[Gap]) -> dict[str, Any]:
    event, settings, consortium = order.event, portal.settings(), portal.consortium()
    return {
        "pack": {
            "uid": str(order.uid),
            "level": order.level.value,
            "language": order.language,
            "made_at": order.created_at.isoformat(timespec="seconds"),
            "made_by": order.actor_name,
        },
        "portal": {"name": consortium.portal_name, "address": settings.public_url, "schema": _schema()},
        "project": {"acronym": consortium.acronym, "grant": consortium.grant_number},
        "event": {
            "uid": str(event.uid),
            "title": dict(event.title),
            "kind": event.kind.value,
            "state": event.state.value,
            "starts_on": event.starts_on.isoformat(),
            "ends_on": event.ends_on.isoformat(),
            "zone": event.zone,
            "starts_at": event.starts_at.isoformat() if event.starts_at else None,
            "ends_at": event.ends_at.isoformat() if event.ends_at else None,
            "version": event.version,
        },
        "missing": sorted({gap.code for gap in missing}),
    }


def _schema() -> str:
    """The number of the newest migration: which state of the portal's code made the pack. Alembic is not loaded."""
    return max((file.name[:4] for file in (ROOT / "migrations").glob("[0-9][0-9][0-9][0-9]_*.py")), default="")


def _how() -> str:
    return (
        _(
            "Unpack everything into one folder and run there:\n\n    sha256sum -c %(sums)s\n\n"
            "Each line ends in OK where a file is what it was when this pack was made. %(manifest)s says of each file "
            "what it is and which record of the portal it comes from. The portal whose address stands there tells "
            "whether it made this pack.",
            sums=SUMS,
            manifest=MANIFEST,
        )
        + "\n"
    )


def write(plan: Plan, stream: IO[bytes]) -> Iterator[Written | None]:
    """Write the archive into ``stream``, giving ``None`` after each file and at the end what was written.

    Raises ``archive.MemberDamaged``, ``FileNotFoundError`` for a file that the store lost, and as ``documents.render``.
    """
    pdf = made(paper.PATH, plan.paper.set(), PDF, plan.paper.title)
    parts = sorted((pdf, *plan.parts), key=lambda part: part.entry.path)
    entries: list[Entry] = [part.entry for part in parts]
    listed = manifest.written(plan.head, entries)
    lists = [made(MANIFEST, listed, JSON, ""), made(SUMS, manifest.sums(entries, listed), TEXT, "")]
    # The lists stand first, so that whoever opens the archive sees them at once.
    for _member in archive.write(stream, (part.member for part in (*lists, *parts))):
        yield None
    yield Written(pdf.content or b"", listed, len(entries))
