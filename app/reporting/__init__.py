"""What leaves the house as proof: packs of everything that shows an event took place."""

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.panels import Panel
from app.core.panels import add as add_panels
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages, and the way to them from an event's page."""
    from app.reporting.packs import erasure as _restricting  # noqa: F401 - what follows when a person is erased
    from app.reporting.packs import jobs as _jobs  # noqa: F401 - bodies of its jobs
    from app.reporting.packs import queries, views

    app.register_blueprint(views.bp)
    add_panels(app, Panel("event", "reporting/packs/_of_event.html", queries.of_event_page, place="aside", order=60))
    records.add(
        app,
        Kind("pack_order", _l("Order of a proof pack")),
        Kind("proof_pack", _l("Proof pack"), lambda keys: _pack_urls(queries.events_of(keys))),
        Kind("pack_restriction", _l("Restriction of a proof pack")),
    )


def _pack_urls(events: dict[int, int]) -> dict[int, str]:
    return {key: url_for("packs.index", event_id=event_id, _anchor=f"pack-{key}") for key, event_id in events.items()}
