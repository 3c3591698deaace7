"""Organisations that look alike: those like a name that somebody writes or imports, and pairs of the register."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from app.core import portal
from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.extensions import db
from app.stakeholders.duplicates import blocks, duplicate_key, likeness
from app.stakeholders.merge_records import NotTheSame
from app.stakeholders.models import Category, Organisation, OrganisationName
from app.stakeholders.queries import visible_to

AT_ONCE = 50
MOST_NAMES = 5_000
MOST_CANDIDATES = 50_000
MOST_PAIRS = 100
MOST_WARNED = 3

N = OrganisationName
Asked = tuple[Sequence[str], str]


@dataclass(frozen=True)
class Lookalike:
    """An organisation that looks like what somebody wrote: which of its names does, and how much, of 100."""

    id: int
    name: str
    native_name: str | None
    category: Category
    country: str
    city: str | None
    alike: str
    score: float


@dataclass(frozen=True)
class Pair:
    """Two organisations of the register that look alike, the names that do, and how much, of 100."""

    one: Row[Any]
    other: Row[Any]
    one_name: str
    other_name: str
    score: float
    may_merge: bool

    @property
    def stays(self) -> Row[Any]:
        """Which of them stays unless somebody decides otherwise: a partner of the project, else the older one."""
        return self.other if self.other.is_partner and not self.one.is_partner else self.one

    @property
    def goes(self) -> Row[Any]:
        """Which of them goes up in the other."""
        return self.one if self.stays is self.other else self.other


def similar(actor: Actor, names: Sequence[str], country: str | None, without: int | None = None) -> list[Lookalike]:
    """Organisations of ``country`` that the actor may see and that look like one of ``names``, the likest first.

    Where nobody said a country yet, those of every country. ``without`` is the key of the organisation that the names
    belong to, if it is in the register.
    """
    return [found for found in similar_to_each(actor, [(names, country or "")])[0] if found.id != without][:MOST_WARNED]


def of_number(
    actor: Actor, pic: str | None, register_number: str | None, country: str | None, without: int | None = None
) -> list[Lookalike]:
    """Organisations that the actor may see with the same PIC, or the same register number in the same country."""
    ways = [Organisation.pic == pic] if pic else []
    if register_number and country:
        ways.append(
            and_(_number(Organisation.register_number) == _plain(register_number), Organisation.country == country)
        )
    if not ways:
        return []
    columns = (Organisation.id, Organisation.name, Organisation.native_name, Organisation.category)
    more = (Organisation.country, Organisation.city, Organisation.pic, Organisation.register_number)
    statement = (
        select(*columns, *more).where(or_(*ways), visible_to(actor)).order_by(Organisation.name_key).limit(AT_ONCE)
    )
    return [
        Lookalike(*row[:6], alike=(pic if row.pic == pic else None) or row.register_number or "", score=100.0)
        for row in db.session.execute(statement)
        if row.id != without
    ][:MOST_WARNED]


def _plain(number: str) -> str:
    return "".join(filter(str.isalnum, number)).lower()


def _number(column: Any) -> Any:
    """A register number as it is compared: people write it with and without what stands between figures."""
    for between in (" ", "-", ".", "/"):
        column = func.replace(column, between, "")
    return func.lower(column)


def similar_to_each(actor: Actor, asked: Sequence[Asked]) -> list[list[Lookalike]]:
    """The same for many organisations at once, as an import brings them: one statement for fifty of them."""
    every = sorted(portal.consortium().by_country)
    answers: list[list[Lookalike]] = []
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        keys = [[key for key in map(duplicate_key, names) if key] for names, _country in some]
        places = [
            {block for key in found for code in ([country] if country else every) for block in blocks(code, key)}
            for found, (_, country) in zip(keys, some, strict=True)
        ]
        by_block: dict[str, list[Row[Any]]] = {}
        for row in _named(actor, sorted(set().union(*places))):
            for block in {row.head_block, row.tail_block}:
                by_block.setdefault(block, []).append(row)
        for found, wanted in zip(keys, places, strict=True):
            answers.append(_likest(found, {row for block in wanted for row in by_block.get(block, ())}))
    return answers


def _named(actor: Actor, wanted: Sequence[str]) -> Sequence[Any]:
    if not wanted:
        return ()
    # Looked up first: with many blocks a database would rather go through every organisation than use both indexes.
    met = union(select(N.id).where(N.head_block.in_(wanted)), select(N.id).where(N.tail_block.in_(wanted)))
    statement = (
        select(
            *(N.organisation_id, N.text, N.duplicate_key, N.head_block, N.tail_block),
            *(
                Organisation.name,
                Organisation.native_name,
                Organisation.category,
                Organisation.country,
                Organisation.city,
            ),
        )
        .join(Organisation, Organisation.id == N.organisation_id)
        .where(N.id.in_(met.scalar_subquery()), visible_to(actor))
        .order_by(N.id)
        .limit(MOST_NAMES)
    )
    return db.session.execute(statement).all()


def _likest(keys: Sequence[str], rows: set[Row[Any]]) -> list[Lookalike]:
    best: dict[int, Lookalike] = {}
    for row in rows:
        score = max((likeness(key, row.duplicate_key) for key in keys), default=0.0)
        known = best.get(row.organisation_id)
        if score and (known is None or (score, row.text) > (known.score, known.alike)):
            best[row.organisation_id] = Lookalike(
                row.organisation_id,
                row.name,
                row.native_name,
                row.category,
                row.country,
                row.city,
                row.text,
                score,
            )
    return sorted(best.values(), key=lambda found: (-found.score, found.name, found.id))


def pairs(actor: Actor, country: str | None) -> tuple[list[Pair], bool]:
    """Pairs of organisations that look alike, the likest first, and whether there are more than are given.

    ``country`` narrows them. Pairs that somebody found to be different are left out.
    """
    return pairs_of(actor, _candidates(country))


def pairs_of(actor: Actor, candidates: Sequence[Row[Any]]) -> tuple[list[Pair], bool]:
    """The pairs among rows of two names, the likest first, and whether there are more than are given."""
    best: dict[tuple[int, int], tuple[float, str, str]] = {}
    for row in candidates:
        score = likeness(row.one_key, row.other_key)
        key = (row.one_id, row.other_id)
        if score and score > best.get(key, (0.0, "", ""))[0]:
            best[key] = (score, row.one_text, row.other_text)
    likest = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
    shown = likest[:MOST_PAIRS]
    known = _organisations(actor, {key for pair, _found in shown for key in pair})
    return list(_pairs(actor, shown, known)), len(likest) > len(shown)


def _pairs(
    actor: Actor, shown: Sequence[tuple[tuple[int, int], tuple[float, str, str]]], known: dict[int, Row[Any]]
) -> Iterator[Pair]:
    for (one, other), (score, one_text, other_text) in shown:
        if one in known and other in known:
            may = all(actor.may(Permission.STAKEHOLDER_MERGE, _Reached(known[key])) for key in (one, other))
            yield Pair(known[one], known[other], one_text, other_text, score, may)


class _Reached:
    """A row of an organisation, as rights are judged."""

    def __init__(self, row: Row[Any]) -> None:
        self.access_country: str | None = row.country
        self.access_organisations = frozenset({row.id})


def _candidates(country: str | None) -> Sequence[Row[Any]]:
    one, other = aliased(OrganisationName), aliased(OrganisationName)
    different = exists().where(NotTheSame.low_id == one.organisation_id, NotTheSame.high_id == other.organisation_id)
    columns = (
        one.organisation_id.label("one_id"),
        other.organisation_id.label("other_id"),
        one.text.label("one_text"),
        other.text.label("other_text"),
        one.duplicate_key.label("one_key"),
        other.duplicate_key.label("other_key"),
    )

    def meeting(mine: Any, theirs: Any) -> Any:
        statement = select(*columns).join(other, and_(mine == theirs, one.organisation_id < other.organisation_id))
        statement = statement.where(~different)
        return statement.where(mine.startswith(f"{country} ", autoescape=True)) if country else statement

    both = union(
        meeting(one.head_block, other.head_block), meeting(one.tail_block, other.tail_block), *_of_one_number(country)
    )
    found = both.limit(MOST_CANDIDATES).subquery()
    return plain_rows(db.session, select(found))


def _of_one_number(country: str | None) -> Iterator[Any]:
    """Pairs that have the same PIC, and those of one country that have the same register number."""
    one, other = aliased(Organisation), aliased(Organisation)
    different = exists().where(NotTheSame.low_id == one.id, NotTheSame.high_id == other.id)
    numbers = (
        (one.pic, other.pic, one.pic == other.pic),
        (
            one.register_number,
            other.register_number,
            and_(_number(one.register_number) == _number(other.register_number), one.country == other.country),
        ),
    )
    for mine, theirs, same in numbers:
        key = _number(mine)  # Of both sides the same, which is as like as can be.
        statement = (
            select(one.id, other.id, mine, theirs, key, key)
            .join(other, and_(same, one.id < other.id))
            .where(~different, mine != "", one.absorbed_by_id.is_(None), other.absorbed_by_id.is_(None))
        )
        yield statement.where(one.country == country) if country else statement


def _organisations(actor: Actor, keys: set[int]) -> dict[int, Any]:
    O = Organisation  # noqa: E741, N806 - the table, named in every line
    columns = (O.id, O.name, O.name_language, O.native_name, O.native_language, O.country, O.city, O.category)
    marks = (O.is_partner, O.is_example)
    rows = db.session.execute(select(*columns, *marks).where(O.id.in_(keys), visible_to(actor)))
    return {row.id: row for row in rows}
