"""The measurements as ``docs/benchmarks.md``: what was measured, how, against which targets, and what misses them."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.config import ROOT
from tests.bench import data, overview, plans, rounds
from tests.bench.load import CLIENTS
from tests.bench.starting import Start

FILE = ROOT / "docs" / "benchmarks.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
COLD_START, MEMORY = 1.5, 130

METHOD = f"""\
# Benchmarks

Written by `./run bench`; `./run bench --quick` takes two rounds instead of five. The numbers are of one machine and
one day. What is compared is a ratio: **CPU × cal** is the server's processor time for a request of the portal, divided
by that for a bare Flask route (`return "hello"`) that the same server serves in another process. Both are measured one
right after the other in every round; the ratio is formed within the round, and the table shows the median of the
rounds with the lowest and the highest. Differences below 1.5 × mean little.

## How it is measured

- One process each, served as in production by `app.operations.serving` (waitress, 4 threads, one answer at a time as
  long as it is quick): the bare route, a portal on a small database, a portal on a large one. Loopback only, without
  TLS and without a proxy. The load generator runs on the same machine, so requests per second of the fast routes are
  lower bounds.
- Every request has a connection of its own, as when a calendar program polls.
- *Requests/s*: {CLIENTS} clients at once for {rounds.SECONDS} s, every answer received completely. *Latency*: the
  median for one client alone. *CPU*: user and system time of the server process, all threads, from `/proc`; the time
  that PostgreSQL's own processes spend on this database is a column of its own and not in the ratio.
- *Small database*: {data.SMALL.organisations:,} organisations, {data.DESIGNS} micro-credentials,
  {data.SMALL.events:,} public events in the feeds, {data.SMALL.links:,} links, {data.SMALL.attendances:,} rows of
  attendance lists, decisions and actions of {data.SMALL.meetings} meetings, {plans.PLANS} action plans with
  {plans.ITEMS:,} items, a milestone on each of four tracks for every micro-credential. *Large database*:
  {data.LARGE.organisations:,} organisations, {data.DESIGNS} micro-credentials, {data.LARGE.events:,} events,
  {data.LARGE.links:,} links between them. Everything is made up.
- Pages are in English, for a browser that was here before; "signed in" is a coordinator, who sees everything.
- *First read after a change*: another process changes one event by the portal's own service before each request; only
  the request is counted, {rounds.CHANGES} of them a round.
- A target says how much CPU × cal a route may take; "met" is judged by the median. The targets were set beside a bare
  route under gunicorn's synchronous workers, where it took 0.34–0.41 ms of CPU on a machine of this kind. Under
  waitress it takes less, as the table shows, so the same page has a higher ratio here.
"""


@dataclass
class Backend:
    """Everything measured on one kind of database."""

    name: str
    results: list[rounds.Result]
    start: Start
    memory_after: float
    imports: dict[str, float | None]
    overview: overview.Overview

    @property
    def label(self) -> str:
        """The database's name."""
        return NAMES[self.name]


def text(found: Sequence[Backend], number: int) -> str:
    """The report as Markdown."""
    parts = [METHOD, _machine(number)]
    for backend in found:
        parts += [f"## {backend.label}\n", _routes(backend), _overview(backend), _starting(backend)]
    parts += ["## What heavy libraries cost\n", _imports(found[0]), "## What is not met\n", _missed(found)]
    return "\n".join(parts)


def _machine(number: int) -> str:
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {number} rounds, on {os.cpu_count()} cores, "
        f"{kilobytes / 1024 / 1024:.0f} GiB, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}; load averages at the end {load}.\n"
    )


def _routes(backend: Backend) -> str:
    bare = [bare for result in backend.results for bare, _mine in result.rounds]
    wait, cpu, rate = (
        statistics.median(getattr(figures, name) for figures in bare) for name in ("wait", "cpu", "rate")
    )
    is_served = backend.name == "postgresql"
    head = ["route", "bytes", "req/s", "latency ms", "CPU ms", *(["PostgreSQL CPU ms"] if is_served else [])]
    rows = [
        [
            "bare Flask route",
            "5",
            f"{rate:,.0f}",
            f"{wait:.2f}",
            f"{cpu:.2f}",
            *(["–"] if is_served else []),
            "1",
            "",
            "",
        ]
    ]
    for result in backend.results:
        ratios = result.ratios
        rows.append(
            [
                result.route.name,
                f"{result.size:,}",
                f"{result.median('rate'):,.0f}",
                f"{result.median('wait'):.2f}",
                f"{result.median('cpu'):.2f}",
                *([f"{result.median('database_cpu'):.2f}"] if is_served else []),
                f"**{statistics.median(ratios):.1f}** ({min(ratios):.1f}–{max(ratios):.1f})",
                "" if result.route.target is None else f"≤ {result.route.target:g}",
                {None: "", True: "met", False: "**missed**"}[result.is_met],
            ]
        )
    return _table([*head, "CPU × cal", "target", ""], rows)


def _starting(backend: Backend) -> str:
    start = backend.start
    rows = [
        ["process start to the first page, bare", f"{start.bare:.2f} s", "", ""],
        ["process start to the first page, portal", f"{start.portal:.2f} s", *_judged(start.portal, COLD_START, "s")],
        ["memory after the first page, bare", f"{start.memory_bare:.0f} MiB", "", ""],
        ["memory after the first page, portal", f"{start.memory_first:.0f} MiB", "", ""],
        [
            "memory after the largest feed, gzip",
            f"{start.memory_gzip:.0f} MiB",
            *_judged(start.memory_gzip, MEMORY, "MiB"),
        ],
        [
            "memory after the largest feed, identity",
            f"{start.memory_identity:.0f} MiB",
            *_judged(start.memory_identity, MEMORY, "MiB"),
        ],
        [f"memory after all rounds, {CLIENTS} clients at once", f"{backend.memory_after:.0f} MiB", "", ""],
    ]
    return _table(["starting and memory", "", "target", ""], rows)


def _overview(backend: Backend) -> str:
    read = backend.overview
    row = [
        f"{overview.DESIGNS:,} micro-credentials of {overview.COUNTRIES} countries on four tracks",
        *(f"{read.portal:.0f} ms", f"{read.bare:.0f} ms", str(read.statements), f"**{read.ratio:.1f}**"),
        *_judged(read.ratio, overview.MOST, "×"),
    ]
    return _table(["overview", "portal", "the rows alone", "statements", "ratio", "target", ""], [row])


def _judged(value: float, most: float, unit: str) -> list[str]:
    return [f"≤ {most:g} {unit}", "met" if value <= most else "**missed**"]


def _imports(backend: Backend) -> str:
    rows = [
        [name, "–" if taken is None else f"{taken:.0f} ms", "not when it starts" if taken is None else "when it starts"]
        for name, taken in backend.imports.items()
    ]
    return "Times are with Python's own `-X importtime`, which slows imports.\n\n" + _table(
        ["library", "", "loaded"], rows
    )


def _missed(found: Iterable[Backend]) -> str:
    lines = []
    for backend in found:
        for result in backend.results:
            if result.is_met is False:
                ratio = statistics.median(result.ratios)
                lines.append(f"- {backend.label}: {result.route.name}: {ratio:.1f} instead of {result.route.target:g}")
        start = backend.start
        for what, value, most in (
            ("seconds to the first page", start.portal, COLD_START),
            ("MiB after the largest feed", max(start.memory_gzip, start.memory_identity), MEMORY),
        ):
            if value > most:
                lines.append(f"- {backend.label}: {what}: {value:.1f} instead of {most:g}")
    return "\n".join(lines or ["Every target is met."]) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
