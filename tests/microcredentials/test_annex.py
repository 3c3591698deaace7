"""The list of Annex I, element by element."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.microcredentials import annex
from app.microcredentials.facts import MicroCredentialFacts, OutcomeFacts
from app.stakeholders.models import Organisation
from tests.microcredentials.designs import facts

COLLEGE = Organisation(id=1, name="Lori", country="AM", is_partner=True, name_key="lori")
COMPLETE = facts(COLLEGE)
WITHOUT: dict[str, dict[str, Any]] = {
    "title": {"title": {}},
    "country": {"awarding_countries": ()},
    "awarding_body": {"awarding_body": None},
    "outcomes": {"outcomes": [OutcomeFacts({"en": ""})]},
    "workload": {"workload_hours": None},
    "level": {"eqf_level": None},
    "assessment": {"assessments": ()},
    "participation": {"participation": ()},
    "quality": {"qa_type": None},
}


def test_the_list_has_eleven_elements_of_which_two_exist_only_at_the_award():
    elements = annex.annex(COMPLETE)
    assert len(elements) == 11
    assert [element.key for element in elements if element.at_award] == ["learner", "date"]


def test_a_complete_design_has_nine_of_nine():
    assert annex.score(COMPLETE) == annex.DESIGN_ELEMENTS == 9
    assert annex.missing(COMPLETE) == ()


@pytest.mark.parametrize("key", WITHOUT)
def test_each_element_is_missed_when_it_is_not_there(key: str):
    design = replace(COMPLETE, **WITHOUT[key])
    assert [element.key for element in annex.missing(design)] == [key]
    assert annex.score(design) == 8


@pytest.mark.parametrize("level", [{"nqf_level_code": "NQFS 4"}, {"level_not_applicable": True}, {"eqf_level": 1}])
def test_the_level_is_there_by_either_framework_or_by_saying_that_none_applies(level: dict[str, Any]):
    assert annex.score(replace(COMPLETE, **{"eqf_level": None} | level)) == 9


@given(st.sets(st.sampled_from(sorted(WITHOUT))))
def test_every_gap_costs_exactly_one_point(gaps: set[str]):
    changes = {name: value for gap in gaps for name, value in WITHOUT[gap].items()}
    design: MicroCredentialFacts = replace(COMPLETE, **changes)
    assert annex.score(design) == 9 - len(gaps)
    assert {element.key for element in annex.missing(design)} == gaps


def test_every_missing_element_names_a_field_of_the_form():
    from app.microcredentials.forms import MicroCredentialForm

    assert all(hasattr(MicroCredentialForm, element.field) for element in annex.annex(COMPLETE) if not element.at_award)
