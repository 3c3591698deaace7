"""The portal: ``create_app`` is its table of contents."""

from flask import Flask

from app.config import ROOT, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from ``settings``, or from the environment.

    Raises ``SettingsError`` when a production portal lacks what it needs, and ``RuntimeError`` when a view says nothing
    about who may open it.
    """
    from app import (
        accounts,
        clusters,
        core,
        dashboard,
        engagement,
        events,
        feeds,
        microcredentials,
        mou,
        operations,
        reporting,
        stakeholders,
        valorisation,
    )

    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder="static/dist", static_url_path="/static"
    )
    core.init_app(app, settings or Settings.from_environment())
    features = (
        *(accounts, stakeholders, microcredentials, clusters, events, mou, engagement, valorisation),
        *(feeds, dashboard, reporting, operations),
    )
    for feature in features:
        feature.init_app(app)
    core.seal(app)
    return app
