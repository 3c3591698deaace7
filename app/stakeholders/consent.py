"""What a person agreed to: a ledger of what was given and withdrawn, and what follows from it.

Nothing is overwritten: a withdrawal is a further entry. What stands is the latest entry of each purpose.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ForeignKey, Index, func, or_, select
from sqlalchemy.orm import Mapped, aliased, foreign, mapped_column, relationship

from app.core import clock
from app.core.access import Actor, Permission
from app.core.audit import AppendOnly
from app.core.database import Base
from app.core.errors import Refused
from app.core.files import StoredFile
from app.core.vocabulary import Term
from app.extensions import db
from app.stakeholders.models import LawfulBasis, Person

if TYPE_CHECKING:
    from app.core.access import Scoped


class ConsentPurpose(Term):
    """What a person can agree to."""

    CONTACT = "contact", _l("Being contacted")
    PUBLICATION = "publication", _l("Publication of the name")
    PHOTOS = "photos", _l("Photos")


class ConsentAct(Term):
    """What the person did."""

    GIVEN = "given", _l("Agreed"), "done"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "stopped"


class ConsentWay(Term):
    """How the person said so."""

    FORM = "form", _l("Signed form")
    EMAIL = "email", _l("E-mail or letter")
    ONLINE = "online", _l("Online form")
    SPOKEN = "spoken", _l("In a talk")
    NOT_RECORDED = "not_recorded", _l("Not recorded")


WAYS = tuple(way for way in ConsentWay if way is not ConsentWay.NOT_RECORDED)


class ConsentEntry(AppendOnly, Base):
    """That a person agreed to one purpose on a day, or withdrew it: how, who recorded it and what shows it."""

    __tablename__ = "consent_entry"
    __table_args__ = (Index("ix_consent_entry_person", "person_id", "purpose", "on_day", "id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[ConsentPurpose]
    act: Mapped[ConsentAct]
    on_day: Mapped[date]
    way: Mapped[ConsentWay]
    note: Mapped[str | None]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_by_id: Mapped[int | None]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    evidence: Mapped[StoredFile | None] = relationship()

    @property
    def state(self) -> ConsentAct:
        """What was done, as pages show states."""
        return self.act


def _ledger_of(person_id: Any) -> ColumnElement[bool]:
    """Entries of a person and of those who were merged into this one: evidence stays with whom it was written for."""
    merged: Any = Person.__table__.alias()
    absorbed = select(merged.c.id).where(merged.c.absorbed_by_id == person_id)
    return or_(foreign(ConsentEntry.person_id) == person_id, foreign(ConsentEntry.person_id).in_(absorbed))


# Here and not with the person, whose module can then be used without this one.
Person.consents = relationship(
    ConsentEntry,
    primaryjoin=lambda: _ledger_of(Person.id),
    order_by=(ConsentEntry.on_day, ConsentEntry.id),
    viewonly=True,
)


@dataclass(frozen=True, kw_only=True)
class ConsentFacts:
    """What a person agreed to or withdrew, as somebody wrote it down."""

    act: ConsentAct
    purposes: Sequence[ConsentPurpose]
    on_day: date | None
    way: ConsentWay
    note: str | None = None


def standing(entries: Iterable[ConsentEntry]) -> Mapping[ConsentPurpose, ConsentEntry]:
    """The entry that counts for each purpose: the latest day, and of one day the one recorded last."""
    return {entry.purpose: entry for entry in sorted(entries, key=lambda entry: (entry.on_day, entry.id))}


def is_baseless(basis: LawfulBasis, entries: Iterable[ConsentEntry]) -> bool:
    """Whether data were kept by consent alone and no consent stands any more: then they have to go at once."""
    given = any(entry.act is ConsentAct.GIVEN for entry in standing(entries).values())
    return basis is LawfulBasis.CONSENT and not given


def agreed_to(purpose: ConsentPurpose | None = None) -> ColumnElement[bool]:
    """People whose consent stands, as a criterion: to ``purpose``, or to anything at all."""
    # Not correlated: a database reads the ledger once, not once for each person of a long list.
    stands_in = aliased(Person)
    person_id = func.coalesce(stands_in.absorbed_by_id, stands_in.id)
    newest_first = (ConsentEntry.on_day.desc(), ConsentEntry.id.desc())
    place = func.row_number().over(partition_by=(person_id, ConsentEntry.purpose), order_by=newest_first)
    entries = select(person_id.label("person_id"), ConsentEntry.act, place.label("place")).join(
        ConsentEntry, ConsentEntry.person_id == stands_in.id
    )
    latest = (entries if purpose is None else entries.where(ConsentEntry.purpose == purpose)).subquery()
    return Person.id.in_(select(latest.c.person_id).where(latest.c.place == 1, latest.c.act == ConsentAct.GIVEN))


def is_baseless_criterion() -> ColumnElement[bool]:
    """``is_baseless`` as a criterion."""
    return (Person.lawful_basis == LawfulBasis.CONSENT) & ~agreed_to()


def record_consent(
    actor: Actor, person: Person, facts: ConsentFacts, evidence: StoredFile | None = None
) -> list[ConsentEntry]:
    """Write down what a person agreed to or withdrew, one entry a purpose.

    Raises ``Refused`` without a day, with one to come, and without a purpose; ``NotAllowed`` outside the actor's
    countries.
    """
    actor.check(Permission.PERSON_EDIT, scope_of(person))
    if person.erased_on:
        raise Refused(_("This person was erased."))
    return append(actor, person, facts, evidence)


def day_fault(day: date) -> str | None:
    """Why nobody can have agreed or withdrawn on a day: it is still to come, or of a century before this."""
    if day > clock.today():
        return _("That day is still to come.")
    return _("Write a day of this century.") if day < clock.EARLIEST else None


def append(actor: Actor, person: Person, facts: ConsentFacts, evidence: StoredFile | None = None) -> list[ConsentEntry]:
    """Check and append entries for a person whom the actor may change."""
    if facts.on_day is None:
        raise Refused(on_day=_("Say when the person agreed or withdrew."))
    if fault := day_fault(facts.on_day):
        raise Refused(on_day=fault)
    if not facts.purposes:
        raise Refused(purposes=_("Say what it is about."))
    entries = [
        ConsentEntry(
            person_id=person.id,
            purpose=purpose,
            act=facts.act,
            on_day=facts.on_day,
            way=facts.way,
            note=facts.note,
            evidence=evidence,
            recorded_by_id=actor.user_id,
            recorded_by_name=actor.name,
        )
        for purpose in dict.fromkeys(facts.purposes)
    ]
    db.session.add_all(entries)
    db.session.flush()
    db.session.expire(person, ["consents"])
    return entries


def scope_of(person: Person) -> "Scoped | None":
    """What rights for a person are judged against; one who speaks for nobody is anybody's who may edit people."""
    return person if person.affiliations else None
