"""Many memoranda from a file: what is wrong is named by row and column, all or none are drafted, all are sent once."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import func, select

from app.core import outbox
from app.core.access import SYSTEM
from app.core.documents import DocumentFaulty
from app.core.states import moves_of
from app.extensions import db
from app.mou import parties
from app.mou.batches import jobs, queries
from app.mou.batches.models import BatchState, MouBatch
from app.mou.models import Mou, MouState, PartyRole
from app.mou.signing import services as signing
from app.mou.signing.models import MouLink
from app.mou.texts import paper
from app.stakeholders.models import Organisation
from tests.accounts.people import mails, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import complete
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
HEAD = "company,signatory,role,email,language,address"


@pytest.fixture
def pattern(app: Flask, world: World) -> int:
    """The key of a draft with a school and all terms, but no company."""
    with work(app):
        mou = complete(world)
        company = mou.parties[1]
        assert company.role is PartyRole.COMPANY
        parties.remove_party(SYSTEM, company, company.version)
        return mou.id


def rows(count: int) -> str:
    """A file of so many companies that nobody knows yet."""
    names = ["Amber", "Basalt", "Copper", "Diamond", "Emerald", "Flint", "Granite", "Hazel", "Indigo", "Juniper"]
    lines = [
        f"{names[n % 10]}{'abcdefghijkl'[n // 10] * 5} works,Person {n},director,p{n}@example.org,hy,Street {n}"
        for n in range(count)
    ]
    return "\n".join([HEAD, *lines])


def send_file(client: FlaskClient, key: int, text: str | bytes, name: str = "companies.csv") -> Page:
    """Send a file and see what it would do."""
    octets = text.encode() if isinstance(text, str) else text
    form = open_page(client, f"/mou/batches/after/{key}").form("Check the file")
    return Page(form.submit(client, follow=True, file=(io.BytesIO(octets), name)))


def faults(page: Page) -> list[tuple[str, str, str]]:
    """What is wrong, by row and column."""
    found = page.select("#faults tbody tr")
    return [tuple(words(cell) for cell in row.select("td")) for row in found]  # type: ignore[misc]


def drafted(app: Flask) -> int:
    """How many memoranda there are beside the pattern."""
    with app.app_context():
        return (db.session.scalar(select(func.count(Mou.id))) or 0) - 1


def batch_of(app: Flask) -> MouBatch:
    """The one batch."""
    with app.app_context():
        return db.session.scalars(select(MouBatch)).one()


# ---- The whole way ----


def test_thirty_companies_are_drafted_sent_at_once_and_looked_after_on_one_page(
    app: Flask, sign_in: SignIn, pattern: int
) -> None:
    lead = sign_in("lead")
    page = send_file(lead, pattern, rows(30))
    assert not faults(page), faults(page)
    assert "is added to the register" in page.text
    assert drafted(app) == 0
    form = page.form("Draft 30 memoranda")
    page = Page(form.submit(lead, follow=True))
    assert page.url.endswith(f"/mou/batches/{batch_of(app).id}")
    assert drafted(app) == 30
    assert form.submit(lead).status_code in {303, 409, 422}
    assert drafted(app) == 30, "the same press drafts nothing twice"
    with app.app_context():
        made = queries.memoranda(batch_of(app))
        assert {len(mou.parties) for mou in made} == {2}
        assert {mou.template_version_id for mou in made} == {db.session.get_one(Mou, pattern).template_version_id}
        assert all(len(mou.commitments) == 0 for mou in made)
        assert made[0].parties[1].organisation.country == "AM"

    form = page.form("Send all 30 for signature")
    page = Page(form.submit(lead, follow=True))
    assert "0 of 30 memoranda" in page.text
    again = Page(form.submit(lead, follow=True))
    assert again.status == 200
    outbox.drain(app)
    board = open_page(lead, page.url)
    assert len(board.select("#memoranda tbody tr")) == 30
    assert board.text.count("Out for signature") == 30
    with app.app_context():
        assert db.session.scalar(select(func.count(MouLink.id))) == 30
        jobs.send(db.session, {"batch": batch_of(app).id, "user": 4, "name": "lead"})
        assert db.session.scalar(select(func.count(MouLink.id))) == 30
    asked = [mail.recipient for mail in mails(app)]
    assert sorted(asked) == sorted(f"p{n}@example.org" for n in range(30))
    assert "Its batch" in open_page(lead, board.links[next(text for text in board.links if "works" in text)]).text


def test_what_cannot_be_sent_is_named_and_the_others_go(app: Flask, sign_in: SignIn, pattern: int) -> None:
    lead = sign_in("lead")
    send_file(lead, pattern, rows(3)).form("Draft 3 memoranda").submit(lead)
    with work(app):
        second = queries.memoranda(db.session.scalars(select(MouBatch)).one())[1]
        second.parties[1].signatories[0].email = None
    path = f"/mou/batches/{batch_of(app).id}"
    open_page(lead, path).form("Send all 3 for signature").submit(lead)
    outbox.drain(app)
    page = open_page(lead, path)
    assert "has no e-mail address" in words(page.select_one("#memoranda"))
    with work(app):
        found = queries.memoranda(db.session.scalars(select(MouBatch)).one())
        states = [mou.state for mou in found]
        found[1].parties[1].signatories[0].email = "late@example.org"
    assert states == [MouState.READY_TO_SIGN, MouState.DRAFT, MouState.READY_TO_SIGN]
    assert batch_of(app).state is BatchState.SENT
    open_page(lead, path).form("Send one for signature").submit(lead)
    outbox.drain(app)
    assert "Not sent" not in words(open_page(lead, path).select_one("#memoranda"))
    assert len(mails(app)) == 3
    with app.app_context():
        moves = moves_of(db.session, batch_of(app))
    once = [("drafted", "sending"), ("sending", "sent")]
    assert [(move.old, move.new) for move in moves] == [*once, ("sent", "sending"), ("sending", "sent")]
    assert len({move.actor_name for move in moves}) == 1, "who pressed the button, by the job as well"


def test_what_is_recalled_while_the_others_are_sent_is_not_sent_again(
    app: Flask, sign_in: SignIn, pattern: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    lead = sign_in("lead")
    send_file(lead, pattern, rows(2)).form("Draft 2 memoranda").submit(lead)
    path = f"/mou/batches/{batch_of(app).id}"
    open_page(lead, path).form("Send all 2 for signature").submit(lead)
    with work(app) as session:
        while session.scalars(select(MouBatch)).one().done == 0:
            assert outbox.run_one(session)
        first = queries.memoranda(session.scalars(select(MouBatch)).one())[0]
        signing.recall(SYSTEM, first, first.version, "A wrong date")
    outbox.drain(app)
    with app.app_context():
        found = [mou.state for mou in queries.memoranda(batch_of(app))]
    assert found == [MouState.NEGOTIATION, MouState.READY_TO_SIGN]
    open_page(lead, path).form("Send one for signature").submit(lead)
    outbox.drain(app)
    with app.app_context():
        assert {mou.state for mou in queries.memoranda(batch_of(app))} == {MouState.READY_TO_SIGN}


def test_one_document_that_cannot_be_made_does_not_keep_the_others(
    app: Flask, sign_in: SignIn, pattern: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = paper.pdf

    def fails(content: Mapping[str, Any], *args: Any, **more: Any) -> bytes:
        if "Amber" in str(content["parties"]):
            raise DocumentFaulty("error: unknown font")
        return made(content, *args, **more)

    monkeypatch.setattr(paper, "pdf", fails)
    lead = sign_in("lead")
    send_file(lead, pattern, rows(2)).form("Draft 2 memoranda").submit(lead)
    path = f"/mou/batches/{batch_of(app).id}"
    open_page(lead, path).form("Send all 2 for signature").submit(lead)
    outbox.drain(app)
    assert batch_of(app).state is BatchState.SENT
    said = words(open_page(lead, path).select_one("#memoranda"))
    assert "could not be made" in said
    assert "unknown font" not in said
    with app.app_context():
        states = [mou.state for mou in queries.memoranda(batch_of(app))]
    assert states == [MouState.DRAFT, MouState.READY_TO_SIGN]


def test_one_way_of_reminding_holds_for_all(app: Flask, sign_in: SignIn, pattern: int) -> None:
    lead = sign_in("lead")
    send_file(lead, pattern, rows(2)).form("Draft 2 memoranda").submit(lead)
    path = f"/mou/batches/{batch_of(app).id}"
    answered = open_page(lead, f"{path}/reminders").form("Save").submit(lead, remind_at_most="99")
    assert answered.status_code == 422
    open_page(lead, f"{path}/reminders").form("Save").submit(lead, remind_after_days="3", remind_at_most="2")
    with app.app_context():
        found = queries.memoranda(batch_of(app))
        assert {(mou.remind_after_days, mou.remind_at_most) for mou in found} == {(3, 2)}
    assert "after 3 days" in open_page(lead, path).text


def test_what_a_register_says_of_the_pattern_is_not_said_of_its_copies(
    app: Flask, sign_in: SignIn, pattern: int
) -> None:
    with work(app):
        mou = db.session.get_one(Mou, pattern)
        mou.register_body, mou.register_number, mou.register_date = "Ministry", "12/34", date(2025, 5, 1)
    lead = sign_in("lead")
    send_file(lead, pattern, rows(1)).form("Draft one memorandum").submit(lead)
    with app.app_context():
        made = queries.memoranda(batch_of(app))[0]
        assert (made.register_body, made.register_number, made.register_date) == (None, None, None)


# ---- What is wrong with a file ----


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        (",Gor,director,gor@example.org,hy,Street", "company", "Every row needs this"),
        ("Amber,,director,gor@example.org,hy,Street", "signatory", "Every row needs this"),
        ("Amber,Gor,,gor@example.org,hy,Street", "role", "Every row needs this"),
        ("Amber,Gor,director,gor,hy,Street", "email", "Write an address like"),
        ("Amber,Gor,director,a@b.org; c@d.org,hy,Street", "email", "Write an address like"),
        ("Amber,Gor,director,anahit@example.org,hy,Street", "email", "mailbox of their own"),
        ("Amber,Gor,director,gor@example.org,xx,Street", "language", "is not one of"),
        ("Amber,Gor,director,gor@example.org,hy,", "address", "no address of it"),
        ("=1+1,Gor,director,gor@example.org,hy,Street", "company", ""),
        ("2025-05-01,Gor,director,gor@example.org,hy,Street", "company", "A day stands here"),
        ("#999999,Gor,director,gor@example.org,hy,Street", "company", "has this number"),
        ("Amber,Gor,director,gor@example.org,hy,Street,more", "column", "more cells than the head"),
        ("x" * 400 + ",Gor,director,gor@example.org,hy,Street", "company", "at most 300 characters"),
    ],
)
def test_each_fault_is_named_by_row_and_column(
    sign_in: SignIn, pattern: int, line: str, column: str, said: str
) -> None:
    good = "Granite works,Ani,director,ani@example.org,hy,Street 1"
    page = send_file(sign_in("lead"), pattern, f"{HEAD}\n{good}\n{line}")
    found = faults(page)
    assert any(row == "3" and name.startswith(column) and said in why for row, name, why in found), found
    assert not page.select("main form"), "nothing is drafted while something is wrong"


def test_a_party_twice_and_a_company_like_one_in_the_register_are_faults(
    app: Flask, sign_in: SignIn, world: World, pattern: int
) -> None:
    with app.app_context():
        school = db.session.get_one(Organisation, world.school).name
        company = db.session.get_one(Organisation, world.company).name
    lines = [
        HEAD,
        "Granite works,Ani,director,ani@example.org,hy,Street 1",
        "GRANITE WORKS,Ani,director,ani2@example.org,hy,Street 1",
        f'"{school}",Ani,director,ani3@example.org,hy,Street 1',
        f'"{company}s",Ani,director,ani4@example.org,hy,Street 1',
        f'"{company}",Ani,director,ani5@example.org,hy,Street 1',
        f"#{world.company},Ani,director,ani6@example.org,hy,Street 1",
    ]
    found = {(row, name): why for row, name, why in faults(send_file(sign_in("lead"), pattern, "\n".join(lines)))}
    assert "is in row 2 already" in found["3", "company"]
    assert "It is a party of all these memoranda already" in found["4", "company"]
    assert f"write #{world.company}" in found["5", "company"]
    assert "is in row 6 already" in found["7", "company"]
    assert ("6", "company") not in found
    with_new = "\n".join([f"{HEAD},new", f'"{company}s",Ani,director,ani4@example.org,hy,Street 1,yes'])
    assert not faults(send_file(sign_in("lead"), pattern, with_new))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("company,weather\nA,b", "This column is not known"),
        ("company,signatory\nA,b", "This column is missing"),
        (rows(101), "At most 100 memoranda"),
    ],
)
def test_a_head_or_a_length_that_does_not_fit_is_said(sign_in: SignIn, pattern: int, text: str, said: str) -> None:
    assert any(said in why for _row, _column, why in faults(send_file(sign_in("lead"), pattern, text)))


@pytest.mark.parametrize("octets", [b"", b"\x00\x01\x02", b"PK\x03\x04 no workbook", b"%PDF-1.7"])
def test_what_is_no_table_is_refused(sign_in: SignIn, pattern: int, octets: bytes) -> None:
    page = send_file(sign_in("lead"), pattern, octets)
    assert page.status == 422
    assert page.errors


def test_a_workbook_does_as_well(app: Flask, sign_in: SignIn, pattern: int) -> None:
    book, stream = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for line in rows(2).splitlines():
        sheet.append(line.split(","))
    book.save(stream)
    lead = sign_in("lead")
    page = send_file(lead, pattern, stream.getvalue(), "companies.xlsx")
    assert not faults(page)
    page.form("Draft 2 memoranda").submit(lead)
    assert drafted(app) == 2


def test_what_changed_since_it_was_shown_is_shown_again(app: Flask, sign_in: SignIn, pattern: int) -> None:
    lead = sign_in("lead")
    page = send_file(lead, pattern, rows(2))
    answered = page.form("Draft 2 memoranda").submit(lead, fingerprint="0" * 32)
    assert answered.status_code == 422
    assert "Something changed since" in Page(answered).text
    assert drafted(app) == 0


@pytest.mark.parametrize(
    ("who", "statuses"),
    [("lead", (200, 200)), ("foreign lead", (403, 200)), ("auditor", (403, 403)), ("guest", (403, 403))],
)
def test_who_drafts_many(app: Flask, sign_in: SignIn, pattern: int, who: str, statuses: tuple[int, int]) -> None:
    lead = sign_in("lead")
    send_file(lead, pattern, rows(1)).form("Draft one memorandum").submit(lead)
    client = sign_in(who)
    assert client.get(f"/mou/batches/after/{pattern}").status_code == statuses[0]
    path = f"/mou/batches/{batch_of(app).id}"
    assert client.get(path).status_code == statuses[1]
    if who == "foreign lead":
        assert "Send one for signature" not in open_page(client, path).text
