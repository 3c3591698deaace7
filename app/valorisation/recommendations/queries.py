"""What can be asked about recommendations; they are the consortium's own."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, bindparam, false, select, true
from sqlalchemy.orm import joinedload, selectinload

from app.core.access import Actor
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.stakeholders.models import Organisation
from app.valorisation.origins.sources import Source, read_of, told
from app.valorisation.recommendations.models import IN_HAND, Recommendation, RecommendationState

Found = Row[*tuple[Any, ...]]


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Recommendations the actor may see: the consortium's own people all, others none."""
    return true() if actor.is_internal else false()


def recommendation(actor: Actor, key: int) -> Recommendation:
    """One recommendation with everything its page shows. Raises ``NoResultFound``."""
    return db.session.execute(_one(actor), {"key": key}).scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[Recommendation]:
    return (
        select(Recommendation)
        .where(Recommendation.id == bindparam("key"), visible_to(actor))
        .options(
            joinedload(Recommendation.addressee),
            joinedload(Recommendation.organisation),
            selectinload(Recommendation.origins),
            selectinload(Recommendation.microcredential_links),
        )
    )


def origins(actor: Actor, found: Recommendation) -> list[Source]:
    """The decisions and the feedback it came from, as far as the actor may read them."""
    return told(actor, found.origins)


def history(found: Recommendation) -> Sequence[Found]:
    """How it came to its state, oldest first."""
    return moves_of(db.session, found)


def addressees(actor: Actor) -> list[str]:
    """Whom recommendations go to that the actor may see, by name, each once: organisations, and bodies in words."""
    named = (
        select(Organisation.name)
        .join(Recommendation, Recommendation.addressee_id == Organisation.id)
        .where(visible_to(actor))
    )
    written = select(Recommendation.body).where(Recommendation.body.is_not(None), visible_to(actor))
    return sorted(db.session.scalars(named.union(written)), key=str.casefold)


def of_country(
    actor: Actor, country: str, *, with_drafts: bool
) -> tuple[Sequence[Recommendation], Mapping[int, Sequence[Source]]]:
    """What a country's policy paper holds, the earliest first, and by key what each came from: a few statements.

    What was withdrawn is in no paper, drafts only ``with_drafts``.
    """
    states = (*IN_HAND, RecommendationState.DRAFT) if with_drafts else IN_HAND
    found = db.session.scalars(
        select(Recommendation)
        .where(Recommendation.country == country, Recommendation.state.in_(states), visible_to(actor))
        .options(
            joinedload(Recommendation.addressee),
            selectinload(Recommendation.origins),
            selectinload(Recommendation.microcredential_links),
        )
        .order_by(Recommendation.written_on, Recommendation.id)
    ).all()
    named = {origin.source for one in found for origin in one.origins}
    sources = {(source.kind, source.key): source for source in read_of(actor, sorted(named))}
    came_from = {
        one.id: [sources[origin.source] for origin in one.origins if origin.source in sources] for one in found
    }
    return found, came_from


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.text,
        url=f"/valorisation/recommendations/{row.id}",
        state=row.state,
        note=row.body or row.addressee or "",
        is_example=row.is_example,
    )


R = Recommendation
_ADDRESSEE = (
    select(Organisation.name).where(Organisation.id == R.addressee_id).correlate(R).scalar_subquery().label("addressee")
)
register(
    LinkKind(
        model=Recommendation,
        label=_l("Recommendations"),
        icon="megaphone",
        visible_to=visible_to,
        columns=(R.id, R.text, R.body, R.state, R.is_example, _ADDRESSEE),
        present=_linked,
        open_to=lambda actor: actor.is_internal,
    )
)
