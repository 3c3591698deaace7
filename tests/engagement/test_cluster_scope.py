"""The mapping of organisations for a cluster: on their page, in the picture, in lists and when we lose touch."""

from flask import Flask
from flask.testing import FlaskClient

from app.engagement.models import Engagement
from tests.accounts.people import arrive, work
from tests.clusters.conftest import join, make
from tests.engagement.conftest import Mapped
from tests.events.world import World
from tests.page import open_page


def test_an_organisation_is_mapped_for_a_cluster(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        cluster = make(app).id
    arrive(app, client)
    page = open_page(client, f"/engagement/new?cluster={cluster}&organisation={world.company}")
    form = page.form("Save")
    assert form.values["scope"] == ["cluster"]
    fields = {"influence": "4", "interest": "5", "attitude": "supporter", "reason": "It offers places."}
    assert form.submit(client, **fields).status_code == 303
    for path in (
        f"/engagement/picture?of=cluster:{cluster}",
        f"/engagement/?cluster={cluster}",
        f"/clusters/{cluster}",
    ):
        assert "Tekstil Lori" in client.get(path).text
    assert "Textile cluster" in client.get("/engagement/?format=csv").text
    assert "Textile cluster" in client.get(f"/stakeholders/{world.company}").text
    again = open_page(client, f"/engagement/new?cluster={cluster}&organisation={world.company}").form("Save")
    refused = again.submit(client, **fields)
    assert refused.status_code == 422
    assert "mapped for this cluster already" in refused.text


def test_a_cluster_that_is_not_named_is_asked_for(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/new?organisation={world.company}").form("Save")
    fields = {"influence": "4", "interest": "5", "attitude": "supporter", "reason": "It offers places."}
    answer = form.submit(client, scope="cluster", **fields)
    assert answer.status_code == 422
    assert "Choose a cluster." in answer.text


def test_losing_touch_is_told_of_the_members_of_a_cluster(
    app: Flask, client: FlaskClient, mapped: Mapped, world: World
) -> None:
    mapped(engagement=Engagement.ENGAGED)
    mapped(engagement=Engagement.ENGAGED, organisation=world.school)
    with work(app):
        cluster = make(app)
        join(cluster, world.company)
        key = cluster.id
    arrive(app, client)
    found = client.get(f"/engagement/touch/?cluster={key}").text
    assert f'href="/stakeholders/{world.company}"' in found
    assert f'href="/stakeholders/{world.school}"' not in found
