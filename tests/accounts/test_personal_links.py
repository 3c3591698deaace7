"""Links for people without an account: what every page behind one has in common, whatever it is for."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.personal_links import HEADERS
from app.accounts.tokens import digest, standing_token
from app.extensions import limiter
from tests.page import Page, open_page

UNKNOWN = ("/cluster-invitation/{}", "/event-invitation/{}", "/minutes/{}", "/minutes/{}/pdf")


@pytest.fixture(autouse=True)
def forgiven(app: Flask) -> Iterator[None]:
    """Count for each test anew, and not for the next."""
    with app.app_context():
        limiter.reset()
        yield
        limiter.reset()


@pytest.mark.parametrize("path", UNKNOWN[:3])
def test_an_unknown_link_tells_nothing_but_that(client: FlaskClient, path: str) -> None:
    page = open_page(client, path.format("guessed"), status=410)
    assert page.heading == "This link no longer works"
    assert "cut short in the mail" in page.text
    assert {name: page.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", UNKNOWN)
def test_whoever_guesses_is_slowed_down_whatever_the_link_is_for(client: FlaskClient, path: str) -> None:
    answers = [client.get(path.format(number)).status_code for number in range(31)]
    assert answers[0] in (404, 410)
    assert answers[-1] == 429


def test_the_ways_are_counted_together(client: FlaskClient) -> None:
    answers = [client.get(UNKNOWN[number % 3].format(number)).status_code for number in range(31)]
    assert answers[-1] == 429


def test_a_language_of_the_browser_stays(client: FlaskClient) -> None:
    answered = client.get("/minutes/guessed", headers={"Accept-Language": "de"})
    assert Page(answered).heading == "Dieser Link gilt nicht mehr"


@pytest.mark.parametrize(
    ("path", "remembered", "accepted", "read"),
    [
        ("/privacy", "ka", "de", "ka"),
        ("/privacy", "de", "ka", "de"),
        ("/privacy", None, "ka", "en"),
        ("/nowhere", "ka", "", "ka"),
        ("/nowhere", None, "ka", "en"),
        ("/sign/guessed", None, "ka-GE,en;q=0.5", "ka"),
        ("/sign/guessed", None, "sr-ME,en;q=0.5", "sr-Latn"),
        ("/sign/guessed", None, "fr,hy;q=0.5,uk;q=0", "hy"),
        ("/sign/guessed", None, "de,hy;q=0.5", "de"),
        ("/sign/guessed", "nb", "hy", "hy"),
        ("/sign/guessed", "uk", "hy", "uk"),
        ("/sign/guessed", None, "*", "en"),
    ],
)
def test_what_a_link_leads_to_goes_on_as_it_spoke_and_an_unknown_one_as_the_browser_asks(
    client: FlaskClient, path: str, remembered: str | None, accepted: str, read: str
) -> None:
    with client.session_transaction() as kept:
        kept.update({"language": remembered} if remembered else {})
    page = Page(client.get(path, headers={"Accept-Language": accepted}))
    assert page.select_one("html")["lang"] == read


@pytest.mark.parametrize("language", ["uk", "mk", "sr-Latn", "ka", "hy"])
def test_whoever_tried_too_often_or_has_a_dead_link_is_told_in_their_language(
    client: FlaskClient, untranslated: set[str], language: str
) -> None:
    asked = {"Accept-Language": language}
    pages = [open_page(client, "/draft/guessed", 410, asked)]
    pages += [Page(client.get("/draft/guessed", headers=asked)) for _again in range(30)]
    pages.append(Page(client.get(f"/verify/1?lang={language}", headers=asked)))
    assert pages[-2].status == 429
    assert {str(page.select_one("html")["lang"]) for page in pages} == {language}
    assert untranslated == set()


def test_a_standing_secret_follows_from_the_key_the_purpose_and_the_record(app: Flask) -> None:
    from uuid import UUID

    with app.app_context():
        one = standing_token("minutes", UUID(int=1))
        assert one == standing_token("minutes", UUID(int=1))
        others = {standing_token("minutes", UUID(int=2)), standing_token("event invitation", UUID(int=1))}
    assert one not in others
    assert len(one) == 43
    assert digest(one) != one
