"""Templates: read, written anew clause by clause, published for good, retired, offered to drafts that were begun."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.access import SYSTEM
from app.extensions import db
from app.mou import queries, templates
from app.mou.models import Mou, MouState, MouTemplate
from app.mou.wordings import read, read_file
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import SCHOOL, complete
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Offered = Callable[[], int]


@pytest.fixture
def offered(app: Flask, world: World) -> int:
    """The key of the consortium's own template, published."""
    with work(app):
        return templates.publish(SYSTEM, read_file(SCHOOL), "The first one").template_id


def begun(app: Flask, key: int) -> None:
    """Begin the next version of a template."""
    with work(app):
        templates.begin(SYSTEM, queries.template(key))


def versions(app: Flask, key: int) -> list[str | None]:
    """The notes of the versions of a template."""
    with app.app_context():
        return [one.note for one in queries.template(key).versions]


def test_everybody_of_the_consortium_reads_what_a_template_says(sign_in: SignIn, offered: int) -> None:
    lead = sign_in("lead")
    page = open_page(lead, "/mou/templates")
    assert "checked by your lawyer" in page.text
    assert "20 clauses · 0 memoranda" in page.text
    page = open_page(lead, f"/mou/templates/{offered}")
    assert "Have it checked by your lawyer" in page.text
    clause = words(page.select_one("#clause-data_protection, #clause-parties"))
    assert "cannot be left out" in clause
    assert "{{ parties }}" in clause
    assert "მხარეები" in clause
    assert "The first one" in words(page.select_one("#versions"))
    assert "Write a new version" not in page.text
    assert lead.get(f"/mou/templates/{offered}?version=9").status_code == 404
    assert lead.get("/mou/templates/99").status_code == 404


def test_a_clause_is_written_anew_and_published_and_drafts_are_offered_it(
    app: Flask, sign_in: SignIn, world: World, offered: int
) -> None:
    with work(app):
        key = complete(world).id
    coordinator, path = sign_in("coordinator"), f"/mou/templates/{offered}"
    assert "1 memorandum" in open_page(coordinator, "/mou/templates").text
    page = Page(open_page(coordinator, path).form("Write a new version").submit(coordinator, follow=True))
    assert page.url.endswith("/draft")
    form = open_page(coordinator, f"{path}/draft/clauses/disputes").form("Save clause")
    said = {"text-en": "The Parties ask a mediator.", "text-hy": "Կողմերը դիմում են հաշտարարի։", "place": "1"}
    page = Page(form.submit(coordinator, follow=True, **said))
    assert "mediator" in words(page.select_one("#changes"))
    assert page.select("#clauses h3")[0].get_text().startswith("1. Disputes")
    page = Page(page.form("Publish version 2").submit(coordinator, follow=True, note="Mediation first"))
    assert "Mediation first" in words(page.select_one("#versions"))
    assert versions(app, offered) == ["The first one", "Mediation first"]
    assert "talking to each other" in " ".join(words(tag) for tag in page.select("#changes del"))

    lead = sign_in("lead")
    with app.app_context():
        assert db.session.get_one(Mou, key).template_version.number == 1
    page = open_page(lead, f"/mou/{key}")
    assert "The template has a newer version." in page.text
    page = open_page(lead, f"/mou/templates/newer/{key}")
    assert "mediator" in " ".join(words(tag) for tag in page.select("#changes ins"))
    form = page.form("Go on with version 2")
    for _again in range(2):
        assert form.submit(lead).status_code == 303
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        assert mou.template_version.number == 2
        assert mou.clauses
    assert "newer version" not in open_page(lead, f"/mou/{key}").text


def test_what_is_frozen_keeps_the_version_it_has(app: Flask, sign_in: SignIn, world: World, offered: int) -> None:
    with work(app):
        key = complete(world).id
        content = read_file(SCHOOL).content
        content["clauses"][0]["title"]["en"] = "Who agrees"
        templates.publish(SYSTEM, read(content), "Plainer")
        db.session.get_one(Mou, key).move_to(MouState.READY_TO_SIGN, SYSTEM)
    lead = sign_in("lead")
    assert "newer version" not in open_page(lead, f"/mou/{key}").text
    assert lead.get(f"/mou/templates/newer/{key}").status_code in {409, 422}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text-en": "On {{ weather }} days"}, "asks for what nobody knows: weather"),
        ({"text-en": "Until {{ term"}, "not closed"),
        ({"text-en": "Between {{ parties }} it is agreed"}, "stand alone in a paragraph: parties"),
        ({"title-en": "", "title-de": ""}, "Write a title"),
        ({"code": "disputes"}, "Two clauses are called"),
        ({"code": "Größe"}, "Write a code of small Latin letters"),
        ({"code": "../x"}, "Write a code of small Latin letters"),
        ({"place": "first"}, "Write a whole number"),
        ({"text-en": "x" * 10_001}, "at most 10000 characters"),
    ],
)
def test_what_no_clause_is_is_refused_and_nothing_typed_is_lost(
    app: Flask, sign_in: SignIn, offered: int, typed: dict[str, str], said: str
) -> None:
    begun(app, offered)
    coordinator = sign_in("coordinator")
    form = open_page(coordinator, f"/mou/templates/{offered}/draft/clauses/new").form("Save clause")
    values = {"code": "weather", "title-en": "Weather", "text-en": "It may rain.", "text-ka": "წვიმა"} | typed
    answered = form.submit(coordinator, **values)
    page = Page(answered)
    assert answered.status_code == 422
    assert said in page.text
    assert "წვიმა" in page.html
    with app.app_context():
        draft = queries.template(offered).draft
        assert draft is not None
        assert len(draft["clauses"]) == 20


def test_what_is_not_written_in_each_language_is_not_published(app: Flask, sign_in: SignIn, offered: int) -> None:
    begun(app, offered)
    coordinator, path = sign_in("coordinator"), f"/mou/templates/{offered}/draft"
    form = open_page(coordinator, f"{path}/clauses/new").form("Save clause")
    form.submit(coordinator, code="weather", **{"title-en": "Weather", "text-en": "It may rain. {{ term }}"})
    page = open_page(coordinator, path)
    assert "Clause “weather” is missing in" in page.text
    answered = page.form("Publish version 2").submit(coordinator, note="Weather")
    assert answered.status_code == 422
    assert versions(app, offered) == ["The first one"]
    open_page(coordinator, path).form("Take out: weather").submit(coordinator)
    answered = open_page(coordinator, path).form("Publish version 2").submit(coordinator, note="Nothing")
    assert "It says the same as version 1" in Page(answered).text
    answered = open_page(coordinator, path).form("Publish version 2").submit(coordinator, note="")
    assert "Say what is new" in Page(answered).text
    open_page(coordinator, path).form("Throw it away").submit(coordinator)
    assert coordinator.get(path).status_code == 404


def test_the_notice_is_there_in_each_language_of_the_title(app: Flask, sign_in: SignIn, offered: int) -> None:
    begun(app, offered)
    coordinator = sign_in("coordinator")
    path = f"/mou/templates/{offered}/draft/head"
    answered = open_page(coordinator, path).form("Save").submit(coordinator, **{"notice-en": ""})
    assert answered.status_code == 422
    assert "does not say that a lawyer" in Page(answered).text
    page = Page(open_page(coordinator, path).form("Save").submit(coordinator, follow=True, **{"title-en": "Plain"}))
    assert "Plain" in words(page.select_one("#changes"))


def test_two_who_write_at_once_lose_nothing(app: Flask, sign_in: SignIn, offered: int) -> None:
    begun(app, offered)
    coordinator = sign_in("coordinator")
    path = f"/mou/templates/{offered}/draft/clauses/disputes"
    first, second = (open_page(coordinator, path).form("Save clause") for _who in range(2))
    first.submit(coordinator, **{"text-en": "First"})
    answered = second.submit(coordinator, **{"text-en": "Second"})
    assert answered.status_code == 409
    assert "Second" in Page(answered).html


def test_a_template_is_retired_and_offered_again(app: Flask, sign_in: SignIn, offered: int) -> None:
    coordinator, path = sign_in("coordinator"), f"/mou/templates/{offered}"
    open_page(coordinator, path).form("Retire it").submit(coordinator)
    assert not open_page(coordinator, "/mou/new").select("#template_version option")
    open_page(coordinator, path).form("Offer it again").submit(coordinator)
    with app.app_context():
        assert not db.session.scalars(select(MouTemplate)).one().is_retired


@pytest.mark.parametrize(
    ("who", "statuses"),
    [("coordinator", (200, 200)), ("lead", (200, 403)), ("auditor", (200, 403)), ("guest", (404, 403))],
)
def test_who_reads_and_writes_templates(
    app: Flask, sign_in: SignIn, offered: int, who: str, statuses: tuple[int, int]
) -> None:
    begun(app, offered)
    reads, writes = statuses
    client = sign_in(who)
    assert client.get(f"/mou/templates/{offered}").status_code == reads
    assert client.get("/mou/templates").status_code == reads
    for path in ("draft", "draft/head", "draft/clauses/new", "draft/clauses/disputes"):
        assert client.get(f"/mou/templates/{offered}/{path}").status_code == writes
    sent: Any = {"version": "1", "retired": "yes"}
    if writes == 403:
        assert client.post(f"/mou/templates/{offered}/retire", data=sent).status_code in {400, 403}
