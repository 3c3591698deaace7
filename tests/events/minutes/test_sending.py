"""Minutes are frozen and sent: what must be there, who gets them, what a later version says."""

import hashlib

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.access import SYSTEM
from app.core.canonical import sha256_of
from app.core.errors import NotAllowed, Refused
from app.core.states import StateMove
from app.events import services as events
from app.events.agenda import queries as agenda
from app.events.agenda import services as items
from app.events.attendance.models import Attendance
from app.events.minutes import content, rules, services
from app.events.minutes.models import MinutesRecipient, MinutesState, MinutesVersion, Verdict
from app.events.models import Event
from tests.accounts.people import work
from tests.events.minutes.conftest import (
    ANA,
    BERND,
    TACIT,
    UNTIL,
    Send,
    facts,
    link_of,
    mailed,
    minutes_of,
    rewrite,
    say,
    state_of,
)
from tests.events.world import World

EVIDENCE = ("minutes_version", "minutes_comment", "minutes_answer", "minutes_approval", "minutes_document")


def test_everybody_who_was_there_gets_a_mail_alone_in_their_language_with_the_day_of_silence(
    app: Flask, event: int, send: Send
):
    send()
    (ana,), (bernd,) = mailed(app, ANA, "Minutes to read"), mailed(app, BERND)
    assert mailed(app, "carla@example.org") == []
    assert "26 May 2025" in ana.text
    assert "on 27 May 2025 the minutes are approved" in ana.text
    assert "To object" in ana.text
    assert "Office <office@example.org>" in ana.text
    assert bernd.language == "de"
    assert "27. Mai 2025" in bernd.text
    for one, other in ((ana, "bernd"), (bernd, "ana@")):
        assert other not in (one.text + (one.html or "")).lower(), "nobody sees the others"
    assert state_of(app, event) is MinutesState.SENT


def test_what_is_stored_of_a_link_is_a_digest(app: Flask, event: int, send: Send):
    send()
    token = link_of(app, ANA).rpartition("/")[2]
    with work(app) as session:
        stored = [str(row) for row in session.execute(text("SELECT * FROM minutes_recipient"))]
        assert not any(token in row for row in stored)
        assert session.query(MinutesRecipient).filter_by(email=ANA).one().token_hash == (
            hashlib.sha256(token.encode()).hexdigest()
        )


def test_what_was_sent_is_frozen_with_its_hash(app: Flask, event: int, send: Send):
    send()
    rewrite(app, event, "We met again.")
    with work(app) as session:
        version = session.query(MinutesVersion).one()
        assert version.content["items"][0]["said"] == {"en": "We met.", "de": "Wir trafen uns."}
        assert version.sha256 == sha256_of(version.content)
        assert [name for name, _country in version.content["attendance"]["organisations"]] == ["Tekstil Lori"]
        assert version.content["attendance"]["states"] == {"present": 2, "excused": 1}
        assert version.content["decisions"][0]["code"].endswith("-1")
        assert version.content["actions"][0]["owner"] == "Lori College"
        assert "Ana" not in str(version.content), "those there are bodies and numbers"


@pytest.mark.parametrize("table", EVIDENCE)
def test_the_database_itself_keeps_versions_and_what_was_said(app: Flask, event: int, send: Send, table: str):
    send()
    say(app, ANA, Verdict.AGREE)
    for statement in (f"UPDATE {table} SET id = id + 100", f"DELETE FROM {table}"):  # noqa: S608 - the tables above
        with work(app) as session:
            if session.scalar(text(f"SELECT count(*) FROM {table}")):  # noqa: S608
                with pytest.raises(DBAPIError, match="append-only"):
                    session.execute(text(statement))
                session.rollback()


def test_nothing_is_sent_before_something_is_written_and_somebody_was_there(app: Flask, world: World):
    with work(app) as session:
        made = events.log(SYSTEM, world.consultation())
        with pytest.raises(Refused) as refused:
            services.check_sendable(made)
        assert "Nothing is written yet" in str(refused.value)
        assert session.query(MinutesVersion).count() == 0


def test_without_attendance_nobody_is_written_to(app: Flask, world: World):
    with work(app):
        made = events.log(SYSTEM, world.consultation(summary={"en": "Fine."}))
        with pytest.raises(Refused, match="Mark first who was there"):
            services.send(SYSTEM, made, facts(made))


def test_the_window_is_judged_by_the_day_at_the_place_of_the_event(app: Flask, event: int, send: Send):
    with pytest.raises(Refused) as refused:
        send(comments_until=clock.today(), approves_on=UNTIL)
    assert "comments_until" in refused.value.messages


def test_excused_people_and_others_get_them_on_request_each_mailbox_once(app: Flask, event: int, send: Send):
    with work(app) as session:
        everybody = session.query(Attendance).order_by(Attendance.id).all()
        session.expunge_all()
    send(attendees=[], lines=f"Dora <dora@example.org>\nAna again <{ANA.upper()}>\nana@example.org")
    assert [len(mailed(app, one)) for one in (ANA, "dora@example.org", BERND)] == [1, 1, 0]
    assert len(everybody) == 3


def test_a_changed_text_goes_out_as_a_new_version_with_what_differs(app: Flask, event: int, send: Send):
    send()
    link = link_of(app, ANA)
    rewrite(app, event, "We met in spring.")
    with pytest.raises(Refused) as refused:
        send()
    assert "reason" in refused.value.messages
    send(reason="The season was missing.")
    assert link_of(app, ANA) == link, "the link stays"
    second = mailed(app, ANA)[-1]
    assert "version 2" in second.text
    assert "The season was missing." in second.text
    assert "- Welcome" in second.text
    assert "- Patterns" not in second.text
    page = app.test_client().get(link).text
    assert "<ins>met in spring.</ins>" in page
    with work(app) as session:
        assert [(one.number, one.comments_until) for one in minutes_of(session, event).versions] == [
            (1, UNTIL),
            (2, UNTIL),
        ]
        moves = session.query(StateMove).filter_by(record_kind="minutes").order_by(StateMove.id).all()
        assert [(move.old, move.new, move.reason) for move in moves] == [
            ("draft", "sent", "Version 1"),
            ("sent", "sent", "Version 2"),
        ]


def test_a_new_version_waits_for_answers_to_objections(app: Flask, event: int, send: Send):
    send()
    say(app, ANA, Verdict.OBJECT, "It was not so.")
    with pytest.raises(rules.ObjectionsOpen):
        send(reason="Again.")


@pytest.mark.parametrize("who", ["foreign editor", "auditor", "guest", "expert", "public"])
def test_only_who_may_change_the_event_sends(app: Flask, event: int, world: World, send: Send, who: str):
    with pytest.raises(NotAllowed):
        send(world.actors[who])


def test_approved_text_and_decisions_are_changed_only_after_reopening(app: Flask, event: int, send: Send):
    from app.events.outcomes import services as outcomes
    from app.events.outcomes.services import DecisionFacts

    send()
    with work(app) as session:
        found = minutes_of(session, event)
        services.approve(SYSTEM, found, found.version, None)
        item = agenda.items(found.event)[0]
        with pytest.raises(rules.MinutesApproved):
            services.write(SYSTEM, item, item.version, {"en": "Else."})
        with pytest.raises(rules.MinutesApproved):
            items.shift(SYSTEM, item, up=False)
        with pytest.raises(rules.MinutesApproved):
            outcomes.decide(SYSTEM, found.event, DecisionFacts(text={"en": "x"}, decided_on=found.event.starts_on))
        with pytest.raises(rules.MinutesApproved):
            services.send(SYSTEM, found.event, facts(found.event, reason="x"))
        with pytest.raises(rules.ReasonMissing):
            services.reopen(SYSTEM, found, found.version, None)
        services.reopen(SYSTEM, found, found.version, "A name was wrong.")
        services.write(SYSTEM, item, item.version, {"en": "Else."})
    send(reason="A name was wrong.")
    with work(app) as session:
        assert [bool(one.approval) for one in minutes_of(session, event).versions] == [True, False]
        assert session.get_one(Event, event).state.value == "held"


def test_days_on_which_actions_are_due_may_move_while_minutes_are_out(app: Flask, event: int, send: Send):
    send()
    with work(app) as session:
        made = session.get_one(Event, event)
        before = minutes_of(session, event).versions[0].content
        changed = {**before, "actions": [{**one, "due": "2026-01-01"} for one in before["actions"]]}
        assert content.is_same(changed, content.frozen(made))
        assert not content.is_same({**before, "summary": {"en": "x"}}, content.frozen(made))
    assert TACIT > UNTIL
