"""What holds for every design, and the gates before final and published."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.microcredentials import guards, isced
from app.microcredentials.facts import OutcomeFacts
from app.microcredentials.frameworks import FRAMEWORKS, level_codes
from app.microcredentials.models import MicroCredential
from app.microcredentials.models import MicroCredentialState as S
from app.stakeholders.models import Organisation
from tests.microcredentials.designs import facts

LORI = Organisation(id=1, name="Lori", country="AM", is_partner=False, name_key="lori")
PARTNER = Organisation(id=2, name="SBG", country="DE", is_partner=True, name_key="sbg")
STRANGER = Organisation(id=3, name="Elsewhere", country="FR", is_partner=False, name_key="elsewhere")
GOOD = facts(LORI)


def test_a_good_design_has_no_fault():
    assert guards.faults(GOOD) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "am-3"}, "code"),
        ({"code": "AM/3"}, "code"),
        ({"code": "A" * 41}, "code"),
        ({"title": {}}, "title"),
        ({"title": {"en": ""}}, "title"),
        ({"country": ""}, "country"),
        ({"developers": []}, "developers"),
        ({"developers": [STRANGER]}, "developers"),
        ({"workload_hours": 0}, "workload_hours"),
        ({"workload_hours": -1}, "workload_hours"),
        ({"workload_hours": 10_001}, "workload_hours"),
        ({"ecvet_points": -0.5}, "ecvet_points"),
        ({"ects_points": float("nan")}, "ects_points"),
        ({"ects_points": float("inf")}, "ects_points"),
        ({"eqf_level": 0}, "eqf_level"),
        ({"eqf_level": 9}, "eqf_level"),
        ({"nqf_level_code": "NQFS 4"}, "nqf_level_code"),
        ({"level_not_applicable": True}, "level_not_applicable"),
        ({"isced_f": ["0723", "0700x"]}, "isced_f"),
        ({"skillstools_url": "javascript:alert(1)"}, "skillstools_url"),
        ({"europass_url": "https://"}, "europass_url"),
        ({"occupations": ["tailor"]}, "occupations"),
        ({"outcomes": [OutcomeFacts({"en": "x"}, None, ("no address",))]}, "outcomes"),
    ],
)
def test_each_fault_is_told_at_its_field(changes: dict[str, Any], field: str):
    assert list(guards.faults(replace(GOOD, **changes))) == [field]


@pytest.mark.parametrize("developers", [[PARTNER], [STRANGER, LORI], [STRANGER, PARTNER]])
def test_one_developer_of_the_country_or_the_consortium_is_enough(developers: list[Organisation]):
    assert guards.faults(replace(GOOD, developers=developers)) == {}


@given(st.integers())
def test_hours_are_taken_exactly_within_their_bounds(hours: int):
    assert ("workload_hours" in guards.faults(replace(GOOD, workload_hours=hours))) == (not 1 <= hours <= 10_000)


@given(st.integers(-3, 12))
def test_eqf_levels_are_one_to_eight(level: int):
    assert ("eqf_level" in guards.faults(replace(GOOD, eqf_level=level))) == (not 1 <= level <= 8)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_points_are_finite_and_not_negative(points: float):
    assert ("ecvet_points" in guards.faults(replace(GOOD, ecvet_points=points))) == (not 0 <= points <= 1_000)


@given(st.text(max_size=45))
def test_a_code_that_is_taken_is_safe_in_an_address(code: str):
    if "code" not in guards.faults(replace(GOOD, code=code)):
        assert code.isascii()
        assert not set(code) & set("/?#%& \\")
        assert code not in ("", ".", "..")


@pytest.mark.parametrize("country", ["AM", "GE", "UA"])
def test_countries_outside_the_european_list_have_no_level_codes(country: str):
    assert level_codes(country) == ()


@pytest.mark.parametrize(
    ("country", "code"), [("RS", "NQFS 4"), ("ME", "ME 4.1"), ("MK", "NNMQF 5B"), ("NO", "NKR 5.2")]
)
def test_a_level_code_is_taken_in_its_own_country_only(country: str, code: str):
    for other in FRAMEWORKS:
        found = guards.faults(replace(GOOD, country=other, developers=[PARTNER], nqf_level_code=code))
        assert ("nqf_level_code" in found) == (other != country)


def test_the_classification_has_its_220_fields_under_their_parents():
    codes = list(isced.fields())
    assert [sum(len(code) == digits for code in codes) for digits in (2, 3, 4)] == [12, 58, 150]
    assert all(code[:-1] in codes for code in codes if len(code) > 2)
    assert all(names["en"] and names["de"] for names in isced.fields().values())
    assert isced.name("0723", "de").startswith("Textilien")
    assert isced.name("0723", "hy") == isced.name("0723", "en")


@pytest.mark.parametrize("wanted", [S.FINAL, S.PUBLISHED])
def test_an_incomplete_design_becomes_neither_final_nor_public(wanted: S):
    with pytest.raises(guards.DesignIncomplete) as refused:
        guards.ready(replace(GOOD, qa_type=None, participation=()), wanted)
    assert [element.key for element in refused.value.missing] == ["participation", "quality"]


@pytest.mark.parametrize("wanted", [S.DRAFT, S.INTERNAL_REVIEW, S.RETIRED])
def test_an_incomplete_design_may_go_anywhere_else(wanted: S):
    guards.ready(replace(GOOD, qa_type=None), wanted)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": {"hy": "Նախշ"}},
        {"outcomes": [OutcomeFacts({"en": "One"}), OutcomeFacts({"hy": "Երկու"})]},
        {"licence": None},
    ],
)
def test_publishing_needs_english_texts_and_a_licence(changes: dict[str, Any]):
    design = replace(GOOD, **changes)
    guards.ready(design, S.FINAL)
    with pytest.raises(guards.NotPublishable) as refused:
        guards.ready(design, S.PUBLISHED)
    assert len(refused.value.missing) == 1


def test_a_title_that_no_form_could_save_again_is_refused():
    assert "title" in guards.faults(facts(title={"en": "x" * 501}))
    assert "title" not in guards.faults(facts(title={"en": "x" * 500}))


@pytest.mark.parametrize("code", ["GE-55", "GE55", "GE.1", "GE"])
def test_a_code_that_begins_with_another_country_is_refused(code: str):
    assert list(guards.faults(replace(GOOD, code=code), {"AM", "GE"})) == ["code"]


@pytest.mark.parametrize("code", ["AM-55", "GER-55", "GEORGIA", "BEM-GE-1", "55-GE", "XX-1"])
def test_a_code_that_begins_with_no_other_country_is_left_alone(code: str):
    assert guards.faults(replace(GOOD, code=code), {"AM", "GE"}) == {}


def test_a_code_that_was_kept_before_is_kept_until_code_or_country_changes():
    stands = MicroCredential(code="GE-55", country="AM")
    assert guards.faults(replace(GOOD, code="GE-55"), {"AM", "GE", "RS"}, stands) == {}
    assert list(guards.faults(replace(GOOD, code="RS-55"), {"AM", "GE", "RS"}, stands)) == ["code"]


def test_what_keeps_a_design_from_being_published_is_told_at_once():
    design = replace(GOOD, qa_type=None, title={"hy": "Նախշ"}, licence=None)
    with pytest.raises(guards.NotPublishable) as refused:
        guards.ready(design, S.PUBLISHED)
    assert len(refused.value.missing) == 3
