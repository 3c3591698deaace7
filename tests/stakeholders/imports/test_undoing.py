"""The way back from an import, and long files as jobs."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import outbox
from app.core.access import SYSTEM
from app.core.audit import AuditEntry
from app.core.database import has_one_writer, writing
from app.extensions import db
from app.stakeholders import merging
from app.stakeholders.imports import jobs, people_columns, services, steps
from app.stakeholders.imports.models import BatchState, ImportBatch, ImportRow, Outcome
from app.stakeholders.models import NameKind, Organisation, OrganisationName, Person
from app.stakeholders.services import AffiliationFacts, edit_organisation, edit_person
from tests.accounts.people import work
from tests.page import Page
from tests.stakeholders.imports.conftest import BASIS, Enter, carry_out, checked, table
from tests.stakeholders.register import facts, name, organisation, person

HEAD = ("Name", "Country", "Category", "Register number", "Native name")


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
                Organisation.register_number,
            ).order_by(Organisation.id)
        )
        return [tuple(row) for row in (*names, *bodies)]


def test_a_whole_batch_is_undone_and_the_register_is_as_it_was(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), name("Школа", "sr-Latn", NameKind.NATIVE), register_number="1")
    before = state(app)
    browser = enter()
    rows = (("1", "School", "RS", "", "2", "Nova škola [sr-Latn]"), ("", "New one", "RS", "company", "", ""))
    path = checked(browser, table(("id", *HEAD), *rows))
    carry_out(browser, path)
    assert state(app) != before
    assert "One new record is removed. One record is put back as it was." in Page(browser.get(f"{path}/undo")).text
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
        edit_organisation(SYSTEM, one, one.version, facts(name("Changed"), register_number="7"))
        person("Ana", SYSTEM, AffiliationFacts(session.get_one(Organisation, 2), {}))
    browser.post(f"{path}/undo")
    page = Page(browser.get(path))
    assert "Somebody changed it since" in page.text
    assert "Other records refer to it: Function at an organisation" in page.text
    with app.app_context():
        assert db.session.scalars(select(Organisation.name).order_by(Organisation.id)).all() == [
            "Changed",
            "Spoken for",
        ]


def test_fields_that_nobody_touched_go_back_and_the_rest_can_be_undone_later(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), name("Sch", kind=NameKind.SHORT), register_number="1", city="Niš", notes="old")
    before = state(app)
    browser = enter()
    head = ("id", "name", "Short names", "Ort", "register_number", "notes")
    path = checked(browser, table(head, ("1", "School of Niš", "SN", "Vranje", "2", "new")))
    carry_out(browser, path)
    with work(app) as session:
        one = session.get_one(Organisation, 1)
        named = [name("School of Niš"), name("SN", kind=NameKind.SHORT), name("Further", kind=NameKind.ALSO)]
        edit_organisation(SYSTEM, one, one.version, facts(*named, register_number="2", city="Leskovac", notes="new"))
    browser.post(f"{path}/undo")
    page = Page(browser.get(path))
    assert "Kept, as somebody changed it since: Ort. The other fields are as they were." in page.text
    with app.app_context():
        one = db.session.get_one(Organisation, 1)
        assert [row.text for row in one.names] == ["School", "Sch", "Further"]
        assert (one.register_number, one.notes, one.city) == ("1", "old", "Leskovac")
    with work(app) as session:
        one = session.get_one(Organisation, 1)
        named = [name("School"), name("Sch", kind=NameKind.SHORT)]
        edit_organisation(SYSTEM, one, one.version, facts(*named, register_number="1", city="Vranje", notes="mine"))
    assert "Undo the rest" in page.text
    assert "The one that was kept is looked at again." in Page(browser.get(f"{path}/undo")).text
    browser.post(f"{path}/undo")
    with app.app_context():
        one = db.session.get_one(Organisation, 1)
        assert (one.notes, one.city) == ("mine", "Niš")
        assert db.session.scalars(select(ImportRow.outcome)).one() is Outcome.UNDONE
    assert state(app) == before
    assert browser.post(f"{path}/undo").status_code == 422


def test_what_others_referred_to_can_be_undone_when_they_no_longer_do(app: Flask, enter: Enter):
    browser = enter()
    path = checked(browser, table(HEAD[:3], ("Spoken for", "RS", "company"), ("Alone", "RS", "company")))
    carry_out(browser, path)
    with work(app) as session:
        person("Ana", SYSTEM, AffiliationFacts(session.get_one(Organisation, 1), {}))
    browser.post(f"{path}/undo")
    assert count(app) == 1
    with work(app) as session:
        session.delete(session.scalars(select(Person)).one())
    browser.post(f"{path}/undo")
    assert count(app) == 0


def test_of_people_what_is_kept_stays_known_until_it_is_undone(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"))
        person("Petar", family_name="Ilić", title="Mr")
    browser = enter()
    rows = (
        ("id", "Given name", "Family name", "E-mail", "Title", "Organisation"),
        ("", "Jovana", "Ristić", "jovana@example.org", "", ""),
        ("1", "Petar", "Ilić", "petar@example.org", "Dr.", "School"),
    )
    path = checked(browser, table(*rows), kind="people", **BASIS)
    carry_out(browser, path)
    with work(app) as session:
        petar = session.get_one(Person, 1)
        edit_person(SYSTEM, petar, petar.version, replace(people_columns.facts_of(petar), title="Prof."))
    browser.post(f"{path}/undo")
    page = Page(browser.get(path))
    assert "Kept, as somebody changed it since: Title." in page.text
    assert "Ristić" not in page.text
    with app.app_context():
        petar = db.session.scalars(select(Person)).one()
        assert (petar.title, petar.email, petar.affiliations) == ("Prof.", None, [])
    with work(app) as session:
        petar = session.get_one(Person, 1)
        edit_person(SYSTEM, petar, petar.version, replace(people_columns.facts_of(petar), title="Dr."))
    browser.post(f"{path}/undo")
    assert "Undo the rest" not in Page(browser.get(path)).text
    with app.app_context():
        assert db.session.scalars(select(Person)).one().title == "Mr"


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
    monkeypatch.setattr(steps, "SECONDS", 60.0)
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
    assert count(app) == steps.WRITTEN
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
    path = checked(browser, long_file + b'a,"never closed\n')
    outbox.drain(app)
    assert "cannot be read as CSV from line" in Page(browser.get(path)).text
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


def test_a_step_holds_the_database_no_longer_than_it_may_and_rests_where_others_wait(
    app: Flask, enter: Enter, long_file: bytes, monkeypatch: pytest.MonkeyPatch
):
    browser = enter()
    path = checked(browser, long_file)
    monkeypatch.setattr(jobs, "PAUSE", 0.0)
    outbox.drain(app)
    carry_out(browser, path)
    rests: list[int] = []

    def rest(_seconds: float) -> None:
        rests.append(count(app))
        if len(rests) == 3:
            hurry.undo()

    monkeypatch.setattr(jobs, "sleep", rest)
    with pytest.MonkeyPatch.context() as hurry:
        hurry.setattr(steps, "SECONDS", 0.0)
        outbox.drain(app)
    with app.app_context():
        assert rests[:3] == ([1, 2, 3] if has_one_writer(db.session) else [])
    assert count(app) == 700


def test_two_imports_are_undone_one_after_the_other(app: Flask, enter: Enter):
    browser = enter()
    first = checked(browser, table(HEAD[:4], ("Weavers", "RS", "company", "1"), ("Tailors", "RS", "company", "2")))
    carry_out(browser, first)
    second = checked(browser, table(("id", *HEAD[:4]), ("1", "Weavers", "RS", "", "9")))
    carry_out(browser, second)
    browser.post(f"{second}/undo")
    with app.app_context():
        assert db.session.scalar(select(Organisation.register_number).where(Organisation.name == "Weavers")) == "1"
    browser.post(f"{first}/undo")
    assert count(app) == 0


def test_what_somebody_entered_between_dry_run_and_import_is_not_made_twice(app: Flask, enter: Enter):
    browser = enter()
    path = checked(browser, table(HEAD[:3], ("Weavers", "RS", "company"), ("Tailors", "RS", "company")))
    with work(app):
        organisation(name("WEAVERS d.o.o."))
    carry_out(browser, path)
    assert count(app) == 2
    assert "Somebody entered one of this name since: #1." in Page(browser.get(path)).text


def test_of_people_whose_import_is_undone_nothing_is_kept(app: Flask, enter: Enter):
    browser = enter()
    rows = (("Given name", "Family name", "E-mail"), ("Jovana", "Ristić", "jovana@example.org"))
    path = checked(browser, table(*rows), kind="people", **BASIS)
    carry_out(browser, path)
    browser.post(f"{path}/undo")
    outbox.drain(app)
    for page in (path, f"{path}/result"):
        assert "Ristić" not in browser.get(page).text
    with app.app_context():
        batch = db.session.scalars(select(ImportBatch)).one()
        assert (batch.state, batch.file.size, batch.samples) == (BatchState.UNDONE, 0, {})


def test_what_a_file_says_is_deleted_on_demand_and_the_counts_stay(app: Flask, enter: Enter):
    browser = enter()
    path = checked(browser, table(HEAD[:3], ("Weavers", "RS", "company")))
    carry_out(browser, path)
    assert "Delete it" in Page(browser.get(f"{path}/empty")).text
    page = Page(browser.post(f"{path}/empty", follow_redirects=True))
    assert page.messages == ["What the file said is deleted."]
    assert "Created" in page.text
    with app.app_context():
        row = db.session.scalars(select(ImportRow)).one()
        assert (row.label, row.cells, row.changes) == ("", {}, [])
    assert browser.post(f"{path}/empty").status_code == 409
    assert browser.post(f"{path}/undo").status_code in (409, 422)
    assert count(app) == 1


def test_a_merge_that_was_undone_keeps_no_import_from_being_carried_out_or_undone(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), register_number="1")
        organisation(name("Another one"))
    before = state(app)
    browser = enter()
    path = checked(browser, table(("id", "name", "register_number"), ("1", "School", "9")))
    merge_and_undo(app, 1, 2)
    assert carry_out(browser, path).status_code == 303
    merge_and_undo(app, 1, 2)
    assert state(app) != before
    browser.post(f"{path}/undo")
    assert state(app) == before


@pytest.mark.parametrize("gone", [False, True])
def test_an_affiliation_goes_back_to_what_stands_for_its_organisation(app: Flask, enter: Enter, gone: bool):
    with work(app) as session:
        for called in ("School", "Company", "Institute"):
            organisation(name(called))
        person("Petar", SYSTEM, AffiliationFacts(session.get_one(Organisation, 1), {}), family_name="Ilić")
    browser = enter()
    rows = (("id", "Given name", "Family name", "Organisation"), ("1", "Petar", "Ilić", "Company"))
    path = checked(browser, table(*rows), kind="people", **BASIS)
    carry_out(browser, path)
    with work(app) as session:
        one, other = session.get_one(Organisation, 3), session.get_one(Organisation, 1)
        if gone:
            session.delete(other)
        else:
            merging.merge(SYSTEM, one, other, merging.Versions(one.version, other.version), set())
    assert browser.post(f"{path}/undo").status_code == 303
    with app.app_context():
        assert db.session.get_one(ImportBatch, 1).state is BatchState.UNDONE
        stands = [one.organisation_id for one in db.session.get_one(Person, 1).affiliations]
    assert stands == [2 if gone else 3]
    if gone:
        assert "There is no organisation #1 in the register." in Page(browser.get(path)).text


def merge_and_undo(app: Flask, survivor: int, absorbed: int) -> None:
    with work(app) as session:
        one, other = session.get_one(Organisation, survivor), session.get_one(Organisation, absorbed)
        merging.undo(SYSTEM, merging.merge(SYSTEM, one, other, merging.Versions(one.version, other.version), {"city"}))
