"""Erasing a person reaches what was sent and said; a document that names the person is made anew."""

from flask import Flask
from sqlalchemy import text

from app.core import outbox, portal
from app.core.access import SYSTEM
from app.events.minutes import services
from app.events.minutes.models import MinutesComment, MinutesDocument, MinutesRecipient, Verdict
from app.extensions import db
from app.stakeholders import erasure, subject_data
from app.stakeholders.erasure import ErasureReason
from app.stakeholders.models import Person
from tests.accounts.people import work
from tests.events.invitations.test_erasure import person
from tests.events.minutes.conftest import ANA, BERND, Send, mailed, minutes_of, rewrite, say
from tests.events.world import World
from tests.pdfs import text_of


def test_nothing_that_tells_who_it_was_is_left(app: Flask, event: int, send: Send, world: World):
    with work(app):
        key = person(world).id
    rewrite(app, event, "Ana Hakobyan spoke of Tekstil.")
    send()
    say(app, ANA, Verdict.COMMENT, "I am Ana Hakobyan.")
    say(app, BERND, Verdict.AGREE, "As Ana Hakobyan says.")
    with work(app) as session:
        found = minutes_of(session, event)
        services.approve(SYSTEM, found, found.version, None)
    outbox.drain(app)
    assert mailed(app, ANA)
    with app.app_context():
        (first,) = db.session.query(MinutesDocument)
        before = first.sha256
        assert "Hakobyan" in text_of(portal.files().read(before))
    with work(app) as session:
        made = session.get_one(Person, key)
        data = subject_data.collect(made)
        chosen = [place.mention.key for place in data.places]
        erasure.erase(SYSTEM, data, made.version, ErasureReason.ASKED, chosen)
    outbox.drain(app)
    with app.app_context():
        bernd, ana = sorted(db.session.query(MinutesRecipient), key=lambda one: one.email is None)
        assert (ana.name, ana.email, bernd.email) == ("Tekstil Lori", None, BERND)
        said = [one.text for one in db.session.query(MinutesComment).order_by(MinutesComment.id)]
        assert said == ["[erased]", "As [erased] says."]
        old, new = db.session.query(MinutesDocument).order_by(MinutesDocument.id)
        assert (old.file_id, old.sha256) == (None, before)
        assert not portal.files().has(before)
        assert new.sha256 != before
        written = text_of(portal.files().read(new.sha256))
        assert "Hakobyan" not in written
        assert "[erased] spoke of Tekstil." in written
        whole = [
            str(row)
            for table in ("minutes_version", "minutes_comment", "minutes_recipient", "mail", "audit_entry")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - the tables above
        ]
    assert [row for row in whole if "ana@" in row.lower() or "hakobyan" in row.lower()] == []
    assert len(mailed(app, BERND, "Protokoll")) <= 2, "nobody is told of the document anew"


def test_a_document_that_does_not_name_the_person_stays(app: Flask, event: int, send: Send, world: World):
    with work(app):
        key = person(world, email="nobody@example.org").id
    send()
    with work(app) as session:
        found = minutes_of(session, event)
        services.approve(SYSTEM, found, found.version, None)
    outbox.drain(app)
    with work(app) as session:
        made = session.get_one(Person, key)
        erasure.erase(SYSTEM, subject_data.collect(made), made.version, ErasureReason.ASKED, ())
    outbox.drain(app)
    with app.app_context():
        (only,) = db.session.query(MinutesDocument)
        assert only.file_id
