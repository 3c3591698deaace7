"""Server processes to measure, the bare route and the portal, both served by ``app.operations.serving``.

Run as ``python -m tests.bench.server PORT``, this module serves the bare route.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from flask import Flask

from app.config import ROOT, Settings

START_WITHIN = 60.0
PROC = Path("/proc")


def bare() -> Flask:
    """What everything is measured against: one route, five letters."""
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/", view_func=lambda: "hello")
    app.config["PORTAL"] = Settings.from_environment({"PORTAL_PROFILE": "test"})  # The server asks for some of it.
    return app


@dataclass
class Server:
    """A server process of one's own on a free port of the loopback interface; a context manager ends it."""

    command: list[str]
    settings: dict[str, str]
    port: int = 0

    @classmethod
    def bare(cls) -> Self:
        """The bare route."""
        port = _free_port()
        return cls([sys.executable, "-m", "tests.bench.server", str(port)], {}, port)

    @classmethod
    def portal(cls, settings: dict[str, str]) -> Self:
        """The portal as an operator starts it, with these ``PORTAL_`` variables."""
        port = _free_port()
        return cls([sys.executable, "-m", "app.cli", "serve", "--port", str(port)], settings, port)

    def __enter__(self) -> Self:
        started = time.perf_counter()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=kept | self.settings)
        self._wait(started)
        self.cold_start = time.perf_counter() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait(self, started: float) -> None:
        """Ask for the first page until it is there."""
        while time.perf_counter() - started < START_WITHIN:
            if self.process.poll() is not None:
                raise RuntimeError(f"{' '.join(self.command)} ended with {self.process.returncode}.")
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_WITHIN)
            try:
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.005)
            finally:
                connection.close()
        raise RuntimeError(f"{' '.join(self.command)} did not answer within {START_WITHIN:.0f} s.")

    @property
    def cpu(self) -> float:
        """Processor time of the process so far, user and system, in seconds."""
        return cpu_of(self.process.pid)

    @property
    def memory(self) -> float:
        """Resident memory of the process, in MiB."""
        status = (PROC / str(self.process.pid) / "status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def cpu_of(pid: int) -> float:
    """Processor time of a process and its threads, in seconds; nanoseconds where the kernel counts them."""
    folder = PROC / str(pid)
    try:
        counts = [int((task / "schedstat").read_text().split()[0]) for task in (folder / "task").iterdir()]
    except FileNotFoundError:
        counts = []
    if any(counts):
        return sum(counts) / 1e9
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    from app.operations.serving import serve

    serve(bare(), "127.0.0.1", int(sys.argv[1]))
