"""What every feature stands on; nothing in here knows a feature."""

import logging
import zoneinfo
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from app import extensions
from app.config import ROOT, Profile, Settings
from app.core import (
    access,
    clock,
    cookies,
    database,
    mail,
    navigation,
    offline,
    outbox,
    outside,
    pages,
    rendering,
    templating,
    web,
)
from app.core.addresses import Address
from app.core.consortium import read_consortium
from app.core.files import FileStore


def init_app(app: Flask, settings: Settings) -> None:
    """Set the application up: settings, extensions, the request's edge, templates, static files."""
    zoneinfo.reset_tzpath(())  # the pinned time zone data, not what the machine happens to have
    consortium = read_consortium(settings.consortium)
    app.config.update(
        PORTAL=settings,
        CONSORTIUM=consortium,
        TESTING=settings.profile is Profile.TEST,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_upload,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        BABEL_DEFAULT_TIMEZONE=consortium.zone,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.extensions["files"] = FileStore(settings.files_url)
    clock.reckon_with(settings.as_of or (consortium.demo_as_of if settings.is_demo else None), consortium.zone)
    app.jinja_environment = rendering.Templates
    app.session_interface = cookies.SessionCookie(app)
    app.url_rule_class = Address
    # Nothing here is asynchronous; Flask would look at the code of every hook and view in every request.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    extensions.db.init_app(app, **database.engine_options(settings.database_url))
    with app.app_context():
        database.prepare_engine(extensions.db.engine)
    extensions.babel.init_app(app, locale_selector=templating.reader_locale)  # type: ignore[no-untyped-call]
    extensions.limiter.init_app(app)
    # Who needs it asks it (accounts.limits); its own hooks would look through its rules with every request.
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks.clear()
    extensions.csrf.init_app(app)
    templating.init_templating(app)
    app.jinja_env.globals.update(languages_offered=outside.offered, is_read_outside=outside.is_outside)
    navigation.init_navigation(app)
    offline.init_offline(app)
    web.init_web(app)
    outbox.handles(mail.SEND)(mail.deliver)
    app.register_blueprint(pages.bp)
    logging.getLogger("app").setLevel(logging.INFO)
    app.wsgi_app = _served(app, settings)  # type: ignore[method-assign]


def _served(app: Flask, settings: Settings) -> Any:
    wsgi: Any = app.wsgi_app
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        wsgi = ProxyFix(wsgi, x_for=count, x_proto=count, x_host=count)
    static = WhiteNoise(wsgi, max_age=60, immutable_file_test=r"^.+-[0-9A-Za-z]{8,}\.\w+$", allow_all_origins=False)
    if app.static_folder:
        static.add_files(app.static_folder, prefix=f"{app.static_url_path}/")
    return static


def seal(app: Flask) -> None:
    """Check, once everything is registered, that every view says who may open it."""
    access.refuse_unmarked_views(app, trusted={"static", "security"})
