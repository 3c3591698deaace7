"""Clusters that are called alike: told while one is written, and never a reason to refuse it."""

import pytest
from flask.testing import FlaskClient

from tests.clusters.conftest import Made
from tests.events.conftest import SignIn
from tests.page import Page, open_page

pytestmark = pytest.mark.usefixtures("tokens")
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize(
    ("written", "is_alike"),
    [
        ({"name-en": "textile CLUSTER"}, True),
        ({"name-en": "Crafts", "name-hy": "Տեքստիլ կլաստեր"}, True),
        ({"name-de": "TC"}, True),
        ({"name-en": "Textile"}, False),
        ({"name-en": "%"}, False),
        ({"name-en": " "}, False),
        ({"name-en": "Textile cluster\0"}, True),
    ],
)
def test_a_cluster_of_like_name_is_warned_of(lead: FlaskClient, made: Made, written: dict[str, str], is_alike: bool):
    made(acronym="TC")
    fragment = lead.get("/clusters/alike", query_string=written | {"without": "9" * 30}, headers=PARTIAL)
    assert ("Textile cluster" in fragment.text) is is_alike
    assert ("called like that already" in fragment.text) is is_alike
    assert ("No cluster is called like it." in lead.get("/clusters/alike", query_string=written).text) is not is_alike


def test_a_like_name_is_warned_of_and_not_refused(lead: FlaskClient, made: Made):
    key = made()
    form = open_page(lead, "/clusters/new").form("Save cluster")
    wrong = Page(form.submit(lead, **{"name-en": "Textile cluster", "website": "nowhere"}))
    assert "A cluster is called like that already: Textile cluster" in wrong.text
    told = Page(form.submit(lead, follow=True, **{"name-en": "Textile cluster", "regions-0": "AM-LO"})).messages
    assert any("called like this one: Textile cluster" in message for message in told)
    assert "called like that already" in open_page(lead, f"/clusters/{key}/edit").text
    open_page(lead, f"/clusters/{key + 1}/delete").form("Delete the cluster").submit(lead)
    assert "called like that already" not in open_page(lead, f"/clusters/{key}/edit").text


def test_who_may_write_no_cluster_is_told_of_none(sign_in: SignIn, made: Made):
    made()
    assert sign_in("guest").get("/clusters/alike?name-en=Textile+cluster").status_code == 403
