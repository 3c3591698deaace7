"""What an operator looks at: mail that left or stayed, jobs that failed."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.access import Permission
from app.core.navigation import Entry, add


def init_app(app: Flask) -> None:
    """Attach the feature's pages and their entries in the account menu."""
    from app.operations import views

    app.register_blueprint(views.bp)
    settings = app.config["PORTAL"]
    add(
        app,
        Entry(
            "account",
            "operations.mailbox",
            _l("Mailbox"),
            "envelope",
            order=60,
            shows=lambda actor: settings.is_demo or actor.may(Permission.OUTBOX_READ),
        ),
        # Whoever tries a demonstration without signing in looks for the mail with the link, too.
        Entry("foot", "operations.mailbox", _l("Mailbox"), "envelope", order=60, shows=lambda _actor: settings.is_demo),
        Entry(
            "account",
            "operations.jobs",
            _l("Jobs that failed"),
            "exclamation-triangle",
            order=61,
            shows=lambda actor: actor.may(Permission.OUTBOX_READ),
        ),
    )
