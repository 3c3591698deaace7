"""The pages of the mapping, as the people who use them meet them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.access import Role
from app.engagement.models import Attitude, Engagement, Judgement
from app.microcredentials.models import MicroCredential
from tests.accounts.people import arrive, organisation, statements, work
from tests.conftest import AS_OF
from tests.engagement.conftest import Mapped, state
from tests.events.world import World
from tests.page import Page, open_page

SAVE = "Save judgement"


@pytest.fixture
def entry(mapped: Mapped) -> int:
    """The key of the textile company, mapped for Armenia."""
    return mapped()


def test_an_organisation_is_mapped_for_a_country(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, f"/engagement/new?organisation={world.company}").form("Save")
    assert form.choices("country") == ["AM"]
    answer = form.submit(client, follow=True, influence="5", interest="2", reason="Owns the looms.")
    page = Page(answer)
    assert page.heading.startswith("Tekstil Lori")
    assert "Keep satisfied" in page.text
    assert "Owns the looms." in page.text


def test_an_organisation_is_mapped_for_microcredentials(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/new?organisation={world.company}&mc=am-03").form("Save")
    Page(form.submit(client, follow=True, influence="4", interest="5", reason="Needs it.", attitude="supporter"))
    page = open_page(client, "/microcredentials/AM-03")
    assert "Who supports it, who does not 1" in page.text
    assert page.links["Tekstil Lori"].startswith("/engagement/")


def test_a_double_click_maps_once(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/new?organisation={world.company}").form("Save")
    answers = [form.submit(client, influence="5", interest="2", reason="Owns the looms.") for _press in range(2)]
    assert answers[0].location == answers[1].location


@pytest.mark.parametrize(
    ("forged", "faults"),
    [
        ({"influence": "6"}, 1),
        ({"influence": None, "interest": None}, 2),
        ({"attitude": "furious"}, 1),
        ({"engagement": ""}, 1),
        ({"reason": "   "}, 1),
        ({"reason": "x" * 2001}, 1),
        ({"judged_on": "2025-05-13"}, 1),
        ({"judged_on": "soon"}, 1),
        ({"event": "99999"}, 1),
    ],
)
def test_forged_and_missing_values_are_refused_and_nothing_is_lost(
    app: Flask, client: FlaskClient, entry: int, forged: dict[str, str | None], faults: int
) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/{entry}/judge").form(SAVE)
    answer = form.submit(client, **{"interest": "1", "reason": "Kept."} | forged)
    assert answer.status_code == 422
    page = Page(answer)
    assert len(page.errors) == faults
    if "reason" not in forged:
        assert page.form(SAVE).values["reason"] == ["Kept."]
    assert state(app, entry)[1] == 4


def test_judging_anew_goes_back_to_the_picture_it_came_from(app: Flask, client: FlaskClient, entry: int) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/{entry}/judge?influence=5&interest=1").form(SAVE)
    assert (form.values["influence"], form.values["interest"]) == (["5"], ["1"])
    answer = form.submit(client, reason="Dropped there.", back="/engagement/picture?country=AM")
    assert answer.location == "/engagement/picture?country=AM"
    assert state(app, entry)[:2] == (5, 1)


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/engagement/picture.evil", "/", "x"])
def test_judging_sends_nobody_elsewhere(app: Flask, client: FlaskClient, entry: int, back: str) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/{entry}/judge").form(SAVE)
    assert form.submit(client, reason="As before.", back=back).location == f"/engagement/{entry}"


def test_two_who_judge_at_once_see_both_and_lose_nothing(app: Flask, client: FlaskClient, entry: int) -> None:
    arrive(app, client)
    first = open_page(client, f"/engagement/{entry}/judge").form(SAVE)
    second = open_page(client, f"/engagement/{entry}/judge").form(SAVE)
    assert first.submit(client, influence="5", reason="One.").status_code == 303
    answer = second.submit(client, influence="1", reason="Two.")
    assert answer.status_code == 409
    assert "What you save now is added; what was saved stays." in Page(answer).text
    again = Page(answer).form(SAVE)
    assert (again.values["influence"], again.values["reason"]) == (["1"], ["Two."])
    assert again.submit(client).status_code == 303
    with work(app) as session:
        assert session.query(Judgement).count() == 3


def test_what_surrounds_the_judgements_is_edited_with_a_version(app: Flask, client: FlaskClient, entry: int, world):
    arrive(app, client)
    first = open_page(client, f"/engagement/{entry}/edit").form("Save")
    second = open_page(client, f"/engagement/{entry}/edit").form("Save")
    answer = first.submit(client, follow=True, expectations="Dates in spring.", responsible=str(world.school))
    assert "Dates in spring." in Page(answer).text
    assert second.submit(client, expectations="Money.").status_code == 409


def test_the_picture_shows_each_organisation_and_the_same_as_figures(
    app: Flask, client: FlaskClient, world: World, mapped: Mapped
) -> None:
    mapped(influence=5, interest=5, attitude=Attitude.SCEPTICAL)
    arrive(app, client)
    page = open_page(client, "/engagement/picture?country=AM")
    spot = page.select_one("svg.drawing a.spot")
    assert spot["aria-label"] == "1 Tekstil Lori: influence 5, interest 5, Sceptical"
    assert spot["data-entry"].endswith("/judge")
    assert "Tekstil Lori" in page.select_one("#figures tbody tr").get_text()
    assert page.select_one("#figures tbody .btn")


def test_many_on_one_spot_are_counted_and_stand_in_the_table(app: Flask, client: FlaskClient, mapped: Mapped) -> None:
    with work(app) as session:
        keys = [organisation(session, f"Workshop {number}").id for number in range(6)]
    for key in keys:
        mapped(organisation=key)
    arrive(app, client)
    page = open_page(client, "/engagement/picture?country=AM")
    assert len(page.select("svg.drawing a.spot")) == 3
    assert "+3" in page.select_one("svg.drawing").get_text()
    assert len(page.select("#figures tbody tr")) == 6


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("?country=XX", "“XX” was not understood as “Country”, so it was left out."),
        ("?cluster=999", "“999” was not understood as “Cluster”, so this is shown instead: nothing."),
        ("?attitude=zzz", "“zzz” was not understood as “Attitude”, so it was left out."),
        ("touch/?days=garbage", "“garbage” was not understood as “Days without contact”, so it was left out."),
        ("picture?country=XX", "“XX” was not understood as “Country”, so this is shown instead: Armenia."),
        ("picture?cluster=x", "“x” was not understood as “Cluster”, so this is shown instead: Armenia."),
        ("picture?of=mc:XX-01", "“XX-01” was not understood as “Micro-credential”, so this is shown instead: Armenia."),
        ("picture?of=zzz", "“zzz” was not understood as “For what?”, so this is shown instead: Armenia."),
    ],
)
def test_what_is_not_understood_is_said(app: Flask, client: FlaskClient, entry: int, address: str, said: str) -> None:
    arrive(app, client)
    assert said in open_page(client, f"/engagement/{address}").text
    for usual in ("", "?country=AM", "picture", "picture?of=country:AM", "touch/", "touch/?days=90"):
        assert "not understood" not in open_page(client, f"/engagement/{usual}").text, usual


def test_a_picture_can_be_narrowed_to_a_microcredential(app: Flask, client: FlaskClient, mapped: Mapped) -> None:
    mapped()
    mapped("AM-03")
    arrive(app, client)
    assert len(open_page(client, "/engagement/picture?mc=AM-03").select("a.spot")) == 1
    assert len(open_page(client, "/engagement/picture?country=AM").select("a.spot")) == 1


@pytest.mark.parametrize("query", ["", "country=XX", "mc=nothing", "mc=%00", "country=AM&mc=ZZ-99"])
def test_an_odd_scope_is_a_sensible_picture(app: Flask, client: FlaskClient, world: World, query: str) -> None:
    arrive(app, client)
    open_page(client, f"/engagement/picture?{query}")


def test_who_may_not_judge_there_drags_nothing(app: Flask, client: FlaskClient, entry: int) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="GE")
    page = open_page(client, "/engagement/picture?country=AM")
    assert not page.select("[data-entry]")
    assert client.get(f"/engagement/{entry}/judge").status_code == 403
    assert client.get(f"/engagement/{entry}/edit").status_code == 403


def test_a_page_of_an_entry_tells_what_moved_it(app: Flask, client: FlaskClient, entry: int) -> None:
    arrive(app, client, Role.AUDITOR)
    page = open_page(client, f"/engagement/{entry}")
    assert page.select_one("svg.timeline")["aria-label"]
    assert "Asked for details." in page.select_one("#judgements").get_text()
    assert "Judge anew" not in page.links


@pytest.mark.parametrize("path", ["/engagement/", "/engagement/picture", "/engagement/1", "/engagement/new"])
def test_what_is_thought_of_them_is_closed_to_stakeholders(app: Flask, client: FlaskClient, mapped: Mapped, path: str):
    mapped()
    arrive(app, client, Role.STAKEHOLDER)
    assert client.get(path).status_code == 403


def test_a_stakeholder_reads_nothing_of_it_on_other_pages(
    app: Flask, client: FlaskClient, world: World, mapped: Mapped
):
    mapped("AM-03", organisation=world.school)
    mapped(organisation=world.school)
    with work(app) as session:
        session.query(MicroCredential).filter_by(code="AM-03").one().published_at = clock.now()
    arrive(app, client, Role.STAKEHOLDER)
    page = open_page(client, f"/stakeholders/{world.school}")
    assert "How it stands" not in page.text
    assert not page.select("[href^='/engagement']")
    listing = open_page(client, "/stakeholders/?attitude=neutral&silent_since=2025-01-01")
    assert "Attitude" not in listing.text
    assert "Last contact" not in listing.text
    assert client.get("/microcredentials/AM-03/concerns/mapping_entry").status_code == 404


def test_the_list_is_filtered_and_exported(app: Flask, client: FlaskClient, world: World, mapped: Mapped) -> None:
    mapped(attitude=Attitude.SCEPTICAL, influence=5)
    mapped("GE-01", organisation=world.agency, engagement=Engagement.COMMITTED)
    arrive(app, client)
    names = lambda query: [c.get_text() for c in open_page(client, f"/engagement/?{query}").select("tbody th a")]  # noqa: E731
    assert names("") == ["Tekstil Lori", "Skills Agency"]
    assert names("country=GE") == names("mc=ge-01") == names("engagement=committed") == ["Skills Agency"]
    assert names("attitude=sceptical") == names("quadrant=manage_closely") == names("q=lori") == ["Tekstil Lori"]
    text = client.get("/engagement/?format=csv").get_data(as_text=True)
    assert "sceptical" in text
    assert "GE-01" in text


def test_the_list_and_the_picture_cost_the_same_however_many_are_mapped(
    app: Flask, client: FlaskClient, world: World, mapped: Mapped
) -> None:
    mapped()
    mapped("AM-03")
    arrive(app, client)
    counts = []
    for more in (0, 30):
        with work(app) as session:
            keys = [organisation(session, f"Workshop {number}").id for number in range(more)]
        for key in keys:
            mapped(organisation=key)
        for path in ("/engagement/", "/engagement/picture?country=AM", "/microcredentials/AM-03"):
            client.get(path)
            with statements(app) as seen:
                open_page(client, path)
            counts.append(len(seen))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 10


def test_a_judgement_is_of_today_unless_said_otherwise(app: Flask, client: FlaskClient, entry: int) -> None:
    arrive(app, client)
    form = open_page(client, f"/engagement/{entry}/judge").form(SAVE)
    assert form.values["judged_on"] == [AS_OF.isoformat()]
