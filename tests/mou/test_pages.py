"""The pages of the register of memoranda, as each role, with good and bad input."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.access import SYSTEM
from app.extensions import db
from app.mou.models import Mou, MouState
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import template
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Draft = Callable[..., int]


def filled(version: int, **changes: Any) -> dict[str, Any]:
    """What somebody types into the form of a draft."""
    values: dict[str, Any] = {
        "template_version": str(version),
        "left_language": "hy",
        "right_language": "en",
        "title-en": "Pattern making together",
        "purpose-en": "Learners become pattern makers.",
        "country": "AM",
        "duration_months": "24",
        "notice_days": "30",
        "link_days": "30",
        "remind_after_days": "5",
        "remind_at_most": "4",
        "code_policy": "before_signing",
        "clauses": "safety",
    }
    return values | changes


@pytest.fixture
def offered(app: Flask, world: World) -> int:
    """The key of a template's version that is offered."""
    with work(app):
        return template().id


def test_a_lead_drafts_one_and_adds_parties_and_promises(sign_in: SignIn, world: World, offered: int) -> None:
    lead = sign_in("lead")

    def fill(path: str, button: str, picked: tuple[str, Any] | None = None, **values: Any) -> Page:
        return Page(open_page(lead, path).form(button).submit(lead, picked, follow=True, **values))

    page = fill("/mou/new", "Save draft", ("microcredentials", world.pattern), **filled(offered))
    here = page.url.split("#")[0]
    fill(f"{here}/parties/new", "Save party", ("organisation", world.school), role="school", address="Main street 1")
    page = fill(
        f"{here}/parties/new", "Save party", ("organisation", world.company), role="company", address="Square 2"
    )
    assert "nobody signs for it" in page.text
    assert "The purpose is missing in one of its languages" in page.text
    path = str(page.select("#parties a[href*='signatories/new']")[1]["href"])
    who = {"name": "Gor Sargsyan", "role_title": "Director", "basis": "statute", "email": "gor@example.org"}
    page = fill(path, "Save", None, **who)
    assert "Gor Sargsyan" in words(page.select_one("#parties"))
    page = fill(f"{here}/commitments/new", "Save commitment", kind="placements", amount="4", due_on="2026-06-30")
    assert "4 × Placements" in words(page.select_one("#commitments"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title-en": ""}, "Write a title"),
        ({"right_language": "hy"}, "two different languages"),
        ({"ends_on": "2025-01-01"}, "Either a duration or an end"),
        ({"notice_days": "-1"}, "From 0 to"),
        ({"notice_days": "soon"}, "Write a whole number"),
        ({"duration_months": "100000"}, "From 1 to 600"),
        ({"clauses": "weather"}, "Choose only what is in the list"),
        ({"country": "GE"}, "does not reach that far"),
        ({"template_version": "999"}, "Choose"),
    ],
)
def test_bad_input_is_said_in_its_place_and_nothing_typed_is_lost(
    app: Flask, sign_in: SignIn, offered: int, changes: dict[str, str], said: str
) -> None:
    lead = sign_in("lead")
    typed = filled(offered, **{"purpose-hy": "Ընդհանուր նպատակ"} | changes)
    answered = open_page(lead, "/mou/new").form("Save draft").submit(lead, **typed)
    page = Page(answered)
    assert answered.status_code == 422
    assert "Ընդհանուր նպատակ" in page.html
    with work(app):
        assert not db.session.scalars(select(Mou)).all()
    assert said in " ".join(map(words, page.select(".error")))


@pytest.mark.parametrize(
    ("who", "status"), [("lead", 200), ("coordinator", 200), ("auditor", 200), ("guest", 404), ("public", 404)]
)
def test_who_reads_a_draft(app: Flask, sign_in: SignIn, draft: Draft, who: str, status: int) -> None:
    client: FlaskClient = app.test_client() if who == "public" else sign_in(who)
    assert client.get(f"/mou/{draft()}").status_code == status


def test_the_list_finds_parties_in_any_script_and_leaves_as_a_file(sign_in: SignIn, draft: Draft) -> None:
    draft()
    lead = sign_in("lead")
    page = open_page(lead, "/mou/?q=միասին")
    assert page.select("tbody tr")
    assert not open_page(lead, "/mou/?q=nothing").select("tbody tr")
    rows = lead.get("/mou/?format=csv").get_data(as_text=True)
    assert "Pattern making together" in rows
    assert "BEM-MoU-" in rows


def test_a_form_of_something_frozen_is_refused_before_anything_is_typed(
    app: Flask, sign_in: SignIn, draft: Draft
) -> None:
    key = draft()
    with work(app):
        db.session.get_one(Mou, key).move_to(MouState.READY_TO_SIGN, SYSTEM)
    answered = sign_in("lead").get(f"/mou/{key}/edit")
    assert answered.status_code == 409
    assert "Recall it first" in Page(answered).text


def test_a_draft_is_deleted_and_what_was_shown_is_withdrawn(app: Flask, sign_in: SignIn, draft: Draft) -> None:
    key = draft()
    lead = sign_in("lead")
    gone = open_page(lead, f"/mou/{key}/delete").form("Delete the draft").submit(lead)
    assert gone.location.endswith("/mou/")
    assert lead.get(f"/mou/{key}").status_code == 404
