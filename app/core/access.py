"""Who may do what: roles, permissions, the table that joins them, and the marker every view carries.

A right is role × country × organisation. A person holds grants; a grant gives the permissions of its role, each within
a named scope (anywhere, own country, own organisation). What an actor may *see* is decided per feature by
``visible_to(actor)`` in its ``queries``; what it may *do* is decided here.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.exceptions import Forbidden, Unauthorized

from app.core.errors import NotAllowed, OutOfReach

A = ParamSpec("A")
R = TypeVar("R")


class Role(StrEnum):
    """What a person is to the consortium."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    COUNTRY_LEAD = "country_lead"
    PARTNER_EDITOR = "partner_editor"
    LGE_MEMBER = "lge_member"
    CLUSTER_COORDINATOR = "cluster_coordinator"
    STAKEHOLDER = "stakeholder"
    AUDITOR = "auditor"


ROLE_LABELS = {
    Role.ADMIN: _l("Administrator"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.COUNTRY_LEAD: _l("Country lead"),
    Role.PARTNER_EDITOR: _l("Partner editor"),
    Role.LGE_MEMBER: _l("Local expert group"),
    Role.CLUSTER_COORDINATOR: _l("Cluster coordinator"),
    Role.STAKEHOLDER: _l("Stakeholder"),
    Role.AUDITOR: _l("Auditor"),
}

# The consortium's own people, who see each other's work in progress.
INTERNAL = frozenset(Role) - {Role.STAKEHOLDER}


class Permission(StrEnum):
    """What can be permitted, as ``noun:verb``, in alphabetical order."""

    ACCOUNT_MANAGE = "account:manage"
    AUDIT_READ = "audit:read"
    CLUSTER_CREATE = "cluster:create"
    CLUSTER_EDIT = "cluster:edit"
    EVENT_CREATE = "event:create"
    EVENT_EDIT = "event:edit"
    EVENT_PROVE = "event:prove"
    FEED_OWN = "feed:own"
    FEEDBACK_READ = "feedback:read"
    MAPPING_EDIT = "mapping:edit"
    MAPPING_READ = "mapping:read"
    MICROCREDENTIAL_CREATE = "microcredential:create"
    MICROCREDENTIAL_EDIT = "microcredential:edit"
    MICROCREDENTIAL_IMPORT = "microcredential:import"
    MICROCREDENTIAL_PUBLISH = "microcredential:publish"
    MILESTONE_EDIT = "milestone:edit"
    MINUTES_APPROVE = "minutes:approve"
    MOU_CREATE = "mou:create"
    MOU_EDIT = "mou:edit"
    MOU_PROVE = "mou:prove"
    MOU_READ = "mou:read"
    MOU_TEMPLATE = "mou:template"
    OUTBOX_READ = "outbox:read"
    PACK_OPEN_RESTRICTED = "pack:open_restricted"
    PACK_READ = "pack:read"
    PACK_REMOVE = "pack:remove"
    PERIOD_FREEZE = "period:freeze"
    PERSON_EDIT = "person:edit"
    PERSON_ERASE = "person:erase"
    PERSON_EXPORT = "person:export"
    PERSON_READ = "person:read"
    PLAN_APPROVE = "plan:approve"
    PLAN_EDIT = "plan:edit"
    PLAN_READ = "plan:read"
    RECOMMENDATION_EDIT = "recommendation:edit"
    REPLY_SETTLE = "reply:settle"
    REPORT_READ = "report:read"
    STAKEHOLDER_CREATE = "stakeholder:create"
    STAKEHOLDER_EDIT = "stakeholder:edit"
    STAKEHOLDER_IMPORT = "stakeholder:import"
    STAKEHOLDER_MERGE = "stakeholder:merge"
    STAKEHOLDER_READ = "stakeholder:read"
    VALORISED_SETTLE = "valorised:settle"


class Scoped(Protocol):
    """A record that rights can be judged against."""

    @property
    def access_country(self) -> str | None:
        """ISO alpha-2 code of the country it belongs to, or ``None`` for the whole consortium."""

    @property
    def access_organisations(self) -> Collection[int]:
        """Keys of the organisations that answer for it."""


@dataclass(frozen=True)
class Grant:
    """One role of one person, within a country and an organisation where the role has them."""

    role: Role
    country: str | None = None
    organisation_id: int | None = None


Scope = Callable[[Grant, Scoped], bool]


def anywhere(grant: Grant, record: Scoped) -> bool:
    """The role reaches every record."""
    return True


def own_country(grant: Grant, record: Scoped) -> bool:
    """The record belongs to the country of the grant."""
    return grant.country is not None and record.access_country == grant.country


def own_organisation(grant: Grant, record: Scoped) -> bool:
    """The organisation of the grant answers for the record."""
    return grant.organisation_id is not None and grant.organisation_id in record.access_organisations


P = Permission
# What all of the consortium's own people read.
_READ_BY_ALL: Mapping[Permission, Scope] = dict.fromkeys(
    (
        *(P.FEEDBACK_READ, P.FEED_OWN, P.MAPPING_READ, P.MOU_READ, P.PLAN_READ, P.REPORT_READ),
        P.STAKEHOLDER_READ,
    ),
    anywhere,
)
RIGHTS: Mapping[Role, Mapping[Permission, Scope]] = {
    Role.ADMIN: dict.fromkeys(Permission, anywhere),
    Role.COORDINATOR: dict.fromkeys(Permission, anywhere),
    Role.COUNTRY_LEAD: {
        **_READ_BY_ALL,
        P.ACCOUNT_MANAGE: own_country,
        P.CLUSTER_CREATE: own_country,
        P.CLUSTER_EDIT: own_country,
        P.EVENT_CREATE: own_country,
        P.EVENT_EDIT: own_country,
        P.EVENT_PROVE: own_country,
        P.MAPPING_EDIT: own_country,
        P.MICROCREDENTIAL_CREATE: own_country,
        P.MICROCREDENTIAL_EDIT: own_country,
        P.MICROCREDENTIAL_IMPORT: own_country,
        P.MICROCREDENTIAL_PUBLISH: own_country,
        P.MILESTONE_EDIT: own_country,
        P.MINUTES_APPROVE: own_country,
        P.MOU_CREATE: own_country,
        P.MOU_EDIT: own_country,
        P.MOU_PROVE: own_country,
        P.PACK_READ: own_country,
        P.PERSON_EDIT: own_country,
        P.PERSON_ERASE: own_country,
        P.PERSON_EXPORT: own_country,
        P.PERSON_READ: anywhere,
        P.PLAN_APPROVE: own_country,
        P.PLAN_EDIT: own_country,
        P.RECOMMENDATION_EDIT: own_country,
        P.STAKEHOLDER_CREATE: own_country,
        P.STAKEHOLDER_EDIT: own_country,
        P.STAKEHOLDER_IMPORT: own_country,
        P.STAKEHOLDER_MERGE: own_country,
    },
    Role.PARTNER_EDITOR: {
        **_READ_BY_ALL,
        P.CLUSTER_CREATE: own_country,
        P.CLUSTER_EDIT: own_organisation,
        P.EVENT_CREATE: own_country,
        P.EVENT_EDIT: own_organisation,
        P.EVENT_PROVE: own_organisation,
        P.MAPPING_EDIT: own_country,
        P.MICROCREDENTIAL_CREATE: own_organisation,
        P.MICROCREDENTIAL_EDIT: own_organisation,
        P.MILESTONE_EDIT: own_organisation,
        P.MOU_CREATE: own_country,
        P.MOU_EDIT: own_organisation,
        P.MOU_PROVE: own_organisation,
        P.PACK_READ: own_organisation,
        P.PERSON_EDIT: own_country,
        P.PERSON_READ: anywhere,
        P.PLAN_EDIT: own_organisation,
        P.RECOMMENDATION_EDIT: own_organisation,
        P.STAKEHOLDER_CREATE: own_country,
        P.STAKEHOLDER_EDIT: own_country,
        P.STAKEHOLDER_MERGE: own_country,
    },
    Role.LGE_MEMBER: {
        **_READ_BY_ALL,
        P.MICROCREDENTIAL_CREATE: own_country,
        P.MICROCREDENTIAL_EDIT: own_organisation,
    },
    Role.CLUSTER_COORDINATOR: {
        **_READ_BY_ALL,
        P.CLUSTER_CREATE: own_country,
        P.CLUSTER_EDIT: own_organisation,
        P.EVENT_CREATE: own_country,
        P.EVENT_EDIT: own_organisation,
        P.EVENT_PROVE: own_organisation,
        P.MAPPING_EDIT: own_country,
        P.MOU_CREATE: own_country,
        P.MOU_EDIT: own_organisation,
        P.PACK_READ: own_organisation,
        P.PERSON_READ: anywhere,
        P.STAKEHOLDER_CREATE: own_country,
    },
    Role.STAKEHOLDER: {
        P.FEEDBACK_READ: own_organisation,
        P.FEED_OWN: anywhere,
        P.MOU_READ: own_organisation,
        P.STAKEHOLDER_EDIT: own_organisation,
        P.STAKEHOLDER_READ: own_organisation,
    },
    Role.AUDITOR: {
        **_READ_BY_ALL,
        P.AUDIT_READ: anywhere,
        P.MOU_PROVE: anywhere,
        P.PACK_OPEN_RESTRICTED: anywhere,
        P.PACK_READ: anywhere,
    },
}


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in person with grants, the portal itself, or the public (``ANYBODY``)."""

    user_id: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    language: str = "en"

    @property
    def is_authenticated(self) -> bool:
        """Whether this is a signed-in person (or the portal acting by itself)."""
        return bool(self.grants)

    @property
    def is_internal(self) -> bool:
        """Whether the actor belongs to the consortium itself."""
        return any(grant.role in INTERNAL for grant in self.grants)

    @property
    def sees_everything(self) -> bool:
        """Whether no country or organisation narrows what the actor may see."""
        return self.has(Role.ADMIN, Role.COORDINATOR, Role.AUDITOR)

    @property
    def countries(self) -> frozenset[str]:
        """Countries of the actor's grants."""
        return frozenset(grant.country for grant in self.grants if grant.country)

    @property
    def organisations(self) -> frozenset[int]:
        """Keys of the organisations of the actor's grants."""
        return frozenset(grant.organisation_id for grant in self.grants if grant.organisation_id)

    @property
    def role_label(self) -> str:
        """The actor's first role in the reader's language."""
        return str(ROLE_LABELS[self.grants[0].role]) if self.grants else ""

    def has(self, *roles: Role) -> bool:
        """Whether one of the grants is one of these roles."""
        return any(grant.role in roles for grant in self.grants)

    def may(self, permission: Permission | str, record: Scoped | None = None) -> bool:
        """Whether a grant gives ``permission``: for ``record``, or without one, for any record at all."""
        wanted = Permission(permission)
        for grant in self.grants:
            scope = RIGHTS[grant.role].get(wanted)
            if scope is not None and (record is None or scope(grant, record)):
                return True
        return False

    def countries_for(self, permission: Permission) -> frozenset[str] | None:
        """Countries all of whose records the actor has ``permission`` for; ``None`` for all countries there are.

        Not the same as ``countries``: of somebody with several roles, each reaches no further than its own country.
        """
        scopes = [(RIGHTS[grant.role].get(permission), grant.country) for grant in self.grants]
        if any(scope is anywhere for scope, _country in scopes):
            return None
        return frozenset(country for scope, country in scopes if scope is own_country and country)

    def organisations_for(self, permission: Permission) -> frozenset[int]:
        """Keys of the organisations whose records the actor has ``permission`` for because they answer for them."""
        owners = [grant for grant in self.grants if RIGHTS[grant.role].get(permission) is own_organisation]
        return frozenset(grant.organisation_id for grant in owners if grant.organisation_id)

    def countries_with_organisations_for(self, permission: Permission) -> frozenset[str]:
        """Countries of those organisations: where their records most likely belong."""
        owners = [grant for grant in self.grants if RIGHTS[grant.role].get(permission) is own_organisation]
        return frozenset(grant.country for grant in owners if grant.country)

    def check(self, permission: Permission, record: Scoped | None = None, at: str | None = None) -> None:
        """Raise ``NotAllowed`` where ``may`` answers no.

        ``at`` names the field that says where the record belongs: if the actor may do this elsewhere, the refusal is an
        ``OutOfReach`` at that field.
        """
        if self.may(permission, record):
            return
        if at is not None and self.may(permission):
            raise OutOfReach(**{at: _("Your role does not reach that far. Choose what is your own.")})
        raise NotAllowed(_("Your role does not allow this here."))


ANYBODY = Actor()
SYSTEM = Actor(name="portal", grants=(Grant(Role.ADMIN),))


def current_actor() -> Actor:
    """The actor of this request: the signed-in person, else ``ANYBODY``."""
    # The person behind the proxy, which costs a look at the context each time: pages ask some twenty times. There is
    # nobody outside a request, as when a job renders a mail.
    user: Any = current_user._get_current_object()
    return user.actor if user and user.is_authenticated else ANYBODY


def requires(permission: Permission) -> Callable[[Callable[A, R]], Callable[A, R]]:
    """Mark a view as open to actors with ``permission``; others sign in (401) or are refused (403)."""

    def mark(view: Callable[A, R]) -> Callable[A, R]:
        @wraps(view)
        def guarded(*args: A.args, **kwargs: A.kwargs) -> R:
            actor = current_actor()
            if not actor.may(permission):
                raise Forbidden if actor.is_authenticated else Unauthorized
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded

    return mark


def signed_in(view: Callable[A, R]) -> Callable[A, R]:
    """Mark a view as open to every signed-in person, whatever the role: one's own account and the like."""

    @wraps(view)
    def guarded(*args: A.args, **kwargs: A.kwargs) -> R:
        if not current_actor().is_authenticated:
            raise Unauthorized
        return view(*args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def public(why: str) -> Callable[[Callable[A, R]], Callable[A, R]]:
    """Mark a view as open to everybody, with the reason why that is right."""

    def mark(view: Callable[A, R]) -> Callable[A, R]:
        view.access = f"public: {why}"  # type: ignore[attr-defined]
        return view

    return mark


def refuse_unmarked_views(app: Flask, trusted: Collection[str]) -> None:
    """Stop the application from starting while a view has no marker.

    ``trusted`` names endpoints, or blueprints by their prefix, of extensions that guard themselves.
    Raises ``RuntimeError`` naming the views.
    """
    bare = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if not hasattr(view, "access") and endpoint not in trusted and endpoint.partition(".")[0] not in trusted
    ]
    if bare:
        raise RuntimeError(f"These views have no access marker: {', '.join(sorted(bare))}.")
