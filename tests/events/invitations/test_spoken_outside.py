"""Whoever is invited to an event reads every word of the mails and of the pages in their own language."""

from typing import Any

import pytest
from flask import Flask

from app.core import mail
from app.core.access import SYSTEM
from app.events.invitations import mailing, services
from app.events.invitations.mailing import About
from app.events.invitations.models import ANSWERS, EventInvitation, InvitationState
from app.events.models import Event, Format
from app.extensions import limiter
from tests.accounts.people import mails, work
from tests.events.invitations.conftest import ANA, BERND, LATER, Change
from tests.page import Page, open_page

LANGUAGES = ("uk", "mk", "sr-Latn", "ka", "hy")


def invite(app: Flask, event: int, language: str) -> list[str]:
    """Invite Ana and Bernd, and say the paths of their links."""
    with app.app_context():
        limiter.reset()
    with work(app) as session:
        wanted = session.get_one(Event, event)
        sent = services.invite(SYSTEM, wanted, [ANA, BERND], language=language, message="…")
        return [mailing.path_of(one) for one in sent.invitations]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_in_the_language_of_who_is_invited(
    app: Flask, event: int, change: Change, *, untranslated: set[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    change(onsite_seats=1, online_seats=9)
    ana, bernd = invite(app, event, language)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    guest = app.test_client()
    pages = [open_page(guest, f"{ana}?answer=tentative")]
    sent: dict[str, Any] = {"csrf_token": str(pages[0].select("input[name=csrf_token]")[0]["value"]), "way": "onsite"}
    for path, said in ((ana, {}), (ana, {"answer": "accepted"}), (bernd, {"answer": "accepted"})):
        pages.append(Page(guest.post(path, data=sent | said)))
    pages += [open_page(guest, bernd), open_page(guest, ana)]
    pages.append(Page(guest.post(ana, data=sent | {"answer": "declined", "read": "99"})))
    with work(app) as session:
        first = session.query(EventInvitation).order_by(EventInvitation.id).first()
        assert first is not None
        services.withdraw(SYSTEM, first, first.version)
    pages.append(open_page(guest, ana, 410))
    assert untranslated <= {"By link"}, "which is kept with the answer, for the consortium"
    assert {str(page.select_one("html")["lang"]) for page in pages} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_is_in_the_language_of_who_is_invited(
    app: Flask, event: int, change: Change, untranslated: set[str], language: str
) -> None:
    invite(app, event, language)
    change(**LATER, city="Gyumri", link="https://meet.example/b")
    with work(app) as session:
        invitation = session.query(EventInvitation).first()
        assert invitation is not None
        for about in About:
            mailing.send(invitation, about, dict(invitation.sent or {}, place=["…", None, "Gyumri", "AM"]))
    with app.app_context(), mail.in_language(language, is_outside=True):
        assert all(str(one.label) for terms in (ANSWERS, tuple(Format), (InvitationState.WAITING,)) for one in terms)
    assert untranslated == set()
    assert {one.language for one in mails(app)} == {language}
