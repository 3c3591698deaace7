"""A catalogue from a file: a dry run that names the row and column of every fault, then all rows or none.

The dry run and the import are the same function; the dry run stops before anything is written. A design that exists is
updated by the columns the file has, or left as it is.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from app.core.access import Actor, Permission
from app.core.cells import CellFault, split
from app.core.consortium import Consortium
from app.core.errors import DomainError, Refused
from app.core.sheet_columns import Action, Change, Draft, Fault, beyond_fault, cell_fault, differences, formula_message
from app.core.sheets import Sheet, SheetRow
from app.microcredentials import columns, guards, queries, services
from app.microcredentials.columns import Known, SheetColumn
from app.microcredentials.facts import PLAIN, MicroCredentialFacts, facts_of
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.stakeholders.models import Organisation

# Where a fault of a design, named by its field, is found in a file.
COLUMN_OF = {"title": "title_en", "outcomes": "outcome_esco"}
# What cannot be judged while a cell could not be read, beside that cell itself.
FOLLOWING = {"country": ("developers", "nqf_level_code")}
BLANK: dict[str, Any] = {"title": {}, "country": "", "developers": ()}


class Existing(StrEnum):
    """What happens to designs that are in the catalogue already."""

    UPDATE = "update"
    SKIP = "skip"


@dataclass(frozen=True)
class Planned:
    """What one row would do."""

    row: int
    action: Action
    facts: MicroCredentialFacts
    record: MicroCredential | None = None
    changes: Sequence[Change] = ()


@dataclass
class Report:
    """What a file would do, or what is wrong with it; ``is_done`` once it was imported."""

    faults: list[Fault] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_done: bool = False

    def count(self, action: str) -> int:
        """How many rows come to this."""
        return Counter(entry.action for entry in self.planned)[Action(action)]

    @property
    def writes(self) -> int:
        """How many designs are made or changed."""
        return self.count(Action.CREATE) + self.count(Action.UPDATE)

    @property
    def fingerprint(self) -> str:
        """Tells whether another dry run of the same file would still do the same."""
        told = [
            (entry.facts.code, entry.action.value, [(c.column, c.old, c.new) for c in entry.changes])
            for entry in self.planned
        ]
        return hashlib.sha256(repr((told, self.faults)).encode()).hexdigest()[:32]


def import_rows(
    actor: Actor,
    sheet: Sheet,
    consortium: Consortium,
    *,
    existing: Existing = Existing.UPDATE,
    dry_run: bool = True,
    expected: str | None = None,
) -> Report:
    """Import the designs in a table, or only say what that would do; with a fault in it nothing is imported.

    ``expected`` is the fingerprint of a dry run that somebody agreed to: when the import would do something else by
    now, nothing is done either. Designs are made as ideas; ``state`` and other columns that only tell are not read.
    Raises ``NotAllowed`` for an actor who may not import at all; rows outside the actor's rights are faults.
    """
    actor.check(Permission.MICROCREDENTIAL_IMPORT)
    report = _Reading(actor, sheet, consortium, existing).report()
    if dry_run or report.faults or (expected is not None and expected != report.fingerprint):
        return report
    written = (entry for entry in report.planned if entry.action in (Action.CREATE, Action.UPDATE))
    services.keep_all(actor, [(entry.record, entry.facts) for entry in written])
    report.is_done = True
    return report


class _Reading:
    """One file on its way from cells to designs."""

    def __init__(self, actor: Actor, sheet: Sheet, consortium: Consortium, existing: Existing) -> None:
        self.actor = actor
        self.sheet = sheet
        self.existing = existing
        self.columns = columns.columns(consortium)
        self.result = Report(notes=list(sheet.notes))
        self.seen: dict[str, int] = {}
        codes = [_code(row) for row in sheet.rows]
        self.records = {record.code: record for record in queries.by_codes(actor, codes)}
        named = ("developers", "awarding_body")
        names = {name for row in sheet.rows for key in named for name in split(row.cells.get(key, ""))}
        self.organisations = queries.organisations_called(actor, names)
        self.known = Known(consortium, self._organisation)

    def report(self) -> Report:
        """What the file would do."""
        self._read_head()
        if not self.result.faults:
            for row in self.sheet.rows:
                self._read_row(row)
        return self.result

    def _read_head(self) -> None:
        known = {column.key.lower() for column in self.columns}
        for name in self.sheet.head:
            if name not in known and name not in columns.TOLD_ONLY:
                self._fault(1, name, _("This column is not known. Remove it, or name it as the export does."))
        if "code" not in self.sheet.head:
            self._fault(1, "code", _("This column is missing; every row needs a code."))
        told = [name for name in self.sheet.head if name in columns.TOLD_ONLY and name != columns.VERSION]
        if told:
            self.result.notes.append(_("These columns only tell and are not read: %(names)s.", names=", ".join(told)))

    def _read_row(self, row: SheetRow) -> None:
        code = _code(row)
        if not code or "code" in row.formulas:
            self._fault(row.number, "code", formula_message() if code else _("Every row needs a code."))
            self._read_cells(row, Draft(dict(BLANK)), without="code")  # for what else is wrong with it
            return
        if code in self.seen:
            self._fault(row.number, "code", _("%(code)s is in row %(row)s already.", code=code, row=self.seen[code]))
            self._read_cells(row, Draft(dict(BLANK)))
            return
        self.seen[code] = row.number
        if shifted := beyond_fault(row.cells):
            self._fault(row.number, *shifted)
            return
        record = self.records.get(code)
        if record is not None and self.existing is Existing.SKIP:
            self.result.planned.append(Planned(row.number, Action.SKIP, facts_of(record), record))
            return
        before = len(self.result.faults)
        facts = self._facts(row, record)
        if facts is not None and len(self.result.faults) == before:
            self._plan(row, record, facts)
        elif facts is not None and facts.country:
            self._tell_reach(row, record, facts)

    def _read_cells(self, row: SheetRow, draft: Draft, without: str = "") -> set[str]:
        """Read the cells of a row into a draft, but for one; answers the columns that could not be read."""
        unread: set[str] = set()
        for column in self.columns:
            cell = row.cells.get(column.key.lower())  # a spreadsheet may have capitals where we have none
            if cell is not None and column.key != without and not self._read_cell(row, column, cell, draft):
                unread.update((column.key, *FOLLOWING.get(column.key, ())))
        return unread

    def _facts(self, row: SheetRow, record: MicroCredential | None) -> MicroCredentialFacts | None:
        draft = Draft(_values(record) if record else dict(BLANK))
        unread = self._read_cells(row, draft)
        try:
            facts = columns.finished(draft)
        except CellFault as fault:
            self._fault(row.number, fault.column, str(fault))
            return None
        for name, message in guards.faults(facts, self.known.consortium.by_country, record).items():
            if COLUMN_OF.get(name, name) not in unread:
                self._fault(row.number, COLUMN_OF.get(name, name), message)
        return facts

    def _read_cell(self, row: SheetRow, column: SheetColumn, cell: str, draft: Draft) -> bool:
        is_formula = column.key.lower() in row.formulas
        message = formula_message() if is_formula else cell_fault(column, cell, draft, self.known)
        if message is not None:
            self._fault(row.number, column.key, message)
        return message is None

    def _plan(self, row: SheetRow, record: MicroCredential | None, facts: MicroCredentialFacts) -> None:
        changes = differences(self.columns, facts_of(record) if record is not None else None, facts)
        if record is not None and not changes:
            self.result.planned.append(Planned(row.number, Action.UNCHANGED, facts, record))
            return
        try:
            self._allowed(row, record, facts)
        except Refused as refused:
            for name, message in refused.messages.items():
                self._fault(row.number, name or "code", str(message))
        except DomainError as error:
            self._fault(row.number, "code", str(error))
        else:
            action = Action.CREATE if record is None else Action.UPDATE
            self.result.planned.append(Planned(row.number, action, facts, record, changes))

    def _tell_reach(self, row: SheetRow, record: MicroCredential | None, facts: MicroCredentialFacts) -> None:
        """Say of a row with faults that it is not the actor's, before somebody corrects it for nothing."""
        try:
            self._within_reach(record, facts)
        except DomainError as error:
            self._fault(row.number, "code", str(error))

    def _within_reach(self, record: MicroCredential | None, facts: MicroCredentialFacts) -> None:
        self.actor.check(Permission.MICROCREDENTIAL_IMPORT, facts)
        if record is None:
            self.actor.check(Permission.MICROCREDENTIAL_CREATE, facts)
            return
        self.actor.check(Permission.MICROCREDENTIAL_IMPORT, record)
        self.actor.check(services.edit_permission(record.state), record)

    def _allowed(self, row: SheetRow, record: MicroCredential | None, facts: MicroCredentialFacts) -> None:
        self._within_reach(record, facts)
        if record is None:
            return
        guards.editable(record.state)
        version = row.cells.get(columns.VERSION, "").strip()
        if version and version != str(record.version):
            raise Refused(version=_("Somebody changed it after this file was exported. Export it anew."))
        if record.state is MicroCredentialState.PUBLISHED:
            guards.ready(facts, MicroCredentialState.PUBLISHED)

    def _organisation(self, name: str, country: str) -> Organisation:
        found = self.organisations.get(name, [])
        if len(found) > 1:
            found = [entry for entry in found if entry.name == name] or found
        if len(found) > 1:
            found = [entry for entry in found if entry.country == country] or found
        if not found:
            raise CellFault(_("No organisation in the register is called “%(name)s”.", name=name))
        if len(found) > 1:
            numbers = ", ".join(f"#{entry.id}" for entry in found)
            raise CellFault(
                _("“%(name)s” is more than one organisation; write one of %(numbers)s.", name=name, numbers=numbers)
            )
        return found[0]

    def _fault(self, row: int, column: str, message: str) -> None:
        self.result.faults.append(Fault(row, column, message))


def _code(row: SheetRow) -> str:
    return row.cells.get("code", "").strip().upper()


def _values(record: MicroCredential) -> dict[str, Any]:
    facts = facts_of(record)
    return {name: getattr(facts, name) for name in (*PLAIN, "developers", "outcomes", "assessments")}
