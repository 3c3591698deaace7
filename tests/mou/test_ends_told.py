"""The parties are told when a memorandum ends before its time: each once, in the language they signed in."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.core.access import SYSTEM
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou import ending, mailing
from app.mou.ending import TerminationFacts
from app.mou.models import Mou, MouSignatory
from app.mou.signing.models import MouProposal, ProposalState
from app.mou.texts.queries import signed
from app.mou.wordings import languages_with_words
from app.mou.wordings import words as words_of
from tests.accounts.people import mails, work

Running = Callable[..., int]


def terminated(app: Flask, key: int, **changes: Any) -> None:
    """Terminate a memorandum by its first party, with notice."""
    with work(app):
        mou = db.session.get_one(Mou, key)
        values: dict[str, Any] = {"reason": "Why not", "notice_on": date(2025, 6, 1), "last_day": date(2025, 7, 1)}
        values |= {"party": mou.parties[0]}
        ending.terminate(SYSTEM, mou, mou.version, TerminationFacts(**values | changes))


def copied(one: MouSignatory, **changes: str) -> MouSignatory:
    """Somebody who signs as another one does, but for these facts."""
    same = ("role_title", "basis", "language", "turn")
    return MouSignatory(**{name: getattr(one, name) for name in same} | changes)


def test_the_parties_are_told_in_the_language_they_signed_in(app: Flask, running: Running) -> None:
    key = running()
    with work(app) as session:
        mou = session.get_one(Mou, key)
        mou.signatories[-1].language = "ka"
    before = len(mails(app))
    terminated(app, key, reason="<b>The workshop closes</b>")
    told = {one.recipient: one for one in mails(app)[before:]}
    assert set(told) == {"gor@example.org", "anahit@example.org"}
    assert {one.subject for one in told.values()} == {words_of("hy")("mail_ends"), words_of("ka")("mail_ends")}
    assert any("Դրա վերջին օրը՝ 01 հուլիսի, 2025 թ." in one.text for one in told.values())
    assert any("მისი ბოლო დღე: 1 ივლისი, 2025" in one.text for one in told.values())
    for one in told.values():
        assert f"BEM-MoU-{key:04d}" in one.text
        assert "<b>The" in one.text
        assert "&lt;b&gt;The" in (one.html or "")


def test_who_was_erased_or_replaced_is_written_nothing(app: Flask, running: Running) -> None:
    key = running()
    with work(app) as session:
        mou = session.get_one(Mou, key)
        first, second = mou.signatories
        first.email = PLACEHOLDER
        text = signed(mou)
        assert text is not None
        after = MouProposal(signatory=second, text=text, name="A", role_title="B", email="a@example.org")
        successor = copied(second, name="A", email="a@example.org")
        second.party.signatories.append(successor)
        after.successor = successor
        session.add(after)
        after.move_to(ProposalState.APPROVED, SYSTEM)
    before = len(mails(app))
    terminated(app, key, party=None, is_agreed=True)
    assert [one.recipient for one in mails(app)[before:]] == ["a@example.org"]


@pytest.mark.parametrize("code", sorted(languages_with_words()))
def test_what_ends_is_said_whole_in_every_language(app: Flask, running: Running, code: str) -> None:
    key = running()
    terminated(app, key)
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        assert mou.termination is not None
        _subject, how, last, reason = mailing.ends_in(mou, mou.termination, code)
        party = mou.parties[0].legal_name["en"]
    assert party in how
    assert f"BEM-MoU-{key:04d}" in how
    assert "2025" in last
    assert reason.endswith("Why not")
