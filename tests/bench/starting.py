"""How a portal starts: how long it takes, what it loads, how much memory it takes and keeps."""

import re
import statistics
import subprocess
import sys
from dataclasses import dataclass

from app.config import ROOT
from tests.bench.load import Question, fetch
from tests.bench.routes import GZIP, WHOLE_FEED
from tests.bench.server import Server

# Libraries that cost time or memory, and that most requests have no use for.
HEAVY = (
    "alembic",
    "openpyxl",
    "qrcode",
    "icalendar",
    "webauthn",
    "obstore",
    "PIL",
    "babel",
    "sqlalchemy",
    "flask_security",
)
LINE = re.compile(r"import time:\s+\d+ \|\s+(\d+) \| +(\S+)")


@dataclass(frozen=True)
class Start:
    """Seconds from the start of a process to its first answered page, and its memory in MiB at four moments."""

    bare: float
    portal: float
    memory_bare: float
    memory_first: float
    memory_gzip: float
    memory_identity: float


def measure(settings: dict[str, str], times: int) -> Start:
    """Start the bare route and the portal ``times`` times in turn; the last portal then sends the largest feed."""
    bare: list[float] = []
    portal: list[float] = []
    memory_bare, memory = 0.0, [0.0, 0.0, 0.0]
    for number in range(times):
        with Server.bare() as server:
            bare.append(server.cold_start)
            memory_bare = server.memory
        with Server.portal(settings) as server:
            portal.append(server.cold_start)
            if number == times - 1:
                memory = _memory(server)
    return Start(statistics.median(bare), statistics.median(portal), memory_bare, *memory)


def _memory(server: Server) -> list[float]:
    memory = [server.memory]
    for headers in (GZIP, ()):
        for _time in range(3):
            fetch(Question(server.port, WHOLE_FEED, headers))
        memory.append(server.memory)
    return memory


def imports(settings: dict[str, str]) -> dict[str, float | None]:
    """Milliseconds that each heavy library takes to load when a portal starts; ``None`` for one that stays unloaded."""
    program = "import waitress; from app.cli import _app; import app.operations.serving; _app()"
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program],
        cwd=ROOT,
        env={"PATH": "", **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    taken = {name: int(microseconds) / 1000 for microseconds, name in LINE.findall(told.stderr)}
    return {name: taken.get(name) for name in HEAVY}
