"""What may happen to mapping entries, and what never may."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.audit import AuditEntry, EvidenceError
from app.core.database import writing
from app.core.errors import EditConflict, NotAllowed, Refused
from app.engagement import queries, rules
from app.engagement.models import Attitude, Engagement, Judgement, MappingEntry, Quadrant, quadrant
from app.engagement.services import EntryFacts, describe, judge, map_organisation
from app.events.services import log
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.conftest import AS_OF, Backend
from tests.engagement.conftest import facts, judgement
from tests.events.world import World, build


@pytest.fixture
def small(session: Session) -> World:
    """The small consortium in the test's own session."""
    return build()


@pytest.fixture
def entry(small: World) -> MappingEntry:
    """The textile company, mapped for Armenia."""
    return map_organisation(SYSTEM, facts(small), judgement())


@pytest.mark.parametrize(
    ("influence", "interest", "expected"),
    [
        (5, 5, Quadrant.MANAGE_CLOSELY),
        (4, 4, Quadrant.MANAGE_CLOSELY),
        (4, 3, Quadrant.KEEP_SATISFIED),
        (3, 4, Quadrant.KEEP_INFORMED),
        (3, 3, Quadrant.MONITOR),
        (1, 1, Quadrant.MONITOR),
    ],
)
def test_four_and_five_are_high(influence: int, interest: int, expected: Quadrant) -> None:
    assert quadrant(influence, interest) is expected


@pytest.mark.parametrize("influence", range(1, 6))
@pytest.mark.parametrize("interest", range(1, 6))
def test_the_database_sees_the_same_quadrants(small: World, influence: int, interest: int) -> None:
    map_organisation(SYSTEM, facts(small), judgement(influence=influence, interest=interest))
    found = [one for one in Quadrant if db.session.scalar(sa.select(MappingEntry.id).where(queries.in_quadrant(one)))]
    assert found == [quadrant(influence, interest)]


def test_an_entry_shows_its_first_judgement(entry: MappingEntry) -> None:
    assert (entry.influence, entry.interest, entry.attitude) == (3, 4, Attitude.NEUTRAL)
    assert db.session.scalars(sa.select(Judgement)).one().reason == "Asked for details."


def test_judging_anew_adds_and_overwrites_nothing(entry: MappingEntry) -> None:
    judge(SYSTEM, entry, entry.version, judgement(influence=5, judged_on=AS_OF, reason="Changed its mind."))
    kept = db.session.scalars(sa.select(Judgement).order_by(Judgement.id)).all()
    assert [row.influence for row in kept] == [3, 5]
    assert (entry.influence, entry.judged_on) == (5, AS_OF)


def test_a_judgement_of_an_earlier_day_is_kept_and_leaves_the_state(entry: MappingEntry) -> None:
    judge(SYSTEM, entry, entry.version, judgement(influence=1, judged_on=date(2024, 6, 1)))
    assert entry.influence == 3
    assert [row.influence for row in queries.judgements(SYSTEM, entry)] == [3, 1]


def test_of_two_judgements_of_one_day_the_later_one_counts(entry: MappingEntry) -> None:
    judge(SYSTEM, entry, entry.version, judgement(attitude=Attitude.SCEPTICAL))
    assert entry.attitude is Attitude.SCEPTICAL


def test_the_same_judgement_again_still_makes_the_form_of_another_person_stale(entry: MappingEntry) -> None:
    before = entry.version
    judge(SYSTEM, entry, before, judgement(reason="Asked again, said the same."))
    with pytest.raises(EditConflict):
        judge(SYSTEM, entry, before, judgement())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"influence": 0}, rules.NoLevel),
        ({"interest": 6}, rules.NoLevel),
        ({"reason": "  "}, rules.NoReason),
        ({"judged_on": date(2025, 5, 13)}, rules.DayToCome),
        ({"judged_on": date(1900, 1, 1)}, rules.DayTooEarly),
    ],
)
def test_a_judgement_that_breaks_a_rule_is_refused(entry: MappingEntry, changes: dict, error: type[Refused]) -> None:
    with pytest.raises(error):
        judge(SYSTEM, entry, entry.version, judgement(**changes))


def test_what_came_after_the_day_of_a_judgement_did_not_move_it(small: World, entry: MappingEntry) -> None:
    event = log(SYSTEM, small.consultation())
    with pytest.raises(rules.MovedLater) as refused:
        judge(SYSTEM, entry, entry.version, judgement(event=event, judged_on=date(2025, 5, 5)))
    assert "came later" in refused.value.messages["event"]
    judge(SYSTEM, entry, entry.version, judgement(event=event, judged_on=event.starts_on))
    assert db.session.scalars(sa.select(Judgement.event_id).order_by(Judgement.id)).all() == [None, event.id]


def test_a_scope_is_a_country_or_microcredentials_and_never_both(small: World) -> None:
    both = replace(facts(small, "AM-03"), country="AM")
    with pytest.raises(rules.UnclearScope):
        map_organisation(SYSTEM, both, judgement())
    with pytest.raises(rules.UnclearScope):
        map_organisation(SYSTEM, replace(both, country=None, microcredentials=[]), judgement())


def test_an_organisation_has_one_place_in_a_country(small: World, entry: MappingEntry) -> None:
    with pytest.raises(Refused) as refused:
        map_organisation(SYSTEM, facts(small), judgement())
    assert "organisation" in refused.value.messages
    map_organisation(SYSTEM, facts(small, country="GE"), judgement())


def test_an_organisation_has_one_place_for_a_microcredential(small: World, entry: MappingEntry) -> None:
    map_organisation(SYSTEM, facts(small, "AM-03"), judgement())
    with pytest.raises(Refused) as refused:
        map_organisation(SYSTEM, facts(small, "AM-03"), judgement())
    assert "AM-03" in refused.value.messages["microcredentials"]


def test_microcredentials_are_added_to_an_entry_and_the_links_that_stay_keep_their_rows(small: World) -> None:
    made = map_organisation(SYSTEM, facts(small, "AM-03"), judgement())
    kept = made.microcredential_links[0].id
    both = list(db.session.scalars(sa.select(MicroCredential)))
    describe(SYSTEM, made, made.version, microcredentials=both, responsible=None, expectations="Dates in spring.")
    assert kept in {link.id for link in made.microcredential_links}
    assert {link.dated for link in made.microcredential_links} == {date(2025, 1, 10)}
    assert len(made.microcredential_links) == 2


def test_only_a_partner_keeps_in_touch(small: World) -> None:
    company = db.session.get_one(Organisation, small.company)
    with pytest.raises(Refused) as refused:
        map_organisation(SYSTEM, replace(facts(small), responsible=company), judgement())
    assert "responsible" in refused.value.messages


MAY_JUDGE = {"admin", "coordinator", "lead", "editor", "cluster"}
MAY_READ = MAY_JUDGE | {"foreign lead", "foreign editor", "expert", "auditor"}
EVERYBODY = ["admin", "coordinator", "auditor", "lead", "foreign lead", "editor", "foreign editor", "expert", "cluster"]


@pytest.mark.parametrize("who", [*EVERYBODY, "guest", "public"])
def test_who_judges_and_who_reads(small: World, entry: MappingEntry, who: str) -> None:
    actor = small.actors[who]
    seen = db.session.scalars(sa.select(MappingEntry).where(queries.visible_to(actor))).all()
    assert bool(seen) == (who in MAY_READ)
    if who in MAY_JUDGE:
        judge(actor, entry, entry.version, judgement())
    else:
        with pytest.raises(NotAllowed):
            judge(actor, entry, entry.version, judgement())


def test_a_lead_maps_for_the_own_country_alone(small: World) -> None:
    with pytest.raises(NotAllowed):
        map_organisation(small.actors["foreign lead"], facts(small), judgement())
    with pytest.raises(NotAllowed):
        map_organisation(small.actors["foreign lead"], facts(small, "GE-01"), judgement())


def test_a_judgement_names_its_author_and_the_event_that_moved_it(small: World, entry: MappingEntry) -> None:
    event = log(SYSTEM, small.consultation())
    judge(small.actors["lead"], entry, entry.version, judgement(judged_on=AS_OF, event=event))
    latest = queries.judgements(SYSTEM, entry)[0]
    assert (latest.author_name, latest.event_id) == ("country_lead", event.id)


def test_an_event_that_is_not_open_to_the_reader_is_not_named(small: World, entry: MappingEntry) -> None:
    event = log(SYSTEM, small.consultation(visibility="country"))
    judge(SYSTEM, entry, entry.version, judgement(judged_on=AS_OF, event=event))
    assert queries.judgements(small.actors["foreign lead"], entry)[0].event_id is None


def test_the_audit_tells_of_entries_and_leaves_judgements_to_themselves(entry: MappingEntry) -> None:
    judge(SYSTEM, entry, entry.version, judgement(influence=5))
    told = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.record_kind == "mapping_entry")).all()
    assert [row.action for row in told] == ["create"]
    assert "influence" not in told[0].changes


def test_a_judgement_is_neither_changed_nor_deleted_by_the_portal(entry: MappingEntry) -> None:
    row = db.session.scalars(sa.select(Judgement)).one()
    row.reason = "Something nicer."
    with pytest.raises(EvidenceError):
        db.session.flush()
    db.session.refresh(row)
    db.session.delete(row)
    with pytest.raises(EvidenceError):
        db.session.flush()


@pytest.mark.parametrize("statement", ["UPDATE judgement SET reason = 'x'", "DELETE FROM judgement"])
def test_a_judgement_is_neither_changed_nor_deleted_by_hand(fresh: Backend, statement: str) -> None:
    with fresh.app.app_context(), writing():
        made = build()
        map_organisation(SYSTEM, facts(made), judgement())
        db.session.commit()
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_facts_need_nothing_more_than_an_organisation_and_a_scope(small: World) -> None:
    plain = EntryFacts(organisation=db.session.get_one(Organisation, small.school), country="AM")
    assert map_organisation(SYSTEM, plain, judgement(engagement=Engagement.DORMANT)).responsible is None
