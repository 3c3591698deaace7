"""Proof packs on the command line: ``portal verify``."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.reporting.packs import queries, verifying
from app.reporting.packs.models import ProofPack
from app.reporting.packs.verifying import Fault, Finding, Report

SENTENCES = {
    Fault.NO_PACK: _l("It is no proof pack."),
    Fault.BROKEN: _l("The archive is damaged or cut off: %(detail)s", detail="{detail}"),
    Fault.UNSAFE: _l("The archive hides something or would write outside its folder: %(detail)s", detail="{detail}"),
    Fault.TOO_BIG: _l(
        "The archive unpacks to more than it says, or to more than any pack. %(detail)s", detail="{detail}"
    ),
    Fault.MANIFEST: _l("The list of its files is wrong: %(detail)s", detail="{detail}"),
    Fault.MISSING: _l("%(detail)s is missing.", detail="{detail}"),
    Fault.CHANGED: _l("%(detail)s is not what it was.", detail="{detail}"),
    Fault.EXTRA: _l("%(detail)s does not belong to the pack.", detail="{detail}"),
    Fault.SUMS: _l("%(detail)s and the manifest differ.", detail="{detail}"),
}


def verify(app: Flask, files: Sequence[Path]) -> tuple[list[str], bool]:
    """Look through each file and compare it with the portal's records; answers lines, and whether all is well."""
    lines: list[str] = []
    good = True
    with app.app_context():
        for path in files:
            with path.open("rb") as stream:
                report = verifying.examine(stream)
            pack = queries.known(report.sha256, report.manifest_sha256)
            good &= report.is_whole and pack is not None
            lines += [f"{path.name}: {line}" for line in told(report, pack)]
    return lines, good


def verify_kept(app: Flask) -> tuple[list[str], bool]:
    """Look through every pack that the portal keeps; answers lines, and whether all of them are what they were."""
    from app.core import portal

    lines, good = [], True
    with app.app_context():
        for pack in queries.with_files():
            assert pack.file is not None  # noqa: S101 - that is what was asked for
            is_same = portal.files().is_intact(pack.file.sha256)
            good &= is_same
            lines.append(f"{'ok ' if is_same else 'BAD'} {pack.filename}.zip {pack.sha256}")
    return [*lines, _("%(count)s packs are kept.", count=len(lines))], good


def told(report: Report, pack: ProofPack | None) -> Iterator[str]:
    """What was found, a sentence a line: of the file by itself, then of what the portal knows of it."""
    yield f"SHA-256 {report.sha256}, {report.size} bytes"
    yield from (f"BAD {sentence(finding)}" for finding in report.findings)
    if report.files and report.is_whole:
        yield "ok  " + _("All %(count)s files are there and are what the manifest says.", count=len(report.files))
    if pack is None:
        yield "BAD " + _("This portal made no pack with this hash, nor with this manifest.")
        return
    if pack.sha256 == report.sha256:
        yield "ok  " + _("It is the pack that this portal made, byte for byte.")
    elif not report.is_whole:
        yield "BAD " + _("Its manifest is that of a pack that this portal made; not so what it holds.")
    else:
        yield "ok  " + _("It was packed anew; its manifest is that of a pack that this portal made.")
    known = {
        "title": pack.event.title.get("en") or next(iter(pack.event.title.values()), ""),
        "uid": pack.event.uid,
        "made": pack.made_at.isoformat(timespec="seconds"),
        "name": pack.actor_name,
    }
    yield "    " + _("“%(title)s” (event %(uid)s), made %(made)s by %(name)s.", **known)


def sentence(finding: Finding) -> str:
    """What is wrong, in words."""
    return str(SENTENCES[finding.fault]).replace("{detail}", finding.detail)
