"""The links between records and micro-credentials, and what the registry answers."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.core.access import ANYBODY, SYSTEM
from app.core.database import Base
from app.events.models import Event, Visibility
from app.microcredentials import links
from app.microcredentials.models import MicroCredentialState as S
from tests.accounts.people import statements
from tests.microcredentials.designs import design, event

LINK = Event.link_model


def concerned(session: Session, mc_id: int, actor=SYSTEM, **how) -> links.Concern:
    kind = links.kind_named("event")
    assert kind is not None
    return links.concerning(session, actor, mc_id, kind, **{"limit": 5, **how})


def test_the_newest_come_first_and_the_count_goes_beyond_what_is_shown(session: Session):
    made = design(session)
    for day in range(1, 8):
        event(session, made, starts_on=date(2025, 3, day))
    found = concerned(session, made.id)
    assert [record.dated.day for record in found.records] == [7, 6, 5, 4, 3]
    assert (found.count, found.is_countless) == (7, False)
    assert [record.dated.day for record in concerned(session, made.id, offset=5).records] == [2, 1]


def test_counting_stops_beyond_a_hundred(session: Session):
    made = design(session)
    for number in range(links.MOST_COUNTED + 5):
        event(session, made, starts_on=date(2025, 1, 1) + timedelta(days=number))
    found = concerned(session, made.id)
    assert (found.count, found.is_countless) == (links.MOST_COUNTED + 1, True)


def test_only_what_the_actor_may_see_is_listed_and_counted(session: Session):
    made = design(session, S.PUBLISHED)
    event(session, made, title={"en": "Open"})
    event(session, made, title={"en": "Inside"}, visibility=Visibility.CONSORTIUM)
    assert concerned(session, made.id).count == 2
    seen = concerned(session, made.id, ANYBODY)
    assert [record.title["en"] for record in seen.records] == ["Open"]
    assert seen.count == 1


def test_a_record_that_moves_takes_its_links_along(session: Session):
    made = design(session)
    moved = event(session, made, starts_on=date(2025, 3, 1))
    moved.starts_on = moved.ends_on = date(2025, 4, 1)
    session.flush()
    assert session.scalars(sa.select(LINK.dated)).all() == [date(2025, 4, 1)]


def test_only_kinds_that_are_there_take_a_statement(app: Flask, session: Session, linked_event: Event):
    with statements(app) as seen:
        found = links.everything_concerning(session, SYSTEM, linked_event.microcredentials[0].id)
    assert [concern.kind.name for concern in found] == [kind.name for kind in links.kinds()]
    assert len([statement for statement in seen if "_microcredential" in statement]) == 2  # what there is, and events


def test_every_model_that_concerns_micro_credentials_is_registered(app: Flask):
    mapped: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    models = [model for model in mapped if issubclass(model, links.ConcernsMicroCredentials)]
    assert {kind.model for kind in links.kinds()} == {model for model in models if model.metadata is Base.metadata}


def test_the_index_of_the_links_drives_the_newest_fifty(session: Session):
    """The statement lets a planner walk the index from its newest end and sort nothing."""
    made = [design(session, code=f"AM-{number:02}") for number in range(10, 14)]
    rows = [event(session) for _number in range(40)]
    session.execute(
        sa.insert(LINK.__table__),
        [
            {"record_id": row.id, "microcredential_id": mc.id, "dated": date(2000, 1, 1) + timedelta(days=row.id)}
            for row in rows
            for mc in made
        ],
    )
    session.execute(sa.text("ANALYZE"))
    if session.get_bind().dialect.name == "postgresql":
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"):  # what it takes for small tables
            session.execute(sa.text(f"SET LOCAL enable_{way} = off"))
    asked: list[tuple[str, Any]] = []

    def keep(_connection, _cursor, statement, parameters, *_more):
        asked.append((statement, parameters))

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", keep)
    concerned(session, made[0].id, limit=50)
    sa.event.remove(engine, "before_cursor_execute", keep)
    statement, parameters = asked[-1]
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    plan = "\n".join(str(tuple(row)) for row in session.connection().exec_driver_sql(explain + statement, parameters))
    assert "ix_event_microcredential_newest" in plan, plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan, plan
