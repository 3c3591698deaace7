"""The catalogue of micro-credentials, and the links by which every other record concerns them."""

from collections.abc import Sequence

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.navigation import Entry, add
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages and its entry in the frame."""
    from app.microcredentials import import_views, names, queries, views
    from app.microcredentials import public_texts as _public_texts  # noqa: F401 - what privacy looks through
    from app.microcredentials.forms import MicroCredentialForm

    app.jinja_env.globals.update(
        codes_in=queries.codes_in, isced_name=names.isced_name, target_group_name=names.target_group_name
    )
    app.register_blueprint(import_views.bp)
    app.register_blueprint(views.bp)
    records.add(
        app,
        Kind("microcredential", _l("Micro-credential"), _pages, MicroCredentialForm),
        Kind("microcredential_developer", _l("Part in developing a micro-credential")),
        Kind("learning_outcome", _l("Learning outcome")),
        Kind("assessment", _l("Assessment")),
    )
    add(
        app,
        Entry("registers", "microcredentials.index", _l("Micro-credentials"), icon="mortarboard", order=30),
        Entry("tab", "microcredentials.index", _l("MCs"), "mortarboard", order=20),
    )


def _pages(keys: Sequence[int]) -> dict[int, str]:
    from app.microcredentials import queries

    return {key: url_for("microcredentials.show", code=code) for key, code in queries.codes_of(keys).items()}
