"""Who sees which designs, and how they are found."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.core.access import ANYBODY, SYSTEM, Role
from app.microcredentials import queries, services
from app.microcredentials.models import MicroCredential
from app.microcredentials.models import MicroCredentialState as S
from tests.accounts.people import statements
from tests.microcredentials.designs import design, somebody


def visible(session: Session, actor) -> set[str]:
    return set(session.scalars(select(MicroCredential.code).where(queries.visible_to(actor))))


def test_the_consortium_sees_every_state_and_others_only_what_was_published(session: Session):
    for number, state in enumerate(S, start=10):
        design(session, state, code=f"AM-{number}")
    once = design(session, S.PUBLISHED, code="AM-99")
    services.move(SYSTEM, once, S.RETIRED, once.version, "Superseded")
    assert len(visible(session, somebody(Role.AUDITOR))) == len(S) + 1
    for outsider in (ANYBODY, somebody(Role.STAKEHOLDER)):
        assert visible(session, outsider) == {"AM-14", "AM-99"}


def test_a_draft_does_not_exist_for_the_public(session: Session):
    design(session, S.DRAFT)
    assert queries.by_code(SYSTEM, "am-03").code == "AM-03"
    with pytest.raises(NoResultFound):
        queries.by_code(ANYBODY, "AM-03")


def test_one_design_is_read_in_three_statements(app: Flask, session: Session):
    design(session)
    session.expunge_all()
    with statements(app) as seen:
        made = queries.by_code(SYSTEM, "AM-03")
        assert all((made.awarding_body, made.developers, made.outcomes, made.assessments))
    assert len(seen) == 3


@pytest.mark.parametrize("query", ["am-03", "AM 03", "pattern", "Նախշ", "nakhsh", "գործվածք"])
def test_a_picker_finds_it_by_code_and_title_in_any_script(session: Session, query: str):
    design(session)
    design(session, code="RS-01", country="RS", title={"en": "Dental care"})
    assert [option.code for option in queries.find_options(SYSTEM, query, "en")] == ["AM-03"]


def test_a_picker_offers_no_retired_one_and_keeps_a_chosen_one(session: Session):
    made = design(session, S.RETIRED)
    assert queries.find_options(SYSTEM, "", "en") == []
    option = queries.options_of(SYSTEM, [made.id], "hy")[0]
    assert (option.label, option.native) == ("Նախշ գործվածքի վրա", "")
    assert queries.options_of(ANYBODY, [made.id], "en") == []


def test_who_develops_only_what_is_not_public_is_named_to_the_consortium_alone(session: Session):
    design(session)

    assert queries.developers(ANYBODY) == []
    assert [name for _key, name in queries.developers(SYSTEM)] == ["Lori Regional State College"]
