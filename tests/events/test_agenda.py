"""Agendas: items in their order, and what was said at each."""

from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.audit import AuditEntry
from app.core.errors import EditConflict, NotAllowed, Refused
from app.events import services as events
from app.events.agenda import queries, services
from app.events.agenda.models import AgendaItem, AgendaKind
from app.events.agenda.services import ItemFacts
from app.events.minutes import services as minutes
from app.events.models import Event, EventState, Visibility
from app.extensions import db
from tests.events.conftest import Entered, SignIn
from tests.events.world import LAST_WEEK, NEXT_WEEK, World

WELCOME = ItemFacts(title={"en": "Welcome"})


@pytest.fixture
def event(session: Session, world: World) -> Event:
    return events.log(SYSTEM, world.consultation())


def titles(event: Event) -> list[str]:
    return [item.title["en"] for item in queries.items(event)]


def test_items_stand_in_the_order_in_which_they_came_until_they_change_places(event: Event) -> None:
    services.add_lines(SYSTEM, event, "en", "- Welcome\n\n  Reports  \n• Next steps\n")
    assert titles(event) == ["Welcome", "Reports", "Next steps"]
    welcome, reports, steps = queries.items(event)
    services.shift(SYSTEM, steps, up=True)
    services.shift(SYSTEM, welcome, up=True)
    assert titles(event) == ["Welcome", "Next steps", "Reports"]
    services.shift(SYSTEM, welcome, up=False)
    services.remove(SYSTEM, reports)
    assert titles(event) == ["Next steps", "Welcome"]


@pytest.mark.parametrize("text", ["", " - \n\n", "x" * 301])
def test_lines_that_are_no_items_are_refused(event: Event, text: str) -> None:
    with pytest.raises(Refused) as refused:
        services.add_lines(SYSTEM, event, "en", text)
    assert list(refused.value.messages) == ["lines"]
    assert queries.items(event) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": {"en": "  "}}, "title"),
        ({"day": NEXT_WEEK}, "day"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 24 * 60 + 1}, "minutes"),
    ],
)
def test_an_item_that_cannot_be_meant_is_refused_at_its_field(event: Event, changes: dict, field: str) -> None:
    with pytest.raises(Refused) as refused:
        services.add(SYSTEM, event, ItemFacts(**{"title": {"en": "Welcome"}} | changes))
    assert list(refused.value.messages) == [field]
    assert queries.items(event) == []


def test_what_was_said_is_kept_with_what_stood_there_before(session: Session, event: Event) -> None:
    item = services.add(SYSTEM, event, WELCOME)
    minutes.write(SYSTEM, item, item.version, {"en": "The school greets everybody."})
    minutes.write(SYSTEM, item, item.version, {"en": "The college greets everybody."})
    changes = session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "agenda_item")).all()
    assert any("The school greets everybody." in str(entry.changes) for entry in changes)
    with pytest.raises(Refused):
        services.remove(SYSTEM, item)


def test_the_second_of_two_writers_overwrites_nothing(event: Event) -> None:
    item = services.add(SYSTEM, event, WELCOME)
    opened = item.version
    minutes.write(SYSTEM, item, opened, {"en": "First."})
    with pytest.raises(EditConflict):
        minutes.write(SYSTEM, item, opened, {"en": "Second."})
    assert item.said == {"en": "First."}


def test_nothing_is_said_before_it_begins(session: Session, world: World) -> None:
    event = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    item = services.add(SYSTEM, event, WELCOME)
    with pytest.raises(Refused):
        minutes.write(SYSTEM, item, item.version, {"en": "They will agree."})


def test_minutes_of_an_item_are_enough_for_minutes(event: Event) -> None:
    item = services.add(SYSTEM, event, WELCOME)
    with pytest.raises(Refused):
        events.move(SYSTEM, event, event.version, EventState.MINUTED)
    minutes.write(SYSTEM, item, item.version, {"en": "Everybody was greeted."})
    events.move(SYSTEM, event, event.version, EventState.MINUTED)


@pytest.mark.parametrize("who", ["foreign lead", "foreign editor", "auditor", "guest", "public"])
def test_others_do_not_touch_an_agenda(world: World, event: Event, who: str) -> None:
    item = services.add(SYSTEM, event, WELCOME)
    for act in (
        lambda actor: services.add(actor, event, WELCOME),
        lambda actor: services.edit(actor, item, item.version, WELCOME),
        lambda actor: minutes.write(actor, item, item.version, {"en": "x"}),
        lambda actor: services.remove(actor, item),
    ):
        with pytest.raises(NotAllowed):
            act(world.actors[who])


# ---- Pages ----


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    return sign_in("lead")


def items_of(app: Flask, key: int) -> list[AgendaItem]:
    with app.app_context():
        return list(db.session.scalars(select(AgendaItem).where(AgendaItem.event_id == key).order_by("position")))


def test_an_agenda_is_written_line_by_line_and_item_by_item(
    app: Flask, lead: FlaskClient, entered: Entered, world: World
):
    key = entered(world.consultation, visibility=Visibility.PUBLIC)
    lead.post(f"/events/{key}/agenda", data={"language": "en", "lines": "Welcome\r\nReports", "submission_key": "a"})
    lead.post(f"/events/{key}/agenda", data={"language": "en", "lines": "Welcome\r\nReports", "submission_key": "a"})
    typed = {
        "title-en": "Pilots",
        "day": LAST_WEEK.isoformat(),
        "starts": "14:30",
        "minutes": "45",
        "kind": "presentation",
        "presenters": "NCVETD",
        "work_package": "WP6",
    }
    assert lead.post(f"/events/{key}/agenda/new", data=typed).status_code == 303
    *_lines, pilots = items_of(app, key)
    assert [item.title["en"] for item in items_of(app, key)] == ["Welcome", "Reports", "Pilots"]
    assert (pilots.day, pilots.starts, pilots.minutes, pilots.kind) == (
        date(2025, 5, 6),
        time(14, 30),
        45,
        AgendaKind.PRESENTATION,
    )
    text = app.test_client().get(f"/events/{key}").text
    assert "14:30 · 45 min · Presentation · NCVETD · WP6" in text


def test_an_item_is_changed_moved_and_taken_off(app: Flask, lead: FlaskClient, entered: Entered, world: World) -> None:
    key = entered(world.consultation)
    lead.post(f"/events/{key}/agenda", data={"language": "en", "lines": "Welcome\nReports"})
    welcome, reports = items_of(app, key)
    data = {"title-en": "Greetings", "version": welcome.version, "minutes": "abc"}
    assert lead.post(f"/events/{key}/agenda/{welcome.id}", data=data).status_code == 422
    assert lead.post(f"/events/{key}/agenda/{welcome.id}", data=data | {"minutes": ""}).status_code == 303
    assert lead.post(f"/events/{key}/agenda/{welcome.id}", data=data | {"minutes": "9"}).status_code == 409
    lead.post(f"/events/{key}/agenda/{reports.id}/place", data={"do": "up"})
    assert [item.title["en"] for item in items_of(app, key)] == ["Reports", "Greetings"]
    lead.post(f"/events/{key}/agenda/{reports.id}/place", data={"do": "remove"})
    assert [item.title["en"] for item in items_of(app, key)] == ["Greetings"]


def test_minutes_are_kept_item_by_item_and_two_writers_see_both_texts(
    app: Flask, lead: FlaskClient, sign_in: SignIn, entered: Entered, world: World
) -> None:
    key = entered(world.consultation)
    lead.post(f"/events/{key}/agenda", data={"language": "en", "lines": "Welcome"})
    (item,) = items_of(app, key)
    assert "What was said?" in lead.get(f"/events/{key}/minutes").text
    path, htmx = f"/events/{key}/agenda/{item.id}/said", {"HX-Request": "true", "HX-Request-Type": "partial"}
    own = f"item{item.id}-"
    typed = {f"{own}said-en": "We met <b>there</b>.", f"{own}version": item.version}
    kept = lead.post(path, data=typed, headers=htmx)
    assert (kept.status_code, "Kept." in kept.text) == (200, True)
    met = sign_in("editor").post(path, data=typed | {f"{own}said-en": "They met."}, headers=htmx)
    assert met.status_code == 409
    assert "They met." in met.text
    assert "We met &lt;b&gt;there&lt;/b&gt;." in met.text
    assert items_of(app, key)[0].said == {"en": "We met <b>there</b>."}
    assert "We met &lt;b&gt;there&lt;/b&gt;." in lead.get(f"/events/{key}").text


def test_everybody_reads_the_agenda_of_a_public_event_and_the_consortium_what_was_said(
    app: Flask, lead: FlaskClient, entered: Entered, world: World
) -> None:
    key = entered(lambda: world.consultation(visibility=Visibility.PUBLIC))
    lead.post(f"/events/{key}/agenda", data={"language": "en", "lines": "Welcome"})
    (item,) = items_of(app, key)
    own = f"item{item.id}-"
    lead.post(f"/events/{key}/agenda/{item.id}/said", data={f"{own}said-en": "We met.", f"{own}version": item.version})
    seen = app.test_client().get(f"/events/{key}").text
    assert "Welcome" in seen
    assert "We met." not in seen
    assert "We met." in lead.get(f"/events/{key}").text


def test_an_item_of_another_event_is_not_found(app: Flask, lead: FlaskClient, entered: Entered, world: World) -> None:
    first, second = entered(world.consultation), entered(world.consultation)
    lead.post(f"/events/{first}/agenda", data={"language": "en", "lines": "Welcome"})
    (item,) = items_of(app, first)
    assert lead.get(f"/events/{second}/agenda/{item.id}").status_code == 404
