"""What may happen to an import: take a file, map its columns, decide about rows, carry it out, undo it.

A file of some hundred rows is checked and imported at once, within the request; a longer one by jobs, step by step.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO

from flask_babel import gettext as _
from sqlalchemy import update

from app.core import outbox
from app.core.access import Actor, Permission
from app.core.consortium import Consortium
from app.core.errors import NotAllowed, Refused
from app.core.files import SPOOLED, FileStore, keep
from app.core.sheets import OpenSheet, no_rows
from app.extensions import db
from app.stakeholders.consent import day_fault
from app.stakeholders.imports import forgetting, guessing, queries, steps, undoing
from app.stakeholders.imports.checking import Checker, proposed
from app.stakeholders.imports.columns import ID, IDENTITY, UID
from app.stakeholders.imports.models import (
    BatchState,
    ColumnMapping,
    Decision,
    ImportBatch,
    ImportKind,
    ImportRow,
    Verdict,
)
from app.stakeholders.imports.register import Register, number_in
from app.stakeholders.imports.registers import REGISTERS
from app.stakeholders.imports.vcards import is_cards
from app.stakeholders.imports.work import all_at_once, work
from app.stakeholders.models import LawfulBasis

CARRY_ON = "stakeholders.import"
AT_ONCE = 300
SAMPLES = 3
LONGEST_SAMPLE = 80
NEEDED = {ImportKind.ORGANISATIONS: "name", ImportKind.PEOPLE: "given_name"}
# Why people's data may be kept is said for each file, and never taken from the one before.
ASKED_ANEW = frozenset({"lawful_basis", "consent_on"})
# Decisions about a record that is there.
AIMED = (Decision.UPDATE, Decision.EMPTY)
DEFAULTS = {ImportKind.ORGANISATIONS: ("country", "category"), ImportKind.PEOPLE: ("lawful_basis", "consent_on")}


@dataclass(frozen=True)
class Desk:
    """What every import needs of the portal it runs in: its vocabularies and its files."""

    consortium: Consortium
    store: FileStore


def take_file(actor: Actor, desk: Desk, stream: IO[bytes], name: str, kind: ImportKind | None = None) -> ImportBatch:
    """Keep a file and its first rows, with columns guessed or remembered; without a kind, it is guessed too.

    Raises ``Refused`` (field ``file``) when it cannot be read, and ``NotAllowed`` without the right to import.
    """
    actor.check(Permission.STAKEHOLDER_IMPORT)
    with tempfile.SpooledTemporaryFile(SPOOLED) as copy:
        while chunk := stream.read(SPOOLED):
            copy.write(chunk)
        copy.seek(0)
        file = keep(db.session, desk.store, copy, name, actor.user_id)
        copy.seek(0)
        if name.lower().endswith(".vcf") and not is_cards(copy):
            raise Refused(file=_("This file of vCards does not begin with a card. Export it again and send it anew."))
        told, sheet = steps.open_table(copy, kind, name)
        batch = ImportBatch(
            kind=kind or told or guessing.guess_kind(sheet.head),
            file=file,
            user_id=actor.user_id,
            user_name=actor.name,
            language=actor.language,
            head=sheet.head,
            samples={},
            notes=[],
        )
        batch.mapping, batch.defaults = _mapping(actor, desk.consortium, batch.kind, sheet)
        db.session.add(batch)
        db.session.flush()
        steps.read(batch, sheet, AT_ONCE + 1)
        if batch.rows_read == 0:
            raise Refused(file=no_rows("" if told else name))
        batch.notes, batch.samples = list(sheet.notes), _samples(batch)
    db.session.flush()
    return batch


def _mapping(
    actor: Actor, consortium: Consortium, kind: ImportKind, sheet: OpenSheet
) -> tuple[dict[str, str], dict[str, str]]:
    known = known_columns(actor, consortium, kind)
    before = queries.remembered(actor, kind, guessing.head_key(sheet.head)) if actor.user_id else None
    if before is None:
        return guessing.guess(kind, sheet.head, known), {}
    by_name = {name.strip().lower(): column for name, column in before.mapping.items()}
    mapping = {name: by_name[name.strip().lower()] for name in sheet.head if by_name.get(name.strip().lower()) in known}
    return mapping, {key: text for key, text in before.defaults.items() if key not in ASKED_ANEW}


def known_columns(actor: Actor, consortium: Consortium, kind: ImportKind) -> dict[str, str]:
    """The columns of a kind by key, as people call them."""
    register: Register = REGISTERS[kind](actor, consortium)
    return {**{key: str(label) for key, label in IDENTITY.items()}, **{c.key: str(c.label) for c in register.columns}}


def _samples(batch: ImportBatch) -> dict[str, list[str]]:
    """The first values of each column that are not the same."""
    samples: dict[str, list[str]] = {name: [] for name in batch.head}
    for row in queries.rows(batch, None, 1):
        for name, cell in row.cells.items():
            text, said = cell[:LONGEST_SAMPLE], samples.get(name)
            if said is not None and len(said) < SAMPLES and text not in said:
                said.append(text)
    return samples


def map_columns(
    actor: Actor, desk: Desk, batch: ImportBatch, mapping: Mapping[str, str], defaults: Mapping[str, str]
) -> None:
    """Say what each column is and what holds for rows that say nothing; remember it, and begin to check the rows."""
    _own(actor, batch)
    known = known_columns(actor, desk.consortium, batch.kind)
    chosen = {name: key for name in batch.head if (key := mapping.get(name, "")) in known}
    twice = sorted({known[key] for key in chosen.values() if list(chosen.values()).count(key) > 1})
    if twice:
        raise Refused(_("Two columns cannot both be: %(names)s.", names=", ".join(twice)))
    if not {NEEDED[batch.kind], ID, UID} & set(chosen.values()):
        wanted = known[NEEDED[batch.kind]]
        raise Refused(_("Say which column is “%(name)s”. Without it a row is about nobody.", name=wanted))
    if batch.kind is ImportKind.PEOPLE and not (
        {"lawful_basis", ID} & set(chosen.values()) or defaults.get("lawful_basis")
    ):
        raise Refused(lawful_basis=_("No column says why these data may be kept, so say it here for the whole file."))
    is_agreed = defaults.get("lawful_basis") == LawfulBasis.CONSENT
    if (
        batch.kind is ImportKind.PEOPLE
        and is_agreed
        and not ({"consent_on", ID} & set(chosen.values()) or defaults.get("consent_on"))
    ):
        raise Refused(consent_on=_("No column says when they agreed, so say it here for the whole file."))
    if (agreed := defaults.get("consent_on")) and (fault := day_fault(date.fromisoformat(agreed))):
        raise Refused(consent_on=fault)
    batch.mapping = chosen
    batch.defaults = {key: text for key in DEFAULTS[batch.kind] if (text := defaults.get(key, ""))}
    _remember(actor, batch)
    begin_check(actor, desk, batch)


def _remember(actor: Actor, batch: ImportBatch) -> None:
    if actor.user_id is None:
        return
    head_key = guessing.head_key(batch.head)
    before = queries.remembered(actor, batch.kind, head_key)
    if before is None:
        before = ColumnMapping(user_id=actor.user_id, kind=batch.kind, head_key=head_key, mapping={}, defaults={})
        db.session.add(before)
    before.mapping, before.defaults = dict(batch.mapping), dict(batch.defaults)


def begin_check(actor: Actor, desk: Desk, batch: ImportBatch) -> None:
    """Check all rows anew; decisions that were made before are made anew, too."""
    db.session.execute(update(ImportRow).where(ImportRow.batch_id == batch.id).values(verdict=None, decision=None))
    _begin(actor, desk, batch, BatchState.CHECKING)


def decide(actor: Actor, desk: Desk, batch: ImportBatch, decisions: Mapping[int, str]) -> int:
    """Decide about rows: ``skip``, ``create``, ``update:<number>`` or ``empty:<number>`` by the row's key.

    Answers how many changed. A row that is updated is compared with the record that was chosen. Faulty rows stay out.
    """
    _own(actor, batch)
    _expect(batch, BatchState.CHECKED)
    found = [row for row in queries.rows_by_keys(batch, decisions) if row.verdict is not Verdict.FAULTY]
    changed = [row for row in found if decisions[row.id] != decided(row)]
    checker = Checker(actor, desk.consortium, batch)
    for row in changed:
        word, _colon, number = decisions[row.id].partition(":")
        row.target_id = number_in(number) if word in AIMED else None
    checker.ready(changed)
    for row in changed:
        _decide_one(checker, row, Decision(decisions[row.id].partition(":")[0]))
    db.session.flush()
    return len(changed)


def _decide_one(checker: Checker, row: ImportRow, decision: Decision) -> None:
    candidates = list(row.candidates)
    finding = checker.examine(row, (decision, row.target_id)) if decision is not Decision.SKIP else checker.examine(row)
    row.target_id = finding.record.id if finding.record is not None else None
    row.version = finding.record.version if finding.record is not None else None
    row.changes = finding.told_changes
    if Decision.EMPTY in (decision, row.decision):  # what was kept is kept no longer, or is again
        row.note = finding.note
    row.candidates = candidates or list(finding.candidates)
    row.faults, row.decision = finding.faults, decision
    if finding.faults:
        row.verdict, row.decision = Verdict.FAULTY, Decision.SKIP
    elif decision in AIMED and finding.record is None:
        row.decision = Decision.SKIP


def decided(row: ImportRow) -> str:
    """A row's decision as ``decide`` takes it."""
    return f"{row.decision}:{row.target_id}" if row.decision in AIMED else str(row.decision or Decision.SKIP)


def decide_all(actor: Actor, batch: ImportBatch, verdict: Verdict, decision: Decision) -> None:
    """Decide alike about all rows of a verdict: leave them out, or do what was proposed."""
    _own(actor, batch)
    _expect(batch, BatchState.CHECKED)
    if decision not in (Decision.SKIP, proposed(verdict)):
        raise Refused(_("These rows need a decision each."))
    statement = update(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.verdict == verdict)
    db.session.execute(statement.values(decision=decision).execution_options(synchronize_session=False))
    db.session.expire_all()


def begin_import(actor: Actor, desk: Desk, batch: ImportBatch) -> None:
    """Carry out what was decided. Raises ``Refused`` when that is nothing."""
    _own(actor, batch)
    _expect(batch, BatchState.CHECKED)
    if not queries.counts(batch).writes:
        raise Refused(_("Nothing was chosen to be imported."))
    _begin(actor, desk, batch, BatchState.IMPORTING)


def begin_undo(actor: Actor, desk: Desk, batch: ImportBatch) -> None:
    """Put everything back that the batch made or changed, except what changed since or is not the actor's to change.

    What was kept can be undone again, as when nobody refers to it any more. Raises ``Refused`` when nothing was.
    Whoever may see a batch may undo it, so that an administrator can clear up after somebody else.
    """
    actor.check(Permission.STAKEHOLDER_IMPORT)
    if batch.state is not BatchState.UNDONE:
        _expect(batch, BatchState.IMPORTED)
    elif not undoing.again(batch):
        raise Refused(_("Nothing of this import is left to be undone."))
    _begin(actor, desk, batch, BatchState.UNDOING)


def empty(actor: Actor, desk: Desk, batch: ImportBatch) -> None:
    """Forget what a file said, as when its data are needed no more; the import can then be undone no more.

    Raises ``NotAllowed`` without the right to import, and ``StateTransitionError`` while the portal works on it.
    """
    actor.check(Permission.STAKEHOLDER_IMPORT)
    batch.move_to(BatchState.EMPTIED, actor)
    forgetting.empty(desk.store, batch)


def _begin(actor: Actor, desk: Desk, batch: ImportBatch, state: BatchState) -> None:
    batch.rows_done = 0
    batch.move_to(state, actor)
    if batch.read_all and batch.rows_read <= AT_ONCE:
        all_at_once(work(actor, desk.consortium, desk.store, batch.id))
    else:
        outbox.enqueue(db.session, CARRY_ON, {"batch": batch.id, "user": actor.user_id})


def _own(actor: Actor, batch: ImportBatch) -> None:
    """Only who sent a file decides about it, so that its rights are those of one person."""
    actor.check(Permission.STAKEHOLDER_IMPORT)
    if actor.user_id != batch.user_id:
        raise NotAllowed(_("Somebody else began this import."))


def _expect(batch: ImportBatch, state: BatchState) -> None:
    if batch.state is not state:
        raise Refused(_("This import is “%(state)s” by now.", state=batch.state.label))
