"""What may happen to designs, by whom, and what is refused."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Role
from app.core.audit import AuditEntry
from app.core.errors import EditConflict, NotAllowed, Refused, StillReferred
from app.core.states import StateMove, StateTransitionError
from app.events.models import Event
from app.microcredentials import guards, services
from app.microcredentials.facts import AssessmentFacts, OutcomeFacts, facts_of
from app.microcredentials.models import MOVES, Assessment, LearningOutcome, MicroCredential
from app.microcredentials.models import AssessmentType as A
from app.microcredentials.models import MicroCredentialState as S
from tests.microcredentials.designs import college, design, facts, somebody


def test_a_new_design_is_an_idea_found_under_its_code_and_titles(session: Session):
    made = design(session)
    assert made.state is S.IDEA
    assert made.annex_score == 9
    assert "am 03" in made.search_key
    assert [outcome.position for outcome in made.outcomes] == [0, 1]


def test_what_is_wrong_is_refused_by_field(session: Session):
    with pytest.raises(Refused) as refused:
        services.create(SYSTEM, facts(college(session), workload_hours=0, eqf_level=9))
    assert set(refused.value.messages) == {"workload_hours", "eqf_level"}


def test_saving_again_changes_rows_instead_of_replacing_them(session: Session):
    made = design(session)
    kept = made.outcomes[0].id
    changed = replace(
        facts_of(made),
        outcomes=[OutcomeFacts({"en": "  Recognises \n old ornaments "})],
        assessments=[AssessmentFacts(A.ORAL), AssessmentFacts(A.QUIZ, {"en": "Quiz"})],
    )
    services.edit(SYSTEM, made, made.version, changed)
    session.refresh(made)
    assert [(row.id, row.text) for row in made.outcomes] == [(kept, {"en": "Recognises old ornaments"})]
    assert [row.type for row in made.assessments] == [A.ORAL, A.QUIZ]
    assert session.scalar(
        select(AuditEntry).where(AuditEntry.record_kind == "learning_outcome", AuditEntry.action == "delete")
    )


def test_a_change_of_outcomes_alone_gives_a_new_version(session: Session):
    made = design(session)
    before = made.version
    services.edit(SYSTEM, made, before, replace(facts_of(made), outcomes=[OutcomeFacts({"en": "Another"})]))
    assert made.version == before + 1
    with pytest.raises(EditConflict):
        services.edit(SYSTEM, made, before, facts_of(made))


def test_points_keep_two_decimals_on_every_database(session: Session):
    made = design(session, ecvet_points=1.333, ects_points=0.0)
    session.expire(made)
    assert (made.ecvet_points, made.ects_points) == (1.33, 0.0)
    assert isinstance(made.ects_points, float)


def test_a_country_lead_reaches_the_own_country_only(session: Session):
    lead = somebody(Role.COUNTRY_LEAD, "AM")
    partner = college(session, "SBG", "DE", is_partner=True)
    made = services.create(lead, facts(partner))
    with pytest.raises(NotAllowed):
        services.create(lead, facts(partner, code="RS-01", country="RS"))
    with pytest.raises(NotAllowed):
        services.edit(lead, made, made.version, replace(facts_of(made), code="RS-03", country="RS"))
    assert made.country == "AM"


def test_a_partner_editor_reaches_what_the_own_organisation_develops(session: Session):
    own, other = college(session), college(session, "Other college")
    editor = somebody(Role.PARTNER_EDITOR, "AM", own)
    made = services.create(editor, facts(own))
    services.move(editor, made, S.DRAFT, made.version)
    services.move(editor, made, S.INTERNAL_REVIEW, made.version)
    with pytest.raises(NotAllowed):
        services.move(editor, made, S.FINAL, made.version)
    with pytest.raises(NotAllowed):
        services.create(editor, facts(other, code="AM-04"))
    with pytest.raises(NotAllowed):
        services.edit(editor, made, made.version, replace(facts_of(made), developers=[other]))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STAKEHOLDER, Role.CLUSTER_COORDINATOR])
def test_others_change_nothing(session: Session, role: Role):
    made = design(session)
    with pytest.raises(NotAllowed):
        services.edit(somebody(role, "AM", made.developers[0]), made, made.version, facts_of(made))


@pytest.mark.parametrize("old", list(S))
@pytest.mark.parametrize("new", list(S))
def test_every_cell_of_the_table_of_moves(session: Session, old: S, new: S):
    made = design(session, old)
    if MOVES.allows(old, new):
        services.move(SYSTEM, made, new, made.version, "Because")
        assert made.state is new
        last = session.scalars(select(StateMove).order_by(StateMove.id.desc()).limit(1)).one()
        assert (last.old, last.new, last.record_id) == (old, new, made.id)
    else:
        with pytest.raises(StateTransitionError):
            services.move(SYSTEM, made, new, made.version, "Because")
        assert made.state is old


@pytest.mark.parametrize(
    ("old", "new"), [(S.IDEA, S.RETIRED), (S.PUBLISHED, S.RETIRED), (S.INTERNAL_REVIEW, S.DRAFT), (S.FINAL, S.DRAFT)]
)
def test_stepping_back_and_retiring_need_a_reason(session: Session, old: S, new: S):
    made = design(session, old)
    with pytest.raises(Refused) as refused:
        services.move(SYSTEM, made, new, made.version, "  ")
    assert set(refused.value.messages) == {"reason"}
    assert made.state is old


def test_the_gates_stand_before_final_and_published(session: Session):
    made = design(session, S.INTERNAL_REVIEW, qa_type=None)
    with pytest.raises(guards.DesignIncomplete):
        services.move(SYSTEM, made, S.FINAL, made.version)
    other = design(session, S.FINAL, code="AM-04", licence=None)
    with pytest.raises(guards.NotPublishable):
        services.move(SYSTEM, other, S.PUBLISHED, other.version)
    assert (made.state, other.state, other.published_at) == (S.INTERNAL_REVIEW, S.FINAL, None)


def test_a_move_of_what_somebody_changed_meanwhile_is_a_conflict(session: Session):
    made = design(session, S.FINAL)
    with pytest.raises(EditConflict):
        services.move(SYSTEM, made, S.PUBLISHED, made.version - 1)


@pytest.mark.parametrize("state", [S.FINAL, S.RETIRED])
def test_a_settled_design_stands_still(session: Session, state: S):
    made = design(session, state)
    with pytest.raises(guards.NotEditable):
        services.edit(SYSTEM, made, made.version, facts_of(made))


def test_a_published_design_is_corrected_by_those_who_publish_and_stays_publishable(session: Session):
    made = design(session, S.PUBLISHED)
    lead, editor = somebody(Role.COUNTRY_LEAD, "AM"), somebody(Role.PARTNER_EDITOR, "AM", made.developers[0])
    better = replace(facts_of(made), title={"en": "Patterns on Fabric"})
    with pytest.raises(NotAllowed):
        services.edit(editor, made, made.version, better)
    with pytest.raises(guards.DesignIncomplete):
        services.edit(lead, made, made.version, replace(better, qa_type=None))
    with pytest.raises(guards.NotPublishable):
        services.edit(lead, made, made.version, replace(better, licence=None))
    services.edit(lead, made, made.version, better)
    assert made.title == {"en": "Patterns on Fabric"}


def test_the_code_of_what_was_public_stays(session: Session):
    made = design(session, S.PUBLISHED)
    with pytest.raises(Refused) as refused:
        services.edit(SYSTEM, made, made.version, replace(facts_of(made), code="AM-99"))
    assert set(refused.value.messages) == {"code"}


def test_a_draft_that_nothing_refers_to_can_be_deleted_with_its_rows(session: Session):
    services.delete(SYSTEM, design(session, S.DRAFT))
    for model in (MicroCredential, LearningOutcome, Assessment):
        assert session.scalars(select(model)).all() == []


def test_what_was_public_is_retired_and_not_deleted(session: Session):
    with pytest.raises(StillReferred):
        services.delete(SYSTEM, design(session, S.PUBLISHED))


def test_what_records_refer_to_is_not_deleted(session: Session, linked_event: Event):
    made = linked_event.microcredentials[0]
    with pytest.raises(StillReferred) as refused:
        services.delete(SYSTEM, made)
    assert refused.value.referrers


@pytest.mark.parametrize("state", list(S))
def test_a_file_brings_a_design_to_its_state_by_recorded_moves(session: Session, state: S):
    made = design(session, state)
    assert made.state is state
    moves = session.scalars(select(StateMove.new).where(StateMove.record_id == made.id)).all()
    usual = [step.value for step in services.USUAL_WAY]
    assert moves == (["retired"] if state is S.RETIRED else usual[1 : usual.index(state) + 1])


def test_who_develops_a_design_is_on_record(session: Session):
    first, second = college(session), college(session, name="Second College")
    made = design(session)
    services.edit(SYSTEM, made, made.version, replace(facts_of(made), developers=[first, second]))
    services.edit(SYSTEM, made, made.version, replace(facts_of(made), developers=[second]))

    told = session.scalars(
        select(AuditEntry).where(AuditEntry.record_kind == "microcredential").order_by(AuditEntry.id.desc())
    ).first()
    assert told is not None
    assert told.changes["developers"] == [sorted([first.id, second.id]), [second.id]]
