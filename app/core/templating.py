"""What templates may use: assets, languages, dates in the reader's locale, translated content, rights."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import format_date, format_datetime, get_locale, refresh
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from app.config import ROOT, Settings
from app.core import clock, portal, rendering, veil
from app.core.access import current_actor
from app.core.compiled import Compiled
from app.core.consortium import Consortium
from app.core.i18n import SOURCE_LANGUAGE, Language, read_in
from app.core.phones import dialled
from app.extensions import locale_now

MOST_DAYS = 10_000
SMALL = 1024 * 1024  # bytes, below which a size is told in kilobytes
# How many parts of pages are kept, how many letters in all, and how many one of them may have; most have some hundred.
MOST_KEPT, MOST_LETTERS, LARGEST_KEPT = 4_000, 4_000_000, 40_000
# What stands for the CSRF token in a part that is kept for every session.
TOKEN = "csrf-token-of-this-session"  # noqa: S105
# Where a request notes whom and where its parts are for.
READER = "portal.reader"
# Lists of what happened have a day in every line, and writing one out is slow.
_short_days: dict[tuple[Locale | None, date], str] = {}


def init_templating(app: Flask) -> None:
    """Give the application's templates their globals and filters."""
    settings: Settings = app.config["PORTAL"]
    consortium: Consortium = app.config["CONSORTIUM"]
    manifest = _manifest(Path(app.static_folder or ""))

    def asset(name: str) -> str:
        return f"{app.static_url_path}/{manifest.get(name, name)}"

    app.extensions.update({"kept": {}, "kept letters": Counter(), "csrf tokens": {}})
    app.jinja_env.globals.update(
        kept=kept,
        token_mark=TOKEN,
        _=rendering.gettext,
        gettext=rendering.gettext,
        ngettext=rendering.ngettext,
        asset=asset,
        consortium=consortium,
        is_demo=settings.is_demo,
        max_upload=settings.max_upload,
        as_of=clock.as_of,
        today=lambda: clock.today(consortium.zone),
        lang=lambda: reader_language().html,
        may=lambda permission, record=None: current_actor().may(permission, record),
        tr=tr,
        plain_tr=plain_tr,
        country_name=country_name,
        language_name=language_name,
        get_locale=get_locale,
        html_lang=lambda code: _html_lang(consortium, code),
        with_args=with_args,
    )
    app.jinja_env.filters.update(
        dialled=dialled,
        day=day,
        day_short=day_short,
        month_short=month_short,
        weekday=weekday,
        moment=moment,
        number=number,
        size=size,
        clock=time_of_day,
        with_token=with_token,
        embedded=embedded,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = Compiled(ROOT / "templates" / "__pycache__", app.jinja_env)
    # A processor, because Flask-WTF hands its own function on in this way, which goes before what is global.
    app.context_processor(lambda: {"actor": current_actor(), "csrf_token": csrf_token})


def _manifest(folder: Path) -> dict[str, str]:
    file = folder / "manifest.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def reader_language() -> Language:
    """The language of this request's reader; looked up when it is first asked for, since feeds have no reader.

    Outside a request, as in a job or a command, it is the source language.
    """
    language: Language | None = g.get("language")
    if language is None:
        consortium = portal.consortium()
        if not has_request_context():
            return consortium.by_language[SOURCE_LANGUAGE]
        language = g.language = select_language(consortium)
    return language


def read_in_language(language: Language) -> None:
    """Have this request's reader read in a language that its page has words of, with its dates and numbers.

    It need not be active: what comes from the catalogues is in ``SOURCE_LANGUAGE`` then, and has to be marked as such.
    """
    g.language = language
    refresh()


def reader_locale() -> Locale:
    """The locale of the reader's language: one object for all requests, because each object reads its data anew."""
    return _locale(reader_language().locale)


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def select_language(consortium: Consortium) -> Language:
    """Choose the reader's language: as chosen in this browser or on signing in, else as the browser asks."""
    active = {language.code: language for language in consortium.languages if language.active}
    chosen = session.get("language")
    if chosen in active:
        return active[chosen]
    by_tag = {language.html.lower(): language for language in active.values()} | {
        "no": active.get("nb", active[SOURCE_LANGUAGE]),
        "nn": active.get("nb", active[SOURCE_LANGUAGE]),
    }
    for tag, quality in request.accept_languages:
        if not quality:
            continue
        for wanted in (tag.lower(), tag.lower().partition("-")[0]):
            if wanted in by_tag:
                return by_tag[wanted]
    return active[SOURCE_LANGUAGE]


def kept(name: str, *facts: Any, keep: bool = True, caller: Callable[[], Markup]) -> Markup:
    """Give a part of a page as it was rendered before, with the same facts; it is called around what they decide.

    What is inside may follow from the facts, the reader's language and roles, the view and the address the portal is
    mounted at, and from nothing else: not from the record at hand, the day, the session or the rest of the address,
    unless that is among the facts. Dictionaries and rows are facts by what they hold. With ``keep`` false, as for what
    somebody typed and nobody will type again, it is rendered and forgotten. Only for pages: mails have no request.
    """
    if not keep or veil.is_drawn():  # What a veil hides may change with any record.
        return caller()
    parts: dict[tuple[Any, ...], Markup] = current_app.extensions["kept"]
    given = request.environ.get(READER)
    if given is None:
        given = request.environ[READER] = (current_actor().grants, request.endpoint, request.root_url)
    key = (name, reader_language().code, given, *map(_held, facts))
    part = parts.get(key)
    if part is None:
        part = caller()
        if len(part) <= LARGEST_KEPT:
            letters: Counter[str] = current_app.extensions["kept letters"]
            if len(parts) >= MOST_KEPT or letters.total() > MOST_LETTERS:
                parts.clear()
                letters.clear()
            parts[key] = part
            letters[name] += len(part)
    return part


def csrf_token() -> str:
    """The token of this session, signed once: signing it anew for each page takes as long as a query."""
    signed: dict[str, str] = current_app.extensions["csrf tokens"]
    token = signed.get(session.get("csrf_token", ""))
    if token is None:
        token = generate_csrf()
        if len(signed) >= MOST_KEPT:
            signed.clear()
        signed[session["csrf_token"]] = token
    return token


def with_token(part: Markup) -> Markup:
    """A kept part with forms: in place of ``TOKEN`` they get the token of this session."""
    return part.replace(TOKEN, csrf_token())


def _held(fact: Any) -> Any:
    try:
        hash(fact)
    except TypeError:  # It holds dictionaries or lists, which are facts by what is in them.
        return tuple(map(_held, fact.items() if isinstance(fact, dict) else fact))
    return fact


def tr(texts: dict[str, str] | None, default: str = "") -> Markup:
    """A translated content text for this reader, with its language marked and a note where it is a fallback."""
    language = reader_language()
    reading = read_in(texts, language.code)
    if reading is None:
        return escape(default)
    if not reading.is_fallback:
        return escape(reading.text)
    return Markup('<span class="fallback" lang="{}">{}</span>').format(
        _html_lang(portal.consortium(), reading.language), reading.text
    )


def plain_tr(texts: dict[str, str] | None, default: str = "") -> str:
    """A translated content text for this reader as plain text, for attributes and titles."""
    reading = read_in(texts, reader_language().code)
    return reading.text if reading else default


def _html_lang(consortium: Consortium, code: str | None) -> str:
    """The value of ``lang`` for a content language."""
    language = consortium.by_language.get(code or "")
    return language.html if language else (code or "")


def country_name(code: str | None) -> str:
    """A country's name in the reader's language, as CLDR has it."""
    if not code:
        return ""
    locale = locale_now()
    return _territories(locale).get(code, code) if locale else code


def language_name(code: str) -> str:
    """A language in the reader's language: as CLDR has it, which lacks some, else as the consortium calls it there.

    Where somebody chooses the language they read or write in, each is called by its own name instead (its ``label``).
    """
    locale, language = locale_now(), portal.consortium().by_language.get(code)
    named = _languages(locale).get(code.partition("-")[0]) if locale else None
    if named or language is None:
        return named or code
    return language.name.get(reader_language().code) or language.name.get(SOURCE_LANGUAGE) or language.label


@cache
def _languages(locale: Locale) -> dict[str, str]:
    return dict(locale.languages)


@cache
def _territories(locale: Locale) -> dict[str, str]:
    return dict(locale.territories)


def day(value: date | datetime | None) -> str:
    """A date in full: 12 May 2025."""
    return format_date(value, "long", rebase=False) if value else ""


def day_short(value: date | datetime | None) -> str:
    """Day and month: 12 May."""
    if not value:
        return ""
    locale, day = locale_now(), value.date() if isinstance(value, datetime) else value
    short = _short_days.get((locale, day))
    if short is None:
        if len(_short_days) >= MOST_DAYS:
            _short_days.clear()
        short = _short_days[locale, day] = format_date(day, _("d MMM"), rebase=False)
    return short


def month_short(value: date) -> str:
    """A month and its year, for the scale of a drawing: 05/25."""
    return f"{value:%m/%y}"


def weekday(value: date) -> str:
    """A date with its day of the week: Monday, 12 May 2025."""
    return str(format_date(value, "full", rebase=False))


def moment(value: datetime | None, zone: str | None = None) -> str:
    """An instant as date and time to the minute, in ``zone`` or the consortium's."""
    if value is None:
        return ""
    local = _in(value, zone)
    return f"{format_date(local, 'medium', rebase=False)}, {format_datetime(local, 'HH:mm', rebase=False)}"


def time_of_day(value: datetime | None, zone: str | None = None) -> str:
    """The time of an instant, in ``zone`` or the consortium's: 14:00."""
    return format_datetime(_in(value, zone), "HH:mm", rebase=False) if value else ""


def _in(value: datetime, zone: str | None) -> datetime:
    return value.astimezone(ZoneInfo(zone or portal.consortium().zone))


def number(value: float | None) -> str:
    """A number as the reader's locale writes it."""
    if value is None:
        return ""
    # Up to here nothing is grouped, and every language of the portal writes these digits.
    if isinstance(value, int) and 0 <= value < 1000:
        return str(value)
    return _grouped(value, str(locale_now() or SOURCE_LANGUAGE))


@lru_cache(maxsize=1024)
def _grouped(value: float, locale: str) -> str:
    # Babel reads the locale's pattern anew for every number, which takes as long as a statement to the database.
    return format_decimal(value, locale=locale)


def size(count: int) -> str:
    """A number of bytes in megabytes, small ones in whole kilobytes, as the reader's locale writes them."""
    unit, number = ("kilobyte", max(1, round(count / 1024))) if count < SMALL else ("megabyte", count / 1024 / 1024)
    return format_unit(number, unit, format="#,##0.#", length="short", locale=locale_now() or SOURCE_LANGUAGE)


def embedded(facts: Any) -> Markup:
    """Facts as JSON for a ``script`` element: letters of every script as they are, nothing that could end it."""
    return htmlsafe_json_dumps(facts, dumps=partial(json.dumps, ensure_ascii=False, separators=(",", ":")))


def with_args(**changes: Any) -> str:
    """The address of this page with query arguments changed; ``None`` removes one."""
    arguments: Mapping[str, Any] = request.args.to_dict(flat=False) | changes
    kept = {name: value for name, value in arguments.items() if value is not None}
    here = request.script_root + request.path
    return f"{here}?{urlencode(kept, doseq=True)}" if kept else here
