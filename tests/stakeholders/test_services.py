"""What may happen to organisations and people."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.audit import AuditEntry
from app.core.errors import EditConflict, NotAllowed, Refused
from app.stakeholders import queries, services
from app.stakeholders.models import Category, LawfulBasis, NameKind, Script
from app.stakeholders.services import AffiliationFacts, script_of
from tests.stakeholders.register import facts, name, organisation, person

LEAD_OF_SERBIA = Actor(7, "Vera", (Grant(Role.COUNTRY_LEAD, "RS"),))
LEAD_OF_ARMENIA = Actor(8, "Ani", (Grant(Role.COUNTRY_LEAD, "AM"),))
AUDITOR = Actor(9, "Ann", (Grant(Role.AUDITOR),))


def test_the_first_name_is_the_one_an_organisation_works_under(session: Session) -> None:
    made = organisation(name("School of Niš"), name("Школа Ниш", "sr-Latn", NameKind.NATIVE))
    assert (made.name, made.native_name) == ("School of Niš", "Школа Ниш")


def test_a_name_in_another_script_is_shown_beneath_even_if_nobody_called_it_native(session: Session) -> None:
    made = organisation(name("School"), name("Школа", "mk", NameKind.LEGAL))
    assert made.native_name == "Школа"


def test_an_organisation_is_found_under_every_name_in_every_script(session: Session) -> None:
    organisation(name("Electrotechnical School"), name("Електротехничка школа Ниш", "sr-Latn", NameKind.LEGAL))
    for words in ("electrotechnical", "Elektrotehnička škola", "ниш", "NIS"):
        assert [option.label for option in queries.find_options(LEAD_OF_SERBIA, words)] == ["Electrotechnical School"]


def test_wildcards_are_words_like_any_other(session: Session) -> None:
    organisation(name("School"))
    assert queries.find_options(LEAD_OF_SERBIA, "S%l") == []


def facts_without_names() -> services.OrganisationFacts:
    return services.OrganisationFacts(names=(), category=Category.COMPANY, country="RS")


def test_an_organisation_needs_a_name(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        services.create_organisation(LEAD_OF_SERBIA, facts_without_names())
    assert "names" in refused.value.messages


@pytest.mark.parametrize("text", ["...", "—", "„“"])
def test_a_name_has_a_letter_or_a_digit(session: Session, text: str) -> None:
    with pytest.raises(Refused, match="A name has a letter or a digit"):
        services.create_organisation(LEAD_OF_SERBIA, facts(name(text)))


def test_nobodys_data_are_looked_at_in_another_century(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        person("Ana", LEAD_OF_SERBIA, review_on=date(1900, 1, 1))
    assert refused.value.messages == {"review_on": "Write a day of this century."}


def test_a_lead_adds_organisations_of_the_own_country_only(session: Session) -> None:
    organisation(actor=LEAD_OF_SERBIA)
    with pytest.raises(NotAllowed):
        organisation(actor=LEAD_OF_ARMENIA)


def test_an_organisation_cannot_be_carried_off_to_another_country(session: Session) -> None:
    made = organisation()
    with pytest.raises(NotAllowed):
        services.edit_organisation(LEAD_OF_SERBIA, made, made.version, facts(country="AM"))


def test_a_stale_version_is_a_conflict(session: Session) -> None:
    made = organisation()
    services.edit_organisation(LEAD_OF_SERBIA, made, made.version, facts(city="Niš"))
    with pytest.raises(EditConflict):
        services.edit_organisation(LEAD_OF_SERBIA, made, 1, facts(city="Belgrade"))


def test_a_changed_name_alone_makes_a_new_version(session: Session) -> None:
    made = organisation()
    before = made.version
    services.edit_organisation(
        LEAD_OF_SERBIA, made, before, facts(name("School of Niš"), name("Old School", kind=NameKind.FORMER))
    )
    assert made.version == before + 1


def test_a_name_that_stays_keeps_its_row(session: Session) -> None:
    made = organisation(name("School"), name("Former School", kind=NameKind.FORMER))
    rows = {row.text: row.id for row in made.names}
    services.edit_organisation(
        LEAD_OF_SERBIA, made, made.version, facts(name("School"), name("New", kind=NameKind.SHORT))
    )
    assert {row.text for row in made.names} == {"School", "New"}
    assert next(row.id for row in made.names if row.text == "School") == rows["School"]


def test_every_change_is_on_record(session: Session) -> None:
    made = organisation()
    services.edit_organisation(LEAD_OF_SERBIA, made, made.version, facts(city="Niš"))
    of_organisations = select(AuditEntry).where(AuditEntry.record_kind == "organisation")
    entries = session.scalars(of_organisations.order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["create", "update"]
    assert entries[1].changes["city"] == [None, "Niš"]


@pytest.mark.parametrize(
    ("text", "script"),
    [("Niš", Script.LATN), ("Ниш", Script.CYRL), ("ნიში", Script.GEOR), ("Լոռի", Script.ARMN), ("123", Script.LATN)],
)
def test_the_script_of_a_name_is_that_of_most_of_its_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


def test_who_spoke_for_an_organisation_stays_answerable(session: Session) -> None:
    school = organisation()
    role = {"en": "Director"}
    first = AffiliationFacts(school, role, date(2020, 1, 1), date(2024, 6, 30))
    second = AffiliationFacts(school, role, date(2024, 7, 1))
    person("Mira", LEAD_OF_SERBIA, first)
    person("Luka", LEAD_OF_SERBIA, second)
    spoke = lambda day: [entry.person.name for entry in queries.spokespeople(LEAD_OF_SERBIA, school, day)]  # noqa: E731
    assert (spoke(date(2023, 5, 1)), spoke(date(2025, 5, 1))) == (["Mira"], ["Luka"])


def test_who_was_erased_speaks_for_nobody(session: Session) -> None:
    school = organisation()
    gone = person("Mira", SYSTEM, AffiliationFacts(school, {"en": "Director"}))
    gone.erased_on = date(2025, 5, 1)
    session.flush()
    assert queries.affiliations(SYSTEM, school) == []


def test_an_affiliation_cannot_end_before_it_begins(session: Session) -> None:
    school = organisation()
    with pytest.raises(Refused) as refused:
        person("Mira", LEAD_OF_SERBIA, AffiliationFacts(school, {}, date(2024, 1, 2), date(2024, 1, 1)))
    assert "affiliations" in refused.value.messages


def test_consent_needs_its_date(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        person(lawful_basis=LawfulBasis.CONSENT)
    assert "consent_on" in refused.value.messages


def test_an_auditor_sees_no_person(session: Session) -> None:
    school = organisation()
    person("Mira", LEAD_OF_SERBIA, AffiliationFacts(school, {"en": "Director"}))
    assert queries.affiliations(AUDITOR, school) == []
    assert len(queries.affiliations(LEAD_OF_ARMENIA, school)) == 1


def test_a_name_that_is_taken_away_stays_on_record(session: Session) -> None:
    made = organisation(name("School"), name("Former School", kind=NameKind.FORMER))
    services.edit_organisation(LEAD_OF_SERBIA, made, made.version, facts(name("School")))
    removed = session.scalars(
        select(AuditEntry).where(AuditEntry.record_kind == "organisation_name", AuditEntry.action == "delete")
    ).one()
    assert removed.changes["text"] == ["Former School", None]


def test_a_changed_row_beneath_alone_makes_a_new_version(session: Session) -> None:
    made = organisation(name("School"), name("Školа", "sr-Latn", NameKind.LEGAL))
    before = made.version
    changed = facts(name("School"), name("Školа", "sr-Latn", NameKind.FORMER))
    services.edit_organisation(LEAD_OF_SERBIA, made, before, changed)
    assert made.version > before


def test_an_affiliation_that_stays_keeps_its_row(session: Session) -> None:
    school, college = organisation(), organisation(name("College"))
    teaching = AffiliationFacts(school, {"en": "Teacher"}, date(2024, 1, 1))
    leading = AffiliationFacts(college, {"en": "Dean"})
    ana = person("Ana", SYSTEM, teaching, leading)
    rows = {row.organisation_id: row.id for row in ana.affiliations}

    heading = AffiliationFacts(school, {"en": "Head"}, date(2024, 1, 1), date(2025, 1, 1))
    services.edit_person(LEAD_OF_SERBIA, ana, ana.version, named("Ana", leading, heading))

    assert {row.organisation_id: row.id for row in ana.affiliations} == rows
    assert {row.role_title["en"] for row in ana.affiliations} == {"Dean", "Head"}


def test_a_person_is_not_carried_off_to_another_country(session: Session) -> None:
    ana = person("Ana", SYSTEM, AffiliationFacts(organisation(), {"en": "Teacher"}))
    abroad = AffiliationFacts(organisation(name("School of Lori"), country="AM"), {"en": "Teacher"})

    with pytest.raises(NotAllowed):
        services.edit_person(LEAD_OF_SERBIA, ana, ana.version, named("Ana", abroad))


def named(given_name: str, *affiliations: AffiliationFacts) -> services.PersonFacts:
    return services.PersonFacts(given_name=given_name, lawful_basis=LawfulBasis.PUBLIC_ROLE, affiliations=affiliations)
