"""A small consortium for tests of events: four organisations, two micro-credentials, people of every role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from app.core.access import ANYBODY, SYSTEM, Actor, Grant, Role
from app.core.search_key import search_key
from app.events.facts import EventFacts
from app.events.models import ConsultationType, EventKind, Format, Visibility
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Category, NameKind, Organisation
from app.stakeholders.services import NameFacts, OrganisationFacts, create_organisation

LAST_WEEK = date(2025, 5, 6)
NEXT_WEEK = date(2025, 5, 20)


@dataclass(frozen=True)
class World:
    """Keys of what is there, and its people."""

    school: int
    company: int
    agency: int
    coordinator: int
    pattern: int
    wine: int

    @property
    def actors(self) -> dict[str, Actor]:
        """Everybody by a short name."""

        def actor(user_id: int, role: Role, country: str | None = None, organisation: int | None = None) -> Actor:
            return Actor(user_id, role.value, (Grant(role, country, organisation),))

        return {
            "admin": actor(1, Role.ADMIN),
            "coordinator": actor(2, Role.COORDINATOR),
            "auditor": actor(3, Role.AUDITOR),
            "lead": actor(4, Role.COUNTRY_LEAD, "AM"),
            "foreign lead": actor(5, Role.COUNTRY_LEAD, "GE"),
            "editor": actor(6, Role.PARTNER_EDITOR, "AM", self.school),
            "foreign editor": actor(7, Role.PARTNER_EDITOR, "GE", self.agency),
            "expert": actor(8, Role.LGE_MEMBER, "AM", self.school),
            "cluster": actor(9, Role.CLUSTER_COORDINATOR, "AM"),
            "guest": actor(10, Role.STAKEHOLDER, "AM", self.company),
            "public": ANYBODY,
        }

    def consultation(self, **changes: Any) -> EventFacts:
        """A consultation of last week with everything that being held asks for; ``changes`` replace facts of it."""
        facts = EventFacts(
            kind=EventKind.CONSULTATION,
            consultation_type=ConsultationType.WORKSHOP,
            title={"en": "Needs of textile workshops"},
            zone="Asia/Yerevan",
            starts_on=LAST_WEEK,
            starts_time=time(14, 0),
            ends_time=time(17, 0),
            format=Format.ONSITE,
            venue="Employment centre",
            city="Vanadzor",
            country="AM",
            visibility=Visibility.CONSORTIUM,
            organiser=db.session.get(Organisation, self.school),
            organisations=[db.session.get_one(Organisation, self.company)],
            microcredentials=[db.session.get_one(MicroCredential, self.pattern)],
        )
        return replace(facts, **changes)

    def deadline(self, **changes: Any) -> EventFacts:
        """A deadline of next week."""
        facts = EventFacts(
            kind=EventKind.DEADLINE, title={"en": "Reports are due"}, zone="Europe/Berlin", starts_on=NEXT_WEEK
        )
        return replace(facts, **changes)


def build() -> World:
    """Write the consortium into the database; the caller commits."""
    school = _organisation("Lori College", "AM", Category.VET_PROVIDER, is_partner=True, partner_number=1)
    company = _organisation("Tekstil Lori", "AM", Category.COMPANY)
    agency = _organisation("Skills Agency", "GE", Category.QUALIFICATION_AUTHORITY, is_partner=True, partner_number=2)
    coordinator = _organisation("SBG Dresden", "DE", Category.VET_PROVIDER, is_partner=True, partner_number=3)
    pattern = _microcredential("AM-03", "Pattern on Fabric", "AM")
    wine = _microcredential("GE-01", "Wine cellar work", "GE")
    return World(school.id, company.id, agency.id, coordinator.id, pattern.id, wine.id)


def _organisation(name: str, country: str, category: Category, **marks: Any) -> Organisation:
    facts = OrganisationFacts(names=[NameFacts(name, "en", NameKind.WORKING)], category=category, country=country)
    return create_organisation(SYSTEM, facts, **marks)


def _microcredential(code: str, title: str, country: str) -> MicroCredential:
    key = search_key(f"{code} {title}")
    entry = MicroCredential(code=code, title={"en": title}, country=country, title_key=key, search_key=key)
    db.session.add(entry)
    db.session.flush()
    return entry
