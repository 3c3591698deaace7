"""What can be asked about memoranda."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import selectinload

from app.core import portal, records
from app.core.access import Actor, Permission
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.mou.models import (
    Mou,
    MouCommitment,
    MouParty,
    MouSignatory,
    MouState,
    MouTemplate,
    MouTemplateVersion,
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
    published = Mou.is_published.is_(True) & Mou.state.in_((MouState.IN_FORCE, MouState.EXPIRED, MouState.RENEWED))
    if not actor.organisations or not actor.may(Permission.MOU_READ):
        return published
    own = select(MouParty.mou_id).where(MouParty.organisation_id.in_(actor.organisations))
    return or_(published, Mou.id.in_(own) & Mou.state.not_in((MouState.DRAFT, MouState.WITHDRAWN)))


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
        )
    )


def reference_of(found: Mou | int) -> str:
    """The number of a memorandum as people write it."""
    key = found if isinstance(found, int) else found.id
    return reference(key, portal.consortium().acronym)


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
