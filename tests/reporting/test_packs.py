"""Proof packs from the order to the archive: what is in them, who gets them, what becomes of them."""

import hashlib
import json
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.core import outbox
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events.attendance import services as attendance
from app.events.attendance.models import Attendance, AttendanceSignature, Presence
from app.events.feedback import services as feedback
from app.events.feedback.models import Stance
from app.events.feedback.services import PointFacts
from app.events.models import Event
from app.extensions import db
from app.reporting.packs import jobs, services
from app.reporting.packs.manifest import MANIFEST, SUMS
from app.reporting.packs.models import OrderState, PackLevel, PackOrder, ProofPack
from app.reporting.packs.services import NamesSomebody
from app.stakeholders.models import LawfulBasis, Organisation, Person
from tests.accounts.people import work
from tests.events.world import World
from tests.pdfs import text_of
from tests.reporting.conftest import Made, files_of

NAMES = ("Ana Hakobyan", "Bernd Müller", "Олена Online", "Ed Itor", "Petra Speaker", "ana@example.org")


# ---- What is inside ----


def test_a_pack_holds_every_part_with_its_hash_and_its_record(app: Flask, held: int, made: Made):
    files = files_of(app, made(held))
    manifest = json.loads(files[MANIFEST])
    told = {entry["path"]: entry for entry in manifest["files"]}
    assert set(files) == {*told, MANIFEST, SUMS}
    assert {
        *("proof-pack.pdf", "how-to-check.txt", "invitations/answers.csv", "invitations/0001.txt"),
        *("invitations/0001.ics", "attendance/attendance.csv", "attendance/signature-001.svg"),
        *("attendance/declaration-001.json", "attendance/declaration-001.svg", "microcredentials.csv"),
    } <= set(files)
    for path, entry in told.items():
        assert hashlib.sha256(files[path]).hexdigest() == entry["sha256"]
        assert len(files[path]) == entry["size"]
        assert entry["what"]
    assert told["attendance/signature-001.svg"]["record"] == {"kind": "attendance_signature", "id": 1}
    with app.app_context():
        event = db.session.get_one(Event, held)
        assert manifest["event"]["uid"] == str(event.uid)
        assert manifest["pack"]["made_by"] == "coordinator"


def test_times_are_those_of_the_place_with_its_zone_beside_utc(app: Flask, held: int, made: Made):
    files = files_of(app, made(held))
    with app.app_context():
        event = db.session.get_one(Event, held)
        signed = db.session.query(AttendanceSignature).one().signed_at
        here = signed.astimezone(ZoneInfo("Asia/Yerevan"))
        starts = event.starts_at
    found = text_of(files["proof-pack.pdf"])
    assert f"{here:%H:%M} (Asia/Yerevan;" in found
    assert f"{signed:%H:%M} UTC)" in found
    assert "Time zone Asia/Yerevan" in found
    assert f"{starts:%H:%M} – " in found
    told = json.loads(files[MANIFEST])["event"]
    assert (told["zone"], told["starts_at"]) == ("Asia/Yerevan", starts.isoformat())
    assert f"{here:%Y-%m-%d %H:%M} Asia/Yerevan" in files["attendance/attendance.csv"].decode()
    assert "Asia/Yerevan" in files["invitations/answers.csv"].decode()
    assert "\nLocal-Date: 20" in files["invitations/0001.txt"].decode()
    assert json.loads(files["attendance/declaration-001.json"])["declared_local"].endswith(" Asia/Yerevan")


@pytest.mark.parametrize("level", PackLevel)
def test_somebody_who_signed_and_is_marked_as_not_there_is_among_what_is_missing(
    app: Flask, held: int, made: Made, level: PackLevel
):
    with work(app) as session:
        row = session.query(Attendance).filter_by(name="Ana Hakobyan").one()
        attendance.mark(SYSTEM, row, Presence.EXCUSED)
    files = files_of(app, made(held, level))
    found = text_of(files["proof-pack.pdf"])
    assert "1 who signed or was declared is marked as not there, and is not counted." in found
    assert ("marked as “Excused”: contradicts" in found) is (level is PackLevel.FULL)
    assert "contradicted" in json.loads(files[MANIFEST])["missing"]


def test_the_document_tells_who_was_invited_who_came_and_what_was_said(app: Flask, held: int, made: Made):
    found = text_of(files_of(app, made(held))["proof-pack.pdf"])
    for words in (
        *("Needs of textile workshops", "Ana Hakobyan", "Accepted", "Declined", "Олена Online", "I declare as the"),
        *("Needs <b>of</b> #workshops", "Said by Petra Speaker: $x$", "AM-03", "invitations/0001.ics", "1 Loom Street"),
        *("This pack has personal data", "Nobody counted how many were there"),
    ):
        assert words in found, words


def test_what_organisations_said_is_there_and_not_in_what_is_published(app: Flask, held: int, world: World, made: Made):
    with work(app) as session:
        said = PointFacts(
            organisation=session.get_one(Organisation, world.company), stance=Stance.OBJECTION, text={"en": "Too long."}
        )
        feedback.say(SYSTEM, session.get_one(Event, held), [said])
    found = text_of(files_of(app, made(held))["proof-pack.pdf"])
    assert "Too long." in found
    assert "Objection" in found
    assert "Too long." not in text_of(files_of(app, made(held, PackLevel.PUBLIC))["proof-pack.pdf"])


def test_the_mails_are_there_without_the_secrets_by_which_people_answer(app: Flask, held: int, made: Made):
    files = files_of(app, made(held))
    mail, calendar = files["invitations/0001.txt"].decode(), files["invitations/0001.ics"].decode()
    assert "To: ana@example.org" in mail
    assert "/event-invitation/…?answer=accepted" in mail
    assert "METHOD:REQUEST" in calendar
    assert "+…@" in calendar.replace("\r\n ", "")
    everything = b"".join(files.values()).decode("utf-8", "replace").replace("\r\n ", "")
    with app.app_context():
        from app.core.mail import Mail
        from app.events.invitations import keys
        from app.events.invitations.models import EventInvitation

        assert db.session.query(Mail).count() >= 3
        for invitation in db.session.query(EventInvitation):
            assert keys.link_token(invitation.uid) not in everything
            assert keys.reply_tag(invitation.uid) not in everything.lower()


def test_a_pack_for_publishing_names_nobody(app: Flask, held: int, made: Made):
    files = files_of(app, made(held, PackLevel.PUBLIC))
    found = text_of(files["proof-pack.pdf"])
    everything = b"".join(files.values()).decode("utf-8", "replace")
    for name in NAMES:
        assert name not in found
        assert name not in everything
    assert "Present" in found
    assert not [path for path in files if path.startswith(("invitations/", "attendance/"))]


def test_a_pack_for_publishing_is_refused_while_a_text_names_somebody(app: Flask, held: int, world: World):
    with work(app) as session:
        person = Person(
            given_name="Petra", family_name="Speaker", name_key="", search_key="", lawful_basis=LawfulBasis.CONSENT
        )
        session.add(person)
        session.get_one(Event, held).summary = {"en": "Petra Speaker opened it."}
    with work(app) as session, pytest.raises(NamesSomebody, match="Petra Speaker"):
        services.order(world.actors["coordinator"], session.get_one(Event, held), PackLevel.PUBLIC)


def test_a_pack_is_in_the_language_of_whoever_ordered_it(app: Flask, held: int, world: World, made: Made):
    from dataclasses import replace

    found = text_of(
        files_of(app, made(held, actor=replace(world.actors["coordinator"], language="de")))["proof-pack.pdf"]
    )
    assert "Seite 1 von" in found


def test_an_event_without_anything_has_a_pack_that_says_so(app: Flask, logged: int, made: Made):
    files = files_of(app, made(logged))
    assert "There is no attendance list." in text_of(files["proof-pack.pdf"])
    missing = json.loads(files[MANIFEST])["missing"]
    assert {"no_invitation", "no_list", "no_agenda", "no_minutes", "no_documents"} <= set(missing)


def test_making_it_twice_makes_the_same_bytes_and_one_pack(app: Flask, held: int, world: World):
    with work(app) as session:
        order = services.order(world.actors["coordinator"], session.get_one(Event, held), PackLevel.FULL)
        key = order.id
    plans = []
    for _time in range(2):
        with work(app) as session:
            from io import BytesIO

            from app.core import mail
            from app.reporting.packs import making

            stream = BytesIO()
            with mail.in_language("en"):
                list(making.write(making.planned(session.get_one(PackOrder, key)), stream))
            plans.append(stream.getvalue())
    assert plans[0] == plans[1]
    outbox.drain(app)
    with work(app) as session:
        jobs.make(session, {"order": key})
        assert session.query(ProofPack).count() == 1
        pack = session.query(ProofPack).one()
        assert pack.sha256 == hashlib.sha256(plans[0]).hexdigest()
        assert session.get_one(PackOrder, key).state is OrderState.MADE


def test_a_file_that_the_store_lost_is_told_and_nothing_is_kept(app: Flask, held: int, world: World):
    with work(app) as session:
        signed = next(row for row in session.query(Attendance).order_by(Attendance.id) if row.signature)
        app.extensions["files"].remove(signed.signature.drawing.sha256)
        services.order(world.actors["coordinator"], session.get_one(Event, held), PackLevel.FULL)
    outbox.drain(app)
    with work(app) as session:
        order = session.query(PackOrder).one()
        assert order.state is OrderState.FAILED
        assert "no longer in the store" in (order.failure or "")
        assert session.query(ProofPack).count() == 0
        [job] = outbox.unfinished(session)
        assert job.state is outbox.JobState.DEAD


def test_a_second_order_waits_for_the_first(app: Flask, held: int, world: World):
    with work(app) as session:
        services.order(world.actors["coordinator"], session.get_one(Event, held), PackLevel.FULL)
        with pytest.raises(Refused, match="being made already"):
            services.order(world.actors["coordinator"], session.get_one(Event, held), PackLevel.FULL)
