"""Organisations and people: who takes part, under which names, and who spoke for whom."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.access import Permission
from app.core.navigation import Entry, add


def init_app(app: Flask) -> None:
    """Attach the feature's pages and its entries in the frame."""
    from app.stakeholders import people_views, views
    from app.stakeholders.listing import language_label, region_name

    app.jinja_env.globals.update(region_name=region_name, language_label=language_label)
    app.register_blueprint(people_views.bp)
    app.register_blueprint(views.bp)
    add(
        app,
        Entry(
            "registers",
            "stakeholders.index",
            _l("Stakeholders"),
            "people",
            order=40,
            shows=lambda actor: actor.may(Permission.STAKEHOLDER_READ),
        ),
        Entry(
            "registers",
            "people.index",
            _l("People"),
            "person-vcard",
            order=45,
            shows=lambda actor: actor.may(Permission.PERSON_READ),
        ),
    )
