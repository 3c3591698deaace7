"""Memoranda on the pages of organisations, clusters and micro-credentials, and how many days are left of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask

from app.clusters import services as clusters
from app.clusters.models import Cluster
from app.core import portal
from app.core.access import SYSTEM
from app.extensions import db
from app.microcredentials.models import MicroCredential
from tests.accounts.people import work
from tests.clusters.conftest import facts as cluster_facts
from tests.clusters.conftest import join
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import open_page, words

Running = Callable[..., int]
LAST = date(2027, 5, 31)


def proposed(**changes: Any) -> Cluster:
    """A cluster."""
    return clusters.create(SYSTEM, cluster_facts(**changes), portal.consortium())


def test_an_organisation_shows_its_memoranda_with_states_and_days_left(
    world: World, running: Running, on: Callable[[date], None], sign_in: SignIn
) -> None:
    lead = sign_in("lead")
    assert not open_page(lead, f"/stakeholders/{world.school}").select("#agreements")
    running()
    on(LAST - timedelta(days=29))
    said = words(open_page(lead, f"/stakeholders/{world.school}").select_one("#agreements"))
    assert "Pattern making together" in said
    assert "29 days left" in said
    assert "In force" in said
    assert not open_page(lead, f"/stakeholders/{world.agency}").select("#agreements")


def test_a_cluster_shows_what_its_members_agreed_on_its_micro_credentials(
    app: Flask, world: World, running: Running, sign_in: SignIn
) -> None:
    running()
    lead = sign_in("lead")
    with work(app):
        pattern = db.session.get_one(MicroCredential, world.pattern)
        about = proposed(microcredentials=[pattern]).id
        other = proposed(name={"en": "About something else"}).id
        without = proposed(name={"en": "No members"}, microcredentials=[pattern]).id
        for key in (about, other):
            join(db.session.get_one(Cluster, key), world.school)
    assert "Pattern making together" in words(open_page(lead, f"/clusters/{about}").select_one("#agreements"))
    for key in (other, without):
        assert not open_page(lead, f"/clusters/{key}").select("#agreements")


def test_the_register_finds_what_ends_within_90_days(
    running: Running, on: Callable[[date], None], sign_in: SignIn
) -> None:
    running()
    lead = sign_in("lead")
    on(LAST - timedelta(days=91))
    assert not open_page(lead, "/mou/?ends=90").select("tbody tr")
    on(LAST - timedelta(days=90))
    assert open_page(lead, "/mou/?ends=90").select("tbody tr")
    assert ",90," in lead.get("/mou/?format=csv").get_data(as_text=True)


def test_a_micro_credentials_page_shows_them(app: Flask, world: World, running: Running, sign_in: SignIn) -> None:
    running()
    with app.app_context():
        code = db.session.get_one(MicroCredential, world.pattern).code
    assert "Pattern making together" in open_page(sign_in("lead"), f"/microcredentials/{code}").text
