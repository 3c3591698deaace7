"""People outside the portal read their mails and the pages behind their links in more languages than the portal has.

Whoever signs a memorandum does so in a language that memoranda are written in. What such a person reads, and nothing
else, is in the catalogues ``outside.po``; a language is spoken outside where there is one, or where it is active.

Pages on which a draft is negotiated are in the portal's own languages: who negotiates writes to people who read those.
"""

from flask import g, session

from app.core import portal
from app.core.access import current_actor
from app.core.i18n import Language
from app.core.templating import read_in_language
from app.extensions import babel


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
    """
    own = g.outside_language = spoken(code)
    chosen = spoken(session.get("language"))
    if own is not None and not (chosen and chosen.active) and not current_actor().is_authenticated:
        read_in_language(own)


def offered() -> list[Language]:
    """The languages of the menu: those of the portal, and that of the link by which somebody came."""
    outside = g.get("outside_language")
    return [one for one in portal.consortium().languages if one.active or one == outside]


def is_outside() -> bool:
    """Whether this page is behind such a link."""
    return "outside_language" in g
