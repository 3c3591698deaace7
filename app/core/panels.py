"""Parts of a record's page that features above the record's own put there: who knows whom goes only downwards.

The page of an organisation knows nothing of clusters; ``clusters`` adds a panel to it when it starts. The page's view
asks for its panels, and the template shows each in its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from app.core.access import Actor


@dataclass(frozen=True)
class Panel:
    """A part of the pages of one kind of record.

    ``page`` is the kind, by its table's name; ``place`` is ``actions`` (links and buttons at the head), ``wide`` (as
    wide as the page, where a page has room for it), ``main`` or ``aside``; ``facts`` gives what ``template`` shows of a
    record to an actor, or ``None`` where it shows nothing.
    """

    page: str
    template: str
    facts: Callable[[Actor, Any], Mapping[str, Any] | None]
    place: str = "main"
    order: int = 50


def add(app: Flask, *panels: Panel) -> None:
    """Put panels on the pages of ``app``."""
    known: list[Panel] = app.extensions.setdefault("panels", [])
    known.extend(panels)
    known.sort(key=lambda panel: panel.order)


def of(page: str, actor: Actor, record: Any) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """The panels of a record's page by place, in their order: pairs of template and facts."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {"actions": [], "wide": [], "main": [], "aside": []}
    for panel in current_app.extensions.get("panels", []):
        if panel.page == page:
            facts = panel.facts(actor, record)
            if facts is not None:
                found[panel.place].append((panel.template, facts))
    return found
