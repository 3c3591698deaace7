"""Who was replaced as a signatory is offered nowhere as a contact of the party any more."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.core.access import SYSTEM
from app.extensions import db
from app.mou import keeping
from app.mou.models import Mou
from app.mou.negotiation import services as negotiation
from app.mou.negotiation.rules import Contact
from app.mou.signing import proposals, queries, services
from app.mou.texts.queries import to_sign
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import HERE, complete
from tests.mou.signing.way import ANAHIT, GOR, Sent, sign
from tests.page import open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
NARE = "nare@example.org"


def replace(mou: Mou) -> None:
    """Have Nare sign in Gor's place."""
    text = to_sign(mou)
    assert text is not None
    link = next(one for one in queries.links(text) if one.email == GOR)
    said = proposals.propose(link, name="Nare Gor", role_title="Director", email=NARE, reason=None, origin=HERE)
    proposals.approve(SYSTEM, said, said.version)


def test_a_draft_is_not_offered_to_who_was_replaced(app: Flask, world: World, sign_in: SignIn) -> None:
    with work(app):
        mou = complete(world)
        company = mou.parties[1]
        negotiation.share(SYSTEM, mou, mou.version, [Contact(company, GOR, "hy")])
        services.send(SYSTEM, mou, mou.version)
        replace(mou)
        services.recall(SYSTEM, mou, mou.version, "another word")
        key = mou.id
    said = words(open_page(sign_in("lead"), f"/mou/{key}/share").select_one("main"))
    assert NARE in said
    assert ANAHIT in said
    assert GOR not in said


def test_a_report_is_not_asked_of_who_was_replaced(
    app: Flask, sent: Sent, sign_in: SignIn, settled: Callable[..., object]
) -> None:
    key = sent()
    with work(app):
        replace(db.session.get_one(Mou, key))
    sign(app, NARE, "Nare Gor")
    sign(app, ANAHIT, "Anahit Petrosyan")
    with work(app) as session:
        keeping.begin(session, {"mou": key})
        party = session.get_one(Mou, key).parties[1].id
    said = words(open_page(sign_in("lead"), f"/mou/{key}/parties/{party}/report-link").select_one("main"))
    assert NARE in said
    assert GOR not in said
