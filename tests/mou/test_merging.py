"""Two organisations that are both party to a memorandum stay two, and the page says so before anybody tries."""

from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.people import arrive, submit, work
from tests.events.world import World
from tests.mou.conftest import drafted
from tests.page import Page, open_page


def test_two_parties_of_one_memorandum_are_told_before_they_are_merged(
    app: Flask, client: FlaskClient, world: World
) -> None:
    with work(app):
        key = drafted(world).id
    arrive(app, client)
    path = f"/stakeholders/{world.company}/merge/{world.school}"
    page = open_page(client, path)
    assert page.links["Pattern making together"] == f"/mou/{key}"
    assert "They cannot be merged yet." in page.text
    assert not page.select("form button:-soup-contains('Merge them')")
    forged = submit(client, path, {"version": "1", "other_version": "1"})
    assert forged.status_code == 422
    assert "Both have the same entry in “Party to a memorandum”" in Page(forged).text
