"""Whoever was there reads every word about the minutes in their own language, in mails and behind the link."""

from datetime import date

import pytest
from flask import Flask

from app.core import clock, mail
from app.core.access import SYSTEM
from app.events.minutes import mailing, services
from app.events.minutes.models import Approved, MinutesComment, MinutesRecipient, Taken, Verdict
from app.extensions import limiter
from tests.accounts.people import mails, work
from tests.events.minutes.conftest import ANA, Send, link_of, minutes_of, rewrite
from tests.page import Page, open_page

LANGUAGES = ("uk", "mk", "sr-Latn", "ka", "hy")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_in_the_language_of_who_was_there(
    app: Flask, event: int, send: Send, *, untranslated: set[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    with app.app_context():
        limiter.reset()
    send()
    with work(app) as session:
        for one in session.query(MinutesRecipient):
            one.language = language
    rewrite(app, event, "…")
    untranslated.clear()
    before = len(mails(app))
    send(reason="…", message="…")
    guest, path = app.test_client(), link_of(app, ANA)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    pages = [open_page(guest, path)]
    sent = {"csrf_token": str(pages[0].select("input[name=csrf_token]")[0]["value"]), "number": "2"}
    wrong: tuple[dict[str, str], ...] = ({}, {"said": "comment"}, {"said": "object"}, {"said": "agree", "number": "1"})
    right: tuple[dict[str, str], ...] = ({"said": "object", "general": "…"}, {"said": "agree"})
    pages += [Page(guest.post(path, data=sent | one, follow_redirects=True)) for one in (*wrong, *right)]
    with work(app) as session:
        current = minutes_of(session, event).current
        assert current is not None
        recipient = session.query(MinutesRecipient).filter_by(email=ANA).one()
        mailing.remind(recipient, current)
        comment = session.query(MinutesComment).limit(1).one()
        services.answer(SYSTEM, comment, Taken.PARTLY, "…")
    pages.append(open_page(guest, path))
    monkeypatch.setattr(clock, "today", lambda *_zone: date(2025, 5, 28))
    pages += [open_page(guest, path), Page(guest.post(path, data=sent | {"said": "agree"}))]
    monkeypatch.setattr(clock, "today", lambda *_zone: date(2035, 5, 28))
    pages.append(open_page(guest, path, 410))
    assert untranslated == set()
    assert {str(page.select_one("html")["lang"]) for page in pages} == {language}
    assert {one.language for one in mails(app)[before:] if one.recipient == ANA} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_said_and_how_it_ended_is_said_in_every_language(
    app: Flask, untranslated: set[str], language: str
) -> None:
    with app.app_context(), mail.in_language(language, is_outside=True):
        assert all(str(one.label) for terms in (Verdict, Taken, Approved) for one in terms)
    assert untranslated == set()
