"""A memorandum is shown to everybody with the consent of each party, and then only that there is one."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.access import ANYBODY, SYSTEM, Actor, Grant, Role
from app.core.errors import NotAllowed, Refused
from app.extensions import db
from app.mou import keeping, queries, rules
from app.mou.evidence import queries as evidence
from app.mou.models import Mou
from app.mou.publication import services
from app.mou.publication.rules import NotAgreed
from app.mou.signing import queries as signing
from app.mou.texts import queries as texts
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.signing.way import ANAHIT, GOR, Sent, kinds, sign
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Running = Callable[..., int]

HOW = "by mail of 12 May 2025"


def publish(app: Flask, key: int, **changes: Any) -> None:
    """Show it to everybody, as the portal and with the consent of all, unless told otherwise."""
    with work(app):
        mou = db.session.get_one(Mou, key)
        facts: dict[str, Any] = {"actor": SYSTEM, "agreed": {party.id for party in mou.parties}, "note": HOW} | changes
        services.publish(facts["actor"], mou, mou.version, facts["agreed"], facts["note"])


def take_back(app: Flask, key: int) -> None:
    """Show it no longer."""
    with work(app):
        mou = db.session.get_one(Mou, key)
        services.take_back(SYSTEM, mou, mou.version, "no")


def sees(app: Flask, key: int) -> bool:
    """Whether everybody sees it."""
    with app.app_context():
        return db.session.scalar(select(Mou.id).where(Mou.id == key, queries.visible_to(ANYBODY))) is not None


def test_with_the_consent_of_each_party_everybody_sees_it_until_it_is_taken_back(
    app: Flask, running: Running, sign_in: SignIn
) -> None:
    key, lead = running(), sign_in("lead")
    assert not sees(app, key)
    path = str(open_page(lead, f"/mou/{key}").select_one("a[href$='/publish']")["href"])
    page = open_page(lead, path)
    assert not page.select("input[type=checkbox][checked]")
    form = page.form("Show it to everybody")
    keys = [str(tag["value"]) for tag in page.select("input[name=agreed]")]
    half = Page(form.submit(lead, agreed=keys[:1], note=HOW))
    assert "Without the consent of all" in half.text
    assert "Say how they agreed" in Page(form.submit(lead, agreed=keys, note=" ")).text
    assert not sees(app, key)
    shown = Page(form.submit(lead, follow=True, agreed=keys, note=HOW))
    assert "Shown to everybody." in words(shown.select_one("main"))
    assert sees(app, key)
    assert lead.get(path).status_code == 409
    back = str(shown.select_one("a[href$='/take-back']")["href"])
    form = open_page(lead, back).form("Take it back")
    assert form.submit(lead, reason="").status_code == 422
    form.submit(lead, reason="The company asks for it.")
    assert not sees(app, key)
    assert lead.get(back).status_code == 409
    assert kinds(app, key)[-2:] == ["published", "unpublished"]
    with app.app_context():
        told = evidence.events(db.session.get_one(Mou, key))[-2].facts
    assert told["note"] == HOW
    assert len(told["agreed"]) == 2


def test_who_sees_it_because_it_is_published_reads_no_text_and_no_name(
    app: Flask, running: Running, sign_in: SignIn, world: World
) -> None:
    key = running()
    with app.app_context():
        text = texts.signed(db.session.get_one(Mou, key))
        assert text is not None
        number = text.number
    stranger = sign_in(Actor(11, "stranger", (Grant(Role.STAKEHOLDER, "AM", world.agency),)))
    closed = [f"/mou/{key}/texts/{number}", f"/mou/{key}/texts/{number}.pdf", f"/mou/{key}/sealed.pdf"]
    closed += [f"/mou/{key}/report.pdf", f"/mou/{key}/evidence.json", f"/mou/{key}/export.zip"]
    assert stranger.get(f"/mou/{key}").status_code == 404
    publish(app, key)
    page = open_page(stranger, f"/mou/{key}")
    assert "Tekstil Lori" in page.text
    for hidden in ("Gor Sargsyan", "gor@example.org", "Main street 1", "Learners become pattern makers"):
        assert hidden not in page.text, hidden
    assert not page.select("#clauses, #commitments, #signing, #history, #originals")
    assert [path for path in closed if stranger.get(path).status_code not in (403, 404)] == []
    assert sign_in("lead").get(closed[0]).status_code == 200


def test_what_is_not_in_force_is_not_published(app: Flask, sent: Callable[..., int], sign_in: SignIn) -> None:
    key, lead = sent(), sign_in("lead")
    assert lead.get(f"/mou/{key}/publish").status_code == 409
    assert not open_page(lead, f"/mou/{key}").select("a[href$='/publish']")
    with pytest.raises(rules.NotNow, match="Out for signature"):
        publish(app, key)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [({"agreed": set()}, NotAgreed), ({"note": None}, NotAgreed), ({"actor": ANYBODY}, NotAllowed)],
    ids=["nobody-agreed", "nobody-says-how", "anybody"],
)
def test_it_is_refused(app: Flask, running: Running, change: dict[str, Any], refusal: type[Exception]) -> None:
    key = running()
    with pytest.raises(refusal):
        publish(app, key, **change)
    assert not sees(app, key)


def test_what_is_not_shown_is_not_taken_back(app: Flask, running: Running) -> None:
    key = running()
    with pytest.raises(Refused, match="not shown"):
        take_back(app, key)


def test_a_party_agrees_when_it_signs_and_then_nobody_has_to_say_so_for_it(
    app: Flask, sent: Sent, sign_in: SignIn
) -> None:
    key = sent(effective_from=None)
    sign(app, GOR, "Gor Sargsyan", publication="y")
    sign(app, ANAHIT, "Anahit Petrosyan")
    with work(app) as session:
        keeping.begin(session, {"mou": key})
        mou = session.get_one(Mou, key)
        text = texts.signed(mou)
        assert text is not None
        statements = [[one["code"] for one in signature.statements] for signature in signing.signatures(text)]
    required = ["electronic", "authorised", "privacy"]
    assert statements == [[*required, "publication"], required], "nobody has to"
    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{key}/publish")
    assert "agreed when signing: Gor Sargsyan" in page.text
    (other,) = [str(tag["value"]) for tag in page.select("input[name=agreed]")]
    form = page.form("Show it to everybody")
    assert "Without the consent of all" in Page(form.submit(lead, note=HOW)).text
    form.submit(lead, agreed=[other], note=HOW)
    assert sees(app, key)
    with app.app_context():
        told = evidence.events(db.session.get_one(Mou, key))[-1].facts
    assert [name for _party, name, _moment in told["agreed_by_signing"]] == ["Gor Sargsyan"]
    assert len(told["agreed"]) == 2


def test_where_each_party_agreed_when_it_signed_nothing_more_is_asked(app: Flask, sent: Sent, sign_in: SignIn) -> None:
    key = sent(effective_from=None)
    sign(app, GOR, "Gor Sargsyan", publication="y")
    sign(app, ANAHIT, "Anahit Petrosyan", publication="y")
    with work(app) as session:
        keeping.begin(session, {"mou": key})
    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{key}/publish")
    assert not page.select("input[name=agreed]")
    page.form("Show it to everybody").submit(lead)
    assert sees(app, key)
