"""What the rail, the tab bar, the account menu and the foot offer; each feature adds its own entries when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l

from app.core.access import Actor, current_actor

GROUPS = {"today": _l("Today"), "registers": _l("Registers"), "overview": _l("Overview")}


@dataclass(frozen=True)
class Entry:
    """A link of the portal's frame.

    ``place`` is ``today``, ``registers``, ``overview``, ``tab``, ``account`` or ``foot``; ``shows`` decides by actor;
    ``action`` is the long label of the tab that wide screens show as a button; ``post`` sends a form.
    """

    place: str
    endpoint: str
    label: Any
    icon: str = ""
    order: int = 50
    shows: Callable[[Actor], bool] = lambda actor: True
    action: Any = None
    post: bool = False


def add(app: Flask, *entries: Entry) -> None:
    """Offer entries in the frame of ``app``."""
    known = app.extensions.setdefault("navigation", [])
    known.extend(entries)
    known.sort(key=lambda entry: entry.order)


def links(place: str) -> list[dict[str, Any]]:
    """The entries of a place that this actor is shown, with their addresses."""
    actor = current_actor()
    here = (request.endpoint or "").partition(".")[0]
    entries = [entry for entry in current_app.extensions.get("navigation", []) if entry.place == place]
    # A page that has no entry of its own belongs to the register of its feature.
    is_entered = any(entry.endpoint == request.endpoint for entry in entries)
    return [
        {
            "endpoint": entry.endpoint,
            "url": url_for(entry.endpoint),
            "label": entry.label,
            "icon": entry.icon,
            "action": entry.action,
            "post": entry.post,
            "count": None,
            "current": request.endpoint == entry.endpoint or (not is_entered and entry.endpoint == f"{here}.index"),
        }
        for entry in entries
        if entry.shows(actor)
    ]


def groups() -> list[dict[str, Any]]:
    """The rail: its groups with what is in them; empty ones are left out."""
    found = ({"key": key, "label": label, "entries": links(key)} for key, label in GROUPS.items())
    return [{**group, "items": group["entries"]} for group in found if group["entries"]]


def init_navigation(app: Flask) -> None:
    """Give templates the frame's links."""
    app.jinja_env.globals.update(
        navigation=groups,
        tabs=lambda: links("tab"),
        account_links=lambda: links("account"),
        footer_links=lambda: links("foot"),
    )
