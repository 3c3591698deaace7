"""Two organisations become one: what is chosen of each, every reference moved, and all of it undone for thirty days.

The one that goes up in the other keeps its row, its own names and its key, so that its address leads on and undoing
brings it back; it is in no list (``visible_to``). No mail is sent, and records that refer to it get no new version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, select, update

from app.core import clock, merging
from app.core.access import Actor, Permission
from app.core.errors import Refused, expect_version
from app.core.merging import Step
from app.extensions import db
from app.stakeholders.duplicates import blocks, duplicate_key
from app.stakeholders.merge_records import NotTheSame, OrganisationMerge, PersonMerge
from app.stakeholders.models import NameKind, Organisation, OrganisationName, Script
from app.stakeholders.services import script_of

UNDO_DAYS = 30
ORGANISATIONS = cast(Table, Organisation.__table__)
NAMES = cast(Table, OrganisationName.__table__)

# What can be chosen of either; the marks of the project follow from both.
FIELDS: Mapping[str, Any] = {
    "name": _l("Working name"),
    "category": _l("Category"),
    "country": _l("Country"),
    "region": _l("Region"),
    "city": _l("Place"),
    "address": _l("Address"),
    "website": _l("Website"),
    "email": _l("E-mail"),
    "phone": _l("Telephone"),
    "register_number": _l("Register number"),
    "pic": _l("PIC"),
    "size": _l("Size"),
    "recognition_roles": _l("Role in recognition"),
    "notes": _l("Notes"),
}
_NAME = ("text", "language", "script", "search_key", "duplicate_key", "head_block", "tail_block")


@dataclass(frozen=True)
class Versions:
    """The versions of both that the person who decides has looked at."""

    survivor: int | None
    absorbed: int | None


def prefers_other(mine: Any, other: Any, names: Iterable[str] = tuple(FIELDS)) -> set[str]:
    """The fields whose value is taken from the other unless somebody chooses: those of which one's own says nothing."""
    return {name for name in names if not getattr(mine, name) and getattr(other, name)}


def check(actor: Actor, survivor: Organisation, absorbed: Organisation) -> None:
    """Refuse to merge two that cannot be one, or are not the actor's; told of the one that goes at ``other``.

    Raises ``NotAllowed`` and ``Refused``.
    """
    actor.check(Permission.STAKEHOLDER_MERGE, survivor)
    actor.check(Permission.STAKEHOLDER_MERGE, absorbed, at="other")
    if survivor.id == absorbed.id:
        raise Refused(other=_("An organisation cannot be merged with itself."))
    for organisation in (survivor, absorbed):
        if organisation.absorbed_by_id is not None:
            raise Refused(other=_("“%(name)s” was merged already.", name=organisation.name))
    if survivor.partner_number is not None and absorbed.partner_number is not None:
        why = _("Both are partners with a number in the project. Two partners of the project cannot become one here.")
        raise Refused(other=why)


def merge(
    actor: Actor, survivor: Organisation, absorbed: Organisation, versions: Versions, chosen: set[str]
) -> OrganisationMerge:
    """Let ``absorbed`` go up in ``survivor``, which takes the fields ``chosen`` from it.

    Raises what ``check`` raises, and ``EditConflict`` when somebody saved one of them in between.
    """
    check(actor, survivor, absorbed)
    expect_version(survivor, versions.survivor)
    expect_version(absorbed, versions.absorbed)
    db.session.flush()
    steps = _join_names(survivor, absorbed, chosen)
    steps += merging.move(db.session, ORGANISATIONS, absorbed.id, survivor.id)
    steps += _join_facts(survivor, absorbed, chosen)
    _touch(survivor, absorbed)
    record = OrganisationMerge(
        survivor_id=survivor.id, absorbed_id=absorbed.id, absorbed_name=absorbed.name, steps=steps, merged_by=actor.name
    )
    db.session.add(record)
    db.session.flush()
    db.session.expire_all()
    return record


def undo(actor: Actor, record: OrganisationMerge) -> Organisation:
    """Make two of one again, and answer the one that comes back.

    What somebody changed since stays as it is. Raises ``NotAllowed`` and, where it is too late, ``Refused``.
    """
    survivor = db.session.get_one(Organisation, record.survivor_id)
    absorbed = db.session.get_one(Organisation, record.absorbed_id)
    for organisation in (survivor, absorbed):
        actor.check(Permission.STAKEHOLDER_MERGE, organisation)
    _refuse_late(record, survivor)
    merging.take_back(db.session, ORGANISATIONS, record.steps)
    _touch(survivor, absorbed)
    record.undone_by, record.undone_at = actor.name, clock.now()
    db.session.flush()
    db.session.expire_all()
    _find_again(survivor)
    return absorbed


def can_be_undone(record: OrganisationMerge | PersonMerge) -> bool:
    """Whether it is not too late."""
    return record.undone_at is None and clock.now() - record.merged_at <= timedelta(days=UNDO_DAYS)


def keep_apart(actor: Actor, one: Organisation, other: Organisation) -> None:
    """Remember that two organisations are not the same; saying so again changes nothing."""
    for organisation in (one, other):
        actor.check(Permission.STAKEHOLDER_MERGE, organisation)
    if one.id == other.id:
        raise Refused(_("An organisation is the same as itself."))
    low, high = sorted((one.id, other.id))
    known = select(NotTheSame.id).where(NotTheSame.low_id == low, NotTheSame.high_id == high)
    if db.session.scalar(known) is None:
        db.session.add(NotTheSame(low_id=low, high_id=high, decided_by=actor.name))
        db.session.flush()


def _refuse_late(record: OrganisationMerge, survivor: Organisation) -> None:
    if record.undone_at is not None:
        raise Refused(_("This merge was undone already."))
    if not can_be_undone(record):
        raise Refused(_("A merge can be undone for %(count)s days; they are over.", count=UNDO_DAYS))
    if survivor.absorbed_by_id is not None:
        raise Refused(_("“%(name)s” was merged itself since. Undo that first.", name=survivor.name))
    later = db.session.scalar(
        select(OrganisationMerge.absorbed_name)
        .where(
            OrganisationMerge.survivor_id == record.survivor_id,
            OrganisationMerge.id > record.id,
            OrganisationMerge.undone_at.is_(None),
        )
        .order_by(OrganisationMerge.id.desc())
    )
    if later is not None:
        raise Refused(_("“%(name)s” was merged into it later. Undo that first.", name=later))


def _join_names(survivor: Organisation, absorbed: Organisation, chosen: set[str]) -> list[Step]:
    """Give the survivor every name of the other, once, and take those of the other out of the search for doubles."""
    table, session, steps = NAMES, db.session, []
    mine, theirs = _names(survivor.id), _names(absorbed.id)
    takes_name = "name" in chosen
    known = {(row["text"], row["language"]) for row in mine}
    place = max((row["position"] for row in mine), default=-1)
    for row in theirs:
        copy = {name: row[name] for name in _NAME}
        kind = NameKind.ALSO if row["kind"] is NameKind.WORKING else row["kind"]
        is_new = (row["text"], row["language"]) not in known
        if takes_name and row["text"] == absorbed.name and (working := _working(mine, survivor.name)) is not None:
            steps.append(merging.change_row(session, table, working, copy))
            copy, kind, is_new = {name: working[name] for name in _NAME}, NameKind.ALSO, True
            takes_name = False
        if is_new:
            place += 1
            row_of_mine = {"organisation_id": survivor.id, "kind": kind, "position": place, **copy}
            steps.append(merging.add_row(session, table, row_of_mine))
            known.add((row["text"], row["language"]))
        hidden = dict.fromkeys(("duplicate_key", "head_block", "tail_block"))
        steps.append(merging.change_row(session, table, row, hidden))
    country = absorbed.country if "country" in chosen else survivor.country
    return [*steps, *_look_up_in(country, survivor.id)]


def _look_up_in(country: str, organisation_id: int) -> list[Step]:
    """Let names be looked up in the country that was chosen."""
    steps = []
    for row in _names(organisation_id):
        head, tail = blocks(country, row["duplicate_key"] or duplicate_key(row["text"]))
        if (head, tail) != (row["head_block"], row["tail_block"]):
            found = {"head_block": head, "tail_block": tail}
            steps.append(merging.change_row(db.session, NAMES, row, found))
    return steps


def _join_facts(survivor: Organisation, absorbed: Organisation, chosen: set[str]) -> list[Step]:
    table, session = ORGANISATIONS, db.session
    facts: dict[str, Any] = {name: getattr(absorbed, name) for name in FIELDS if name in chosen}
    if "city" in chosen:
        facts["city_key"] = absorbed.city_key
    if "name" in chosen:
        facts |= {"name_language": absorbed.name_language, "name_key": absorbed.name_key}
    first, second = (absorbed, survivor) if "name" in chosen else (survivor, absorbed)
    facts["native_name"], facts["native_language"] = next(filter(all, map(_native, (first, second))), (None, None))
    if facts["native_name"] == first.name:
        facts["native_name"] = facts["native_language"] = None
    keys = dict.fromkeys(f"{survivor.search_key} | {absorbed.search_key}".split(" | "))
    facts["search_key"] = " | ".join(keys)
    if absorbed.is_partner and not survivor.is_partner:
        facts |= {name: getattr(absorbed, name) for name in ("is_partner", "partner_number", "is_coordinator")}
    facts["is_example"] = survivor.is_example and absorbed.is_example
    gone: dict[str, Any] = {"absorbed_by_id": survivor.id}
    if absorbed.partner_number is not None:
        gone["partner_number"] = None
    changed = {name: value for name, value in facts.items() if value != getattr(survivor, name)}
    steps = [merging.change_row(session, table, _row(absorbed.id), gone)]
    return [*steps, merging.change_row(session, table, _row(survivor.id), changed)] if changed else steps


def _native(organisation: Organisation) -> tuple[str | None, str | None]:
    """The name in the national language and its language: the working name where that is one."""
    if organisation.native_name is None and script_of(organisation.name) is not Script.LATN:
        return organisation.name, organisation.name_language
    return organisation.native_name, organisation.native_language


def _touch(*organisations: Organisation) -> None:
    """Give both a new version, so that a form opened before is told; this alone undoing does not take back."""
    table = ORGANISATIONS
    for organisation in organisations:
        values = {"version": table.c.version + 1, "updated_at": clock.now()}
        db.session.connection().execute(update(table).where(table.c.id == organisation.id).values(values))
        db.session.expire(organisation)


def _find_again(survivor: Organisation) -> None:
    """Find the survivor under the names it has now, where somebody gave it others before the merge was undone."""
    keys = dict.fromkeys(row["search_key"] for row in _names(survivor.id))
    if keys and set(keys) != set(survivor.search_key.split(" | ")):
        survivor.search_key = " | ".join(keys)
        db.session.flush()


def _names(organisation_id: int) -> list[Mapping[str, Any]]:
    table = NAMES
    statement = select(table).where(table.c.organisation_id == organisation_id).order_by(table.c.id)
    return [dict(row) for row in db.session.connection().execute(statement).mappings()]


def _working(names: list[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    return next((row for row in names if row["text"] == name), None)


def _row(organisation_id: int) -> Mapping[str, Any]:
    table = ORGANISATIONS
    return dict(db.session.connection().execute(select(table).where(table.c.id == organisation_id)).mappings().one())
