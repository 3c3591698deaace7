"""Asks a server the same thing again and again and times the answers.

Each request has a connection of its own, as when a calendar program polls; so it was measured with other portals, whose
servers close every connection.
"""

import selectors
import socket
import statistics
import time
from dataclasses import dataclass
from typing import Self

CLIENTS = 8
TIMEOUT = 60.0
RECEIVED_AT_ONCE = 1024 * 1024


@dataclass(frozen=True)
class Question:
    """What is asked for: a path of the server at a port of the loopback interface, with headers."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def octets(self) -> bytes:
        """The request as it is sent."""
        headers = [("Host", f"127.0.0.1:{self.port}"), ("Connection", "close"), *self.headers]
        lines = [f"GET {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join((*lines, "", "")).encode()


@dataclass
class Answer:
    """An answer as it arrives, until the server closes the connection."""

    connection: socket.socket
    head: bytes = b""
    size: int = 0
    complete: bool = False

    @classmethod
    def asked(cls, question: Question) -> Self:
        """Connect and ask."""
        connection = socket.create_connection(("127.0.0.1", question.port), TIMEOUT)
        connection.sendall(question.octets)
        return cls(connection)

    def receive(self, buffer: bytearray) -> None:
        """Take what has arrived."""
        count = self.connection.recv_into(buffer)
        if not count:
            self.complete = True
            if not self.head:
                raise ConnectionError("The server closed the connection without an answer.")
        if not self.head:
            # One send of the server's holds the whole head.
            self.head, _end, body = bytes(buffer[:count]).partition(b"\r\n\r\n")
            count = len(body)
        self.size += count

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.head.split(b" ", 2)[1])

    def header(self, name: str) -> str:
        """The value of a header. Raises ``KeyError`` without it."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {key.lower(): value for key, _colon, value in (line.partition(": ") for line in lines)}[name.lower()]


def fetch(question: Question) -> Answer:
    """Ask and wait for the whole answer."""
    answer, buffer = Answer.asked(question), bytearray(RECEIVED_AT_ONCE)
    while not answer.complete:
        answer.receive(buffer)
    answer.connection.close()
    return answer


def latency(question: Question, seconds: float, least: int = 3, most: int = 50) -> float:
    """The median time one client waits for an answer, in milliseconds, of ``least`` to ``most`` requests."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < least or (len(times) < most and time.perf_counter() < until):
        started = time.perf_counter()
        fetch(question)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def throughput(question: Question, seconds: float) -> tuple[int, float]:
    """How many requests eight clients got answered, each of them completely, and within how many seconds."""
    buffer = bytearray(RECEIVED_AT_ONCE)
    done = 0
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:

        def ask() -> None:
            answer = Answer.asked(question)
            selector.register(answer.connection, selectors.EVENT_READ, answer)

        for _client in range(CLIENTS):
            ask()
        while selector.get_map():
            for key, _events in selector.select(TIMEOUT):
                key.data.receive(buffer)
                if key.data.complete:
                    selector.unregister(key.fileobj)
                    key.data.connection.close()
                    done += 1
                    if time.perf_counter() - started < seconds:
                        ask()
    return done, time.perf_counter() - started
