"""Organisations of one name in two countries: perhaps a branch or one that moved, more often two bodies called alike.

The rule is that of ``duplicates``, without its tolerance: elsewhere only what legal form, script and case alone tell
apart is worth a word, since every country has a Ministry of Education. So it is said, and nobody has to answer.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.core.access import Actor
from app.core.database import plain_rows
from app.extensions import db
from app.stakeholders.duplicates import duplicate_key
from app.stakeholders.lookalikes import AT_ONCE, MOST_CANDIDATES, MOST_WARNED, Asked, Lookalike, Pair, pairs_of
from app.stakeholders.merge_records import NotTheSame
from app.stakeholders.models import Organisation, OrganisationName
from app.stakeholders.queries import visible_to

N = OrganisationName


def called_so(actor: Actor, names: Sequence[str], country: str | None, without: int | None = None) -> list[Lookalike]:
    """Organisations of other countries that the actor may see and that have one of ``names``; at most three.

    Nothing where nobody said a country yet: then ``lookalikes.similar`` looks in every one.
    """
    if not country:
        return []
    return [found for found in called_so_each(actor, [(names, country)])[0] if found.id != without][:MOST_WARNED]


def called_so_each(actor: Actor, asked: Sequence[Asked]) -> list[list[Lookalike]]:
    """The same for many organisations at once, as an import brings them: one statement for fifty of them."""
    answers: list[list[Lookalike]] = []
    for some in _in_fifties(asked):
        keys = [{key for key in map(duplicate_key, names) if key} for names, _country in some]
        by_key: dict[str, list[Any]] = {}
        for row in _named(actor, sorted(set().union(*keys))):
            by_key.setdefault(row.duplicate_key, []).append(row)
        for wanted, (_names, country) in zip(keys, some, strict=True):
            rows = (row for key in sorted(wanted) for row in by_key.get(key, ()) if row.country != country)
            answers.append([*{row.id: _told(row) for row in rows}.values()])
    return answers


def _told(row: Any) -> Lookalike:
    return Lookalike(
        row.id, row.name, row.native_name, row.category, row.country, row.city, alike=row.text, score=100.0
    )


def _in_fifties(asked: Sequence[Asked]) -> Sequence[Sequence[Asked]]:
    return [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)]


def _named(actor: Actor, keys: Sequence[str]) -> Sequence[Any]:
    if not keys:
        return ()
    O = Organisation  # noqa: E741, N806 - the table, named in every line
    columns = (O.id, O.name, O.native_name, O.category, O.country, O.city, N.text, N.duplicate_key)
    statement = select(*columns).join(O, O.id == N.organisation_id).where(N.duplicate_key.in_(keys), visible_to(actor))
    return plain_rows(db.session, statement.order_by(O.name_key, O.id, N.id))


def pairs(actor: Actor, country: str | None) -> tuple[list[Pair], bool]:
    """Pairs of one name in two countries, and whether there are more than are given; ``country`` is that of either."""
    one, other = aliased(N), aliased(N)
    mine, theirs = aliased(Organisation), aliased(Organisation)
    different = exists().where(NotTheSame.low_id == mine.id, NotTheSame.high_id == theirs.id)
    columns = (
        mine.id.label("one_id"),
        theirs.id.label("other_id"),
        one.text.label("one_text"),
        other.text.label("other_text"),
        one.duplicate_key.label("one_key"),
        other.duplicate_key.label("other_key"),
    )
    statement = (
        select(*columns)
        .join(other, and_(one.duplicate_key == other.duplicate_key, one.organisation_id < other.organisation_id))
        .join(mine, mine.id == one.organisation_id)
        .join(theirs, theirs.id == other.organisation_id)
        .where(mine.country != theirs.country, ~different)
        .order_by(one.id, other.id)
        .limit(MOST_CANDIDATES)
    )
    if country:
        statement = statement.where(or_(mine.country == country, theirs.country == country))
    return pairs_of(actor, plain_rows(db.session, statement))
