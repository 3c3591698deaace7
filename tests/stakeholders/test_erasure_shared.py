"""What an erasure finds that is somebody else's, too."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import mail
from app.core.mail import Mail
from app.stakeholders.models import Organisation, Person
from tests.accounts.people import arrive, work
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation, person

OFFICE, NUMBER = "office@school.example", "+381 18 444 33 22"


@pytest.fixture
def sharers(app: Flask) -> dict[str, int]:
    """Somebody with the mailbox of a school, and with the name, mailbox and number of somebody who is entered twice."""
    with work(app) as session:
        school = organisation(name("School of Niš"), email=OFFICE, phone=NUMBER, notes=f"Ask Jovana Ristić, {OFFICE}.")
        other = organisation(name("School of Bor"), notes=f"Send it to {OFFICE}.")
        same: dict[str, Any] = {"family_name": "Ristić", "native_name": "Јована Ристић", "native_language": "sr-Latn"}
        hers = person("Jovana", email=OFFICE, phone=NUMBER, **same)
        again = person("Jovana", email=OFFICE, phone=NUMBER, **same)
        third = person("Luka", family_name="Petrović", email=OFFICE)
        alone = person("Milica", family_name="Bogdanov", email=OFFICE, phone=NUMBER)
        mail.send(session, OFFICE, "To all", "accounts/notice", user=SimpleNamespace(name="School"), event="x")
        return {
            "school": school.id,
            "other": other.id,
            "hers": hers.id,
            "again": again.id,
            "third": third.id,
            "alone": alone.id,
        }


def stored(app: Flask, sharers: dict[str, int]) -> list[Any]:
    """What tells who the others are."""
    with work(app) as session:
        people = [session.get_one(Person, sharers[key]) for key in ("again", "third")]
        school = session.get_one(Organisation, sharers["school"])
        told = [(one.name, one.native_name, one.email, one.phone, one.search_key) for one in people]
        return [*told, (school.email, school.phone), [one.recipient for one in session.scalars(sa.select(Mail))]]


def test_nothing_that_is_somebody_elses_is_ticked_or_taken(app: Flask, client: FlaskClient, sharers: dict[str, int]):
    before = stored(app, sharers)
    arrive(app, client)
    for key in ("hers", "alone"):
        page = open_page(client, f"/stakeholders/people/{sharers[key]}/erase")
        assert OFFICE in page.select("#shared")[0].get_text()
        assert not page.select("#shared input[checked]")
        ticked = [str(box["value"]) for box in page.select("input[name=texts][checked]")]
        assert not [one for one in ticked if one.startswith(("person:", "organisation:")) and ":notes:" not in one]
        rest = {"rest": "leave"} if page.select("#doubtful") else {}
        done = page.form("Erase the person").submit(client, follow=True, reason="asked", is_sure="y", **rest)
        assert Page(done).heading == "Erased person"
        assert stored(app, sharers) == before
    with work(app) as session:
        assert session.get_one(Organisation, sharers["other"]).notes == f"Send it to {OFFICE}."


def test_a_text_with_a_name_that_two_have_is_decided(app: Flask, client: FlaskClient, sharers: dict[str, int]):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{sharers['hers']}/erase")
    assert "somebody else of the register has the same name" in page.select("#doubtful")[0].get_text()
    form = page.form("Erase the person")
    assert form.submit(client, reason="asked", is_sure="y").status_code == 422
    form.submit(client, reason="asked", is_sure="y", rest="redact")
    with work(app) as session:
        assert session.get_one(Organisation, sharers["school"]).notes == f"Ask [erased], {OFFICE}."
        assert session.get_one(Person, sharers["again"]).name == "Jovana Ristić"


def test_what_is_taken_from_another_leaves_records_that_can_be_saved(
    app: Flask, client: FlaskClient, sharers: dict[str, int]
):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/{sharers['hers']}/erase")
    every = [str(box["value"]) for box in page.select("input[name=texts]")]
    page.form("Erase the person").submit(client, reason="asked", is_sure="y", rest="redact", texts=every)
    with work(app) as session:
        assert session.get_one(Organisation, sharers["school"]).email is None
        assert session.get_one(Person, sharers["third"]).email is None
    for key in ("again", "third", "alone"):
        path = f"/stakeholders/people/{sharers[key]}/edit"
        assert open_page(client, path).form("Save").submit(client).status_code == 303, key
    path = f"/stakeholders/{sharers['school']}/edit"
    assert open_page(client, path).form("Save").submit(client).status_code == 303
