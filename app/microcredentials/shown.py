"""A micro-credential as its page begins with it: a row; the design is read only where a part is not kept."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, cast, func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased

from app.core.access import Actor
from app.core.database import plain_rows
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState, microcredential_developer
from app.microcredentials.queries import by_code, visible_to
from app.stakeholders.models import Organisation

M = MicroCredential


class Named(NamedTuple):
    """An organisation's key and name, after what its name is sorted by."""

    name_key: str
    id: int
    name: str


@dataclass(frozen=True)
class Shown:
    """What the frame of the page says; ``design`` is the record itself, read when it is first asked for."""

    actor: Actor
    id: int
    code: str
    title: dict[str, str]
    country: str
    state: MicroCredentialState
    is_example: bool
    version: int
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    awarded_by: str | None
    developed_by: str | None

    __tablename__ = M.__tablename__
    moves = M.moves

    @cached_property
    def design(self) -> MicroCredential:
        """The record with everything in it."""
        return by_code(self.actor, self.code)

    @cached_property
    def developers(self) -> list[Named]:
        """The organisations that develop it, by name."""
        lines = (line.split("\t") for line in (self.developed_by or "").split("\n") if line)
        return sorted(Named(name_key, int(key), name) for name_key, key, name in lines)

    @property
    def access_country(self) -> str:
        """The country whose leads answer for it."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisations that develop it."""
        return frozenset(organisation.id for organisation in self.developers)

    @property
    def facts(self) -> tuple[Any, ...]:
        """What the parts that show the design follow from; outcomes count as a change of the design, too."""
        return self.id, self.version, self.updated_at, self.awarded_by, self.developed_by


def shown(actor: Actor, code: str) -> Shown:
    """One micro-credential for its page, by one statement.

    Raises ``NoResultFound`` when it does not exist or is not open to the actor.
    """
    rows = plain_rows(db.session, _shown(actor), {"code": code.upper()})
    if not rows:
        raise NoResultFound
    return Shown(actor, *rows[0])


@lru_cache(maxsize=256)
def _shown(actor: Actor) -> Select[*tuple[Any, ...]]:
    developer, link = aliased(Organisation), microcredential_developer.c
    # No name holds a tab or the end of a line: forms and files take one line.
    told = developer.name_key + "\t" + cast(developer.id, String) + "\t" + developer.name
    developed_by = (
        select(func.aggregate_strings(told, "\n"))
        .join(microcredential_developer, link.organisation_id == developer.id)
        .where(link.microcredential_id == M.id)
        .correlate(M)
    )
    return (
        select(
            *(M.id, M.code, M.title, M.country, M.state, M.is_example, M.version),
            *(M.created_at, M.updated_at, M.published_at, Organisation.name, developed_by.scalar_subquery()),
        )
        .outerjoin(Organisation, Organisation.id == M.awarding_body_id)
        .where(M.code == bindparam("code"), visible_to(actor))
    )
