"""What one row would do: its faults by column, the record it is about, and every field it would change.

The dry run and the import go the same way through ``Checker.examine``; only the import saves what comes out of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from app.core.access import Actor, Permission
from app.core.cells import CellFault
from app.core.consortium import Consortium
from app.core.sheet_columns import Change, Draft, beyond_fault, cell_fault, differences, formula_message, shown
from app.core.sheets import tidy
from app.core.told import told as _
from app.stakeholders.imports.columns import DELETE, DELETES, ID, UID, VERSION
from app.stakeholders.imports.models import Decision, ImportBatch, ImportRow, Verdict
from app.stakeholders.imports.register import number_in, uid_in
from app.stakeholders.imports.registers import REGISTERS
from app.stakeholders.imports.vcards import UNREADABLE

# The country, of people that of their organisations, decides how regions, names and telephone numbers are read; the
# names, what the languages of names belong to.
FIRST = ("country", "name", "organisations")


@dataclass
class Finding:
    """What a row came to: the facts to be saved, or what is wrong with it."""

    verdict: Verdict
    record: Any = None
    facts: Any = None
    changes: Sequence[Change] = ()
    faults: list[dict[str, str]] = field(default_factory=list)
    candidates: Sequence[int] = ()
    emptied: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    conflicts: bool = False

    @property
    def told_changes(self) -> list[dict[str, str]]:
        """Every field it would change, and those that are empty in the file and stay, marked as ``kept``."""
        kept = ({"column": key, "old": old, "new": old, "kept": "yes"} for key, old in self.emptied.items())
        return [*({"column": c.column, "old": c.old, "new": c.new} for c in self.changes), *kept]

    @property
    def proposal(self) -> Decision:
        """What is decided about the row as long as nobody decides otherwise: what is only empty in the file is kept."""
        is_sure = self.verdict is Verdict.UNSURE and self.emptied and self.changes and not self.candidates
        return Decision.UPDATE if is_sure and not self.conflicts else proposed(self.verdict)

    @property
    def note(self) -> str | None:
        """What is to be said about the row, in one text."""
        return (
            reduce(lambda one, other: _("%(one)s %(other)s", one=one, other=other), self.notes) if self.notes else None
        )


class Checker:
    """Examines the rows of one batch as its actor."""

    def __init__(self, actor: Actor, consortium: Consortium, batch: ImportBatch) -> None:
        self.actor = actor
        self.batch = batch
        self.register = REGISTERS[batch.kind](actor, consortium)
        self.untaken: dict[str, Mapping[int, str]] = {}
        # How many rows a step takes, once one has told how long they last.
        self.at_once: int | None = None
        self.mapped = set(batch.mapping.values())
        self.lined = {column.key for column in self.register.columns if column.lined}
        self.columns = sorted(
            self.register.columns, key=lambda column: FIRST.index(column.key) if column.key in FIRST else len(FIRST)
        )

    def ready(self, rows: Sequence[ImportRow], looks_alike: bool = True) -> None:
        """Load what these rows need; ``looks_alike`` says whether records of a like name are wanted."""
        more = [row.target_id for row in rows if row.target_id]
        self.register.ready([self.with_defaults(self.cells(row)) for row in rows], more, looks_alike)
        # A heading that somebody mapped is taken as what they said it is.
        headings = {name.strip().lower(): name for name in self.batch.head if not self.batch.mapping.get(name)}
        said = self.register.untaken(headings.keys()) if looks_alike else {}
        self.untaken = {headings[key]: values for key, values in said.items()}

    def cells(self, row: ImportRow) -> dict[str, str]:
        """The filled cells of a row by the columns they were mapped to."""
        mapped = ((self.batch.mapping.get(name), cell) for name, cell in row.cells.items())
        return {key: tidy(cell, key in self.lined) for key, cell in mapped if key and cell}

    def with_defaults(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells, and what holds for rows that say nothing."""
        return {**self.register.silent(cells, self.batch.defaults), **cells}

    def label(self, row: ImportRow) -> str:
        """What people call what the row is about."""
        return self.register.label(self.cells(row))[:200]

    def twin_key(self, row: ImportRow, finding: Finding) -> str | None:
        """The same for rows about the same record."""
        if finding.record is not None:
            return f"#{finding.record.id}"
        return self.register.twin_key(self.with_defaults(self.cells(row)))

    def same_as(self, row: ImportRow) -> Sequence[int]:
        """Keys of records of the row's name, where it names none by number; as ``ready`` found them."""
        cells = self.cells(row)
        return [] if cells.get(ID) or cells.get(UID) else self.register.candidates(self.with_defaults(cells))

    def examine(self, row: ImportRow, decided: tuple[Decision, int | None] | None = None) -> Finding:
        """What the row would do; ``decided`` is what somebody chose instead of what would be proposed."""
        if shifted := beyond_fault(row.cells):
            return Finding(Verdict.FAULTY, faults=[_fault(*shifted)])
        if UNREADABLE in row.cells:
            told = _("It cannot be read, as it does not end or holds a damaged picture. Export it again or remove it.")
            return Finding(Verdict.FAULTY, faults=[_fault(_("Card"), told)])
        cells = self.cells(row)
        faults = [
            _fault(column, formula_message()) for name in row.formulas if (column := self.batch.mapping.get(name))
        ]
        try:
            named = self._named(cells)
        except CellFault as fault:
            return Finding(Verdict.FAULTY, faults=[*faults, _fault(fault.column, fault.message)])
        known = self.with_defaults(cells)
        candidates = self._open(self.register.candidates(known))
        alike = self._open(self.register.alike(known)) if not candidates and named is None else []
        sure = self.register.sure({**self._told(row), **known}, candidates)
        target = self._target(named, [sure] if sure else candidates, decided)
        empties = decided is not None and decided[0] is Decision.EMPTY
        finding = self._read(cells, target, is_named=named is not None, empties=empties)
        finding.faults = [*faults, *finding.faults]
        finding.candidates = [] if named else candidates or alike
        is_open = decided is None and named is None and bool(alike or candidates) and sure is None
        if finding.faults:
            finding.verdict = Verdict.FAULTY
        elif is_open and finding.verdict is not Verdict.SAME:
            finding.verdict = Verdict.UNSURE
            finding.notes.insert(0, _why_unsure(len(candidates)))
        elif target is not None and finding.changes:
            self._look_for_conflict(cells, finding)
        if finding.emptied and not finding.faults:
            finding.verdict = Verdict.UNSURE
        if target is None and not finding.faults:
            finding.notes += filter(None, (self.register.remark(known),))
        if target is not None:
            finding.notes += filter(None, (self._left_alone(finding), self._not_taken(row, target)))
        return finding

    def _told(self, row: ImportRow) -> dict[str, str]:
        """What columns say that no import takes, by their keys in the export."""
        return {
            key: cell for name, cell in row.cells.items() if (key := name.strip().lower()) in self.register.told_only
        }

    def _left_alone(self, finding: Finding) -> str | None:
        """Which cells stay though they are empty in the file; somebody may choose otherwise."""
        if not finding.emptied:
            return None
        names = [name for name, key in self.batch.mapping.items() if key in finding.emptied]
        return _(
            "Kept, as an empty cell takes nothing away: %(columns)s. Choose here to empty it, or write %(mark)s there.",
            columns=", ".join(names),
            mark=DELETE,
        )

    def _not_taken(self, row: ImportRow, record: Any) -> str | None:
        """Which columns say something new that no import takes."""
        edited = [
            f"{name} ({tidy(row.cells.get(name, ''))})"
            for name, values in self.untaken.items()
            if (stands := values.get(record.id)) is not None and tidy(row.cells.get(name, "")) != tidy(stands)
        ]
        if not edited:
            return None
        return _("Not taken, as the portal alone works it out: %(columns)s.", columns=", ".join(edited))

    def _open(self, keys: Sequence[int]) -> list[int]:
        """Those of the records that are loaded, which the actor may see."""
        return [key for key in keys if key in self.register.records]

    def _named(self, cells: Mapping[str, str]) -> Any:
        """The record that the row names by number or identifier, if it names one. Raises ``CellFault``."""
        text, said = cells.get(ID, ""), cells.get(UID, "").lower()
        uid = str(uid_in(said) or said)
        by_uid = self.register.by_uid.get(uid)
        if not text:
            if by_uid is not None and by_uid not in self.register.records:
                raise CellFault(_("This record is not open to you."), UID)
            return self.register.records.get(by_uid) if by_uid is not None else None
        record = self.register.records.get(number_in(text) or 0)
        if record is None:
            raise CellFault(_("The register has no number %(number)s.", number=text[:20]), ID)
        if uid and uid_in(uid) is None:
            raise CellFault(_("“%(text)s” is no permanent identifier.", text=said[:40]), UID)
        if uid and uid != str(record.uid):
            raise CellFault(_("The number and the permanent identifier belong to different records."), UID)
        return record

    def _target(self, named: Any, candidates: Sequence[int], decided: tuple[Decision, int | None] | None) -> Any:
        if named is not None:
            return named
        if decided is None:
            return self.register.records[candidates[0]] if len(candidates) == 1 else None
        wanted = decided[1] if decided[0] is Decision.UPDATE else None
        return self.register.records.get(wanted) if wanted else None

    def _read(self, cells: Mapping[str, str], record: Any, is_named: bool, empties: bool) -> Finding:
        stands = self.register.facts_of(record) if record is not None else None
        draft = Draft(self.register.values_of(stands) if stands is not None else {})
        adds = record is not None and not is_named
        if adds:
            draft.lines["affiliations"] = []
        faults, emptied = [], {}
        # Cells of a record that is not the actor's to change were perhaps never filled.
        may_empty = is_named and self.actor.may(self.register.edit_permission, record)
        silent = self.register.silent(cells, self.batch.defaults) if record is None else {}
        for column in self.columns:
            cell = cells.get(column.key) or silent.get(column.key, "")
            if not cell and may_empty and column.key in self.mapped and (was := shown(column.write(stands))):
                if empties:
                    cell = DELETE
                else:
                    emptied[column.key] = was
            if not cell or (stands is not None and tidy(shown(column.write(stands)), column.lined) == cell):
                continue
            message = cell_fault(column, "" if cell.lower() in DELETES else cell, draft, self.register.known)
            if message is not None:
                faults.append(_fault(column.key, message))
        kept = self.register.settle(draft, stands) if adds else frozenset()
        try:
            facts = self.register.finished(draft, adds)
        except CellFault as fault:
            if fault.column not in {entry["column"] for entry in faults}:
                faults.append(_fault(fault.column, fault.message))
            return Finding(Verdict.FAULTY, record, faults=faults)
        changes = differences(self.register.columns, stands, facts)
        faults += self._rights(record, facts) if changes else []
        verdict = Verdict.NEW if record is None else Verdict.CHANGED if changes else Verdict.SAME
        notes = list(filter(None, (self._stays(kept), _basis_changes(changes if is_named else ()))))
        return Finding(verdict, record, facts, changes, faults, emptied=emptied, notes=notes)

    def _stays(self, kept: Collection[str]) -> str | None:
        """Which cells say something else than the register, and do not replace it."""
        names = [name for name, key in self.batch.mapping.items() if key in kept]
        return _("Stays as the register has it: %(columns)s.", columns=", ".join(names)) if names else None

    def _rights(self, record: Any, facts: Any) -> list[dict[str, str]]:
        scopes = [self.register.scope_of(facts), *([record] if record is not None else [])]
        wanted = self.register.create_permission if record is None else self.register.edit_permission
        allowed = all(
            self.actor.may(permission, scope)
            for scope in scopes
            for permission in (Permission.STAKEHOLDER_IMPORT, wanted)
        )
        return [] if allowed else [_fault("country", _("It belongs to a country that is not yours."))]

    def _look_for_conflict(self, cells: Mapping[str, str], finding: Finding) -> None:
        version = cells.get(VERSION, "")
        if version and version != str(finding.record.version):
            finding.verdict, finding.conflicts = Verdict.UNSURE, True
            finding.notes.append(
                _(
                    "Somebody changed it after the file was exported (version %(old)s, now %(new)s). "
                    "Updating writes the file's values over theirs.",
                    old=version[:12],
                    new=finding.record.version,
                )
            )


def _fault(column: str, message: str) -> dict[str, str]:
    return {"column": column, "message": message}


def _why_unsure(same: int) -> str:
    """Why somebody has to decide, by how many records of the register have the row's name or key."""
    if same > 1:
        return _("The register has several of this name. Choose one, or make a new one.")
    if same:
        return _(
            "The register has one like this, and nothing in the row shows that it is the same. "
            "Choose it, or make a new one."
        )
    return _("The register has one whose name is much like this. Choose it, or make a new one.")


def _basis_changes(changes: Sequence[Change]) -> str | None:
    if any(change.column == "lawful_basis" and change.old for change in changes):
        return _("Another lawful basis takes the place of the one in the register.")
    return None


def proposed(verdict: Verdict) -> Decision:
    """What is decided about a row as long as nobody decides otherwise."""
    return {Verdict.NEW: Decision.CREATE, Verdict.CHANGED: Decision.UPDATE}.get(verdict, Decision.SKIP)
