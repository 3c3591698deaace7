"""A catalogue from a file: the dry run, all or nothing, and what each fault says."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor, Role
from app.core.errors import NotAllowed
from app.core.sheet_columns import Action
from app.core.sheets import Sheet, SheetRow, read_sheet
from app.microcredentials import columns, services
from app.microcredentials.facts import AssessmentFacts, OutcomeFacts, facts_of
from app.microcredentials.importing import Existing, Report, import_rows
from app.microcredentials.models import AssessmentType, MicroCredential, OutcomeType
from app.microcredentials.models import MicroCredentialState as S
from tests.microcredentials.designs import college, design, somebody

ROW = {"code": "AM-50", "country": "AM", "title_en": "Weaving", "developers": "Lori Regional State College"}


def sheet(*rows: dict[str, str]) -> Sheet:
    head = list(dict.fromkeys(key for row in rows for key in row))
    return Sheet(
        head, [SheetRow(number, {key: row.get(key, "") for key in head}) for number, row in enumerate(rows, 2)]
    )


@pytest.fixture
def run(app: Flask, session: Session):
    """Import rows given as dictionaries; a dry run unless said otherwise."""

    def call(*rows: dict[str, str], actor: Actor = SYSTEM, **how: Any) -> Report:
        return import_rows(actor, sheet(*rows), app.config["CONSORTIUM"], **how)

    return call


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MicroCredential)) or 0


def faults(report: Report) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in report.faults]


def test_a_dry_run_says_what_would_be_made_and_writes_nothing(session: Session, run):
    college(session)
    report = run(ROW)
    assert (report.faults, [entry.action for entry in report.planned], report.is_done) == ([], [Action.CREATE], False)
    assert {(change.column, change.new) for change in report.planned[0].changes} >= {("title_en", "Weaving")}
    assert count(session) == 0


def test_the_import_makes_designs_with_everything_in_them(session: Session, run):
    college(session)
    full = ROW | {
        "title_hy": "Գործվածք",
        "awarding_body": "lori regional state college",
        "awarding_countries": "AM; GE",
        "outcomes_en": "Knows looms\nWeaves a band",
        "outcomes_hy": "\nՀյուսում է",
        "outcome_types": "knowledge; skill",
        "outcome_esco": "http://data.europa.eu/esco/skill/1\n",
        "assessment_types": "practical\nportfolio",
        "assessments_en": "A band of one metre\n",
        "workload_hours": "60",
        "ecvet_points": "2,5",
        "level_not_applicable": "yes",
        "isced_f": "0723; 0214",
        "participation": "presential;workbased",
        "qa_type": "internal",
        "target_groups": "adults",
        "languages": "hy; sr-Latn",
        "accreditation_valid_until": "2027-01-31",
    }
    assert run(full, dry_run=False).is_done
    made = session.scalars(select(MicroCredential)).one()
    facts = facts_of(made)
    assert facts.outcomes == (
        OutcomeFacts({"en": "Knows looms"}, OutcomeType.KNOWLEDGE, ("http://data.europa.eu/esco/skill/1",)),
        OutcomeFacts({"en": "Weaves a band", "hy": "Հյուսում է"}, OutcomeType.SKILL),
    )
    assert facts.assessments == (
        AssessmentFacts(AssessmentType.PRACTICAL, {"en": "A band of one metre"}),
        AssessmentFacts(AssessmentType.PORTFOLIO),
    )
    assert (made.state, made.annex_score, made.ecvet_points) == (S.IDEA, 9, 2.5)
    assert made.awarding_body.name == "Lori Regional State College"
    assert made.languages == ["hy", "sr-Latn"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"code": ""}, "code"),
        ({"code": "A B"}, "code"),
        ({"country": "XX"}, "country"),
        ({"country": ""}, "country"),
        ({"title_en": ""}, "title_en"),
        ({"developers": ""}, "developers"),
        ({"developers": "Nobody knows"}, "developers"),
        ({"developers": "#999"}, "developers"),
        ({"workload_hours": "many"}, "workload_hours"),
        ({"workload_hours": "60.5"}, "workload_hours"),
        ({"workload_hours": "=30*2"}, "workload_hours"),
        ({"workload_hours": "0"}, "workload_hours"),
        ({"ecvet_points": "2.555"}, "ecvet_points"),
        ({"eqf_level": "9"}, "eqf_level"),
        ({"nqf_level_code": "NQFS 4"}, "nqf_level_code"),
        ({"isced_f": "0700x"}, "isced_f"),
        ({"participation": "telepathic"}, "participation"),
        ({"qa_type": "perfect"}, "qa_type"),
        ({"languages": "xx"}, "languages"),
        ({"target_groups": "everybody"}, "target_groups"),
        ({"awarding_countries": "FR"}, "awarding_countries"),
        ({"level_not_applicable": "perhaps"}, "level_not_applicable"),
        ({"accreditation_valid_until": "31.12.2025"}, "accreditation_valid_until"),
        ({"outcome_types": "skill"}, "outcome_types"),
        ({"outcomes_en": "One", "outcome_types": "talent"}, "outcome_types"),
        ({"assessments_en": "By eye"}, "assessment_types"),
        ({"title_de": "x" * 20_001}, "title_de"),
    ],
)
def test_each_fault_is_named_by_row_and_column(session: Session, run, changes: dict[str, str], column: str):
    college(session)
    good = ROW | {"code": "AM-51"}
    report = run(good, ROW | changes, dry_run=False)
    assert faults(report) == [(3, column)]
    assert count(session) == 0


def test_a_missing_code_does_not_hide_what_else_is_wrong(session: Session, run):
    college(session)
    report = run(
        ROW, {"code": "", "country": "ZZ", "developers": "Nobody", "workload_hours": "thirty"}, ROW | {"country": "ZZ"}
    )
    assert sorted(faults(report)) == [
        (3, "code"),
        (3, "country"),
        (3, "developers"),
        (3, "workload_hours"),
        (4, "code"),
        (4, "country"),
    ]


def test_unknown_columns_and_a_missing_code_are_faults_of_the_head(session: Session, run):
    college(session)
    assert faults(run(ROW | {"colour": "red"})) == [(1, "colour")]
    assert faults(run({"title_en": "Weaving"})) == [(1, "code")]


def test_a_code_that_comes_twice_is_a_fault_that_names_the_first_row(session: Session, run):
    college(session)
    report = run(ROW, ROW | {"code": "am-50"})
    assert faults(report) == [(3, "code")]
    assert "2" in report.faults[0].message


def test_an_organisation_is_found_in_any_script_and_by_its_number(session: Session, run):
    lori = college(session, "Լոռու քոլեջ")
    for name in ("Լոռու քոլեջ", "ԼՈՌՈՒ ՔՈԼԵՋ", f"#{lori.id}"):
        report = run(ROW | {"developers": name})
        assert report.faults == []
        assert report.planned[0].facts.developers == (lori,)


def test_of_two_organisations_of_one_name_that_of_the_country_is_meant(session: Session, run):
    here, there = college(session), college(session, country="GE")
    assert run(ROW).planned[0].facts.developers == (here,)
    assert run(ROW | {"code": "GE-50", "country": "GE"}).planned[0].facts.developers == (there,)
    college(session)
    report = run(ROW)
    assert faults(report) == [(2, "developers")]
    assert f"#{here.id}" in report.faults[0].message


def test_a_design_that_exists_is_updated_by_the_columns_of_the_file_alone(session: Session, run):
    made = design(session)
    report = run({"code": "AM-03", "workload_hours": "75", "title_hy": ""}, dry_run=False)
    assert [(c.column, c.old, c.new) for c in report.planned[0].changes] == [
        ("title_hy", "Նախշ գործվածքի վրա", ""),
        ("workload_hours", "60", "75"),
    ]
    assert (made.workload_hours, made.title, len(made.outcomes)) == (75, {"en": "Pattern on Fabric"}, 2)


def test_existing_designs_can_be_left_as_they_are(session: Session, run):
    made = design(session)
    report = run({"code": "AM-03", "workload_hours": "75"}, existing=Existing.SKIP, dry_run=False)
    assert [entry.action for entry in report.planned] == [Action.SKIP]
    assert made.workload_hours == 60


def test_outcomes_are_changed_line_by_line_and_lose_the_lines_that_are_gone(session: Session, run):
    made = design(session)
    run({"code": "AM-03", "outcomes_en": "Recognises ornaments", "outcomes_hy": "Ճանաչում է"}, dry_run=False)
    assert facts_of(made).outcomes == (
        OutcomeFacts({"en": "Recognises ornaments", "hy": "Ճանաչում է"}, OutcomeType.KNOWLEDGE),
    )


def test_what_the_export_wrote_comes_back_unchanged(app: Flask, session: Session, run):
    made = [design(session, code="AM-03"), design(session, code="AM-04", eqf_level=None, level_not_applicable=True)]
    written = columns.columns(app.config["CONSORTIUM"])
    from app.core.export import plain

    rows = [
        {column.key.lower(): str(plain(column.write(facts_of(one)))) for column in written}
        | {"version": str(one.version)}
        for one in made
    ]
    for row in rows:
        row["level_not_applicable"] = "yes" if row["level_not_applicable"] == "True" else ""
        row["developers"] = f"#{made[rows.index(row)].developers[0].id}"
        row["awarding_body"] = row["developers"]
    report = run(*rows)
    assert report.faults == []
    assert [entry.action for entry in report.planned] == [Action.UNCHANGED, Action.UNCHANGED]


def test_a_file_exported_before_somebody_changed_the_design_is_refused(session: Session, run):
    made = design(session)
    row = {"code": "AM-03", "workload_hours": "75", "version": str(made.version)}
    services.move(SYSTEM, made, S.DRAFT, made.version)
    assert faults(run(row)) == [(2, "version")]


@pytest.mark.parametrize("state", [S.FINAL, S.RETIRED])
def test_a_settled_design_is_a_fault_only_when_the_file_would_change_it(session: Session, run, state: S):
    design(session, state)
    assert run({"code": "AM-03", "workload_hours": "60"}).faults == []
    assert faults(run({"code": "AM-03", "workload_hours": "75"})) == [(2, "code")]


def test_a_published_design_stays_fit_to_be_public(session: Session, run):
    design(session, S.PUBLISHED)
    assert faults(run({"code": "AM-03", "licence": ""})) == [(2, "code")]


def test_rows_of_another_country_are_faults_for_a_country_lead(session: Session, run):
    college(session)
    college(session, "Niš school", "RS")
    design(session, code="RS-01", country="RS")
    lead = somebody(Role.COUNTRY_LEAD, "AM")
    other = ROW | {"code": "RS-50", "country": "RS", "developers": "Nis school"}
    assert faults(run(ROW, other, actor=lead, dry_run=False)) == [(3, "code")]
    assert faults(run({"code": "RS-01", "workload_hours": "75"}, actor=lead, dry_run=False)) == [(2, "code")]
    wrong = other | {"workload_hours": "many"}
    assert sorted(faults(run(wrong, actor=lead))) == [(2, "code"), (2, "workload_hours")], "told before it is corrected"
    assert count(session) == 1


def test_who_may_not_import_is_refused_at_once(session: Session, run):
    with pytest.raises(NotAllowed):
        run(ROW, actor=somebody(Role.PARTNER_EDITOR, "AM", college(session)))


def test_nothing_is_done_when_the_catalogue_changed_since_the_dry_run(session: Session, run):
    lori = college(session)
    agreed = run(ROW).fingerprint
    design(session, code="AM-50", developers=[lori])
    report = run(ROW, dry_run=False, expected=agreed)
    assert not report.is_done
    assert report.fingerprint != agreed
    assert run(ROW, dry_run=False, expected=report.fingerprint).is_done


def test_columns_that_only_tell_are_not_read_and_that_is_said(session: Session, run):
    college(session)
    report = run(ROW | {"state": "published"}, dry_run=False)
    assert "state" in report.notes[0]
    assert session.scalars(select(MicroCredential.state)).one() is S.IDEA


def test_formulas_and_cells_beyond_the_head_are_faults_of_their_rows(app: Flask, session: Session):
    college(session)
    text = (
        "code,country,title_en,developers,state\n"
        "AM-50,AM,=B2,Lori Regional State College,=1+1\n"
        "=A2,AM,Weaving,Lori Regional State College,\n"
        "AM-51,AM,Weaving,dyeing,Lori Regional State College,,x\n"
        "AM-52,AM,Weaving,Nobody,\n"
    )
    report = import_rows(SYSTEM, read_sheet(text.encode()), app.config["CONSORTIUM"])
    assert faults(report) == [(2, "title_en"), (3, "code"), (4, "column G"), (5, "developers")]
    assert "formula" in report.faults[0].message
    assert "more cells than the head" in report.faults[2].message


def test_a_code_of_another_country_is_a_fault_at_the_code(session: Session, run):
    college(session)
    assert faults(run(ROW | {"code": "GE-55"}, ROW | {"code": "BEM-1"})) == [(2, "code")]


@pytest.mark.parametrize("title", ["yes", "FALSE", "2026-02-01", "42"])
def test_what_a_spreadsheet_made_of_a_title_is_a_fault(session: Session, run, title: str):
    college(session)
    report = run(ROW | {"title_en": title})
    assert faults(report) == [(2, "title_en")]
    assert "text" in report.faults[0].message


def test_a_line_of_outcomes_is_a_text_too(session: Session, run):
    college(session)
    report = run(ROW | {"outcomes_en": "Weaves\nyes"})
    assert faults(report) == [(2, "outcomes_en")]
