"""What differs between importing organisations and importing people; everything else is the same for both."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.consortium import Consortium
from app.core.sheet_columns import Draft, SheetColumn
from app.extensions import db
from app.stakeholders.imports import columns
from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.vocabularies import vocabularies

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Scope:
    """What rights are judged against before there is a record."""

    access_country: str | None
    access_organisations: frozenset[int] = frozenset()


class Register(ABC):
    """One register as an import sees it; ``ready`` loads what the rows of a chunk need, in few statements."""

    kind: ClassVar[ImportKind]
    model: ClassVar[Any]
    create_permission: ClassVar[Permission]
    edit_permission: ClassVar[Permission]
    columns: Sequence[SheetColumn[Any, Any]]
    known: Any

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        self.actor = actor
        self.words = vocabularies(consortium)
        self.records: dict[int, Any] = {}
        self.by_uid: dict[str, int] = {}

    def ready(self, rows: Sequence[Cells], more: Collection[int] = ()) -> None:
        """Find the records that the rows name, and load those they may be about."""
        ids = {number for row in rows if (number := number_in(row.get(columns.ID, ""))) is not None} | set(more)
        uids = [uid for row in rows if (uid := uid_in(row.get(columns.UID, ""))) is not None]
        self.find(rows)
        found = {key for row in rows for key in self.candidates(row)}
        self.by_uid = {}
        if uids:
            pairs = db.session.execute(select(self.model.uid, self.model.id).where(self.model.uid.in_(uids)))
            self.by_uid = {str(uid): key for uid, key in pairs}
        self.load(ids | found | set(self.by_uid.values()))

    @abstractmethod
    def find(self, rows: Sequence[Cells]) -> None:
        """Ask once for everything the rows may mean by their names."""

    @abstractmethod
    def load(self, keys: Collection[int]) -> None:
        """Have the records with these keys that the actor may see in ``records``."""

    @abstractmethod
    def candidates(self, row: Cells) -> list[int]:
        """Keys of records that a row may be about."""

    @abstractmethod
    def label(self, row: Cells) -> str:
        """What people call what a row is about."""

    @abstractmethod
    def twin_key(self, row: Cells) -> str | None:
        """The same for rows that are about the same new record."""

    @abstractmethod
    def facts_of(self, record: Any) -> Any:
        """A record as it stands."""

    @abstractmethod
    def values_of(self, facts: Any) -> dict[str, Any]:
        """The fields of a draft that begins with these facts."""

    @abstractmethod
    def finished(self, draft: Draft, adds: bool) -> Any:
        """The facts a row describes. Raises ``CellFault``."""

    @abstractmethod
    def scope_of(self, facts: Any) -> Scope | None:
        """What rights are judged against; ``None`` where the record would belong to no country."""

    @abstractmethod
    def create(self, facts: Any) -> Any:
        """Make the record."""

    @abstractmethod
    def edit(self, record: Any, facts: Any) -> None:
        """Change the record."""

    @abstractmethod
    def frozen(self, facts: Any) -> dict[str, Any]:
        """Facts as JSON, to be put back by ``thawed``."""

    @abstractmethod
    def thawed(self, stored: dict[str, Any]) -> Any:
        """Facts as they were frozen."""


def number_in(cell: str) -> int | None:
    """The number of a record, also written like #12."""
    text = cell.strip().removeprefix("#")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def uid_in(cell: str) -> UUID | None:
    """A permanent identifier; what is none names nothing."""
    try:
        return UUID(cell.strip())
    except ValueError:
        return None
