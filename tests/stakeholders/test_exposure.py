"""Public texts that name somebody who did not agree to it."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.clusters.models import Cluster, ClusterScope, ClusterType
from app.core import clock
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.name_index import NameIndex
from app.events.agenda.models import AgendaItem
from app.events.feedback.models import FeedbackPage
from app.events.models import EventState, Visibility
from app.events.outcomes.models import Decision
from app.events.services import log, plan
from app.microcredentials.models import LearningOutcome, MicroCredential
from app.stakeholders import exposure, review
from app.stakeholders.consent import ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay, record_consent
from app.stakeholders.exposure import PublicText
from app.stakeholders.models import Person
from tests.accounts.people import arrive, work
from tests.events.feedback import by, held
from tests.events.world import build
from tests.page import Page, open_page, words
from tests.stakeholders.test_review import LEAD, of

PUBLIC = {"visibility": Visibility.PUBLIC}
SAID = {"en": "Opened by Jovana Ristić, who spoke long", "sr-Cyrl": "Отвара Јована Ристић"}


def agree(person: Person, act: ConsentAct, purpose: ConsentPurpose = ConsentPurpose.PUBLICATION) -> None:
    """Write down that a person agreed, or no longer does."""
    facts = ConsentFacts(act=act, purposes=[purpose], on_day=date(2025, 5, 1), way=ConsentWay.SPOKEN)
    record_consent(SYSTEM, person, facts)


def told(actor: Actor = SYSTEM, country: str = "") -> list[tuple[str, str]]:
    """Whom which kind of text names."""
    return [(one.name, one.table) for one in exposure.exposed(actor, country)]


def cluster(**facts: Any) -> Cluster:
    """A cluster of Serbia."""
    kind = {"type": ClusterType.REGIONAL, "scope": ClusterScope.REGIONAL, "countries": ["RS"]}
    return Cluster(name={"en": "Crafts"}, name_key="crafts", search_key="crafts", **kind | facts)


def test_a_public_event_that_names_somebody_is_told_once(session: Session):
    person = of("RS", "Jovana", family_name="Ristić")
    event = log(SYSTEM, build().consultation(description=SAID, **PUBLIC))
    found = exposure.exposed(SYSTEM)
    assert [(one.person_id, one.table, one.record_id) for one in found] == [(person.id, "event", event.id)]
    assert found[0].excerpt.found == ("Jovana Ristić",)
    assert "who spoke long" in found[0].excerpt.text


@pytest.mark.parametrize("visibility", [one for one in Visibility if one is not Visibility.PUBLIC])
def test_what_not_everybody_sees_is_not_public(session: Session, visibility: Visibility):
    of("RS", "Jovana", family_name="Ristić")
    log(SYSTEM, build().consultation(description=SAID, visibility=visibility))
    assert told() == []


def test_a_public_draft_is_not_public(session: Session):
    of("RS", "Jovana", family_name="Ristić")
    plan(SYSTEM, build().consultation(description=SAID, **PUBLIC), EventState.DRAFT)
    assert told() == []


def test_who_agreed_to_publication_may_be_named_until_the_consent_is_taken_back(session: Session):
    person = of("RS", "Jovana", family_name="Ristić")
    log(SYSTEM, build().consultation(title={"en": "Ristić, Jovana: a talk"}, **PUBLIC))
    agree(person, ConsentAct.GIVEN, ConsentPurpose.CONTACT)
    assert told() == [("Jovana Ristić", "event")]
    agree(person, ConsentAct.GIVEN)
    assert told() == []
    agree(person, ConsentAct.WITHDRAWN)
    assert told() == [("Jovana Ristić", "event")]


def test_clusters_the_catalogue_agendas_and_decisions_are_looked_through(session: Session):
    of("RS", "Jovana", family_name="Ristić")
    event = log(SYSTEM, build().consultation(**PUBLIC))
    session.add(AgendaItem(event_id=event.id, position=1, title={"en": "A talk"}, presenters="Jovana Ristić"))
    agreed = {"en": "Jovana Ristić chairs"}
    session.add(Decision(event_id=event.id, number=1, text=agreed, decided_on=date(2025, 5, 1), search_key=""))
    session.add(cluster(mission={"sr-Cyrl": "Води Јована Ристић"}, is_published=True))
    session.add(cluster(mission={"en": "Led by Jovana Ristić"}))
    key = {"title_key": "x", "search_key": "x", "country": "RS", "title": {"en": "Weaving"}}
    shown = MicroCredential(code="RS-90", published_at=clock.now(), **key)
    shown.outcomes = [LearningOutcome(position=1, text={"en": "Weaves as Jovana Ristić does"})]
    session.add_all([shown, MicroCredential(code="RS-91", description={"en": "By Jovana Ristić"}, **key)])
    session.flush()
    assert sorted(table for _name, table in told()) == ["agenda_item", "cluster", "decision", "microcredential"]


def test_a_published_page_of_feedback_is_looked_through(session: Session):
    of("RS", "Jovana", family_name="Ristić")
    world = build()
    event = held(world)
    by(world, event, text={"en": "Jovana Ristić objects"}).public_text = {"en": "A teacher objects"}
    by(world, event).public_text = {"en": "Jovana Ristić objects"}
    assert told() == []
    session.add(FeedbackPage(event_id=event.id, is_published=True))
    session.flush()
    assert told() == [("Jovana Ristić", "feedback_point")]


def test_each_country_is_told_of_its_own_people(session: Session):
    of("RS", "Jovana", family_name="Ristić")
    of("AM", "Anahit", family_name="Petrosyan")
    log(SYSTEM, build().consultation(description={"en": "Jovana Ristić, Anahit Petrosyan"}, **PUBLIC))
    assert told(LEAD) == [("Jovana Ristić", "event")]
    assert told(SYSTEM, "AM") == [("Anahit Petrosyan", "event")]
    assert told(Actor(4, "x", (Grant(Role.AUDITOR),))) == []


def test_no_more_are_told_than_somebody_can_read(session: Session, monkeypatch: pytest.MonkeyPatch):
    of("RS", "Jovana", family_name="Ristić")
    many = [PublicText("event", number, "Jovana Ristić") for number in range(300)]
    monkeypatch.setattr(exposure, "public_texts", [lambda _only: many])
    assert len(told()) == review.MOST


def test_many_names_cost_one_look_at_each_word(monkeypatch: pytest.MonkeyPatch):
    """Neither a name nor a part of it is compared with each word: what one text costs does not grow with the names."""
    index = NameIndex((number, f"Ana Prezime{number}") for number in range(5_000))
    looked = []

    class Asked(dict[tuple[str, ...], dict[int, None]]):
        def get(self, key: Any, default: Any = None) -> Any:
            looked.append(key)
            return super().get(key, default)

    monkeypatch.setattr(index, "_people", Asked(index._people))
    assert [key for key, _excerpt in index.in_value({"en": "Ana Prezime77 and Ana came, Prezime5 too"})] == [77]
    assert len(looked) == 2


def test_the_page_names_the_text_the_person_and_where(app: Flask, client: FlaskClient):
    with work(app):
        key = of("RS", "Jovana", family_name="Ristić").id
        event = log(SYSTEM, build().consultation(description=SAID, **PUBLIC)).id
    arrive(app, client)
    page = open_page(client, "/stakeholders/people/due")
    assert "Opened by Jovana Ristić, who spoke long" in words(page.select_one("#exposed"))
    links = {str(tag["href"]) for tag in page.select("#exposed a")}
    assert links == {f"/stakeholders/people/{key}", f"/events/{event}"}
    assert open_page(client, "/stakeholders/people/due?country=AM").select("#exposed") == []


def warnings(page: Page) -> str:
    """What the page tells to look at."""
    return " ".join(page.messages)


@pytest.mark.parametrize(("visibility", "is_told"), [("public", True), ("consortium", False)])
def test_whoever_saves_an_event_is_told_whom_title_and_text_name(
    app: Flask, client: FlaskClient, visibility: str, is_told: bool
):
    with work(app):
        of("RS", "Jovana", family_name="Ristić")
        of("RS", "Petar", family_name="Petrović", native_name="Петар Петровић")
        agreed = of("RS", "Mira", family_name="Savić")
        agree(agreed, ConsentAct.GIVEN)
        event = log(SYSTEM, build().consultation(title={"en": "Talk of Jovana Ristić and Mira Savić"})).id
    arrive(app, client)
    form = open_page(client, f"/events/{event}/edit").form("Save")
    said = {"visibility": visibility, "summary-en": "Petar Petrović agreed."}
    told = warnings(Page(form.submit(client, follow=True, **said)))
    assert ("Jovana Ristić, Petar Petrović" in told) is is_told
    assert "Savić" not in told


def test_a_decision_and_what_becomes_public_are_told_of(app: Flask, client: FlaskClient):
    with work(app):
        of("RS", "Jovana", family_name="Ristić")
        event = log(SYSTEM, build().consultation(visibility=Visibility.PRIVATE)).id
    arrive(app, client)
    form = open_page(client, f"/events/{event}/decisions/new").form("Save decision")
    assert "Ristić" not in warnings(Page(form.submit(client, follow=True, **{"text-en": "Jovana Ristić chairs."})))
    form = open_page(client, f"/events/{event}/edit").form("Save")
    assert "Jovana Ristić" in warnings(Page(form.submit(client, follow=True, visibility="public")))
    form = open_page(client, f"/events/{event}/decisions/1").form("Save decision")
    assert "Jovana Ristić" in warnings(Page(form.submit(client, follow=True)))


def test_an_auditor_reads_no_name_of_somebody_who_did_not_agree(app: Flask, client: FlaskClient):
    with work(app):
        person = of("RS", "Jovana", family_name="Ristić")
        event = log(SYSTEM, build().consultation(title={"en": "Talk of Jovana Ristić"}, description=SAID, **PUBLIC)).id
        key = person.id
    arrive(app, client, Role.AUDITOR)
    page = open_page(client, f"/events/{event}")
    assert "Ristić" not in page.text
    assert page.heading == "Talk of [name withheld]"
    assert "Opened by [name withheld], who spoke long" in page.text
    assert "Ristić" not in open_page(client, "/events/").text
    with work(app) as session:
        agree(session.get_one(Person, key), ConsentAct.GIVEN)
    assert open_page(client, f"/events/{event}").heading == "Talk of Jovana Ristić"


def test_names_that_meet_are_taken_out_once():
    index = NameIndex([(1, "Ana Marija Savić"), (2, "Marija Savić"), (3, "Petar Ilić")])
    assert index.without("Ana Marija Savić and Petar Ilić", "[x]").count("Savić") == 0
