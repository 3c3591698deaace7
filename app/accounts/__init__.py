"""People who sign in: accounts, roles, invitations, passkeys, sessions, and the secrets of calendar feeds."""

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.accounts import libraries
from app.core import records
from app.core.access import Permission
from app.core.list_page import VIEWS
from app.core.navigation import Entry, add
from app.core.records import Kind

libraries.read_without()


def init_app(app: Flask) -> None:
    """Attach the feature: the ways in, one's own account, the accounts of others."""
    from app.accounts import admin_views, entry_views, saved, saved_views, views
    from app.accounts.limits import init_limits
    from app.accounts.security import init_security
    from app.accounts.sessions import init_sessions

    init_limits(app)
    init_security(app)
    libraries.supply_pages(app)
    init_sessions(app)
    app.view_functions["security.forgot_password"] = entry_views.ask_reset
    for blueprint in (entry_views.bp, views.bp, saved_views.bp, admin_views.bp):
        app.register_blueprint(blueprint)
    records.add(
        app,
        Kind("user", _l("Account"), lambda keys: {key: url_for("accounts.show", user_id=key) for key in keys}),
        Kind("invitation", _l("Invitation to an account")),
        Kind("passkey", _l("Passkey")),
        Kind("role_grant", _l("Role of an account")),
        Kind("saved_view", _l("Saved view")),
        Kind("user_session", _l("Session")),
    )
    app.extensions[VIEWS] = saved.of_list
    app.jinja_env.globals.update(demonstration_doors=entry_views.doors, nameless_page=entry_views.nameless_page)
    add(
        app,
        Entry("account", "account.show", _l("My account"), "person", order=10),
        Entry("account", "saved_views.index", _l("Saved views"), "bookmark", order=20),
        Entry(
            "account",
            "accounts.index",
            _l("Accounts and roles"),
            "people",
            order=40,
            shows=lambda actor: actor.may(Permission.ACCOUNT_MANAGE),
        ),
        Entry("account", "security.logout", _l("Sign out"), "box-arrow-right", order=99, post=True),
    )
