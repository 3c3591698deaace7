"""Who sees which events."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import ANYBODY, SYSTEM
from app.events import queries, services
from app.events.listing import EventListing
from app.events.models import Event, EventState, Visibility
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.events.conftest import Entered, SignIn
from tests.events.world import World

# What the roles see of published events that the Armenian school organises and the Armenian company takes part in.
SEEN = {
    "admin": {"public", "consortium", "country", "private"},
    "coordinator": {"public", "consortium", "country", "private"},
    "auditor": {"public", "consortium", "country", "private"},
    "lead": {"public", "consortium", "country"},
    "foreign lead": {"public", "consortium"},
    "editor": {"public", "consortium", "country", "private"},
    "foreign editor": {"public", "consortium"},
    "expert": {"public", "consortium", "country", "private"},
    "cluster": {"public", "consortium", "country"},
    "guest": {"public", "consortium", "country"},
    "public": {"public"},
}
# The same of drafts.
DRAFTS_SEEN = {
    "admin": {"public", "consortium", "country", "private"},
    "coordinator": {"public", "consortium", "country", "private"},
    "lead": {"public", "consortium", "country"},
    "editor": {"public", "consortium", "country", "private"},
}


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("who", list(SEEN))
@pytest.mark.parametrize("draft", [False, True], ids=["published", "draft"])
def test_each_role_sees_what_is_open_to_it(
    session: Session, world: World, who: str, visibility: Visibility, draft: bool
) -> None:
    facts = world.consultation(visibility=visibility)
    event = services.plan(SYSTEM, facts, EventState.DRAFT) if draft else services.log(SYSTEM, facts)
    found = session.scalars(select(Event.id).where(queries.visible_to(world.actors[who]))).all()
    expected = visibility.value in (DRAFTS_SEEN if draft else SEEN).get(who, set())
    assert found == ([event.id] if expected else [])


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.PLANNED])
def test_whoever_entered_an_event_sees_it_whoever_organises_it(
    session: Session, world: World, visibility: Visibility, state: EventState
) -> None:
    cluster = world.actors["cluster"]
    others = session.get(Organisation, world.coordinator)
    event = services.plan(cluster, world.consultation(visibility=visibility, organiser=others), state)
    assert queries.event(cluster, event.id) is event


def test_a_partner_of_another_country_that_takes_part_sees_what_is_not_for_the_organisers_alone(
    session: Session, world: World
) -> None:
    guests = [session.get_one(Organisation, world.agency)]
    actor = world.actors["foreign editor"]
    shared = services.log(SYSTEM, world.consultation(visibility=Visibility.COUNTRY, organisations=guests))
    closed = services.log(SYSTEM, world.consultation(visibility=Visibility.PRIVATE, organisations=guests))
    found = session.scalars(select(Event.id).where(queries.visible_to(actor))).all()
    assert shared.id in found
    assert closed.id not in found


@pytest.mark.parametrize(
    ("who", "seen", "changed"),
    [
        ("admin", 200, 200),
        ("lead", 200, 200),
        ("editor", 200, 200),
        ("foreign editor", 200, 403),
        ("expert", 200, 403),
        ("auditor", 200, 403),
        ("guest", 200, 403),
        ("public", 404, 303),
    ],
)
def test_what_one_may_see_and_not_change_is_refused_and_what_one_may_not_see_is_not_there(
    sign_in: SignIn, logged: int, who: str, seen: int, changed: int
) -> None:
    browser = sign_in(who)
    assert browser.get(f"/events/{logged}").status_code == seen
    assert browser.get(f"/events/{logged}/edit").status_code == changed


@pytest.mark.parametrize("path", ["", "/edit", "/cancel", "/delete"])
def test_a_record_of_another_country_that_is_not_open_is_not_there(
    world: World, sign_in: SignIn, entered: Entered, path: str
) -> None:
    key = entered(world.consultation, visibility=Visibility.COUNTRY)
    assert sign_in("foreign lead").get(f"/events/{key}{path}").status_code == 404
    assert sign_in("foreign lead").post(f"/events/{key}/move", data={"state": "closed"}).status_code == 404


def test_a_list_names_micro_credentials_as_its_actor_may_see_them_whoever_asks(session: Session, world: World):
    pattern = session.get_one(MicroCredential, world.pattern)
    made = services.log(SYSTEM, world.consultation(microcredentials=[pattern], visibility=Visibility.PUBLIC))
    shown = {}
    for actor in (SYSTEM, ANYBODY):
        found = EventListing().page(session, actor, "/events/", {}).load()
        shown[actor.name] = {row.id: row.codes for row in found.rows}[made.id]

    assert shown == {"portal": "AM-03", "": None}
