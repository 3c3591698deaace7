"""Leaves two libraries unread until somebody needs them: py_webauthn, and cryptography.

Flask-Security reads py_webauthn as soon as it is read itself, and with it OpenSSL and every format of attestation:
0.1 s and 12 MiB in processes of which few ever see a passkey. Passlib does the same with cryptography, another 6 MiB,
to lock the secrets of authenticator apps. Where such a library is not installed, both go on without its names, since
only what needs it uses them. So they are read as on such a machine, and are given the names before they are first used.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

from flask import Flask

PASSKEYS, CIPHERS = "webauthn", "cryptography"
# Which modules go on without a library, by its name.
IN_NEED = {PASSKEYS: ("flask_security.webauthn", "flask_security.webauthn_util"), CIPHERS: ("passlib.totp",)}
PAGES = "security.wan_"


def read_without() -> None:
    """Read Flask-Security without the libraries; for before anything else imports it."""
    with _absent(PASSKEYS), _absent(CIPHERS):
        import_module("flask_security")


@contextmanager
def _absent(library: str) -> Iterator[None]:
    """A library that was not read yet cannot be, within."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        yield
    finally:
        del sys.modules[library]


@cache
def supply(library: str) -> None:
    """Read a library and give whoever went without it its names. Takes effect once; later calls cost nothing.

    Each module is read a second time beside itself, and what the first reading lacks, or holds as ``None``, is taken
    over from it.
    """
    for name in IN_NEED[library]:
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(name)
        complete = module_from_spec(spec)
        spec.loader.exec_module(complete)
        lacking = vars(import_module(name))
        lacking.update({key: value for key, value in vars(complete).items() if lacking.get(key) is None})


def supply_pages(app: Flask) -> None:
    """Have the library read before the first page about passkeys is answered."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(PAGES):
            app.view_functions[endpoint] = _supplied(view)


def _supplied(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def page(**arguments: str) -> Any:
        supply(PASSKEYS)
        return view(**arguments)

    return page
