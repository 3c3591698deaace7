"""Events of clusters: on their pages, in the list of events, in their calendar."""

from datetime import date

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clusters import services
from app.clusters.models import Cluster
from app.core.access import SYSTEM
from app.events.minutes.models import Minutes, MinutesState
from app.events.models import Event, EventState, Visibility
from app.events.outcomes.models import Decision, DecisionState
from app.events.services import log, plan
from app.extensions import db
from app.feeds.bodies import Bodies
from tests.accounts.people import work
from tests.clusters.conftest import Made, facts
from tests.events.conftest import Entered, SignIn
from tests.events.world import World
from tests.page import open_page


@pytest.fixture(autouse=True)
def _nothing_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "feeds", Bodies())


def enter(app: Flask, world: World, cluster: int, **changes: object) -> int:
    """Plan a public deadline of a cluster and commit."""
    with work(app) as session:
        made = world.deadline(cluster=session.get_one(Cluster, cluster), visibility=Visibility.PUBLIC, **changes)
        return plan(SYSTEM, made).id


def titles(client: FlaskClient, cluster: int) -> list[str]:
    """What stands in a cluster's calendar."""
    answer = client.get(f"/feeds/cluster/{cluster}.ics")
    assert answer.status_code == 200
    return [str(entry["SUMMARY"]) for entry in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")]


def edit(app: Flask, cluster: int, **changes: object) -> None:
    """Change a cluster and commit."""
    with work(app) as session:
        one = session.get_one(Cluster, cluster)
        changes = {
            name: session.get_one(Cluster, value) if name == "parent" else value for name, value in changes.items()
        }
        services.edit(SYSTEM, one, one.version, facts(**changes), app.config["CONSORTIUM"])


def test_a_clusters_calendar_has_its_public_events_and_those_beneath(
    app: Flask, client: FlaskClient, world: World, made: Made
):
    top, low = made(published=True), made(published=True)
    edit(app, low, parent=top)
    enter(app, world, low)
    with work(app) as session:
        plan(SYSTEM, world.deadline(cluster=session.get_one(Cluster, low), title={"en": "Closed"}))
    assert titles(client, low) == titles(client, top) == ["Reports are due"]


def test_a_cluster_that_moves_takes_its_events_along(app: Flask, client: FlaskClient, world: World, made: Made):
    first, second, low = made(published=True), made(published=True), made(published=True)
    edit(app, low, parent=first)
    enter(app, world, low)
    assert (len(titles(client, first)), len(titles(client, second))) == (1, 0)
    edit(app, low, parent=second)
    assert (len(titles(client, first)), len(titles(client, second))) == (0, 1)
    edit(app, low)
    assert (len(titles(client, first)), len(titles(client, second)), len(titles(client, low))) == (0, 0, 1)


def test_an_event_that_changes_its_cluster_changes_its_calendar(
    app: Flask, client: FlaskClient, world: World, made: Made, sign_in: SignIn
):
    one, other = made(published=True), made(published=True)
    event = enter(app, world, one)
    browser = sign_in("coordinator")
    with work(app) as session:
        version = session.get_one(Event, event).version
    answer = browser.post(
        f"/events/{event}/edit",
        data={
            "version": version,
            "title-en": "Reports are due",
            "starts_on": "2025-05-20",
            "zone": "Europe/Berlin",
            "cluster": other,
            "visibility": "public",
        },
    )
    assert answer.status_code == 303
    assert (titles(client, one), titles(client, other)) == ([], ["Reports are due"])


def test_the_calendar_of_what_is_not_published_is_not_there(app: Flask, client: FlaskClient, world: World, made: Made):
    key = made()
    enter(app, world, key)
    assert client.get(f"/feeds/cluster/{key}.ics").status_code == 404
    assert client.get("/feeds/cluster/999.ics").status_code == 404


def test_a_poll_sees_another_name_and_that_the_cluster_is_hidden(
    app: Flask, client: FlaskClient, world: World, made: Made
):
    key = made(published=True)
    path, wanted = f"/feeds/cluster/{key}.ics", {"Accept-Encoding": "gzip"}
    tag = client.get(path, headers=wanted).headers["ETag"]
    again = {**wanted, "If-None-Match": tag}
    assert [client.get(path, headers=again).status_code for _poll in range(2)] == [304, 304]
    edit(app, key, name={"en": "Renamed"})
    assert client.get(path, headers=again).status_code == 200
    assert b"Renamed" in client.get(path).data
    tag = client.get(path, headers=wanted).headers["ETag"]
    client.get(path, headers={**wanted, "If-None-Match": tag})
    with work(app) as session:
        one = session.get_one(Cluster, key)
        services.publish(SYSTEM, one, one.version, published=False)
    assert client.get(path, headers={**wanted, "If-None-Match": tag}).status_code == 404


def test_a_clusters_page_has_its_events_and_an_event_its_cluster(
    app: Flask, client: FlaskClient, world: World, made: Made
):
    key, hidden = made(published=True), made(name={"en": "Secret circle"})
    event, other = enter(app, world, key), enter(app, world, hidden)
    assert "Reports are due" in open_page(client, f"/clusters/{key}").text
    assert "Textile cluster" in open_page(client, f"/events/{event}").text
    assert "Secret circle" not in open_page(client, f"/events/{other}").html
    assert "Secret circle" not in client.get("/events/?format=csv").get_data(as_text=True)


def test_the_list_of_events_is_narrowed_to_a_cluster_and_those_beneath(
    app: Flask, sign_in: SignIn, world: World, made: Made
):
    top, low, far = made(), made(), made()
    edit(app, low, parent=top)
    enter(app, world, low)
    browser = sign_in("coordinator")
    for key, found in ((top, True), (low, True), (far, False)):
        assert ("Reports are due" in open_page(browser, f"/events/?cluster={key}").text) is found
    open_page(browser, "/events/?cluster=x")


def test_an_event_is_planned_for_a_cluster_and_a_forged_one_refused(
    app: Flask, sign_in: SignIn, world: World, made: Made
):
    key = made()
    browser = sign_in("lead")
    data = {"title-en": "Meeting", "starts_on": "2025-06-03", "zone": "Asia/Yerevan", "country": "AM"}
    data |= {"visibility": "consortium", "plan_as": "planned"}
    assert browser.post("/events/new?kind=meeting", data=data | {"cluster": "999"}).status_code == 422
    answer = browser.post("/events/new?kind=meeting", data=data | {"cluster": str(key)})
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.query(Event).one().cluster_id == key


def test_readiness_knows_the_last_event_that_was_held(
    app: Flask, sign_in: SignIn, world: World, made: Made, entered: Entered
):
    key = made()
    browser = sign_in("lead")
    assert "none known" in open_page(browser, f"/clusters/{key}").text
    with app.app_context():
        cluster = db.session.get_one(Cluster, key)
        db.session.expunge(cluster)
    held = entered(world.consultation, EventState.HELD)
    with work(app) as session:
        session.get_one(Event, held).cluster_id = key
    page = open_page(browser, f"/clusters/{key}")
    assert "none known" not in page.text
    earlier = open_page(browser, f"/clusters/{key}?as_of={date(2025, 3, 1)}")
    assert "none known" in earlier.text


def test_who_took_part_in_events_about_its_theme_is_a_partner_to_find(
    app: Flask, sign_in: SignIn, world: World, made: Made, entered: Entered
):
    entered(world.consultation)
    with work(app) as session:
        from app.microcredentials.models import MicroCredential

        pattern = session.get_one(MicroCredential, world.pattern)
        pattern.isced_f = ["0723"]
    key = made(countries=["AM"])
    page = open_page(sign_in("lead"), f"/clusters/{key}/partners?theme=1")
    assert "Tekstil Lori" in page.text
    assert "took part in events about them" in page.text


def test_what_came_of_a_cluster_is_on_its_page(
    app: Flask, client: FlaskClient, sign_in: SignIn, world: World, made: Made
):
    top, low = made(published=True), made(published=True)
    edit(app, low, parent=top)
    with work(app) as session:
        shared = {"cluster": session.get_one(Cluster, low), "visibility": Visibility.PUBLIC}
        held = log(SYSTEM, world.consultation(**shared))
        closed = log(SYSTEM, world.consultation(**shared | {"visibility": Visibility.PRIVATE}))
        for number, (event, state) in enumerate(
            ((held, DecisionState.ADOPTED), (held, DecisionState.REVOKED), (closed, DecisionState.ADOPTED)), 1
        ):
            text = {"en": f"Looms are shared, {number}"}
            day = date(2025, 5, 1)
            facts_of = {"event": event, "number": number, "text": text, "decided_on": day, "search_key": ""}
            decision = Decision(**facts_of)
            session.add(decision)
            session.flush()
            decision.move_to(state, SYSTEM, "x")
        minutes = Minutes(event=held)
        session.add(minutes)
        session.flush()
        for step in (MinutesState.SENT, MinutesState.APPROVED):
            minutes.move_to(step, SYSTEM)
    results = open_page(client, f"/clusters/{top}").select_one("#results").get_text(" ", strip=True)
    assert "Looms are shared, 1" in results
    assert "Looms are shared, 2" not in results
    assert "Looms are shared, 3" not in results
    assert "Approved minutes" not in results
    page = open_page(sign_in("coordinator"), f"/clusters/{low}")
    results = page.select_one("#results").get_text(" ", strip=True)
    assert "Looms are shared, 3" in results
    assert "Approved minutes" in results
    assert not open_page(client, f"/clusters/{low}?as_of=2025-04-01").select("#results h3")
