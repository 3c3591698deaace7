"""Serves the portal with waitress, in which a slow client holds no thread: it may face a network without a buffer."""

import gc
import logging
import signal
from typing import Any

import click
from flask import Flask

from app.core import memory
from app.core.outbox import Worker
from app.operations.turns import Turns

# An answer up to this size waits in memory for a slow client, not in a temporary file; the largest feeds fit.
IN_MEMORY = 16 * 1024 * 1024


def serve(
    app: Flask, host: str, port: int, *, threads: int = 4, with_worker: bool = False, ready: str | None = None
) -> None:
    """Serve until interrupted; ``ready`` is printed once the port answers."""
    from waitress import create_server

    memory.keep_little()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        server: Any = create_server(
            Turns(app),
            host=host,
            port=port,
            threads=threads,
            ident="portal",
            # What a proxy says is believed only where the settings count proxies; else anybody could say it.
            clear_untrusted_proxy_headers=app.config["PORTAL"].trusted_proxies == 0,
            outbuf_overflow=IN_MEMORY,
        )
    except OSError as error:
        raise click.ClickException(f"Cannot serve at {host}:{port}: {error.strerror}.") from None
    worker = Worker(app) if with_worker else None
    if worker is not None:
        worker.start()
    signal.signal(signal.SIGTERM, _interrupt)
    gc.freeze()  # What the start made stays for good: without this, every full collection would walk through all of it.
    memory.give_back()
    if ready:
        click.echo(ready)
    try:
        server.run()
    finally:
        if worker is not None:
            worker.stop()
        server.close()


def _interrupt(_signal: int, _frame: object) -> None:
    raise SystemExit(0)
