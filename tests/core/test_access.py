"""Who may do what: the table reads as it should, scopes are judged, and no view is open by mistake."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import access
from app.core.access import ANYBODY, RIGHTS, ROLE_LABELS, SYSTEM, Actor, Grant, Permission, Role
from app.core.errors import NotAllowed
from tests.conftest import settings_for
from tests.core.things import core_app

READ_ANYTHING_OF_PEOPLE = {Role.STAKEHOLDER, Role.LGE_MEMBER, Role.AUDITOR}


@dataclass
class Record:
    """Something that belongs to a country and to organisations."""

    access_country: str | None = None
    access_organisations: set[int] = field(default_factory=set)


def actor(role: Role, country: str | None = None, organisation: int | None = None) -> Actor:
    return Actor(1, "", (Grant(role, country, organisation),))


def holders(permission: Permission) -> set[Role]:
    return {role for role, rights in RIGHTS.items() if permission in rights}


def everywhere(permission: Permission) -> set[Role]:
    return {role for role in holders(permission) if RIGHTS[role][permission] is access.anywhere}


def test_every_role_has_a_row_and_a_name():
    assert set(RIGHTS) == set(Role) == set(ROLE_LABELS)


def test_every_permission_is_a_noun_and_a_verb_in_alphabetical_order():
    assert [*Permission] == sorted(Permission)
    assert all(permission.count(":") == 1 for permission in Permission)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_belongs_to_the_administrator_and_the_coordinator(permission: Permission):
    assert {Role.ADMIN, Role.COORDINATOR} <= everywhere(permission)


def test_nobody_else_settles_what_counts_as_valorised():
    assert holders(Permission.VALORISED_SETTLE) == {Role.ADMIN, Role.COORDINATOR}


@pytest.mark.parametrize("permission", [Permission.ACCOUNT_MANAGE, Permission.MICROCREDENTIAL_PUBLISH])
def test_country_leads_manage_accounts_and_publish_in_their_own_country_only(permission: Permission):
    assert everywhere(permission) == {Role.ADMIN, Role.COORDINATOR}
    assert holders(permission) == {Role.ADMIN, Role.COORDINATOR, Role.COUNTRY_LEAD}
    assert RIGHTS[Role.COUNTRY_LEAD][permission] is access.own_country


@pytest.mark.parametrize("permission", [Permission.PACK_REMOVE, Permission.REPLY_SETTLE])
def test_packs_are_removed_and_replies_of_no_event_settled_by_those_who_run_the_project(permission: Permission):
    assert holders(permission) == {Role.ADMIN, Role.COORDINATOR}


def test_what_was_erased_since_is_opened_in_packs_by_auditors_and_those_who_answer_to_them():
    assert everywhere(Permission.PACK_OPEN_RESTRICTED) == {Role.ADMIN, Role.COORDINATOR, Role.AUDITOR}
    assert holders(Permission.PACK_OPEN_RESTRICTED) == everywhere(Permission.PACK_OPEN_RESTRICTED)


def test_mail_and_jobs_are_read_by_those_who_run_the_project():
    assert holders(Permission.OUTBOX_READ) == {Role.ADMIN, Role.COORDINATOR}


def test_the_audit_is_read_by_auditors_and_those_who_run_the_project():
    assert holders(Permission.AUDIT_READ) == {Role.ADMIN, Role.COORDINATOR, Role.AUDITOR}


def test_people_are_shown_to_no_outsider_and_no_auditor():
    assert holders(Permission.PERSON_READ) == set(Role) - READ_ANYTHING_OF_PEOPLE


def test_an_auditor_changes_nothing():
    assert set(RIGHTS[Role.AUDITOR]) == {
        Permission.AUDIT_READ,
        Permission.FEEDBACK_READ,
        Permission.FEED_OWN,
        Permission.MAPPING_READ,
        Permission.MOU_PROVE,
        Permission.MOU_READ,
        Permission.PACK_OPEN_RESTRICTED,
        Permission.PACK_READ,
        Permission.PLAN_READ,
        Permission.REPORT_READ,
        Permission.STAKEHOLDER_READ,
    }


def test_a_stakeholder_reads_and_edits_the_own_organisation_only():
    scopes = {permission: scope for permission, scope in RIGHTS[Role.STAKEHOLDER].items() if permission != "feed:own"}

    assert scopes == {
        Permission.FEEDBACK_READ: access.own_organisation,
        Permission.MOU_READ: access.own_organisation,
        Permission.STAKEHOLDER_EDIT: access.own_organisation,
        Permission.STAKEHOLDER_READ: access.own_organisation,
    }


def test_plans_are_read_by_the_consortium_and_approved_by_those_who_lead():
    assert everywhere(Permission.PLAN_READ) == holders(Permission.PLAN_READ) == set(Role) - {Role.STAKEHOLDER}
    assert holders(Permission.PLAN_APPROVE) == {Role.ADMIN, Role.COORDINATOR, Role.COUNTRY_LEAD}
    assert RIGHTS[Role.COUNTRY_LEAD][Permission.PLAN_APPROVE] is access.own_country
    assert RIGHTS[Role.COUNTRY_LEAD][Permission.PLAN_EDIT] is access.own_country
    assert RIGHTS[Role.PARTNER_EDITOR][Permission.PLAN_EDIT] is access.own_organisation
    assert RIGHTS[Role.COUNTRY_LEAD][Permission.MILESTONE_EDIT] is access.own_country
    assert RIGHTS[Role.PARTNER_EDITOR][Permission.MILESTONE_EDIT] is access.own_organisation


def test_recommendations_are_changed_by_those_who_change_plans():
    assert holders(Permission.RECOMMENDATION_EDIT) == holders(Permission.PLAN_EDIT)
    assert RIGHTS[Role.COUNTRY_LEAD][Permission.RECOMMENDATION_EDIT] is access.own_country
    assert RIGHTS[Role.PARTNER_EDITOR][Permission.RECOMMENDATION_EDIT] is access.own_organisation


def test_everybody_with_an_account_may_have_a_calendar_feed():
    assert holders(Permission.FEED_OWN) == set(Role)


LEAD = actor(Role.COUNTRY_LEAD, "AM")
EDITOR = actor(Role.PARTNER_EDITOR, "AM", organisation=5)


@pytest.mark.parametrize(
    ("who", "permission", "record", "may"),
    [
        (LEAD, Permission.EVENT_EDIT, Record("AM"), True),
        (LEAD, Permission.EVENT_EDIT, Record("GE"), False),
        (LEAD, Permission.EVENT_EDIT, Record(None), False),
        (LEAD, Permission.EVENT_EDIT, None, True),
        (LEAD, Permission.AUDIT_READ, None, False),
        (EDITOR, Permission.EVENT_EDIT, Record("AM", {5}), True),
        (EDITOR, Permission.EVENT_EDIT, Record("AM", {6}), False),
        (EDITOR, Permission.EVENT_EDIT, Record("GE", {6, 5}), True),
        (EDITOR, Permission.STAKEHOLDER_READ, Record("GE"), True),
        (actor(Role.COUNTRY_LEAD), Permission.EVENT_EDIT, Record(None), False),
        (actor(Role.PARTNER_EDITOR), Permission.EVENT_EDIT, Record(None, set()), False),
        (ANYBODY, Permission.STAKEHOLDER_READ, None, False),
        (SYSTEM, Permission.EVENT_EDIT, Record("GE"), True),
    ],
)
def test_a_right_holds_within_its_scope(who: Actor, permission: Permission, record: Record | None, may: bool):
    assert who.may(permission, record) is may
    assert who.may(permission.value, record) is may


def test_rights_of_several_grants_add_up():
    both = Actor(1, "", (Grant(Role.COUNTRY_LEAD, "AM"), Grant(Role.STAKEHOLDER, "GE", 9)))

    assert both.may(Permission.STAKEHOLDER_EDIT, Record("AM"))
    assert both.may(Permission.STAKEHOLDER_EDIT, Record("GE", {9}))
    assert not both.may(Permission.STAKEHOLDER_EDIT, Record("GE", {8}))
    assert both.countries == {"AM", "GE"}
    assert both.organisations == {9}
    assert both.is_internal


def test_who_is_who():
    assert not ANYBODY.is_authenticated
    assert not ANYBODY.is_internal
    assert not actor(Role.STAKEHOLDER, "AM", 1).is_internal
    assert actor(Role.AUDITOR).sees_everything
    assert not LEAD.sees_everything


def test_checking_names_the_refusal(sqlite_app: Flask):
    with sqlite_app.test_request_context(), pytest.raises(NotAllowed, match="does not allow this here"):
        LEAD.check(Permission.EVENT_EDIT, Record("GE"))


def test_a_permission_that_does_not_exist_is_an_error_and_not_a_no():
    with pytest.raises(ValueError, match="event:delete"):
        SYSTEM.may("event:delete")


def test_a_view_without_a_marker_stops_the_application(tmp_path: Path):
    app = core_app(settings_for(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path))

    @app.get("/forgotten")
    def forgotten() -> str:
        return ""

    with pytest.raises(RuntimeError, match=r"no access marker: forgotten\."):
        access.refuse_unmarked_views(app, trusted={"static", "security"})


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client: FlaskClient):
    response = client.get("/managed?country=AM")

    assert response.status_code == 303
    assert response.location == "/login?next=/managed?country%3DAM"


def test_somebody_without_the_right_is_refused(client: FlaskClient, sign_in: Any):
    sign_in(Grant(Role.STAKEHOLDER, "AM", 1))

    assert client.get("/managed").status_code == 403


def test_somebody_with_the_right_comes_in(client: FlaskClient, sign_in: Any):
    sign_in(Grant(Role.COORDINATOR))

    assert client.get("/managed").data == b"managed"


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("second", [Grant(Role.PARTNER_EDITOR, "AM", 5), Grant(Role.AUDITOR), Grant(Role.COORDINATOR)])
def test_the_countries_of_a_right_are_those_in_which_every_record_is_the_actors(permission: Permission, second: Grant):
    both = Actor(1, "", (Grant(Role.COUNTRY_LEAD, "RS"), second))
    reached = both.countries_for(permission)
    for country in ("RS", "AM", "GE"):
        assert (reached is None or country in reached) is both.may(permission, Record(country))
