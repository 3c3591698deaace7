"""Rounds in which every route is measured right after the bare one, so that what slows the machine slows both."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa

from tests.bench.data import Cookies
from tests.bench.load import Question, fetch, latency, throughput
from tests.bench.routes import Route
from tests.bench.server import Server, cpu_of

BARE_SECONDS, SECONDS, LATENCY_SECONDS = 0.3, 0.5, 0.2
CHANGES = 8


class Figures(NamedTuple):
    """What one measurement gave: requests a second, milliseconds to wait, CPU milliseconds of the server a request."""

    rate: float
    wait: float
    cpu: float
    database_cpu: float = 0.0


@dataclass
class Result:
    """The rounds of one route and of the bare one before each of them."""

    route: Route
    status: int = 0
    size: int = 0
    rounds: list[tuple[Figures, Figures]] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Server CPU as a multiple of the bare route's, round by round."""
        return [mine.cpu / bare.cpu for bare, mine in self.rounds]

    def median(self, name: str) -> float:
        """The median of one figure over the rounds."""
        return statistics.median(getattr(mine, name) for _bare, mine in self.rounds)

    @property
    def is_met(self) -> bool | None:
        """Whether the median ratio keeps the target; ``None`` where there is none."""
        return None if self.route.target is None else statistics.median(self.ratios) <= self.route.target


@dataclass
class Portal:
    """A served portal, the browsers that know it, and its database; ``change`` changes an event in a feed of 5,000."""

    server: Server
    cookies: Cookies
    database: sa.URL
    change: Callable[[], None]

    def database_cpu(self) -> dict[int, float]:
        """Processor time so far, in seconds, of the database's processes that work for the portal, as far as seen."""
        if self.database.get_backend_name() != "postgresql":
            return {}
        engine = sa.create_engine(self.database, poolclass=sa.NullPool)
        wanted = sa.text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        with engine.connect() as connection:
            pids = connection.scalars(wanted).all()
        return {pid: _seen_cpu(pid) for pid in pids}


def _seen_cpu(pid: int) -> float:
    try:
        return cpu_of(pid)
    except FileNotFoundError:  # PostgreSQL runs on another machine, or the process has just ended.
        return 0.0


def run(
    bare: Server,
    small: Portal,
    large: Portal,
    *,
    routes: Sequence[Route],
    rounds: int,
    tell: Callable[[str], None],
) -> list[Result]:
    """Measure all routes, round by round."""
    results = [Result(route) for route in routes]
    hello = Question(bare.port, "/")
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}")
        for result in results:
            portal = large if result.route.is_large else small
            question = result.route.question(portal.server.port, portal.cookies)
            answer = fetch(question)
            result.status, result.size = answer.status, answer.size
            reference = _steady(bare, hello, BARE_SECONDS)
            mine = _changing(portal, question) if result.route.changes else _of(portal, question)
            result.rounds.append((reference, mine))
    return results


def _of(portal: Portal, question: Question) -> Figures:
    before = portal.database_cpu()
    figures, requests = _counted(portal.server, question, SECONDS)
    spent = sum(cpu - before.get(pid, 0.0) for pid, cpu in portal.database_cpu().items())
    return figures._replace(database_cpu=spent / requests * 1000)


def _steady(server: Server, question: Question, seconds: float) -> Figures:
    return _counted(server, question, seconds)[0]


def _counted(server: Server, question: Question, seconds: float) -> tuple[Figures, int]:
    wait = latency(question, LATENCY_SECONDS)
    before = server.cpu
    requests, elapsed = throughput(question, seconds)
    figures = Figures(requests / elapsed, wait, (server.cpu - before) / requests * 1000)
    return figures, requests


def _changing(portal: Portal, question: Question) -> Figures:
    """One request after each change, which another process makes; what the change costs is not counted."""
    waits, spent, database = [], 0.0, 0.0
    for _change in range(CHANGES):
        portal.change()
        before, database_before = portal.server.cpu, portal.database_cpu()
        waits.append(latency(question, 0, least=1, most=1))
        spent += portal.server.cpu - before
        database += sum(cpu - database_before.get(pid, 0.0) for pid, cpu in portal.database_cpu().items())
    rate, wait = 1000 / statistics.mean(waits), statistics.median(waits)
    return Figures(rate, wait, spent / CHANGES * 1000, database / CHANGES * 1000)
