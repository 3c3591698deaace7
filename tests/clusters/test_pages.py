"""The pages of clusters, as the people who use them meet them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clusters import memberships
from app.clusters.models import MOVES, Cluster, ClusterMembership, ClusterState, MemberRole
from app.core.access import SYSTEM
from app.events import services as events
from app.extensions import db
from tests.accounts.people import statements, work
from tests.clusters.conftest import NOW, Made, join, member, move, organisation
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page

pytestmark = pytest.mark.usefixtures("tokens")
S = ClusterState


def test_a_cluster_is_proposed_with_its_coordinator(lead: FlaskClient, world: World):
    form = open_page(lead, "/clusters/new").form("Save cluster")
    answer = form.submit(
        lead,
        follow=True,
        type="mixed",
        **{
            "name-en": "Textile cluster",
            "name-hy": "Տեքստիլ կլաստեր",
            "coordinator-q": "",
            "regions-0": "AM-LO",
            "isced_f-0": "0723 Textiles",
            "nace-0": "13 Textiles",
            "founded_on": "2025-02-03",
        },
    )
    page = Page(answer)
    assert page.heading == "Textile cluster"
    assert page.messages == ["The cluster is proposed."]
    assert "13 Textiles" in page.text
    assert "Proposed" in page.text


def test_a_double_click_proposes_once(app: Flask, lead: FlaskClient):
    form = open_page(lead, "/clusters/new").form("Save cluster")
    answers = [form.submit(lead, **{"name-en": "Textile cluster", "regions-0": "AM-LO"}) for _press in range(2)]
    assert answers[0].location == answers[1].location
    with work(app) as session:
        assert session.query(Cluster).count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"name-en": "  "},
        {"type": "nonsense"},
        {"scope": "cross_border"},
        {"countries": ["AM", "XX"]},
        {"countries": ["GE"]},
        {"regions-0": "GE-KA"},
        {"isced_f-0": "9"},
        *({"isced_f-0": text} for text in ("9901 Invented", "9912", "99.01", "0723x")),
        {"type": "thematic"},
        {"type": "mixed"},
        {"nace-0": "04 nothing"},
        {"website": "nowhere"},
        {"founded_on": "31.12.2024"},
        {"founded_on": "2031-01-01"},
    ],
)
def test_what_is_wrong_is_said_in_its_place_and_nothing_is_lost(lead: FlaskClient, forged: dict[str, object]):
    form = open_page(lead, "/clusters/new").form("Save cluster")
    answer = form.submit(lead, **{"name-en": "Textile cluster", "acronym": "TC"} | forged)
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error:")
    assert page.errors
    assert page.form("Save cluster").values["acronym"] == ["TC"]


@pytest.mark.parametrize("field", ["parent", "microcredentials", "coordinator"])
@pytest.mark.parametrize("key", ["99999", "-1", "x", "9" * 30])
def test_forged_keys_are_refused(app: Flask, lead: FlaskClient, field: str, key: str):
    form = open_page(lead, "/clusters/new").form("Save cluster")
    data = form.values | {"name-en": "Textile cluster", field: key}
    assert lead.post("/clusters/new", data=data).status_code == 422


def test_two_editors_at_once_see_both_texts(lead: FlaskClient, made: Made):
    key = made()
    first = open_page(lead, f"/clusters/{key}/edit").form("Save cluster")
    second = open_page(lead, f"/clusters/{key}/edit").form("Save cluster")
    assert first.submit(lead, acronym="ONE").status_code == 303
    answer = second.submit(lead, acronym="TWO")
    assert answer.status_code == 409
    page = Page(answer)
    assert "ONE" in page.text
    assert page.form("Save cluster").values["acronym"] == ["TWO"]
    assert page.form("Save cluster").submit(lead).status_code == 303


def test_what_is_missing_for_an_active_cluster_stands_on_its_page(lead: FlaskClient, made: Made):
    key = made()
    page = Page(open_page(lead, f"/clusters/{key}").form("Begin to form it").submit(lead, follow=True))
    assert page.messages == ["The cluster is now: Forming."]
    assert "Before it can be called active: No member coordinates it yet" in page.text
    answer = page.form("Call it active").submit(lead)
    assert answer.status_code == 422
    assert len(Page(answer).errors) == 1
    assert "3 more active members are needed." in Page(answer).errors[0]


def test_a_working_cluster_that_lost_its_members_says_what_it_lacks(
    app: Flask, client: FlaskClient, lead: FlaskClient, world: World, made: Made
):
    key = made(working=True, published=True)
    assert "no longer has" not in open_page(lead, f"/clusters/{key}").text
    page = open_page(lead, f"/clusters/{key}/members/{member(app, key, world.agency)}/leave")
    page.form("End the membership").submit(lead, left_on="2025-05-12", reason="Moved away")
    page = open_page(lead, f"/clusters/{key}")
    assert "It no longer has what an active cluster needs: 1 more active member" in page.text
    assert "no longer has" not in open_page(lead, f"/clusters/{key}?as_of=2025-02-01").text
    assert "no longer has" not in open_page(client, f"/clusters/{key}").text


def test_what_is_missing_for_a_consolidated_cluster_stands_on_its_page(
    app: Flask, lead: FlaskClient, world: World, made: Made
):
    key = made(working=True)
    page = open_page(lead, f"/clusters/{key}")
    assert "Before it can be called consolidated: No activity within a year is known" in page.text
    answer = page.form("Call it consolidated").submit(lead)
    assert answer.status_code == 422
    assert "No activity within a year is known" in Page(answer).errors[0]
    assert "No note says how it goes on" in Page(answer).errors[0]
    with work(app) as session:
        cluster = session.get_one(Cluster, key)
        cluster.sustainability_note = {"en": "The college pays."}
        events.log(SYSTEM, world.consultation(cluster=cluster))
    page = open_page(lead, f"/clusters/{key}")
    assert "Before it can be called consolidated" not in page.text
    page = Page(page.form("Call it consolidated").submit(lead, follow=True))
    assert page.messages == ["The cluster is now: Consolidated."]


@pytest.mark.parametrize("states", [(), (S.FORMING,), (S.FORMING, S.ACTIVE), (S.FORMING, S.ACTIVE, S.DORMANT)])
def test_every_move_of_the_table_has_a_button(
    app: Flask, lead: FlaskClient, made: Made, states: tuple[ClusterState, ...]
):
    key = made(working=S.ACTIVE in states)
    with work(app) as session:
        cluster = session.get_one(Cluster, key)
        move(cluster, *states[states.index(cluster.state) + 1 if cluster.state in states else 0 :])
        ahead = set(MOVES.onwards(cluster.state))
    page = open_page(lead, f"/clusters/{key}")
    hidden = {field["value"]: field.find_parent("form").button for field in page.select("input[name=state]")}
    buttons = hidden | {button["value"]: button for button in page.select("button[name=state]")}
    assert set(buttons) == ahead
    assert all(button.text.strip() for button in buttons.values())


def test_a_stale_move_is_a_conflict_and_a_forged_one_refused(lead: FlaskClient, made: Made):
    key = made()
    form = open_page(lead, f"/clusters/{key}").form("Begin to form it")
    assert form.submit(lead, version="0").status_code == 409
    assert form.submit(lead, state="nonsense").status_code == 422
    assert form.submit(lead, state="consolidated").status_code == 409


def test_a_cluster_is_published_and_hidden(client: FlaskClient, lead: FlaskClient, made: Made):
    key = made()
    assert client.get(f"/clusters/{key}").status_code == 404
    page = Page(open_page(lead, f"/clusters/{key}").form("Publish yes").submit(lead, ("published", "yes"), follow=True))
    assert page.messages == ["Everybody can see it now."]
    assert open_page(client, f"/clusters/{key}").heading == "Textile cluster"
    page.form("Hide from visitors no").submit(lead, ("published", "no"))
    assert client.get(f"/clusters/{key}").status_code == 404


def test_visitors_read_names_of_partners_and_of_who_agreed_and_no_more(
    app: Flask, client: FlaskClient, world: World, made: Made
):
    key = made(working=True, published=True)
    page = open_page(client, f"/clusters/{key}")
    assert "Lori College" in page.text
    assert "Tekstil Lori" not in page.html
    assert "and 1 that has not agreed to be named" in page.text
    for section in ("readiness", "self-check", "history", "invited"):
        assert not page.select(f"#{section}")
    with work(app) as session:
        session.get_one(ClusterMembership, member(app, key, world.company)).may_be_named = True
    assert "Tekstil Lori" in open_page(client, f"/clusters/{key}").text


def test_the_file_has_the_members_of_the_day(
    app: Flask, client: FlaskClient, sign_in: SignIn, world: World, made: Made
):
    key = made(working=True, published=True)
    with work(app) as session:
        company = session.get_one(ClusterMembership, member(app, key, world.company))
        memberships.end(SYSTEM, company, company.version, NOW, "Sold")
    browser = sign_in("auditor")
    now = browser.get(f"/clusters/{key}?format=csv").get_data(as_text=True)
    march = browser.get(f"/clusters/{key}?format=csv&as_of=2025-03-10").get_data(as_text=True)
    assert "Tekstil Lori" not in now
    assert "Tekstil Lori" in march
    assert "2025-05-12" in march
    assert "Tekstil Lori" not in client.get(f"/clusters/{key}?format=csv&as_of=2025-03-10").get_data(as_text=True)
    page = open_page(browser, f"/clusters/{key}?as_of=2025-03-10")
    assert "10 March 2025" in page.text or "March 10, 2025" in page.text
    assert "Tekstil Lori" in page.text
    open_page(browser, f"/clusters/{key}?as_of=nonsense")
    assert browser.get(f"/clusters/{key}?format=xlsx").status_code == 200


@pytest.mark.parametrize("day", ["31.03.2025", "2025-02-30", "March"])
def test_what_is_no_day_is_said_and_no_file_passes_for_it(client: FlaskClient, made: Made, day: str):
    key = made(working=True, published=True)
    said = f"“{day}” was not understood as “Members on another day”, so this is shown instead: 12 May 2025."
    assert said in open_page(client, f"/clusters/{key}?as_of={day}").text
    assert client.get(f"/clusters/{key}?format=csv&as_of={day}").status_code == 422
    assert "not understood" not in open_page(client, f"/clusters/{key}?as_of=").text
    assert "“on” is nothing that can be asked here" in open_page(client, f"/clusters/{key}?on={day}").text
    assert client.get(f"/clusters/{key}?format=csv&on={day}").status_code == 422


def test_what_a_day_applies_to_is_said_beside_it(client: FlaskClient, made: Made):
    key = made(working=True, published=True)
    assert (
        "With their roles of that day; also for past events, self-checks and how ready it is. State, texts,"
        in open_page(client, f"/clusters/{key}").select("#members form")[0].get_text()
    )
    text = open_page(client, f"/clusters/{key}?as_of=2025-03-10").text
    assert "mapping are those of today." in text


PAGES = ("edit", "delete", "partners", "members/new", "members/invite", "assess")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *(("coordinator", 200), ("lead", 200), ("editor", 200)),
        *(("foreign lead", 403), ("cluster", 403), ("guest", 403), ("expert", 403)),
    ],
)
def test_pages_of_change_open_to_who_may_change(sign_in: SignIn, made: Made, who: str, status: int):
    key = made(working=True, published=True)
    browser = sign_in(who)
    for page in PAGES:
        wanted = 200 if page == "partners" and who in ("foreign lead", "cluster") else status
        assert browser.get(f"/clusters/{key}/{page}").status_code == wanted, page


def test_what_one_may_not_see_is_not_there(sign_in: SignIn, client: FlaskClient, made: Made):
    key = made()
    assert sign_in("guest").get(f"/clusters/{key}").status_code == 404
    assert client.get(f"/clusters/{key}").status_code == 404
    assert client.get(f"/clusters/{key}/edit").status_code == 303
    assert client.get("/clusters/99999").status_code == 404
    assert "Textile cluster" not in client.get("/clusters/").get_data(as_text=True)
    assert "Textile" not in client.get("/clusters/options?name=parent&parent-q=textile").get_data(as_text=True)


def test_a_self_check_is_kept_and_shown(lead: FlaskClient, made: Made):
    key = made()
    form = open_page(lead, f"/clusters/{key}/assess").form("Keep the self-check")
    answer = form.submit(lead, note_services="One workshop")
    assert answer.status_code == 422
    page = Page(answer)
    assert len(page.errors) == 6
    groups = ("structure", "governance", "financing", "services", "contacts", "achievements")
    answer = page.form("Keep the self-check").submit(lead, follow=True, **dict.fromkeys(groups, "2"))
    assert Page(answer).messages == ["The self-check is kept."]
    assert "One workshop" in Page(answer).text
    forged = dict.fromkeys(groups, "4")
    answer = open_page(lead, f"/clusters/{key}/assess").form("Keep the self-check").submit(lead, **forged)
    assert answer.status_code == 422


def test_a_cluster_with_members_is_not_deleted_and_one_without_is(lead: FlaskClient, made: Made):
    kept, gone = made(working=True), made()
    page = open_page(lead, f"/clusters/{kept}/delete")
    assert "because records refer to it: Membership." in page.text
    assert lead.post(f"/clusters/{kept}/delete", data={"csrf_token": "x"}).status_code == 400
    form = open_page(lead, f"/clusters/{gone}/delete").form("Delete the cluster")
    assert form.submit(lead, follow=True).status_code == 200
    assert lead.get(f"/clusters/{gone}").status_code == 404


def test_partners_are_found_and_invited(lead: FlaskClient, app: Flask, world: World, made: Made):
    with work(app) as session:
        organisation(world.company).region = "AM-LO"
        session.flush()
    key = made()
    page = open_page(lead, f"/clusters/{key}/partners")
    assert "Tekstil Lori" in page.text
    assert "in its region" in page.text
    assert "Lori College" in page.text
    assert "SBG Dresden" not in page.text
    narrowed = open_page(lead, f"/clusters/{key}/partners?region=1&q=tekstil&country=AM&category=company")
    assert "Lori College" not in narrowed.text
    assert f"/clusters/{key}/members/invite?organisation={world.company}" in narrowed.html
    open_page(lead, f"/clusters/{key}/partners?category=x&country=%00&q=%25&theme=1")
    with work(app) as session:
        join(session.get_one(Cluster, key), world.company)
    assert "Tekstil Lori" not in open_page(lead, f"/clusters/{key}/partners").text


def test_a_parent_gathers_what_stands_beneath_it(app: Flask, client: FlaskClient, world: World, made: Made):
    top, low = made(published=True, name={"en": "Roof"}), made(working=True, published=True)
    with work(app) as session:
        session.get_one(Cluster, low).parent_id = top
    page = open_page(client, f"/clusters/{top}")
    assert "Through the clusters beneath it" in page.text
    assert "Lori College" in page.text
    assert "Tekstil Lori" not in page.text
    assert "Roof" in open_page(client, f"/clusters/{low}").text


def test_the_list_is_filtered_and_exported(app: Flask, client: FlaskClient, sign_in: SignIn, made: Made):
    made(working=True, published=True)
    made(name={"en": "Wine"}, countries=["GE"], regions=["GE-KA"], isced_f=["0811"], published=True)
    for query, found in (
        ("country=AM", True),
        ("country=GE", False),
        ("type=regional", True),
        ("type=thematic", False),
        ("state=active", True),
        ("state=dormant", False),
        ("theme=nace:13", True),
        ("theme=isced:0811", False),
        ("mc=AM-03", False),
        ("q=տեքստիլ", True),
        ("theme=x&state=y&page=z", False),
    ):
        assert ("Textile cluster" in open_page(client, f"/clusters/?{query}").text) is found, query
    for kind in ("csv", "xlsx"):
        assert client.get(f"/clusters/?format={kind}").status_code == 200


def test_the_register_of_organisations_can_be_narrowed_to_a_cluster(sign_in: SignIn, made: Made):
    key = made(working=True)
    page = open_page(sign_in("lead"), f"/stakeholders/?cluster={key}")
    assert "Tekstil Lori" in page.text
    assert "SBG Dresden" not in page.select_one("tbody").get_text()


def test_an_organisations_page_has_its_clusters(sign_in: SignIn, world: World, made: Made):
    made(working=True)
    page = open_page(sign_in("lead"), f"/stakeholders/{world.company}")
    assert "Textile cluster" in page.select_one("#clusters").get_text()
    assert not open_page(sign_in("lead"), f"/stakeholders/{world.coordinator}").select("#clusters")


def test_pages_ask_a_bounded_number_of_times(app: Flask, sign_in: SignIn, world: World, made: Made):
    key = made(working=True, published=True)
    browser, counts = sign_in("coordinator"), []
    for round_ in range(2):
        if round_:
            with work(app) as session:
                cluster = session.get_one(Cluster, key)
                for number in range(30):
                    join(cluster, _another(number), MemberRole.MEMBER)
            for _more in range(20):
                made(published=True)
        seen_by_path = {}
        for path in ("/clusters/", f"/clusters/{key}", f"/clusters/{key}/partners", f"/stakeholders/{world.company}"):
            open_page(browser, path)
            with statements(app) as seen:
                open_page(browser, path)
            seen_by_path[path] = len(seen)
        counts.append(seen_by_path)
    assert counts[0] == counts[1]
    assert counts[0]["/clusters/"] <= 6
    assert counts[0][f"/clusters/{key}"] <= 16
    assert counts[0][f"/clusters/{key}/partners"] <= 4


def _another(number: int) -> int:
    from tests.accounts.people import organisation as made_up

    return made_up(db.session, f"Workshop {number}").id
