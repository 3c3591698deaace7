"""What can be asked about memoranda."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, bindparam, false, func, or_, select, true
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import aliased, selectinload

from app.core import portal, records
from app.core.access import Actor, Permission
from app.core.database import hold
from app.core.reach import reach
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import MicroCredential
from app.mou import rules
from app.mou.models import (
    CONCLUDED,
    RUNNING,
    SHOWN,
    Mou,
    MouCommitment,
    MouParty,
    MouSignatory,
    MouState,
    MouTemplate,
    MouTemplateVersion,
    MouTermination,
    reference,
)
from app.stakeholders.models import Organisation

Found = Row[*tuple[Any, ...]]
# Tables whose rows are part of a memorandum rather than records that refer to it.
OWN_TABLES = frozenset({Mou.link_model.__tablename__, MouParty.__tablename__, MouCommitment.__tablename__})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Memoranda the actor may see: the consortium all, everybody what is published, parties also their own."""
    if actor.is_internal:
        return true()
    published = Mou.is_published.is_(True) & Mou.state.in_(SHOWN)
    if not actor.organisations or not actor.may(Permission.MOU_READ):
        return published
    own = select(MouParty.mou_id).where(MouParty.organisation_id.in_(actor.organisations))
    return or_(published, Mou.id.in_(own) & Mou.state.not_in((MouState.DRAFT, MouState.WITHDRAWN)))


def inside(actor: Actor, mou_id: int) -> Mou:
    """One memorandum whose documents the actor may read. Raises ``NoResultFound``, also for what is only published."""
    found = mou(actor, mou_id)
    if not is_insider(actor, found):
        raise NoResultFound
    return found


def mou(actor: Actor, mou_id: int) -> Mou:
    """One memorandum with its parties. Raises ``NoResultFound`` when there is none, or it is not open to the actor."""
    return db.session.execute(_one(actor), {"key": mou_id}).scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[Mou]:
    parties = selectinload(Mou.parties)
    return (
        select(Mou)
        .where(Mou.id == bindparam("key"), visible_to(actor))
        .options(
            parties.joinedload(MouParty.organisation),
            parties.selectinload(MouParty.signatories),
            selectinload(Mou.commitments),
            selectinload(Mou.termination),
        )
    )


def reference_of(found: Mou | int) -> str:
    """The number of a memorandum as people write it."""
    key = found if isinstance(found, int) else found.id
    return reference(key, portal.consortium().acronym)


def key_of(written: str) -> int:
    """The key of a memorandum by its number as somebody writes it, with the acronym or without; 0 for what is none."""
    acronym = re.escape(portal.consortium().acronym)
    found = re.fullmatch(rf"\s*(?:{acronym}-MoU-)?0*(\d{{1,9}})\s*", written, re.IGNORECASE)
    return int(found[1]) if found else 0


def lock(mou: Mou) -> None:
    """Hold the memorandum as ``hold`` does: two who sign at once would otherwise conflict on its version."""
    hold(mou)


def is_for_everybody(found: Mou) -> bool:
    """Whether everybody may see the memorandum, as ``visible_to`` says of who is not signed in."""
    return found.is_published and found.state in SHOWN


def is_insider(actor: Actor, found: Mou) -> bool:
    """Whether the actor may read what a memorandum says, and its documents: the consortium and the parties may.

    Who sees it because it is published learns that there is one, between whom, on what and until when.
    """
    return actor.is_internal or bool(actor.organisations & {party.organisation_id for party in found.parties})


def history(actor: Actor, found: Mou) -> Sequence[Found]:
    """How it came to its state, oldest first; who moved it is the consortium's own business."""
    return moves_of(db.session, found) if actor.is_internal else []


def party(actor: Actor, mou_id: int, party_id: int) -> MouParty:
    """One party of a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = select(MouParty).join(Mou).where(MouParty.id == party_id, Mou.id == mou_id, visible_to(actor))
    return db.session.execute(wanted).scalar_one()


def signatory(actor: Actor, mou_id: int, signatory_id: int) -> MouSignatory:
    """One signatory of a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = (
        select(MouSignatory)
        .join(MouParty)
        .join(Mou)
        .where(MouSignatory.id == signatory_id, Mou.id == mou_id, visible_to(actor))
    )
    return db.session.execute(wanted).scalar_one()


def commitment(actor: Actor, mou_id: int, commitment_id: int) -> MouCommitment:
    """One commitment of a memorandum the actor may see. Raises ``NoResultFound``."""
    wanted = (
        select(MouCommitment).join(Mou).where(MouCommitment.id == commitment_id, Mou.id == mou_id, visible_to(actor))
    )
    return db.session.execute(wanted).scalar_one()


def templates() -> Sequence[MouTemplate]:
    """The templates that are offered, with their versions."""
    wanted = select(MouTemplate).where(MouTemplate.is_retired.is_(False)).order_by(MouTemplate.id)
    return db.session.scalars(wanted.options(selectinload(MouTemplate.versions))).all()


def all_templates() -> Sequence[MouTemplate]:
    """Every template, those that are retired included, with their versions."""
    return db.session.scalars(
        select(MouTemplate).order_by(MouTemplate.id).options(selectinload(MouTemplate.versions))
    ).all()


def template(template_id: int) -> MouTemplate:
    """One template with its versions. Raises ``NoResultFound``."""
    wanted = select(MouTemplate).where(MouTemplate.id == template_id).options(selectinload(MouTemplate.versions))
    return db.session.execute(wanted).scalar_one()


def uses(actor: Actor) -> Mapping[int, int]:
    """How many memoranda that the actor may see were begun with each version of a template, by its key."""
    wanted = select(Mou.template_version_id, func.count(Mou.id)).where(visible_to(actor))
    rows = db.session.execute(wanted.group_by(Mou.template_version_id))
    return {row[0]: row[1] for row in rows}


def newer_version(found: Mou) -> MouTemplateVersion | None:
    """The version that is offered instead of the one a memorandum was begun with, if there is a newer one."""
    template = found.template_version.template
    return None if template.is_retired or template.current is found.template_version else template.current


def by_organisation(actor: Actor, organisation_id: int) -> Select[Any]:
    """Memoranda an organisation is a party of, newest first."""
    own = select(MouParty.mou_id).where(MouParty.organisation_id == organisation_id)
    return select(Mou).where(Mou.id.in_(own), visible_to(actor)).order_by(Mou.id.desc())


def newest_versions() -> list[MouTemplateVersion]:
    """The newest version of each template that is offered."""
    return [template.current for template in templates()]


def own_organisation(actor: Actor) -> Organisation | None:
    """The one organisation the actor speaks for, where it is a partner."""
    wanted = select(Organisation).where(Organisation.id.in_(actor.organisations), Organisation.is_partner.is_(True))
    found = db.session.scalars(wanted.order_by(Organisation.id).limit(2)).all() if actor.organisations else []
    return found[0] if len(found) == 1 else None


def language_of(country: str | None) -> str | None:
    """The first language of a country of the consortium."""
    known = portal.consortium().by_country.get(country or "")
    return next(iter(known.languages), None) if known else None


def clauses_of(found: Mou) -> list[dict[str, Any]]:
    """The clauses of a memorandum as its template has them, those that are off left out."""
    return [
        clause
        for clause in found.template_version.content["clauses"]
        if clause["mandatory"] or clause["code"] in found.clauses
    ]


def renewal(found: Mou) -> Mou | None:
    """The memorandum that renews this one, or is drafted to, and was not given up."""
    wanted = select(Mou).where(Mou.renews_id == found.id, Mou.state != MouState.WITHDRAWN).order_by(Mou.id.desc())
    return db.session.scalars(wanted.limit(1)).one_or_none()


def ending(actor: Actor, today: date, days: int = max(rules.REMINDED_BEFORE)) -> list[tuple[Mou, date]]:
    """Memoranda the actor may end or renew that call for it within so many days, each with the day, the next one first.

    The day is the last one, or for what goes on by itself, the last on which notice can be given. Nothing calls for it
    where it is terminated, renewed by what everybody has signed, or an addendum.
    """
    if not actor.may(Permission.MOU_EDIT):
        return []
    reached = reach(actor, Permission.MOU_EDIT, country=Mou.country, owned_by=Mou.owner_id.in_)
    mine = Mou.created_by_id == actor.user_id if actor.user_id is not None else false()
    until = today + timedelta(days=days)
    follower = aliased(Mou)
    succeeded = select(follower.id).where(follower.renews_id == Mou.id, follower.state.in_(CONCLUDED)).exists()
    statement = (
        select(Mou)
        .where(Mou.state.in_(RUNNING), Mou.amends_id.is_(None), visible_to(actor), reached | mine)
        .where(Mou.last_day >= today)
        .where((Mou.last_day <= until) | Mou.auto_renew.is_(True))
        .where(~select(MouTermination.id).where(MouTermination.mou_id == Mou.id).exists(), ~succeeded)
    )
    found = [(one, _by(one)) for one in db.session.scalars(statement)]
    return sorted(((one, by) for one, by in found if today <= by <= until), key=lambda entry: (entry[1], entry[0].id))


def _by(found: Mou) -> date:
    return rules.deadline(found.last_day or date.max, found.notice_days, goes_on=found.auto_renew)


def is_succeeded(found: Mou) -> bool:
    """Whether a memorandum that everybody has signed renews this one."""
    successor = renewal(found)
    return successor is not None and successor.state in CONCLUDED


def addenda(found: Mou, states: Collection[MouState] | None = None) -> Sequence[Mou]:
    """The addenda to a memorandum that were not given up, or those in ``states``, oldest first."""
    wanted = select(Mou).where(Mou.amends_id == found.id).order_by(Mou.id)
    named = Mou.state != MouState.WITHDRAWN if states is None else Mou.state.in_(states)
    return db.session.scalars(wanted.where(named)).all()


def seen(actor: Actor, keys: Collection[int | None]) -> dict[int, Mou]:
    """Those of some memoranda that the actor may see, by their keys; it asks nothing where there are none."""
    wanted = [key for key in keys if key is not None]
    if not wanted:
        return {}
    return {one.id: one for one in db.session.scalars(select(Mou).where(Mou.id.in_(wanted), visible_to(actor)))}


def followers(actor: Actor, found: Mou) -> Sequence[Mou]:
    """What renews or amends a memorandum, or is drafted to, as the actor may see it, oldest first."""
    follows = or_(Mou.renews_id == found.id, Mou.amends_id == found.id)
    return db.session.scalars(select(Mou).where(follows, visible_to(actor)).order_by(Mou.id)).all()


def changed_by_addenda(found: Mou) -> list[tuple[Mou, list[MicroCredential], list[MicroCredential]]]:
    """The addenda that are in force, each with the micro-credentials it adds to and takes from what stood before it."""
    before, rows = list(found.microcredentials), []
    for one in addenda(found, {MouState.IN_FORCE}):
        now = list(one.microcredentials)
        rows.append((one, [mc for mc in now if mc not in before], [mc for mc in before if mc not in now]))
        before = now
    return rows


def open_addendum(found: Mou) -> Mou | None:
    """The addendum to a memorandum that is drafted or out for signature."""
    return next((one for one in addenda(found) if one.state not in CONCLUDED), None)


def referrers(found: Mou) -> list[str]:
    """What the records are called that refer to the memorandum and are no part of it."""
    return records.referrers(db.session, found, OWN_TABLES)


def languages_of(version: MouTemplateVersion) -> Collection[str]:
    """Codes of the languages a template has texts in."""
    return list(version.content["title"])


def optional_clauses(version: MouTemplateVersion) -> frozenset[str]:
    """Codes of the clauses of a template that may be left out."""
    return frozenset(clause["code"] for clause in version.content["clauses"] if not clause["mandatory"])


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.title,
        url=f"/mou/{row.id}",
        state=row.state,
        note=str(row.instrument.label),
        is_example=row.is_example,
    )


register(
    LinkKind(
        model=Mou,
        label=_l("Memoranda"),
        icon="pen",
        visible_to=visible_to,
        columns=(Mou.id, Mou.title, Mou.instrument, Mou.state, Mou.is_example),
        present=_linked,
    )
)
