"""People outside the portal read their mails and the pages behind their links in more languages than the portal has.

Whoever is asked to sign, to comment or to come does so in a language that memoranda are written in. What such a person
reads, and nothing else, is in the catalogues ``outside.po``; a language is spoken outside where there is one, or where
it is active. What a link leads to, as the notice on privacy, and what goes wrong on the way go on in that language.
"""

from collections.abc import Iterable

from flask import g, request, session

from app.core import portal
from app.core.access import current_actor
from app.core.i18n import Language
from app.core.templating import read_in_language
from app.extensions import babel

# The blueprints of pages for people without an account, who come to them by links or from a printed code.
FOR_OUTSIDERS: set[str] = set()


def spoken(code: str | None) -> Language | None:
    """The language of a code, where people outside are spoken to in it."""
    language = portal.consortium().by_language.get(code or "")
    if language is None:
        return None
    is_spoken = language.active or babel.domain_instance.speaks_outside(language.locale)
    return language if is_spoken else None


def speak(code: str) -> None:
    """Have a page behind a link speak the language of the link, and offer it beside the portal's own.

    What this browser chose goes before it where the whole portal speaks it, and so does what somebody who is signed in
    reads in. Another language is that of another link: it is no choice, and the menu of this page does not offer it.
    What is opened next goes on in this one (``go_on``).
    """
    own = g.outside_language = spoken(code)
    chosen = spoken(session.get("language"))
    if own is not None and not (chosen and chosen.active) and not current_actor().is_authenticated:
        if not own.active and chosen != own:
            session["language"] = own.code
        read_in_language(own)


def go_on() -> None:
    """Have a page that is not behind a link, but of which ``outside.po`` has every word, go on as the last link spoke.

    Where a link is not known (yet), as the browser asks. Whoever reads in a language of the portal notices nothing.
    """
    if is_outside():
        return
    language = spoken(session.get("language"))
    if language is None and request.blueprint in FOR_OUTSIDERS:
        accepted = [tag for tag, quality in request.accept_languages if quality]
        known = [one for one in portal.consortium().languages if spoken(one.code)]
        language = first_of((request.args.get("lang"), *accepted), known)
    if language is not None and not language.active and not current_actor().is_authenticated:
        speak(language.code)


def first_of(wanted: Iterable[str | None], languages: Iterable[Language]) -> Language | None:
    """The first wanted language, by its code or as browsers name it, that is among these.

    One that is not among them counts as the one whose locale it shares: Montenegrin as Serbian.
    """
    by_code = {language.code: language for language in languages}
    by_locale = {_base(language.locale): language for language in reversed(by_code.values())}
    known = portal.consortium().by_language
    for one in filter(None, wanted):
        found = by_code.get(one) or by_locale.get(_base(known[one].locale if one in known else one))
        if found is not None:
            return found
    return None


def _base(locale: str) -> str:
    return locale.replace("-", "_").partition("_")[0].lower()


def offered() -> list[Language]:
    """The languages of the menu: those of the portal, and that of the link by which somebody came."""
    outside = g.get("outside_language")
    return [one for one in portal.consortium().languages if one.active or one == outside]


def is_outside() -> bool:
    """Whether this page is behind such a link, or goes on as one spoke."""
    return "outside_language" in g
