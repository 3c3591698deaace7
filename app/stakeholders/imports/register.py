"""What differs between importing organisations and importing people; everything else is the same for both."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.consortium import Consortium
from app.core.sheet_columns import Draft, SheetColumn, shown
from app.extensions import db
from app.stakeholders.imports import columns
from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.vocabularies import vocabularies

if TYPE_CHECKING:
    from app.core.listing import Listing

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
    # What the export writes and no import takes, by heading; features above add columns to the listing that it is of.
    told_only: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    listing: ClassVar["type[Listing] | None"] = None
    columns: Sequence[SheetColumn[Any, Any]]
    known: Any

    def __init__(self, actor: Actor, consortium: Consortium) -> None:
        self.actor = actor
        self.words = vocabularies(consortium)
        self.records: dict[int, Any] = {}
        self.by_uid: dict[str, int] = {}

    def ready(self, rows: Sequence[Cells], more: Collection[int] = (), looks_alike: bool = True) -> None:
        """Find the records that the rows name, and load those they may be about.

        ``looks_alike`` asks for records of a like name, too, where there is none of the same.
        """
        ids = {number for row in rows if (number := number_in(row.get(columns.ID, ""))) is not None} | set(more)
        uids = [uid for row in rows if (uid := uid_in(row.get(columns.UID, ""))) is not None]
        self.find(rows)
        if looks_alike:
            self.look_for_alike([row for row in rows if not (row.get(columns.ID) or row.get(columns.UID))])
        found = {key for row in rows for key in (*self.candidates(row), *self.alike(row))}
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

    def sure(self, row: Cells, keys: Sequence[int]) -> int | None:
        """The one of these records that a key in the row shows to be the same; a name alone shows nothing.

        Where there are others that the row may mean, it has to have the row's name, too.
        """
        found = [key for key in keys if self.is_same(row, self.records[key])]
        alone = len(found) == 1 and (len(keys) == 1 or self.is_called(row, self.records[found[0]]))
        return found[0] if alone else None

    def silent(self, row: Cells, defaults: Cells) -> Cells:
        """What of the values for a whole file holds for a row that does not say them itself."""
        return defaults

    def remark(self, row: Cells) -> str | None:
        """What is worth a word about a new record, and keeps nobody from importing it."""
        return None

    @abstractmethod
    def is_same(self, row: Cells, record: Any) -> bool:
        """Whether a key that no two records share, such as a number of a register, is the same in row and record."""

    @abstractmethod
    def is_called(self, row: Cells, record: Any) -> bool:
        """Whether the record has the row's name, in any script."""

    @abstractmethod
    def settle(self, draft: Draft, stands: Any) -> frozenset[str]:
        """Let a draft replace no name of a record that its row does not name by number, and add what is new instead.

        Answers the columns that say something else and are not taken.
        """

    def look_for_alike(self, rows: Sequence[Cells]) -> None:
        """Ask once for records whose names are like those in the rows; a register may know no likeness."""
        return

    def alike(self, row: Cells) -> list[int]:
        """Keys of records whose names are like the row's, the likest first, as far as they were looked for."""
        return []

    def untaken(self, headings: Collection[str]) -> dict[str, Mapping[int, str]]:
        """What columns that are not taken say of the loaded records, by heading and key; those of ``headings``."""
        found: dict[str, Mapping[int, str]] = {
            name: {key: shown(read(record)) for key, record in self.records.items()}
            for name, read in self.told_only.items()
            if name in headings
        }
        for one in self.listing.additions if self.listing else ():
            if one.column.key in headings and one.shows(self.actor):
                values = one.read(db.session.connection(), self.actor, list(self.records))
                export: Any = one.column.export
                found[one.column.key] = {key: shown(export(values.get(key))) for key in self.records}
        return found

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
    def put_back(self, stands: Any, was: Any, keys: Collection[str]) -> Any:
        """The facts that stand, with the columns of these keys as they were."""

    def tied(self, keys: Collection[str]) -> set[str]:
        """Columns that go back together with these or not at all."""
        return set(keys)

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
