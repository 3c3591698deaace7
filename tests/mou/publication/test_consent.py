"""What a party agreed to when it signed counts until it is taken back, and only where everybody said so for it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.extensions import db
from app.mou import keeping, parties
from app.mou.evidence import queries as evidence
from app.mou.models import Mou
from app.mou.publication import queries, services
from app.mou.rules import NotNow
from app.mou.signing import services as signing
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import complete, signs
from tests.mou.publication.test_publication import HOW, sees, take_back
from tests.mou.signing.way import ANAHIT, GOR, Sent, kinds, sign
from tests.page import Page, open_page

pytestmark = pytest.mark.usefixtures("tokens")
ANI = "ani@example.org"


def begin(app: Flask, key: int) -> None:
    """Let the first day of a memorandum begin that everybody has signed."""
    with work(app) as session:
        keeping.begin(session, {"mou": key})


@pytest.fixture
def agreed(app: Flask, sent: Sent) -> int:
    """The key of a memorandum in force; both parties agreed when they signed that everybody may see it."""
    key = sent(effective_from=None)
    sign(app, GOR, "Gor Sargsyan", publication="y")
    sign(app, ANAHIT, "Anahit Petrosyan", publication="y")
    begin(app, key)
    return key


def boxes(browser: FlaskClient, key: int) -> list[str]:
    """The keys of the parties whose consent the page asks for."""
    return [str(tag["value"]) for tag in open_page(browser, f"/mou/{key}/publish").select("input[name=agreed]")]


def test_once_it_was_taken_back_each_party_is_asked_again(app: Flask, agreed: int, sign_in: SignIn) -> None:
    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{agreed}/publish")
    page.form("Show it to everybody").submit(lead)
    assert sees(app, agreed)
    take_back(app, agreed)
    assert len(boxes(lead, agreed)) == 2
    page = open_page(lead, f"/mou/{agreed}/publish")
    assert "agreed when signing" not in page.text
    told = Page(page.form("Show it to everybody").submit(lead)).text
    assert "Without the consent of all" in told
    assert "Say how they agreed" in told
    assert not sees(app, agreed)


def test_a_party_takes_its_consent_back_before_anybody_saw_it(app: Flask, agreed: int, sign_in: SignIn) -> None:
    lead = sign_in("lead")
    assert boxes(lead, agreed) == []
    path = str(open_page(lead, f"/mou/{agreed}/publish").select_one("a[href$='/withdrawn']")["href"])
    form = open_page(lead, path).form("Write it down")
    first, _second = [str(tag["value"]) for tag in open_page(lead, path).select("input[name=parties]")]
    assert "Tick who took it back." in Page(form.submit(lead, reason="By mail")).text
    assert form.submit(lead, parties=[first], reason="").status_code == 422
    form.submit(lead, parties=[first], reason="By mail of 3 June 2025")
    assert kinds(app, agreed)[-1] == "consent_withdrawn"
    assert boxes(lead, agreed) == [first]
    shown = open_page(lead, f"/mou/{agreed}/publish").form("Show it to everybody")
    assert "Without the consent of all" in Page(shown.submit(lead, note=HOW)).text
    shown.submit(lead, agreed=[first], note="It agrees after all")
    assert sees(app, agreed)
    assert lead.get(path).status_code == 409, "what is shown is taken back"
    with app.app_context():
        facts = [event.facts for event in evidence.events(db.session.get_one(Mou, agreed))]
    assert [key for key, _name in facts[-2]["parties"]] == [int(first)]
    assert facts[-2]["reason"] == "By mail of 3 June 2025"
    assert len(facts[-1]["agreed_by_signing"]) == 1


def test_whoever_agreed_to_nothing_takes_nothing_back(app: Flask, running: Callable[..., int]) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        with pytest.raises(NotNow, match="No party agreed"):
            services.withdraw_consent(SYSTEM, mou, mou.version, {mou.parties[0].id}, "By mail")


def test_only_a_party_that_agreed_takes_it_back(app: Flask, agreed: int) -> None:
    with work(app):
        mou = db.session.get_one(Mou, agreed)
        services.withdraw_consent(SYSTEM, mou, mou.version, {mou.parties[0].id}, "By mail")
        with pytest.raises(Refused) as refused:
            services.withdraw_consent(SYSTEM, mou, mou.version, {mou.parties[0].id}, "By mail")
        assert list(refused.value.messages) == ["parties"]


@pytest.mark.parametrize("also", [True, False], ids=["both-say-so", "one-says-so"])
def test_a_party_agreed_where_everybody_who_signs_for_it_said_so(app: Flask, world: World, also: bool) -> None:
    with work(app):
        mou = complete(world, effective_from=None)
        company = mou.parties[1].id
        parties.add_signatory(SYSTEM, mou.parties[1], signs("Ani Grigoryan", ANI))
        signing.send(SYSTEM, mou, mou.version)
        key = mou.id
    sign(app, GOR, "Gor Sargsyan", publication="y")
    sign(app, ANI, "Ani Grigoryan", **({"publication": "y"} if also else {}))
    sign(app, ANAHIT, "Anahit Petrosyan")
    with work(app):
        said = queries.agreed_by_signing(db.session.get_one(Mou, key))
        told = {party: [one.name for one in found] for party, found in said.items()}
    assert told == ({company: ["Gor Sargsyan", "Ani Grigoryan"]} if also else {})


def test_two_parties_of_one_name_are_both_in_the_evidence(app: Flask, agreed: int) -> None:
    with work(app):
        mou = db.session.get_one(Mou, agreed)
        for party in mou.parties:
            party.legal_name = {"en": "Tekstil Lori"}
        services.publish(SYSTEM, mou, mou.version, set(), None)
        told = evidence.events(mou)[-1].facts["agreed_by_signing"]
    assert sorted(one[:2] for one in told) == [["Tekstil Lori", "Anahit Petrosyan"], ["Tekstil Lori", "Gor Sargsyan"]]
