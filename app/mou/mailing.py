"""What the parties are written when a memorandum ends before its time, each in the language they signed in."""

from datetime import date
from typing import Any

from babel.dates import format_date

from app.core import mail, portal
from app.core.i18n import read_in
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou.models import Mou, MouTermination
from app.mou.queries import reference_of
from app.mou.signing.queries import in_office
from app.mou.wordings import words


def tell_ends(mou: Mou, said: MouTermination) -> list[str]:
    """Write to everybody who signed for a party, each mailbox once; answers their names.

    The sentences are those of documents, so that the mail is in the language somebody signed in, whether the portal has
    it or not.
    """
    told: dict[str, str] = {}
    for one in in_office(mou):
        if one.email in (None, "", PLACEHOLDER) or one.email in told:
            continue
        told[one.email] = one.name
        subject, *sentences = ends_in(mou, said, one.language)
        language = words(one.language).language
        spoken = portal.consortium().by_language[language].html
        facts: dict[str, Any] = {"sentences": sentences, "spoken": spoken}
        mail.send(db.session, one.email, subject, "mou/ends", language, is_outside=True, **facts)
    return list(told.values())


def ends_in(mou: Mou, said: MouTermination, language: str) -> list[str]:
    """What such a mail says in a language: its subject, who ended it, its last day, the reason."""
    say = words(language)
    names, title = said.party.legal_name if said.party else {}, read_in(mou.title, say.language)
    party = read_in(names, say.language)
    about = {"title": title.text if title else "", "reference": reference_of(mou)}
    how = (
        say("mail_ends_notice", **about, party=party.text, notice=_day(said.notice_on, say.language))
        if party
        else say("mail_ends_agreed", **about)
    )
    last, reason = (
        say("mail_ends_day", day=_day(said.last_day, say.language)),
        say("mail_ends_reason", reason=said.reason),
    )
    return [say("mail_ends"), how, last, reason]


def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=portal.consortium().by_language[language].locale)
