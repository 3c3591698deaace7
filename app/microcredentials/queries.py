"""What can be asked about micro-credentials."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import joinedload, selectinload

from app.core.access import Actor, Permission
from app.core.audit import AuditEntry
from app.core.database import plain_rows
from app.core.files import StoredFile
from app.core.i18n import read_in
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.reach import reach
from app.core.search_key import search_key
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState, microcredential_developer
from app.stakeholders.models import Organisation, OrganisationName
from app.stakeholders.queries import visible_to as organisations_visible_to

MOST_OPTIONS = 20
# As many as a device keeps to choose from without a network.
MOST_ON_A_DEVICE = 500
MOST_CHANGES = 20
MOST_DEVELOPERS = 200
CHUNK = 500

M = MicroCredential
_NAMED = (Organisation.id, Organisation.name)
FOUND_BY = FoundBy((M.code, M.title), M.search_key)
_CHANGES = (
    select(AuditEntry.happened_at, AuditEntry.changes, AuditEntry.action, AuditEntry.actor_name)
    .where(AuditEntry.record_kind == bindparam("kind"), AuditEntry.record_id == bindparam("key"))
    .order_by(AuditEntry.id.desc())
    .limit(MOST_CHANGES)
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Micro-credentials the actor may see: the consortium all, everybody else those that are or were published."""
    if actor.is_internal:
        return true()
    return or_(M.state == MicroCredentialState.PUBLISHED, M.published_at.is_not(None))


def reached(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Micro-credentials that the actor has ``permission`` for, as ``Actor.may`` says of each."""

    def developed_by(keys: Collection[int]) -> ColumnElement[bool]:
        return M.developers.any(Organisation.id.in_(keys))

    return reach(actor, permission, country=M.country, owned_by=developed_by)


def by_code(actor: Actor, code: str) -> MicroCredential:
    """One micro-credential with the names of its organisations; what else belongs to it comes when it is asked for.

    Raises ``NoResultFound`` when it does not exist or is not open to the actor.
    """
    return db.session.execute(_one(actor), {"code": code.upper()}).unique().scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[MicroCredential]:
    return (
        select(M)
        .where(M.code == bindparam("code"), visible_to(actor))
        .options(joinedload(M.awarding_body).load_only(*_NAMED), joinedload(M.developers).load_only(*_NAMED))
    )


def named(actor: Actor, code: str) -> Row[*tuple[Any, ...]]:
    """Key and code of one micro-credential alone. Raises ``NoResultFound`` as ``by_code``."""
    rows = plain_rows(db.session, _named(actor), {"code": code.upper()})
    if not rows:
        raise NoResultFound
    return rows[0]


@lru_cache(maxsize=256)
def _named(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select(M.id, M.code).where(M.code == bindparam("code"), visible_to(actor))


def is_code(code: str) -> bool:
    """Whether there is a micro-credential of this code, for what lists and pictures are narrowed by.

    Events show what they concern before it is published, so that it may be asked for, too.
    """
    return db.session.scalar(select(M.id).where(M.code == code.upper().replace("\0", ""))) is not None


def by_keys(actor: Actor, keys: Sequence[int]) -> list[MicroCredential]:
    """The micro-credentials with these keys that the actor may see, by code."""
    return list(db.session.scalars(select(M).where(M.id.in_(keys), visible_to(actor)).order_by(M.code)))


def by_codes(actor: Actor, codes: Sequence[str]) -> list[MicroCredential]:
    """The micro-credentials with these codes that the actor may see, with everything in them."""
    found: list[MicroCredential] = []
    for start in range(0, len(codes), CHUNK):
        found += db.session.scalars(with_everything(actor).where(M.code.in_(codes[start : start + CHUNK])))
    return found


def codes_of(keys: Sequence[int]) -> dict[int, str]:
    """Codes by key, for whoever links to designs it found elsewhere; the design's own page decides who sees it."""
    return {row.id: row.code for row in db.session.execute(select(M.id, M.code).where(M.id.in_(keys)))}


def codes_beside(actor: Actor, link: type[Any], key: SQLColumnExpression[int]) -> ScalarSelect[str]:
    """A column beside the rows of a list: the codes of what a record concerns and the actor may see, in one text.

    ``link`` is the ``link_model`` of the record's kind, ``key`` the column of the list that has the record's key. What
    it holds is read by ``codes_in``.
    """
    return (
        select(func.aggregate_strings(M.code, " "))
        .join(link, link.microcredential_id == M.id)
        .where(link.record_id == key, visible_to(actor))
        .correlate_except(M, link)
        .scalar_subquery()
    )


def codes_in(text: str | None) -> list[str]:
    """The codes in a column that ``codes_beside`` made, in their order."""
    return sorted((text or "").split())


def with_everything(actor: Actor) -> Select[MicroCredential]:
    """Micro-credentials the actor may see, ready to be written into a file or compared with one."""
    return (
        select(M)
        .where(visible_to(actor))
        .options(
            selectinload(M.awarding_body),
            selectinload(M.developers),
            selectinload(M.outcomes),
            selectinload(M.assessments),
        )
    )


def organisations_called(actor: Actor, names: Iterable[str]) -> dict[str, list[Organisation]]:
    """Organisations by how a file names them: any of their names in any script, or ``#`` and their number."""
    wanted = list(names)
    keys = {name: search_key(name) for name in wanted}
    numbers = {name: int(name[1:]) for name in wanted if name[1:].isascii() and name[1:].isdigit() and len(name) < 12}
    by_key: dict[str, dict[int, Organisation]] = {}
    by_number: dict[int, Organisation] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        named = select(OrganisationName.search_key, Organisation).join(OrganisationName.organisation)
        named = named.where(OrganisationName.search_key.in_([keys[name] for name in chunk if keys[name]]))
        for key, organisation in db.session.execute(named.where(organisations_visible_to(actor))):
            by_key.setdefault(key, {})[organisation.id] = organisation
        numbered = [numbers[name] for name in chunk if name.startswith("#") and name in numbers]
        if numbered:
            rows = db.session.scalars(
                select(Organisation).where(Organisation.id.in_(numbered), organisations_visible_to(actor))
            )
            by_number.update({organisation.id: organisation for organisation in rows})
    return {
        name: [by_number[numbers[name]]]
        if name.startswith("#") and numbers.get(name) in by_number
        else list(by_key.get(keys[name], {}).values())
        for name in wanted
    }


def find_options(actor: Actor, query: str, language: str, most: int = MOST_OPTIONS) -> list[Option]:
    """Micro-credentials found by code or title in any script, for a picker; retired ones are not offered."""
    statement = select(M).where(visible_to(actor), M.state != MicroCredentialState.RETIRED)
    if search_key(query):
        statement = statement.where(FOUND_BY.holds(query)).order_by(FOUND_BY.nearness(query))
    return [_option(row, language) for row in db.session.scalars(statement.order_by(M.code).limit(most))]


def options_of(actor: Actor, keys: Sequence[int], language: str) -> list[Option]:
    """The micro-credentials with these keys that the actor may see, for a picker; retired ones stay chosen."""
    return [_option(row, language) for row in by_keys(actor, keys)]


def developers(actor: Actor) -> list[tuple[str, str]]:
    """Key and name of the organisations that develop what the actor may see, for a filter."""
    link = microcredential_developer.c
    developing = select(link.organisation_id).join(M, M.id == link.microcredential_id).where(visible_to(actor))
    rows = db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_(developing))
        .order_by(Organisation.name_key)
        .limit(MOST_DEVELOPERS)
    )
    return [(str(row.id), row.name) for row in rows]


def uploaded_file(actor: Actor, file_id: int) -> StoredFile:
    """A file this person sent. Raises ``NoResultFound`` for any other."""
    return db.session.execute(
        select(StoredFile).where(StoredFile.id == file_id, StoredFile.uploaded_by_id == actor.user_id)
    ).scalar_one()


def history(actor: Actor, microcredential: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """How it came to its state, oldest first; who moved it is the consortium's own business."""
    return moves_of(db.session, microcredential) if actor.is_internal else []


def changes(actor: Actor, microcredential: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was changed last and by whom, for those who may read the audit."""
    if not actor.may(Permission.AUDIT_READ):
        return []
    return plain_rows(db.session, _CHANGES, {"kind": M.__tablename__, "key": microcredential.id})


def _option(microcredential: MicroCredential, language: str) -> Option:
    reading = read_in(microcredential.title, language)
    native = next((text for code, text in microcredential.title.items() if code not in ("en", "de", language)), "")
    return Option(
        value=microcredential.id,
        label=reading.text if reading else microcredential.code,
        code=microcredential.code,
        native="" if reading and native == reading.text else native,
        note=str(microcredential.state.label),
        is_example=microcredential.is_example,
    )
