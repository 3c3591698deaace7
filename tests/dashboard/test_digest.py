"""The weekly mail: what it says to whom, when it goes out, that it is silent, and that one can stop it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import User
from app.core import clock, outbox
from app.core.access import SYSTEM, Role
from app.core.mail import Mail
from app.dashboard.digest import jobs
from app.dashboard.digest.content import since_last
from app.dashboard.digest.models import DigestWish, Rhythm
from app.events import services as events
from app.events.models import EventKind, EventState, MeetingType, Visibility
from app.events.outcomes import services
from app.events.outcomes.services import DecisionFacts
from app.extensions import db
from tests.accounts.people import arrive, submit, work
from tests.conftest import AS_OF
from tests.events.world import LAST_WEEK, World
from tests.page import Page, open_page


def plan(world: World, title: str, country: str = "AM", days: int = 3) -> None:
    """A round table some days from today."""
    facts = world.consultation(
        kind=EventKind.ROUND_TABLE,
        consultation_type=None,
        title={"en": title, "de": f"{title} auf Deutsch"},
        country=country,
        starts_on=AS_OF + timedelta(days=days),
        visibility=Visibility.PUBLIC,
    )
    events.plan(SYSTEM, facts, EventState.PLANNED)


def mails(app: Flask) -> list[Mail]:
    with app.app_context():
        return list(db.session.scalars(select(Mail).where(Mail.subject.like("%late%")).order_by(Mail.id)))


@pytest.mark.parametrize(
    ("now", "zone", "wanted"),
    [
        (datetime(2026, 11, 28, 12, tzinfo=UTC), "Europe/Berlin", datetime(2026, 11, 30, 5, tzinfo=UTC)),
        (datetime(2026, 11, 30, 4, 59, tzinfo=UTC), "Europe/Berlin", datetime(2026, 11, 30, 5, tzinfo=UTC)),
        (datetime(2026, 11, 30, 5, tzinfo=UTC), "Europe/Berlin", datetime(2026, 12, 7, 5, tzinfo=UTC)),
        (datetime(2026, 3, 27, 12, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 30, 4, tzinfo=UTC)),
        (datetime(2026, 11, 29, 21, tzinfo=UTC), "Asia/Tbilisi", datetime(2026, 11, 30, 2, tzinfo=UTC)),
    ],
)
def test_monday_morning_is_that_of_the_consortium(now: datetime, zone: str, wanted: datetime) -> None:
    assert jobs.next_monday(now, zone) == wanted


def test_the_mail_says_what_waits_and_what_is_new_and_says_it_once(
    app: Flask, client: FlaskClient, world: World
) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    with work(app) as session:
        plan(world, "Table of Lori")
        plan(world, "Table that was", days=-20)
        plan(world, "Table of Tbilisi", country="GE")
        jobs.write_to_all(session, {"day": "2020-01-06"})
    outbox.drain(app)
    outbox.drain(app)
    (mail,) = mails(app)
    assert "Table of Lori" in mail.text
    assert "Table that was" in mail.text
    assert "Table of Tbilisi" not in mail.text
    assert mail.text.count("Table of Lori") == 1, "new and due, and said once"
    assert mail.text.count("https://") + mail.text.count("http://") >= 3
    assert "Table of Lori</a>" in (mail.html or "")
    with work(app) as session:
        jobs.write_to_one(session, {"user": session.scalars(select(User.id)).first(), "day": "2020-01-06"})
    assert len(mails(app)) == 1


def test_a_meeting_of_all_is_news_to_all_wherever_it_is_held(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    with work(app):
        common = {
            "kind": EventKind.MEETING,
            "consultation_type": None,
            "country": "GE",
            "visibility": Visibility.PUBLIC,
        }
        of_all = world.consultation(
            **common, meeting_type=MeetingType.COORDINATION, number=6, title={"en": "Meeting of all"}
        )
        services.decide(
            SYSTEM, events.log(SYSTEM, of_all), DecisionFacts(text={"en": "We go on."}, decided_on=LAST_WEEK)
        )
        of_two = world.consultation(**common, meeting_type=MeetingType.BILATERAL, title={"en": "Meeting of two"})
        events.log(SYSTEM, of_two)
    text = open_page(client, "/account/weekly-mail/").text
    assert "Meeting of all" in text
    assert "We go on." in text
    assert "Meeting of two" not in text


def test_it_speaks_the_persons_language(app: Flask, client: FlaskClient, world: World) -> None:
    user_id = arrive(app, client, Role.COORDINATOR)
    with work(app) as session:
        session.get_one(User, user_id).language = "de"
        plan(world, "Table of Lori")
    submit(client, "/account/weekly-mail/now")
    with app.app_context():
        text = db.session.scalars(select(Mail.text).order_by(Mail.id.desc())).first()
    assert "Table of Lori auf Deutsch" in (text or "")


def test_where_there_is_nothing_there_is_no_mail(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COORDINATOR)
    with work(app) as session:
        jobs.write_to_all(session, {"day": "2020-01-06"})
    outbox.drain(app)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Mail)) == 0
    page = Page(submit(client, "/account/weekly-mail/now", follow_redirects=True))
    assert "so nothing was sent" in page.text


def test_whoever_stops_it_is_not_written_to(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COORDINATOR)
    with work(app):
        plan(world, "Table of Lori")
    page = open_page(client, "/account/weekly-mail/")
    assert "Table of Lori" in page.text
    assert Page(page.form("Save").submit(client, follow=True, rhythm="off")).messages == ["Saved."]
    with work(app) as session:
        jobs.write_to_all(session, {"day": "2020-01-06"})
    outbox.drain(app)
    assert mails(app) == []
    with app.app_context():
        assert db.session.scalars(select(DigestWish.rhythm)).one() is Rhythm.OFF


def test_each_week_arranges_the_next_one_once(app: Flask) -> None:
    with work(app) as session:
        jobs.arrange(session)
        jobs.arrange(session)
        jobs.write_to_all(session, {"day": "2020-01-06"})
        waiting = session.scalars(select(outbox.Job.run_after).where(outbox.Job.kind == jobs.WEEK)).all()
    assert list(waiting) == [jobs.next_monday(clock.now(), "Europe/Berlin")]


def test_two_windows_do_not_overwrite_each_other(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COORDINATOR)
    page = open_page(client, "/account/weekly-mail/")
    page.form("Save").submit(client, rhythm="off")
    first, second = (open_page(client, "/account/weekly-mail/").form("Save") for _window in range(2))
    first.submit(client, rhythm="weekly")
    assert second.submit(client, rhythm="off").status_code in (303, 409)


@pytest.mark.parametrize("rhythm", ["", "daily", "<b>"])
def test_what_is_no_rhythm_is_refused_at_its_field(app: Flask, client: FlaskClient, rhythm: str) -> None:
    arrive(app, client, Role.STAKEHOLDER)
    page = Page(open_page(client, "/account/weekly-mail/").form("Save").submit(client, rhythm=rhythm))
    assert page.status == 422
    assert page.errors


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    assert "/sign-in" in client.get("/account/weekly-mail/").headers["Location"]


def test_news_begin_with_the_last_mail() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert since_last(None, now) == now - timedelta(weeks=1)
    assert since_last(now - timedelta(days=3), now) == now - timedelta(days=3)
    assert since_last(now - timedelta(days=300), now) == now - timedelta(weeks=4)
