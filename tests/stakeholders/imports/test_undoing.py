"""The way back from an import, and long files as jobs."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import outbox
from app.core.access import SYSTEM
from app.core.audit import AuditEntry
from app.core.database import writing
from app.extensions import db
from app.stakeholders.imports import jobs, services, steps
from app.stakeholders.imports.models import BatchState, ImportBatch, ImportRow, Outcome
from app.stakeholders.models import NameKind, Organisation, OrganisationName
from app.stakeholders.services import AffiliationFacts, edit_organisation
from tests.accounts.people import work
from tests.page import Page
from tests.stakeholders.imports.conftest import Enter, carry_out, checked, table
from tests.stakeholders.register import facts, name, organisation, person

HEAD = ("Name", "Country", "Category", "Phone", "Native name")


def state(app: Flask) -> list[tuple[object, ...]]:
    """Everything the register says about organisations."""
    with app.app_context():
        names = db.session.execute(
            select(
                OrganisationName.organisation_id,
                OrganisationName.text,
                OrganisationName.kind,
                OrganisationName.language,
            ).order_by(OrganisationName.id)
        )
        bodies = db.session.execute(
            select(
                Organisation.id,
                Organisation.name,
                Organisation.native_name,
                Organisation.search_key,
                Organisation.phone,
            ).order_by(Organisation.id)
        )
        return [tuple(row) for row in (*names, *bodies)]


def test_a_whole_batch_is_undone_and_the_register_is_as_it_was(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), name("Школа", "sr-Latn", NameKind.NATIVE), phone="1")
    before = state(app)
    browser = enter()
    rows = (("School", "RS", "", "2", "Nova škola [sr-Latn]"), ("New one", "RS", "company", "", ""))
    path = checked(browser, table(HEAD, *rows))
    carry_out(browser, path)
    assert state(app) != before
    assert "1 new records are removed and 1" in Page(browser.get(f"{path}/undo")).text
    assert browser.post(f"{path}/undo").status_code == 303
    assert state(app) == before
    assert "Undone" in Page(browser.get(path)).text
    assert browser.post(f"{path}/undo").status_code == 422
    with app.app_context():
        removed = select(AuditEntry.actor_name).where(
            AuditEntry.action == "delete", AuditEntry.record_kind == "organisation"
        )
        assert db.session.scalars(removed).all() == ["Maria Muster"]


def test_what_changed_since_or_is_referred_to_is_kept_and_named(app: Flask, enter: Enter):
    browser = enter()
    rows = (("Changed", "RS", "company"), ("Spoken for", "RS", "company"), ("Alone", "RS", "company"))
    path = checked(browser, table(HEAD[:3], *rows))
    carry_out(browser, path)
    with work(app) as session:
        one = session.get_one(Organisation, 1)
        edit_organisation(SYSTEM, one, one.version, facts(name("Changed"), phone="7"))
        person("Ana", SYSTEM, AffiliationFacts(session.get_one(Organisation, 2), {}))
    browser.post(f"{path}/undo")
    page = Page(browser.get(path))
    assert "Somebody changed it since" in page.text
    assert "Other records refer to it: affiliation" in page.text
    with app.app_context():
        assert db.session.scalars(select(Organisation.name).order_by(Organisation.id)).all() == [
            "Changed",
            "Spoken for",
        ]


@pytest.fixture
def long_file() -> bytes:
    return table(HEAD[:3], *((f"Company {n}", "RS", "company") for n in range(700)))


def test_a_long_file_is_checked_imported_and_undone_by_jobs(app: Flask, enter: Enter, long_file: bytes):
    browser = enter()
    path = checked(browser, long_file)
    page = Page(browser.get(path))
    assert "Being checked" in page.text
    assert page.select('noscript meta[http-equiv="refresh"]')
    part = browser.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "rows are read so far" in part.text
    assert "<html" not in part.text
    assert outbox.drain(app) == 1
    assert (
        browser.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).headers["HX-Refresh"] == "true"
    )
    assert "Page 1 of 14" in Page(browser.get(path)).text
    assert carry_out(browser, path).status_code == 303
    assert count(app) == 0
    outbox.drain(app)
    assert count(app) == 700
    browser.post(f"{path}/undo")
    outbox.drain(app)
    assert count(app) == 0


def test_work_that_was_interrupted_goes_on_where_it_stopped(
    app: Flask, enter: Enter, long_file: bytes, monkeypatch: pytest.MonkeyPatch
):
    browser = enter()
    path = checked(browser, long_file)
    monkeypatch.setattr(jobs, "SECONDS", 0.0)
    assert outbox.drain(app) > 3
    carry_out(browser, path)
    real, calls = steps.carry_out, []

    def dies(*args: object) -> bool:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("the worker was killed")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "carry_out", dies)
    outbox.drain(app)
    assert count(app) == steps.CHUNK
    monkeypatch.setattr(steps, "carry_out", real)
    with app.app_context(), writing():
        for job in outbox.unfinished(db.session):
            outbox.try_again(db.session, job)
        db.session.commit()
    outbox.drain(app)
    assert count(app) == 700
    with app.app_context():
        outcomes = db.session.execute(select(ImportRow.outcome, func.count()).group_by(ImportRow.outcome)).all()
        assert [tuple(row) for row in outcomes] == [(Outcome.CREATED, 700)]


def test_a_long_file_that_breaks_off_is_told_on_its_page(app: Flask, enter: Enter, long_file: bytes):
    browser = enter()
    path = checked(browser, long_file + b"a,b,c,d,e,f,g\n")
    outbox.drain(app)
    assert "has more cells than the head has columns" in Page(browser.get(path)).text
    with app.app_context():
        assert db.session.scalars(select(ImportBatch.state)).one() is BatchState.FAILED


def test_one_request_imports_all_or_nothing(app: Flask, enter: Enter, monkeypatch: pytest.MonkeyPatch):
    browser = enter()
    path = checked(browser, table(HEAD[:3], ("A", "RS", "company"), ("B", "RS", "company")))

    def dies(*_args: object) -> bool:
        raise RuntimeError("no")

    monkeypatch.setattr(steps, "_save", dies)
    with pytest.raises(RuntimeError):
        carry_out(browser, path)
    monkeypatch.undo()
    with app.app_context():
        db.session.rollback()
        assert db.session.scalars(select(ImportBatch.state)).one() is BatchState.CHECKED
    assert carry_out(browser, path).status_code == 303


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Organisation)) or 0


def test_the_limit_of_what_is_done_at_once_is_below_what_a_step_reads():
    assert services.AT_ONCE < 700
