"""What became of feedback, as it is told: by mail to whoever said it, and on a page for the public."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events import services as events
from app.events.feedback import queries, services, telling
from app.events.feedback.models import Disposition, FeedbackPoint, FeedbackTold
from app.events.models import Visibility
from app.extensions import db
from tests.accounts.people import mails, person, work
from tests.events.conftest import SignIn
from tests.events.feedback import Read, became, by, held, organisation
from tests.events.world import World


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    return sign_in("lead")


# ---- You said – we did ----


@pytest.fixture
def answered(app: Flask, world: World) -> int:
    """The key of an event at which two organisations and somebody else said something."""
    with work(app):
        event = held(world, organisations=[organisation(world.company), organisation(world.agency)])
        organisation(world.company).email = "office@tekstil.example.org"
        organisation(world.agency).email = "desk@agency.example.org"
        by(world, event, Disposition.REJECTED)
        by(world, event, Disposition.ACCEPTED, organisation=organisation(world.agency), text={"en": "Well done."})
        by(world, event, Disposition.ACCEPTED, organisation=organisation(world.school), text={"en": "No mailbox."})
        by(world, event, Disposition.ACCEPTED, organisation=None)
        by(world, event)
        return event.id


def languages(world: World, company: str = "de", agency: str = "en") -> dict[str, str]:
    return {f"language_{world.company}": company, f"language_{world.agency}": agency}


def test_each_organisation_is_told_its_own_points_and_nothing_twice(
    app: Flask, lead: FlaskClient, world: World, answered: int
) -> None:
    page = f"/events/{answered}/feedback/tell"
    before = Read(lead.get(page))
    assert "Cannot be told by mail" in before.text
    assert "No mailbox." in before.text
    assert lead.post(page, data=languages(world, agency="xx")).status_code == 422
    assert lead.post(page, data=languages(world)).status_code == 303
    sent = {mail.recipient: mail for mail in mails(app)}
    assert set(sent) == {"office@tekstil.example.org", "desk@agency.example.org"}
    told = sent["desk@agency.example.org"]
    assert told.subject == "You said – we did: Needs of textile workshops"
    for text in (told.text, told.html or ""):
        assert "Well done." in text
        assert f"FE{answered}-2 · Accepted" in text
        assert "Sixty hours" not in text
        assert "tekstil" not in text.lower()
    assert sent["office@tekstil.example.org"].language == "de"
    assert "The curriculum is fixed." in sent["office@tekstil.example.org"].text
    assert lead.post(page, data=languages(world)).status_code == 422
    assert len(mails(app)) == 2


def test_who_is_not_chosen_waits_and_a_changed_answer_is_told_anew(
    app: Flask, lead: FlaskClient, world: World, answered: int
) -> None:
    page = f"/events/{answered}/feedback/tell"
    lead.post(page, data=languages(world, company=""))
    assert [mail.recipient for mail in mails(app)] == ["desk@agency.example.org"]
    with work(app):
        point = db.session.scalars(sa.select(FeedbackPoint).where(FeedbackPoint.number == 2)).one()
        services.answer(SYSTEM, point, point.version, became(Disposition.PARTLY))
        services.answer(SYSTEM, point, point.version, became(Disposition.PARTLY, public_text={"en": "Good."}))
    lead.post(page, data=languages(world, company=""))
    assert [mail.recipient for mail in mails(app)] == ["desk@agency.example.org"] * 2
    assert "Partly accepted" in mails(app)[1].text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(FeedbackTold)) == 2
    assert "Who was told" in Read(lead.get(page)).text


def test_who_became_due_after_the_page_was_opened_waits(
    app: Flask, lead: FlaskClient, world: World, answered: int
) -> None:
    sent = languages(world)
    del sent[f"language_{world.agency}"]
    assert lead.post(f"/events/{answered}/feedback/tell", data=sent).status_code == 303
    assert [mail.recipient for mail in mails(app)] == ["office@tekstil.example.org"]


def test_the_language_offered_first_is_that_of_the_account(app: Flask, lead: FlaskClient, answered: int) -> None:
    with work(app) as session:
        person(session, email="office@tekstil.example.org").language = "de"
    chosen = Read(lead.get(f"/events/{answered}/feedback/tell")).select("select option[selected]")
    assert [option["value"] for option in chosen] == ["en", "de"]


# ---- The public page ----


def test_the_public_reads_what_was_published_as_it_was_redacted(
    app: Flask, lead: FlaskClient, world: World, answered: int
) -> None:
    page, visitor = f"/events/{answered}/said", app.test_client()
    assert visitor.get(page).status_code == 404
    assert "Not public." in Read(lead.get(page)).text
    with work(app):
        named, plain = db.session.scalars(
            sa.select(FeedbackPoint).where(FeedbackPoint.number.in_([1, 2])).order_by(FeedbackPoint.number)
        ).all()
        redacted = {"public_text": {"en": "Too few hours."}, "may_be_named": True}
        services.answer(SYSTEM, named, named.version, became(Disposition.REJECTED, **redacted))
        services.withdraw(SYSTEM, plain, plain.version, "It asked us to.")
    assert lead.post(f"/events/{answered}/feedback/publish", data={"do": "publish"}).location == page
    shown = Read(visitor.get(page))
    assert "Too few hours." in shown.text
    assert "Tekstil Lori" in shown.text
    assert "VET provider, Armenia" in shown.text
    assert "Somebody who took part" in shown.text
    for secret in ("Sixty hours", "No mailbox.", "Lori College", "Well done.", "It asked us to."):
        assert secret not in shown.text
    assert shown.text.count("The wording is not public.") == len(shown.select("li[id^=feedback-]")) - 1
    assert page in visitor.get(f"/events/{answered}").text
    with work(app):
        telling.tell(SYSTEM, queries.point(SYSTEM, answered, 1).event, {world.company: "en"})
    assert f"http://localhost{page}" in mails(app)[0].text
    lead.post(f"/events/{answered}/feedback/publish", data={"do": "hide"})
    assert visitor.get(page).status_code == 404


def test_an_answer_that_names_whoever_is_hidden_is_withheld_until_it_is_written_for_the_public(
    app: Flask, lead: FlaskClient, world: World
) -> None:
    reason = {"en": "We know that TEKSTIL  Lori counts otherwise."}
    with work(app):
        event = held(world)
        point = by(world, event)
        facts = became(Disposition.REJECTED, reason=reason, change={"en": "Tekstil Lori gets a list."})
        services.answer(SYSTEM, point, point.version, facts)
        telling.publish(SYSTEM, event, is_published=True)
        key, point_id = event.id, point.id
    page = f"/events/{key}/said"
    public = Read(app.test_client().get(page)).text
    assert "tekstil" not in public.lower()
    assert "Part of the answer is not public." in public
    assert "Write it for the public" not in public
    assert f"/events/{key}/feedback/{point_id}" in lead.get(page).text
    with work(app):
        point = queries.point(SYSTEM, key, 1)
        services.answer(SYSTEM, point, point.version, became(reason=reason, public_reason={"en": "Others count so."}))
        telling.publish(SYSTEM, point.event, is_published=True)
    public = Read(app.test_client().get(page)).text
    assert "Others count so." in public
    assert "not public" not in public.replace("The wording is not public.", "")
    with work(app):
        point = queries.point(SYSTEM, key, 1)
        services.answer(SYSTEM, point, point.version, became(reason=reason, may_be_named=True))
        telling.publish(SYSTEM, point.event, is_published=True)
    assert "counts otherwise" in app.test_client().get(page).text


def test_what_is_new_or_changed_is_public_only_once_somebody_looked_at_it(
    app: Flask, lead: FlaskClient, world: World
) -> None:
    with work(app):
        event = held(world)
        by(world, event, Disposition.ACCEPTED)
        telling.publish(SYSTEM, event, is_published=True)
        key = event.id
    page, press, visitor = f"/events/{key}/said", f"/events/{key}/feedback/publish", app.test_client()
    assert f"FE{key}-1" in visitor.get(page).text
    seen = Read(lead.get(page)).select("input[name=seen]")[0]["value"]
    with work(app):
        point = queries.point(SYSTEM, key, 1)
        services.answer(SYSTEM, point, point.version, became(Disposition.REJECTED, reason={"en": "Not so."}))
        by(world, point.event)
    for code in (f"FE{key}-1", f"FE{key}-2", "Not so."):
        assert code not in visitor.get(page).text
    assert "Not public yet." in Read(lead.get(page)).text
    stale = lead.post(press, data={"do": "publish", "seen": seen}, follow_redirects=True)
    assert "Something changed after you opened this page." in stale.text
    assert "Not so." not in visitor.get(page).text
    seen = Read(lead.get(page)).select("input[name=seen]")[0]["value"]
    lead.post(press, data={"do": "publish", "seen": seen})
    assert "Not so." in visitor.get(page).text
    assert f"FE{key}-2" in visitor.get(page).text


def test_an_event_that_is_public_again_is_not_published_by_itself(app: Flask, world: World) -> None:
    with work(app):
        event = held(world)
        by(world, event)
        telling.publish(SYSTEM, event, is_published=True)
        events.edit(SYSTEM, event, event.version, world.consultation())
        events.edit(SYSTEM, event, event.version, world.consultation(visibility=Visibility.PUBLIC))
        key = event.id
    assert app.test_client().get(f"/events/{key}/said").status_code == 404


def test_what_the_public_does_not_see_is_not_published(app: Flask, lead: FlaskClient, logged: int) -> None:
    answer = lead.post(f"/events/{logged}/feedback/publish", data={"do": "publish"}, follow_redirects=True)
    assert "The public does not see this event." in answer.text
    assert app.test_client().get(f"/events/{logged}/said").status_code == 404


def test_an_event_that_is_closed_to_the_public_again_takes_its_page_along(app: Flask, world: World) -> None:
    with work(app):
        event = held(world)
        by(world, event)
        telling.publish(SYSTEM, event, is_published=True)
        key = event.id
    assert app.test_client().get(f"/events/{key}/said").status_code == 200
    with work(app):
        event = queries.point(SYSTEM, key, 1).event
        events.edit(SYSTEM, event, event.version, world.consultation())
    assert app.test_client().get(f"/events/{key}/said").status_code == 404


@pytest.mark.parametrize("path", ["feedback", "feedback/new", "feedback/1", "feedback/1/answer", "feedback/tell"])
@pytest.mark.parametrize(("who", "status"), [("foreign lead", 403), ("auditor", 403), ("guest", 403), ("public", 303)])
def test_others_do_not_come_to_the_forms(sign_in: SignIn, answered: int, path: str, who: str, status: int) -> None:
    assert sign_in(who).get(f"/events/{answered}/{path}").status_code == status
