"""Entering a demonstration as anybody: one account per role, and a signed link to each."""

from collections.abc import Iterator

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.accounts.models import COUNTRY_ROLES, RoleGrant, User
from app.accounts.queries import O
from app.core import portal
from app.core.access import Role
from app.core.consortium import Consortium
from app.core.i18n import SOURCE_LANGUAGE

PATH = "/enter/{role}/{key}"
DOMAIN = "portal.example"

TITLES = {
    Role.ADMIN: "Administrator",
    Role.COORDINATOR: "Coordinator",
    Role.COUNTRY_LEAD: "Country lead",
    Role.PARTNER_EDITOR: "Partner editor",
    Role.LGE_MEMBER: "Local expert",
    Role.CLUSTER_COORDINATOR: "Cluster coordinator",
    Role.STAKEHOLDER: "Stakeholder",
    Role.AUDITOR: "Auditor",
}


def homes(consortium: Consortium) -> dict[Role, tuple[ColumnElement[bool], ...]]:
    """Where each role of an organisation is at home: the best match first; any organisation comes after the last."""
    lead, named = consortium.demo_lead.code, consortium.demo_homes
    partner: tuple[ColumnElement[bool], ...] = (O.is_partner & (O.country == lead), O.is_partner)
    if "partner" in named:
        partner = (O.is_partner & O.name.icontains(named["partner"], autoescape=True), *partner)
    experts = O.country == named.get("experts", lead)
    return {
        Role.PARTNER_EDITOR: partner,
        Role.LGE_MEMBER: (O.is_partner & experts, experts),
        Role.CLUSTER_COORDINATOR: partner,
        Role.STAKEHOLDER: (O.is_example & (O.category == "company"), O.is_example),
    }


def demo_users(session: Session) -> dict[Role, User]:
    """The demonstration's account of each role, made where it is missing.

    A role of an organisation needs the organisations to be there; without any, it is left out.
    """
    return {role: user for role in Role if (user := demo_user(session, role) or _make(session, role))}


def demo_user(session: Session, role: Role) -> User | None:
    """The demonstration's account of one role, if it was made."""
    return session.scalar(select(User).where(User.email == f"{role.value}@{DOMAIN}", User.active))


def _make(session: Session, role: Role) -> User | None:
    consortium, grant, at = portal.consortium(), RoleGrant(role=role), ""
    if conditions := homes(consortium).get(role):
        home = next(_homes(session, conditions), None)
        if home is None:
            return None
        grant.organisation_id, at, grant.country = home
    elif role in COUNTRY_ROLES:
        grant.country = consortium.demo_lead.code
        at = consortium.demo_lead.name[SOURCE_LANGUAGE]
    elif role is not Role.AUDITOR:
        at = session.scalar(select(O.name).where(O.is_coordinator).limit(1)) or ""
    user = User(email=f"{role.value}@{DOMAIN}", name=f"{TITLES[role]}, {at}" if at else TITLES[role], grants=[grant])
    session.add(user)
    session.flush()
    return user


def _homes(session: Session, conditions: tuple[ColumnElement[bool], ...]) -> Iterator[tuple[int, str, str]]:
    for condition in (*conditions, true()):
        row = session.execute(select(O.id, O.name, O.country).where(condition).order_by(O.id).limit(1)).first()
        if row is not None:
            yield row.id, row.name, row.country


def entry_path(role: Role) -> str:
    """The path of the page that lets anybody who has it in as ``role``; it stays the same while the secret key does."""
    return PATH.format(role=role.value, key=_signer().dumps(role.value))


def role_of(role: str, key: str) -> Role | None:
    """The role that a link admits to, if it is one of ours."""
    try:
        return Role(role) if _signer().loads(key) == role else None
    except (BadSignature, ValueError):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="demonstration entry")
