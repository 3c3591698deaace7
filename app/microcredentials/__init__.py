"""The catalogue of micro-credentials, and the links by which every other record concerns them."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.navigation import Entry, add


def init_app(app: Flask) -> None:
    """Attach the feature's pages and its entry in the frame."""
    from app.microcredentials import import_views, names, views

    app.jinja_env.globals.update(
        isced_name=names.isced_name, language_name=names.language_name, target_group_name=names.target_group_name
    )
    app.register_blueprint(import_views.bp)
    app.register_blueprint(views.bp)
    add(
        app,
        Entry("registers", "microcredentials.index", _l("Micro-credentials"), icon="mortarboard", order=30),
        Entry("tab", "microcredentials.index", _l("MCs"), "mortarboard", order=20),
    )
