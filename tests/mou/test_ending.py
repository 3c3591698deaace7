"""What follows a signed memorandum: it is terminated, renewed or amended, and nothing of what was signed changes."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.core.errors import EditConflict, NotAllowed, Refused
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou import ending, keeping, queries, rules, services
from app.mou.ending import TerminationFacts
from app.mou.evidence import queries as evidence
from app.mou.models import Mou, MouState, MouTermination
from app.mou.texts.queries import signed
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import conclude, in_force
from tests.mou.signing.way import kinds, state_of
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Running = Callable[..., int]
On = Callable[[date], None]
FIRST, LAST = date(2025, 6, 1), date(2027, 5, 31)
NOTICE = {"notice_on": "2025-06-01", "last_day": "2025-07-01", "reason": "The workshop closes."}


def count(model: type, *criteria: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*criteria)) or 0


def number_of(app: Flask, key: int) -> str:
    """The number of a memorandum."""
    with app.app_context():
        return queries.reference_of(key)


def terminated(app: Flask, key: int, **changes: Any) -> None:
    """Terminate a memorandum by its first party, with notice."""
    with work(app):
        mou = db.session.get_one(Mou, key)
        values: dict[str, Any] = {"reason": "Why not", "notice_on": FIRST, "last_day": date(2025, 7, 1)}
        values |= {"party": mou.parties[0]}
        ending.terminate(SYSTEM, mou, mou.version, TerminationFacts(**values | changes))


# ---- Terminated ----


def test_it_is_terminated_by_notice_and_in_force_until_its_last_day(
    app: Flask, running: Running, on: On, sign_in: SignIn
) -> None:
    key, lead = running(), sign_in("lead")
    with app.app_context():
        text = signed(db.session.get_one(Mou, key))
        assert text is not None
        before = (text.sha256, text.html_sha256)
        party = db.session.get_one(Mou, key).parties[0].id
    page = open_page(lead, f"/mou/{key}")
    path = str(page.select_one("a[href$='/terminate']")["href"])
    page = Page(open_page(lead, path).form("Record that it ends").submit(lead, follow=True, party=str(party), **NOTICE))
    said = words(page.select_one("#what-follows"))
    assert "gave notice on 1 June 2025" in said
    assert "The workshop closes." in said
    assert not page.select("a[href$='/terminate']")
    assert state_of(app, key) is MouState.IN_FORCE
    on(date(2025, 7, 2))
    for _again in range(2):
        with work(app) as session:
            keeping.end(session, {"mou": key})
    assert state_of(app, key) is MouState.TERMINATED
    assert kinds(app, key)[-2:] == ["terminated", "terminated"]
    with app.app_context():
        text = signed(db.session.get_one(Mou, key))
        assert text is not None
        assert (text.sha256, text.html_sha256) == before


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"last_day": "2025-06-30"}, "last_day", "1 July 2025 at the earliest"),
        ({"last_day": "2025-05-01"}, "last_day", "before notice was given"),
        ({"last_day": "2027-06-01"}, "last_day", "31 May 2027 by itself"),
        ({"notice_on": "2025-06-02"}, "notice_on", "still to come"),
        ({"notice_on": "2025-05-31"}, "notice_on", "not signed yet"),
        ({"notice_on": "soon"}, "notice_on", "Write a date"),
        ({"notice_on": ""}, "notice_on", "Say on which day"),
        ({"last_day": ""}, "last_day", "Say on which day"),
        ({"reason": "  "}, "reason", "Write why"),
        ({"party": ""}, "party", "Say who gave notice"),
        ({"party": "99999"}, "party", "Choose one of the list"),
    ],
)
def test_bad_input_is_said_in_its_place(
    running: Running, sign_in: SignIn, changes: dict[str, str], field: str, said: str
) -> None:
    key, lead = running(), sign_in("lead")
    party = str(open_page(lead, f"/mou/{key}/terminate").select("#party option")[1]["value"])
    typed = {"party": party, **NOTICE, **changes}
    answered = open_page(lead, f"/mou/{key}/terminate").form("Record that it ends").submit(lead, **typed)
    page = Page(answered)
    assert answered.status_code == 422
    assert said in words(page.select_one(f"#{field}-error"))
    assert not open_page(lead, f"/mou/{key}").select("#what-follows")


def test_what_all_agreed_on_needs_no_notice_and_may_be_over_at_once(app: Flask, running: Running, on: On) -> None:
    key = running()
    on(date(2025, 8, 1))
    agreed = {"party": None, "is_agreed": True}
    terminated(app, key, **agreed, notice_on=date(2025, 7, 31), last_day=date(2025, 7, 31))
    assert state_of(app, key) is MouState.TERMINATED


def test_the_databases_keep_a_termination_as_it_was_recorded(app: Flask, running: Running) -> None:
    terminated(app, running())
    for statement in ("UPDATE mou_termination SET reason = 'x'", "DELETE FROM mou_termination"):
        with pytest.raises(DBAPIError, match="append-only"), work(app) as session:
            session.connection().exec_driver_sql(statement)


def test_of_two_who_terminate_at_once_the_second_is_told(app: Flask, running: Running, sign_in: SignIn) -> None:
    key, lead, other = running(), sign_in("lead"), sign_in("coordinator")
    with app.app_context():
        party = str(db.session.get_one(Mou, key).parties[0].id)
    forms = [open_page(one, f"/mou/{key}/terminate").form("Record that it ends") for one in (lead, other)]
    assert forms[0].submit(lead, party=party, **NOTICE).status_code == 303
    answered = forms[1].submit(other, party=party, **NOTICE)
    assert answered.status_code == 409
    assert "It was saved meanwhile" in Page(answered).text
    assert forms[0].submit(lead, party=party, **NOTICE).status_code == 303, "the same press again"
    again = Page(answered).form("Record that it ends").submit(other, party=party, **NOTICE)
    assert again.status_code == 422
    assert "recorded already" in Page(again).text
    with app.app_context():
        assert count(MouTermination) == 1


@pytest.mark.parametrize(
    "pressed",
    [
        ("terminate", "Record that it ends", MouTermination),
        ("renew", "Draft the renewal", Mou),
        ("amend", "Draft the addendum", Mou),
    ],
)
def test_two_at_the_same_moment_make_one(
    app: Flask, running: Running, sign_in: SignIn, pressed: tuple[str, str, type]
) -> None:
    step, button, kind = pressed
    path, clients = f"/mou/{running()}/{step}", [sign_in("lead"), sign_in("coordinator")]
    party = {}
    if step == "terminate":
        party = {"party": str(open_page(clients[0], path).select("#party option")[1]["value"]), **NOTICE}
    with app.app_context():
        before = count(kind)
    forms = [open_page(client, path).form(button) for client in clients]
    gate = threading.Barrier(2)
    answers: list[int] = []

    def press(client: Any, form: Any) -> None:
        gate.wait()
        answers.append(form.submit(client, **party).status_code)

    threads = [threading.Thread(target=press, args=pair) for pair in zip(clients, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409]
    with app.app_context():
        assert count(kind) == before + 1


def test_what_is_not_in_force_yet_never_is_when_it_is_terminated_before(
    app: Flask, world: World, running: Running, on: On
) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        renewal = ending.renew(SYSTEM, mou, mou.version)
        conclude(renewal)
        follows = renewal.id
        assert renewal.state is MouState.SIGNED
    terminated(app, follows, party=None, is_agreed=True, last_day=FIRST)
    on(LAST + timedelta(days=1))
    with work(app) as session:
        keeping.begin(session, {"mou": follows})
    assert state_of(app, follows) is MouState.TERMINATED


# ---- Renewed ----


def test_a_renewal_is_drafted_by_one_press_and_takes_over_on_its_day(
    app: Flask, running: Running, on: On, sign_in: SignIn
) -> None:
    key, lead = running(), sign_in("lead")
    form = open_page(lead, f"/mou/{key}/renew").form("Draft the renewal")
    first, second = form.submit(lead), form.submit(lead)
    assert first.location == second.location
    with work(app):
        mou = db.session.get_one(Mou, key)
        draft = queries.renewal(mou)
        assert draft is not None
        assert count(Mou) == 2
        assert (draft.state, draft.effective_from, draft.duration_months) == (
            MouState.DRAFT,
            LAST + timedelta(days=1),
            24,
        )
        assert [one.organisation_id for one in draft.parties] == [one.organisation_id for one in mou.parties]
        assert [one.email for one in draft.signatories] == [one.email for one in mou.signatories]
        assert [(one.kind, one.amount) for one in draft.commitments] == [
            (one.kind, one.amount) for one in mou.commitments
        ]
        assert list(draft.microcredentials) == list(mou.microcredentials)
        assert set(draft.clauses) == set(mou.clauses)
        assert draft.id > mou.id
    page = open_page(lead, f"/mou/{key}")
    assert number_of(app, key + 1) in words(page.select_one("#what-follows"))
    refused = lead.get(f"/mou/{key}/renew")
    assert refused.status_code == 409
    on(LAST)
    with work(app):
        draft = db.session.get_one(Mou, key + 1)
        conclude(draft)
        keeping.begin(db.session, {"mou": draft.id})
        assert draft.state is MouState.SIGNED, "it begins on the day after"
    on(LAST + timedelta(days=1))
    for _again in range(2):
        with work(app) as session:
            keeping.end(session, {"mou": key})
            keeping.begin(session, {"mou": key + 1})
    assert (state_of(app, key), state_of(app, key + 1)) == (MouState.RENEWED, MouState.IN_FORCE)
    assert kinds(app, key).count("renewed") == 1
    with app.app_context():
        assert db.session.get_one(Mou, key).last_day == LAST


def test_a_draft_that_renews_is_deleted_and_its_number_is_not_given_again(app: Flask, running: Running) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        draft = ending.renew(SYSTEM, mou, mou.version)
        gone = draft.id
        services.delete(SYSTEM, draft, draft.version)
    with work(app):
        mou = db.session.get_one(Mou, key)
        assert ending.renew(SYSTEM, mou, mou.version).id > gone


def test_one_that_goes_on_by_itself_goes_on_for_as_long_again(app: Flask, running: Running, on: On) -> None:
    key = running(auto_renew=True)
    on(LAST + timedelta(days=1))
    for _again in range(2):
        with work(app) as session:
            keeping.end(session, {"mou": key})
    assert state_of(app, key) is MouState.IN_FORCE
    with app.app_context():
        assert db.session.get_one(Mou, key).last_day == date(2029, 5, 31)
    assert kinds(app, key).count("renewed") == 1
    terminated(app, key, notice_on=clock.today(), last_day=date(2028, 1, 1))
    on(date(2028, 1, 2))
    with work(app) as session:
        keeping.end(session, {"mou": key})
    assert state_of(app, key) is MouState.TERMINATED, "notice was given"


@pytest.mark.parametrize(
    ("months", "ends_on", "day", "expected"),
    [
        (24, None, date(2025, 6, 1), date(2027, 5, 31)),
        (24, None, date(2027, 6, 1), date(2029, 5, 31)),
        (1, None, date(2025, 9, 1), date(2025, 9, 30)),
        (None, date(2025, 6, 30), date(2025, 7, 1), date(2025, 7, 30)),
        (None, date(2025, 6, 1), date(2025, 6, 5), date(2025, 6, 5)),
        (None, None, date(2030, 1, 1), None),
    ],
)
def test_for_as_long_again_is_reckoned_from_the_first_day(
    months: int | None, ends_on: date | None, day: date, expected: date | None
) -> None:
    assert rules.next_last_day(FIRST, months, ends_on, day) == expected


# ---- Amended ----


def test_an_addendum_adds_micro_credentials_from_the_day_it_is_in_force(
    app: Flask, world: World, running: Running, on: On, sign_in: SignIn
) -> None:
    key, lead = running(), sign_in("lead")
    page = Page(open_page(lead, f"/mou/{key}/amend").form("Draft the addendum").submit(lead, follow=True))
    assert number_of(app, key) in words(page.select_one("#what-follows"))
    with work(app):
        mou = db.session.get_one(Mou, key)
        draft = queries.open_addendum(mou)
        assert draft is not None
        assert not draft.commitments
        assert (draft.ends_on, draft.duration_months) == (LAST, None)
        other = db.session.scalars(select(MicroCredential).where(MicroCredential.id != world.pattern)).first()
        assert other is not None
        draft.concern([*mou.microcredentials, other])
        added = other.code
    page = open_page(lead, f"/mou/{key}")
    assert added not in words(page.select_one("#what-follows")), "not before it is signed"
    with work(app):
        in_force(db.session.get_one(Mou, key + 1))
    page = open_page(lead, f"/mou/{key}")
    assert added in words(page.select_one("#what-follows"))
    assert added not in words(page.select_one("#microcredentials")), "what was signed stays as it was"
    assert "amended" in kinds(app, key)
    on(LAST + timedelta(days=1))
    with work(app) as session:
        keeping.end(session, {"mou": key})
    assert (state_of(app, key), state_of(app, key + 1)) == (MouState.EXPIRED, MouState.EXPIRED)


def test_one_addendum_is_finished_before_the_next_and_none_has_its_own(app: Flask, running: Running) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        addendum = ending.amend(SYSTEM, mou, mou.version)
        with pytest.raises(rules.NotNow, match=queries.reference_of(addendum)):
            ending.amend(SYSTEM, mou, mou.version)
        in_force(addendum)
        for refused in (ending.amend, ending.renew):
            with pytest.raises(rules.NotNow):
                refused(SYSTEM, addendum, addendum.version)
        ending.amend(SYSTEM, mou, mou.version)


def test_a_signed_addendum_can_be_named_as_what_ended_it(app: Flask, running: Running) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        addendum = ending.amend(SYSTEM, mou, mou.version)
        facts: dict[str, Any] = {"reason": "Agreed", "notice_on": FIRST, "last_day": FIRST, "is_agreed": True}
        with pytest.raises(Refused) as refused:
            ending.terminate(SYSTEM, mou, mou.version, TerminationFacts(addendum=addendum, **facts))
        assert list(refused.value.messages) == ["addendum"]
        in_force(addendum)
        said = ending.terminate(SYSTEM, mou, mou.version, TerminationFacts(addendum=addendum, **facts))
        assert said.addendum is addendum


# ---- Who may, and when ----


def test_nobody_does_so_without_the_right_or_with_an_old_version(app: Flask, running: Running) -> None:
    key = running()
    with work(app):
        mou = db.session.get_one(Mou, key)
        for step in (ending.renew, ending.amend):
            with pytest.raises(NotAllowed):
                step(Actor(name="nobody"), mou, mou.version)
            with pytest.raises(EditConflict):
                step(SYSTEM, mou, mou.version - 1)


@pytest.mark.parametrize("step", ["terminate", "renew", "amend"])
def test_a_draft_has_nothing_to_end(sign_in: SignIn, draft: Callable[..., int], step: str) -> None:
    lead = sign_in("lead")
    key = draft()
    assert lead.get(f"/mou/{key}/{step}").status_code == 409
    assert not open_page(lead, f"/mou/{key}").select(f"a[href$='/{step}']")


@pytest.mark.parametrize(("who", "status"), [("guest", 403), ("auditor", 403)])
def test_who_only_reads_is_not_let_in(app: Flask, running: Running, sign_in: SignIn, who: str, status: int) -> None:
    key, reader = running(), sign_in(who)
    for step in ("terminate", "renew", "amend"):
        assert reader.get(f"/mou/{key}/{step}").status_code == status
    with app.app_context():
        assert not evidence.faults(db.session.get_one(Mou, key))
