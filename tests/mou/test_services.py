"""Memoranda while they are open: what may be written, by whom, and what is missing before one is sent."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import EditConflict, NotAllowed, OutOfReach, Refused, StillReferred
from app.extensions import db
from app.mou import parties, queries, rules, services
from app.mou.models import Basis, CommitmentKind, Instrument, Mou, MouState, PartyRole
from app.mou.parties import CommitmentFacts
from app.stakeholders.models import Organisation
from tests.events.world import World
from tests.mou.conftest import drafted, facts, is_party, signs


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": {}}, "title"),
        ({"languages": (), "prevailing_language": None}, "languages"),
        ({"languages": ("en", "de", "hy")}, "languages"),
        ({"languages": ("en", "en")}, "languages"),
        ({"languages": ("ka", "en")}, "languages"),
        ({"prevailing_language": "de"}, "prevailing_language"),
        ({"duration_months": 0}, "duration_months"),
        ({"ends_on": date(2027, 1, 1)}, "ends_on"),
        ({"duration_months": None, "ends_on": date(2025, 5, 31)}, "ends_on"),
        ({"is_open_ended": True}, "is_open_ended"),
        ({"notice_days": -1}, "notice_days"),
        ({"link_days": 0}, "link_days"),
        ({"clauses": ("weather",)}, "clauses"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        services.create(SYSTEM, facts(**changes))
    assert list(refused.value.messages) == [field]


def test_a_memorandum_concerns_micro_credentials_and_is_found_by_its_parties(session: Session, world: World) -> None:
    mou = drafted(world)
    assert (mou.state, mou.instrument) == (MouState.DRAFT, Instrument.MOU)
    assert queries.reference_of(mou) == f"BEM-MoU-{mou.id:04d}"
    assert [one.name for one in mou.signatories] == ["Gor Sargsyan", "Anahit Petrosyan"], "the company signs first"
    assert "miasin" in mou.search_key
    assert not rules.missing_parties(mou.instrument, mou.parties)


def test_an_organisation_is_a_party_once(session: Session, world: World) -> None:
    mou = drafted(world)
    school = db.session.get_one(Organisation, world.school)
    with pytest.raises(rules.PartyTwice):
        parties.add_party(SYSTEM, mou, is_party(school, PartyRole.OTHER))


def test_each_signs_by_a_mailbox_of_their_own(session: Session, world: World) -> None:
    mou = drafted(world)
    with pytest.raises(Refused) as refused:
        parties.add_signatory(SYSTEM, mou.parties[0], signs("Another", "GOR@example.org"))
    assert "email" in refused.value.messages


def test_a_power_of_attorney_is_named(session: Session, world: World) -> None:
    mou = drafted(world)
    with pytest.raises(Refused) as refused:
        parties.add_signatory(SYSTEM, mou.parties[0], signs("Another", None, basis=Basis.POWER_OF_ATTORNEY))
    assert list(refused.value.messages) == ["basis_note"]


def test_what_is_missing_is_said_a_sentence_each(session: Session, world: World) -> None:
    mou = services.create(SYSTEM, facts())
    agency = db.session.get_one(Organisation, world.agency)
    parties.add_party(SYSTEM, mou, is_party(agency, PartyRole.AUTHORITY, address=None))
    said = [one.sentence for one in rules.missing_parties(mou.instrument, mou.parties)]
    assert said[:3] == [
        "An agreement has two parties at least.",
        "No party is a school.",
        "No party is a company.",
    ]
    assert any("nobody signs" in sentence for sentence in said)
    assert any("address is missing" in sentence for sentence in said)


def test_what_is_out_is_not_changed(session: Session, world: World) -> None:
    mou = drafted(world)
    mou.move_to(MouState.READY_TO_SIGN, SYSTEM)
    with pytest.raises(rules.Frozen):
        services.edit(SYSTEM, mou, mou.version, facts(template_version=mou.template_version))
    with pytest.raises(rules.Frozen):
        parties.remove_party(SYSTEM, mou.parties[0], mou.parties[0].version)
    with pytest.raises(rules.Frozen):
        services.withdraw(SYSTEM, mou, mou.version, "Because")
    with pytest.raises(StillReferred):
        services.delete(SYSTEM, mou, mou.version)


def test_a_party_takes_its_promises_along(session: Session, world: World) -> None:
    mou = drafted(world)
    promise = CommitmentFacts(party=mou.parties[1], kind=CommitmentKind.PLACEMENTS, amount=4, due_on=date(2026, 1, 1))
    parties.add_commitment(SYSTEM, mou, promise)
    parties.remove_party(SYSTEM, mou.parties[1], mou.parties[1].version)
    assert (len(mou.parties), mou.commitments) == (1, [])


def test_two_editors_at_once_lose_nothing(session: Session, world: World) -> None:
    mou = drafted(world)
    opened = mou.version
    services.edit(SYSTEM, mou, opened, facts(template_version=mou.template_version, place="Vanadzor"))
    with pytest.raises(EditConflict):
        services.edit(SYSTEM, mou, opened, facts(template_version=mou.template_version, place="Yerevan"))


def test_a_change_of_a_party_is_a_change_of_the_memorandum(session: Session, world: World) -> None:
    mou = drafted(world)
    opened = mou.version
    parties.remove_signatory(SYSTEM, mou.signatories[0], mou.signatories[0].version)
    assert mou.version > opened


@pytest.mark.parametrize(
    ("who", "may"),
    [("lead", True), ("foreign lead", False), ("foreign editor", False), ("coordinator", True), ("auditor", False)],
)
def test_who_may_change_one(session: Session, world: World, who: str, may: bool) -> None:
    mou = drafted(world)
    actor = world.actors[who]

    def change() -> None:
        services.withdraw(actor, mou, mou.version, "Because")

    if may:
        change()
        assert mou.state is MouState.WITHDRAWN
    else:
        with pytest.raises(NotAllowed):
            change()


def test_nobody_makes_one_for_another_country(session: Session, world: World) -> None:
    with pytest.raises(OutOfReach) as refused:
        services.create(world.actors["lead"], facts(country="GE"))
    assert list(refused.value.messages) == ["country"]


def test_parties_see_their_own_once_it_is_sent(session: Session, world: World) -> None:
    mou = drafted(world)
    guest = world.actors["guest"]

    def count() -> int | None:
        return db.session.scalar(select(func.count()).select_from(Mou).where(queries.visible_to(guest)))

    assert count() == 0
    mou.move_to(MouState.NEGOTIATION, SYSTEM)
    assert count() == 1


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, rules.LONGEST_MONTHS))
def test_a_duration_ends_the_day_before_it_would_begin_again(begins: date, months: int) -> None:
    last = rules.last_day(begins, months, None)
    assert last is not None
    assert last >= begins
    follows = rules.months_later(begins, months)
    assert (follows - last).days == 1
    assert follows.day == begins.day or follows.day < begins.day
