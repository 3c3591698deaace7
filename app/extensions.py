"""Flask extensions, created here and initialised in ``create_app``: no feature has to import the application."""

from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g
from flask_babel import Babel, Domain, get_locale
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session


def locale_now() -> Locale | None:
    """What Flask-Babel's ``get_locale`` answers, asked hundreds of times a page; ``None`` outside of an application.

    It goes through the proxy of the context three times a call; where the locale is known already, this goes once.
    """
    try:
        known: Locale | None = g._flask_babel.babel_locale
    except (AttributeError, RuntimeError):
        known = None
    return known or get_locale()


# The catalogue of what people outside the portal read; there is one in more languages than the portal speaks.
OUTSIDE = "outside"


class Catalogues(Domain):
    """The portal's words in every language, each catalogue read once."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)  # type: ignore[no-untyped-call]
        self._by_locale: dict[Locale, NullTranslations] = {}
        self._spoken_outside: dict[str, bool] = {}

    def speaks_outside(self, locale: str) -> bool:
        """Whether there are words in a locale for people outside the portal."""
        if locale not in self._spoken_outside:
            self._spoken_outside[locale] = isinstance(self._outside(locale), Translations)
        return self._spoken_outside[locale]

    def _outside(self, locale: Locale | str) -> NullTranslations:
        return Translations.load(self.translation_directories[0], [str(locale)], OUTSIDE)

    def get_translations(self) -> NullTranslations:
        """The catalogue of the reader's locale; an empty one where there is no application to have one."""
        locale = locale_now()
        found = self._by_locale.get(locale) if locale else None
        if found is None:
            found = super().get_translations()  # type: ignore[no-untyped-call]
            outside = self._outside(locale) if locale and self.speaks_outside(str(locale)) else None
            if isinstance(outside, Translations):
                found = _one_of(outside, found)
            if locale:
                self._by_locale[locale] = found
        return found


def _one_of(outside: Translations, whole: NullTranslations) -> Translations:
    """The words for people outside, and those of the portal, which go before them."""
    one = Translations()
    one.merge(outside)
    one.plural = outside.plural
    if isinstance(whole, Translations) and whole.files:
        one.merge(whole)
        one.plural = whole.plural
    return one


class Speech(Babel):
    """Flask-Babel, which by itself would read the reader's catalogue anew with every request."""

    @cached_property
    def domain_instance(self) -> Catalogues:
        """The catalogues, kept as long as the process runs."""
        return Catalogues("messages")


class Database:
    """The engine of an application, and a session for each of its contexts, closed when that ends.

    Flask-SQLAlchemy-Lite does as much and brings what asynchronous programs and tests need: 3 MiB in every process
    (ADR 021).
    """

    def __init__(self) -> None:
        self._engines: WeakKeyDictionary[Flask, Engine] = WeakKeyDictionary()

    def init_app(self, app: Flask, **options: Any) -> None:
        """Give the application its engine, made with these options of ``create_engine``."""
        self._engines[app] = create_engine(**options)
        app.extensions["sqlalchemy"] = self
        app.teardown_appcontext(self._close)

    @property
    def engine(self) -> Engine:
        """The engine of the current application."""
        return self._engines[current_app._get_current_object()]  # type: ignore[attr-defined]

    @property
    def engines(self) -> dict[str, Engine]:
        """The same as Alembic asks for it, by name."""
        return {"default": self.engine}

    @property
    def session(self) -> Session:
        """The session of the current context, which begins when it is first asked for."""
        session: Session | None = g.get("database_session")
        if session is None:
            session = g.database_session = Session(self.engine)
        return session

    def _close(self, _error: BaseException | None) -> None:
        session: Session | None = g.pop("database_session", None)
        if session is not None:
            session.close()


db = Database()
babel = Speech()  # type: ignore[no-untyped-call]
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)
