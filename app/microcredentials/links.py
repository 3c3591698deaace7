"""The one way in which records are tied to micro-credentials.

A model that takes ``ConcernsMicroCredentials`` gets a link table of its own with real foreign keys,
``.microcredentials``. Its feature registers the kind: what is registered stands on the micro-credential's page, has a
page of its own there and keeps the micro-credential from being deleted; where it is a kind of the network, it is tied
to the micro-credential there. Link rows carry the record's date, so that "everything about this one, newest first"
reads an index and nothing else, whatever its size.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Row, Select, bindparam, event, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from app.core.access import Actor
from app.core.audit import Audited
from app.core.database import Base, plain_rows
from app.microcredentials.models import MicroCredential

MOST_COUNTED = 100


@dataclass(frozen=True)
class LinkedRecord:
    """A record as the page of a micro-credential lists it."""

    dated: date
    title: dict[str, str]
    url: str
    state: Any
    note: str = ""
    is_example: bool = False
    # The title is a name, which nobody translates.
    is_name: bool = False


@dataclass(frozen=True, eq=False)
class LinkKind:
    """How one kind of record presents itself to whoever walks the registry.

    ``visible_to`` is the feature's own criterion; ``columns`` are what ``present`` needs of each row, so that a list of
    fifty reads fifty rows and no entities. What it makes of a row follows from that and the reader's language alone.
    ``open_to`` says who learns that there is such a kind at all.
    """

    model: type["ConcernsMicroCredentials"]
    label: Any
    icon: str
    visible_to: Callable[[Actor], ColumnElement[bool]]
    columns: Sequence[Any]
    present: Callable[[Any], LinkedRecord]
    open_to: Callable[[Actor], bool] = lambda actor: True

    @property
    def name(self) -> str:
        """What its records are called in addresses."""
        return str(self.model.__tablename__)


_registry: dict[str, LinkKind] = {}


def register(kind: LinkKind) -> None:
    """Put a kind of record into the registry; a feature does so when it is imported."""
    _registry[kind.name] = kind


def kinds() -> list[LinkKind]:
    """Every kind of record that can concern micro-credentials."""
    return list(_registry.values())


def kind_named(name: str) -> LinkKind | None:
    """The kind whose records are called ``name`` in addresses."""
    return _registry.get(name)


class MicroCredentialLink:
    """What every link table has: the micro-credential, the record and the record's date."""

    record_id: Mapped[int]
    microcredential_id: Mapped[int]
    dated: Mapped[date]


class ConcernsMicroCredentials:
    """Mixin for a model whose records concern micro-credentials; the model says its date in ``link_date``."""

    __tablename__: Any
    link_model: ClassVar[type[Any]]
    id: Any

    @property
    def link_date(self) -> date:
        """The day by which the record is listed."""
        raise NotImplementedError

    @declared_attr
    @classmethod
    def microcredential_links(cls) -> Mapped[list[Any]]:
        """The rows of the link table; use ``microcredentials``."""
        cls.link_model = _link_model(cls)
        return relationship(
            cls.link_model,
            cascade="all, delete-orphan",
            order_by=cls.link_model.microcredential_id,
            back_populates="record",
        )

    @declared_attr
    @classmethod
    def microcredentials(cls) -> AssociationProxy[list[MicroCredential]]:
        """The micro-credentials the record concerns."""
        return association_proxy(
            "microcredential_links",
            "microcredential",
            creator=lambda microcredential: cls.link_model(microcredential=microcredential),
        )

    def concern(self, microcredentials: Iterable[MicroCredential]) -> None:
        """Say which micro-credentials the record concerns, and no others.

        A link that stays is kept: to replace them all would insert a pair before the old one is gone.
        """
        wanted = dict.fromkeys(microcredentials)
        self.microcredential_links = [link for link in self.microcredential_links if link.microcredential in wanted]
        known = {link.microcredential for link in self.microcredential_links}
        self.microcredentials.extend(microcredential for microcredential in wanted if microcredential not in known)

    @classmethod
    def concerns(cls, code: str) -> ColumnElement[bool]:
        """Records that concern the micro-credential of this code, for the filter of a list."""
        links = select(cls.link_model.record_id).join(cls.link_model.microcredential)
        concerning: ColumnElement[bool] = cls.id.in_(
            links.where(MicroCredential.code == code.upper().replace("\0", ""))
        )
        return concerning


def _link_model(owner: type[ConcernsMicroCredentials]) -> type[Any]:
    table = owner.__tablename__
    name = f"{table}_microcredential"
    return type(
        f"{owner.__name__}MicroCredential",
        (MicroCredentialLink, Base, Audited),
        {
            "__tablename__": name,
            "audit_skips": ("dated",),
            "__table_args__": (
                Index(f"uq_{name}_pair", "record_id", "microcredential_id", unique=True),
                Index(f"ix_{name}_newest", "microcredential_id", "dated", "record_id"),
            ),
            "__module__": owner.__module__,
            "record_id": mapped_column(ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False),
            "microcredential_id": mapped_column(ForeignKey("microcredential.id"), nullable=False),
            "dated": mapped_column(Date, nullable=False),
            "record": relationship(owner, back_populates="microcredential_links"),
            "microcredential": relationship(MicroCredential, lazy="joined"),
        },
    )


@event.listens_for(Session, "before_flush")
def _carry_dates(session: Session, _context: object, _instances: object) -> None:
    """Give link rows the date of their record, when either is new or the record moved."""
    for record in {*session.new, *session.dirty}:
        if isinstance(record, ConcernsMicroCredentials):
            for link in record.microcredential_links:
                if link.dated != record.link_date:
                    link.dated = record.link_date


@dataclass(frozen=True)
class Concern:
    """The newest records of one kind that concern a micro-credential, as ``rows``.

    ``count`` ends at ``MOST_COUNTED`` + 1; it is 0 where nobody asked for it.
    """

    kind: LinkKind
    rows: Sequence[Row[*tuple[Any, ...]]]
    count: int

    @cached_property
    def records(self) -> list[LinkedRecord]:
        """The records as a page lists them."""
        return [self.kind.present(row) for row in self.rows]

    @property
    def facts(self) -> tuple[Any, ...]:
        """What its part of a page follows from, besides the reader (see ``kept``)."""
        return self.kind.name, self.count, self.rows

    @property
    def is_countless(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > MOST_COUNTED


def concerning(
    session: Session,
    actor: Actor,
    microcredential_id: int,
    kind: LinkKind,
    *,
    limit: int,
    offset: int = 0,
    counted: bool = True,
) -> Concern:
    """The newest records of one kind that concern a micro-credential and that the actor may see, and their number.

    One statement, which walks the index of the link table from its newest end and stops: it costs the same whether a
    hundred records or a million are linked, as long as the actor may see most of them.
    """
    values = {"microcredential": microcredential_id, "most": limit, "skipped": offset}
    rows = plain_rows(session, _newest(actor, kind, counted=counted), values)
    return Concern(kind, rows, rows[0].counted if rows and counted else 0)


@lru_cache(maxsize=512)
def _newest(actor: Actor, kind: LinkKind, *, counted: bool) -> Select[Any]:
    link = kind.model.link_model
    wanted = (
        select(link.record_id)
        .join(kind.model, kind.model.id == link.record_id)
        .where(link.microcredential_id == bindparam("microcredential"), kind.visible_to(actor))
    )
    newest = (link.dated.desc(), link.record_id.desc())
    found = wanted.with_only_columns(link.dated, *kind.columns).order_by(*newest)
    if counted:
        first = wanted.order_by(*newest).limit(MOST_COUNTED + 1).subquery()
        found = found.add_columns(select(func.count()).select_from(first).scalar_subquery().label("counted"))
    return found.limit(bindparam("most")).offset(bindparam("skipped"))


def everything_concerning(session: Session, actor: Actor, microcredential_id: int, limit: int = 50) -> list[Concern]:
    """What concerns a micro-credential, by kind, newest first: one statement, and one for each kind there is any of."""
    open_kinds = tuple(kind for kind in kinds() if kind.open_to(actor))
    there_is = plain_rows(session, _present(open_kinds), {"microcredential": microcredential_id})[0]
    return [
        concerning(session, actor, microcredential_id, kind, limit=limit) if has_any else Concern(kind, [], 0)
        for kind, has_any in zip(open_kinds, there_is, strict=True)
    ]


@lru_cache(maxsize=64)
def _present(asked: tuple[LinkKind, ...]) -> Select[*tuple[Any, ...]]:
    """Whether anything of these kinds concerns a micro-credential, open to who asks or not; most have few kinds."""
    models = (kind.model.link_model for kind in asked)
    return select(
        *(select(model.id).where(model.microcredential_id == bindparam("microcredential")).exists() for model in models)
    )


def referrers(session: Session, microcredential: MicroCredential, limit: int = 20) -> list[str]:
    """Names of kinds with records that refer to a micro-credential, for refusing to delete it."""
    found: Iterable[LinkKind] = (
        kind
        for kind in kinds()
        if session.scalar(
            select(kind.model.link_model.id)
            .where(kind.model.link_model.microcredential_id == microcredential.id)
            .limit(1)
        )
    )
    return [str(kind.label) for kind in found][:limit]
