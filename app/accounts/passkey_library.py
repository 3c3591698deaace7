"""Leaves the library for passkeys unread until somebody uses a passkey.

Flask-Security reads py_webauthn as soon as it is read itself, and with it OpenSSL and every format of attestation:
0.1 s and 12 MiB in processes of which few ever see a passkey. Where the library is not installed, Flask-Security goes
on without its names, since only the passkeys' own pages use them. So it is read as on such a machine, and is given the
names before the first of those pages is answered.
"""

import sys
from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

from flask import Flask

LIBRARY = "webauthn"
IN_NEED = ("flask_security.webauthn", "flask_security.webauthn_util")
PAGES = "security.wan_"


def read_without() -> None:
    """Read Flask-Security without the library; for before anything else imports it."""
    if LIBRARY in sys.modules:
        return
    sys.modules[LIBRARY] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        import_module("flask_security")
    finally:
        del sys.modules[LIBRARY]


@cache
def supply() -> None:
    """Read the library and give Flask-Security the names it went without. Takes effect once; later calls cost nothing.

    Each module is read a second time beside itself, and what the first reading lacks is taken over from it.
    """
    for name in IN_NEED:
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(name)
        complete = module_from_spec(spec)
        spec.loader.exec_module(complete)
        lacking = vars(import_module(name))
        for key, value in vars(complete).items():
            lacking.setdefault(key, value)


def supply_pages(app: Flask) -> None:
    """Have the library read before the first page about passkeys is answered."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(PAGES):
            app.view_functions[endpoint] = _supplied(view)


def _supplied(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def page(**arguments: str) -> Any:
        supply()
        return view(**arguments)

    return page
