"""Inviting from the event's page, and answering by the link of a mail without an account."""

import re
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.tokens import digest
from app.core.access import SYSTEM
from app.core.audit import AuditEntry
from app.core.errors import Refused
from app.core.states import moves_of
from app.events import services as events
from app.events.invitations import answering, rules, services
from app.events.invitations.models import MOVES, AnsweredBy, EventAnswer, EventInvitation, InvitationState
from app.events.models import Event, EventKind, EventState
from app.extensions import db, limiter
from app.stakeholders.models import Affiliation, LawfulBasis, Organisation, Person
from tests.accounts.people import mails, statements, work
from tests.events.conftest import SignIn
from tests.events.invitations.conftest import ANA, LATER, Change, get, mailed, state_of, workshop
from tests.events.world import World
from tests.page import Page, open_page

BUTTONS = "Your answer"


def link(app: Flask, answer: str = "accepted") -> str:
    """The path of one of the three links in Ana's first mail."""
    found = re.search(rf"http://localhost(/\S+\?answer={answer})", mailed(app)[0].text)
    assert found
    return found[1]


# ---- Rules ----


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ana@example.org", [("ana", "ana@example.org")]),
        ("Ana Hakobyan <Ana@Example.org>,", [("Ana Hakobyan", "ana@example.org")]),
        ('"Hakobyan, Ana" <ana@example.org>;', [("Hakobyan, Ana", "ana@example.org")]),
        ("\n a@example.org \n\nb@example.org\na@example.org", [("a", "a@example.org"), ("b", "b@example.org")]),
        ("", []),
        (None, []),
    ],
)
def test_addresses_are_read_as_people_paste_them(app: Flask, written: str | None, read: list[tuple[str, str]]):
    with app.test_request_context():
        assert [(line.name, line.email) for line in rules.lines_of(written)] == read


@pytest.mark.parametrize(
    "line", ["Ana", "ana@", "ana at example.org", "a@b", "x" * 300 + "@example.org", "<>", "a@b.c d"]
)
def test_a_line_that_is_no_address_is_named_by_its_number(app: Flask, line: str):
    with app.test_request_context(), pytest.raises(rules.LinesWrong, match="line 2"):
        rules.lines_of(f"good@example.org\n{line}")


def test_every_move_of_an_invitation_is_in_the_table(session: Session, world: World):
    event = events.plan(SYSTEM, workshop(world), EventState.PLANNED)
    (invitation,) = services.invite(SYSTEM, event, [ANA], language="en").invitations
    assert [step.new for step in moves_of(session, invitation)] == []
    for state in (InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.INVITED):
        invitation.move_to(state, SYSTEM)
    assert MOVES.allows(InvitationState.WITHDRAWN, InvitationState.INVITED)
    assert not MOVES.allows(InvitationState.WITHDRAWN, InvitationState.ACCEPTED)


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.CANCELLED])
def test_nobody_is_invited_to_what_does_not_take_place(session: Session, world: World, state: EventState):
    event = events.plan(SYSTEM, workshop(world), EventState.DRAFT if state is EventState.DRAFT else EventState.PLANNED)
    if state is EventState.CANCELLED:
        events.cancel(SYSTEM, event, event.version, "No.")
    with pytest.raises(rules.NotInviting):
        services.invite(SYSTEM, event, [ANA], language="en")


def test_nobody_is_invited_to_the_past_nor_to_a_deadline(session: Session, world: World):
    for event in (events.log(SYSTEM, world.consultation()), events.plan(SYSTEM, world.deadline())):
        with pytest.raises(rules.NotInviting):
            services.invite(SYSTEM, event, [ANA], language="en")
    assert events.plan(SYSTEM, world.deadline()).kind is EventKind.DEADLINE


# ---- Inviting ----


def test_organisations_people_and_bare_addresses_are_invited_at_once(
    app: Flask, world: World, event: int, editor: FlaskClient
):
    with work(app) as session:
        session.get_one(Organisation, world.company).email = "Office@Tekstil.example"
        person = Person(
            given_name="Ana",
            family_name="Petrosyan",
            email="petrosyan@example.org",
            lawful_basis=LawfulBasis.CONTRACT,
            name_key="ana",
            search_key="ana petrosyan",
        )
        person.affiliations.append(Affiliation(organisation_id=world.company, role_title={"en": "Director"}))
        session.add(person)
        session.flush()
        key = person.id
    path = f"/events/{event}/invitations/new"
    form = open_page(editor, path).form("Send the invitations")
    chosen = {"organisations": world.company, "people": key, "lines": "Mher <mher@example.org>", "language": "de"}
    sent = editor.post(path, data={**form.values, **chosen})
    assert sent.status_code == 303, Page(sent).errors
    assert {one.recipient for one in mails(app)} == {
        "office@tekstil.example",
        "petrosyan@example.org",
        "mher@example.org",
    }
    assert mails(app)[0].language == "de"
    page = open_page(editor, f"/events/{event}/invitations")
    assert page.messages == ["3 invitations are on their way."]
    for name in ("Tekstil Lori", "Ana Petrosyan", "Mher"):
        assert name in page.text


def test_what_is_wrong_with_each_field_is_told_at_once(app: Flask, world: World, event: int, editor: FlaskClient):
    path = f"/events/{event}/invitations/new"
    form = open_page(editor, path).form("Send the invitations")
    chosen = {"organisations": world.company, "lines": "good@example.org\nnonsense <b>\n"}
    answer = editor.post(path, data={**form.values, **chosen})
    assert answer.status_code == 422
    told = " ".join(Page(answer).errors)
    assert "No address is known: Tekstil Lori" in told
    assert "line 2: “nonsense <b>”" in told
    assert mails(app) == []
    nobody = form.submit(editor)
    assert nobody.status_code == 422
    assert "Choose somebody, or write an address." in " ".join(Page(nobody).errors)


def test_who_is_invited_already_is_not_invited_twice(app: Flask, event: int, invited: dict[str, int]):
    with work(app) as session:
        sent = services.invite(SYSTEM, session.get_one(Event, event), [ANA], language="en")
        assert (list(sent.invitations), sent.known) == ([], 1)
    assert len(mailed(app)) == 1


def test_more_than_a_slip_would_reach_is_refused(session: Session, world: World):
    event = events.plan(SYSTEM, workshop(world), EventState.PLANNED)
    many = [services.Recipient(name=str(n), email=f"{n}@example.org") for n in range(rules.MOST_AT_ONCE + 1)]
    with pytest.raises(rules.NobodyChosen):
        services.invite(SYSTEM, event, many, language="en")


# ---- Answering ----


@pytest.mark.usefixtures("invited")
def test_opening_a_link_answers_nothing_and_pressing_the_button_does(app: Flask, invited: dict[str, int]):
    guest = app.test_client()
    page = open_page(guest, link(app, "declined"))
    assert state_of(app, invited["ana"]) == "invited"
    assert "Patterns, cut & sewn" in page.text
    assert "bernd" not in page.html.lower()
    answer = page.form(BUTTONS).submit(guest, ("answer", "declined"), comment="A fair on that day")
    assert answer.status_code == 200
    assert state_of(app, invited["ana"]) == "declined"
    with app.app_context():
        (entry,) = db.session.scalars(select(EventAnswer))
        assert (entry.comment, entry.how.value, entry.actor_name) == ("A fair on that day", "link", "Ana Hakobyan")
    again = open_page(guest, link(app))
    assert "Your answer so far" in again.text
    again.form(BUTTONS).submit(guest, ("answer", "accepted"))
    assert state_of(app, invited["ana"]) == "accepted"


def test_a_button_pressed_twice_is_one_answer_and_other_words_are_a_second(app: Flask, invited: dict[str, int]):
    guest = app.test_client()
    form = open_page(guest, link(app)).form(BUTTONS)
    for words in ("By train", "By train", "By bus"):
        assert form.submit(guest, ("answer", "accepted"), comment=words).status_code == 200
    with app.app_context():
        said = db.session.scalars(select(EventAnswer.comment).order_by(EventAnswer.id)).all()
    assert said == ["By train", "By bus"]


def test_a_school_that_answers_from_one_address_is_not_shut_out_and_who_guesses_is(
    app: Flask, invited: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    guest = app.test_client()
    form = open_page(guest, link(app)).form(BUTTONS)
    assert {form.submit(guest, ("answer", "accepted")).status_code for _colleague in range(35)} == {200}
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    guessed = [guest.get(f"/event-invitation/guessed{number}").status_code for number in range(35)]
    assert (guessed[0], guessed[-1]) == (410, 429)
    limiter.reset()


def test_two_presses_at_the_same_moment_are_one_answer(app: Flask, invited: dict[str, int]):
    path, at_once, statuses = link(app), Barrier(2), []

    def press() -> None:
        guest = app.test_client()
        form = open_page(guest, path).form(BUTTONS)
        at_once.wait(10)
        statuses.append(form.submit(guest, ("answer", "accepted")).status_code)

    threads = [Thread(target=press) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(EventAnswer)) == 1


def test_an_answer_to_a_page_that_is_older_than_the_event_is_asked_again(
    app: Flask, invited: dict[str, int], change: Change
):
    guest = app.test_client()
    form = open_page(guest, link(app)).form(BUTTONS)
    change(**LATER)  # and nobody was told yet
    again = Page(form.submit(guest, ("answer", "accepted"), comment="With pleasure"))
    assert again.status == 422
    assert "The event was changed after you opened this page." in again.text
    assert "15:00" in again.text, "the page shows the new time"
    assert "With pleasure" in again.html, "what was written is kept"
    assert state_of(app, invited["ana"]) == "invited"
    assert again.form(BUTTONS).submit(guest, ("answer", "accepted")).status_code == 200
    mailed(app)
    assert state_of(app, invited["ana"]) == "accepted", "who answered to the new time is not asked again"


def test_the_first_button_is_the_one_chosen_in_the_mail(app: Flask, invited: dict[str, int]):
    for answer, label in (("accepted", "I come"), ("tentative", "Perhaps"), ("declined", "I cannot come")):
        page = open_page(app.test_client(), link(app, answer))
        primary = [button.get_text() for button in page.soup.select("button.btn-primary")]
        assert primary == [label]
    assert len(invited) == 2


@pytest.mark.parametrize("said", ["", "withdrawn", "invited", "maybe", "ACCEPTED"])
def test_an_answer_that_is_none_is_refused_with_a_message(app: Flask, invited: dict[str, int], said: str):
    guest = app.test_client()
    page = open_page(guest, link(app))
    answer = page.form(BUTTONS).submit(guest, ("answer", said))
    assert answer.status_code == 422
    assert "Press one of the buttons." in Page(answer).text
    assert state_of(app, invited["ana"]) == "invited"


def test_a_link_works_until_the_event_and_says_why_it_no_longer_does(app: Flask, event: int, invited: dict[str, int]):
    path = link(app)
    with work(app) as session:
        services.withdraw(SYSTEM, get(session, invited["ana"]), get(session, invited["ana"]).version)
    gone = app.test_client().get(path)
    assert (gone.status_code, "It was withdrawn" in Page(gone).text) == (410, True)
    with work(app) as session:
        found = session.get_one(Event, event)
        events.cancel(SYSTEM, found, found.version, "Water in the hall.")
    other = re.search(r"http://localhost(/\S+\?answer=accepted)", mailed(app, "bernd@example.org")[0].text)
    cancelled = app.test_client().get(other[1])
    assert (cancelled.status_code, "Water in the hall." in Page(cancelled).text) == (410, True)
    assert app.test_client().get("/event-invitation/" + "x" * 43).status_code == 410


def test_the_link_stays_the_same_in_every_mail_and_only_its_digest_is_stored(app: Flask, invited: dict[str, int]):
    with work(app) as session:
        services.resend(SYSTEM, get(session, invited["ana"]))
    first, second = (re.search(r"/event-invitation/(\S+)\?", one.text)[1] for one in mailed(app))
    assert first == second
    with app.app_context():
        row = db.session.get_one(EventInvitation, invited["ana"])
        assert row.token_hash == digest(first)
        told = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.record_kind == "event_invitation")).all()
    assert "example.org" not in str(told)
    assert row.token_hash not in str(told)


def test_the_database_itself_keeps_answers(app: Flask, invited: dict[str, int]):
    with work(app) as session:
        said = answering.Said(answer=InvitationState.ACCEPTED, how=AnsweredBy.LINK)
        answering.answer(get(session, invited["ana"]), said)
    for statement in ("UPDATE event_answer SET said = 'declined'", "DELETE FROM event_answer"):
        with work(app) as session, pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_the_organiser_enters_what_was_told(app: Flask, event: int, invited: dict[str, int], editor: FlaskClient):
    page = open_page(editor, f"/events/{event}/invitations/{invited['ana']}")
    answer = page.form("Save the answer").submit(editor, answer="tentative", comment="By telephone")
    assert answer.status_code == 303
    assert state_of(app, invited["ana"]) == "tentative"
    stale = page.form("Save the answer").submit(editor, answer="accepted")
    assert stale.status_code == 409
    bad = open_page(editor, f"/events/{event}/invitations/{invited['ana']}").form("Save the answer")
    assert bad.submit(editor, answer="sideways").status_code == 422
    assert "By telephone" in open_page(editor, f"/events/{event}/invitations/{invited['ana']}").text


def test_withdrawing_and_sending_again_are_buttons(
    app: Flask, event: int, invited: dict[str, int], editor: FlaskClient
):
    page = open_page(editor, f"/events/{event}/invitations/{invited['ana']}")
    assert page.form("Send it again").submit(editor).status_code == 303
    page = open_page(editor, f"/events/{event}/invitations/{invited['ana']}")
    assert page.form("Withdraw").submit(editor).status_code == 303
    assert state_of(app, invited["ana"]) == "withdrawn"
    with work(app) as session, pytest.raises(Refused):
        services.resend(SYSTEM, get(session, invited["ana"]))
    page = open_page(editor, f"/events/{event}/invitations/{invited['ana']}")
    assert "Save the answer" not in page.text


# ---- Who may see and do what ----

MAY = {
    "admin": 200,
    "coordinator": 200,
    "lead": 200,
    "editor": 200,
    "foreign lead": 403,
    "foreign editor": 403,
    "cluster": 403,
    "expert": 403,
    "auditor": 403,
    "guest": 403,
}


@pytest.mark.parametrize("who", list(MAY))
def test_only_who_may_change_the_event_reads_who_is_invited(
    app: Flask, event: int, invited: dict[str, int], sign_in: SignIn, who: str
):
    browser = sign_in(who)
    for path in ("", "/new", "/remind", f"/{invited['ana']}"):
        assert browser.get(f"/events/{event}/invitations{path}").status_code == MAY[who], path
    for path in ("/new", "/remind", "/reminder", f"/{invited['ana']}/withdraw", f"/{invited['ana']}/resend"):
        if MAY[who] == 403:
            assert browser.post(f"/events/{event}/invitations{path}").status_code == 403, path


SEES_COUNTS = {
    "admin",
    "coordinator",
    "auditor",
    "lead",
    "editor",
    "foreign lead",
    "foreign editor",
    "expert",
    "cluster",
}


@pytest.mark.parametrize("who", [*MAY, "public"])
@pytest.mark.usefixtures("invited")
def test_the_event_page_counts_answers_for_the_consortium_and_names_nobody(
    app: Flask, event: int, sign_in: SignIn, who: str
):
    browser = app.test_client() if who == "public" else sign_in(who)
    answer = browser.get(f"/events/{event}")
    if who == "public":
        assert answer.status_code == 404
        return
    page = Page(answer)
    assert ("No answer yet" in page.text) is (who in SEES_COUNTS)
    for secret in ("Hakobyan", "ana@example.org", "Bernd"):
        assert secret not in page.html


def test_an_invitation_of_another_event_is_not_found(
    app: Flask, world: World, invited: dict[str, int], sign_in: SignIn
):
    with work(app):
        other = events.plan(SYSTEM, workshop(world), EventState.PLANNED).id
    assert sign_in("editor").get(f"/events/{other}/invitations/{invited['ana']}").status_code == 404


def test_the_list_asks_the_same_few_times_however_many_are_invited(app: Flask, event: int, sign_in: SignIn):
    browser = sign_in("editor")

    def asked(count: int) -> int:
        with work(app) as session:
            many = [services.Recipient(name=f"N {n}", email=f"n{count}-{n}@example.org") for n in range(count)]
            services.invite(SYSTEM, session.get_one(Event, event), many, language="en")
        browser.get(f"/events/{event}/invitations")
        with statements(app) as seen:
            assert browser.get(f"/events/{event}/invitations").status_code == 200
        return len(seen)

    few = asked(2)
    assert asked(40) == few <= 7
