"""Whoever is invited to a cluster reads every word of the mail and of the pages in their own language."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clusters.models import ClusterInvitation, ClusterScope, ClusterType, MemberRole
from app.core import clock, mail
from app.stakeholders.models import Category
from tests.accounts.people import link_in, mails, work
from tests.clusters.conftest import Made
from tests.clusters.test_invitations import send
from tests.events.world import World
from tests.page import Page, open_page

LANGUAGES = ("uk", "mk", "sr-Latn", "ka", "hy")


def refused_and_answered(guest: FlaskClient, path: str) -> list[Page]:
    """The page, what is refused, the answer, and what the link says then."""
    page = open_page(guest, path)
    token = {"csrf_token": str(page.select("input[name=csrf_token]")[0]["value"])}
    said: tuple[dict[str, str], ...] = (
        {},
        {"answer": "accept"},
        {"answer": "accept", "name": "Ani", "function": "…", "may_be_named": "y"},
    )
    return [page, *(Page(guest.post(path, data=token | one)) for one in said), open_page(guest, path, 410)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_in_the_language_of_who_is_invited(
    app: Flask, lead: FlaskClient, world: World, made: Made, *, untranslated: set[str], language: str
) -> None:
    guest, key = app.test_client(), made()
    open_page(lead, f"/clusters/{key}/members/invite")
    untranslated.clear()
    path = send(app, lead, key, world.company, language=language)
    assert mails(app)[-1].language == language
    with work(app) as session:
        session.query(ClusterInvitation).one().expires_at = clock.now() - timedelta(days=1)
    gone = open_page(guest, path, 410)
    token = {"csrf_token": str(gone.select("input[name=csrf_token]")[0]["value"])}
    pages = [gone, Page(guest.post(path, data=token | {"do": "renew"}))]
    pages += refused_and_answered(guest, link_in(mails(app)[-1]))
    assert not untranslated
    assert {str(page.select_one("html")["lang"]) for page in pages} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_clusters_and_their_members_are_is_said_in_every_language(
    app: Flask, untranslated: set[str], language: str
) -> None:
    with app.app_context(), mail.in_language(language, is_outside=True):
        for terms in (ClusterType, ClusterScope, MemberRole, Category):
            assert all(str(one.label) for one in terms)
    assert untranslated == set()
