"""The rows of a batch as its page shows them: what each is, what it would change, what can be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core.access import Actor
from app.core.progress import Progress
from app.core.templating import number
from app.stakeholders.imports import queries, services
from app.stakeholders.imports.models import BatchState, Decision, ImportBatch, ImportRow, Outcome, Verdict


@dataclass(frozen=True)
class ShownRow:
    """One row: ``options`` are the decisions that can be taken, ``decided`` the one that is."""

    row: ImportRow
    options: Sequence[tuple[str, str]]
    decided: str
    target: str

    @property
    def term(self) -> Any:
        """What to say about it: what became of it, or what was found."""
        return self.row.outcome or self.row.verdict


@dataclass(frozen=True)
class Tab:
    """A part of the rows, for the links above them."""

    url: str
    label: str
    count: int
    current: bool


def progress(batch: ImportBatch) -> Progress:
    """How far the work on a batch is; of a file that is still read nobody knows how long it is."""
    if not batch.read_all:
        return Progress(batch.state, told=_("%(done)s rows are read so far", done=number(batch.rows_read)))
    told = _("%(done)s of %(all)s rows", done=number(batch.rows_done), all=number(batch.rows_read))
    return Progress(batch.state, batch.rows_done, batch.rows_read, told)


def shown_rows(actor: Actor, batch: ImportBatch, rows: Sequence[ImportRow]) -> list[ShownRow]:
    """The rows of one page, with the names of the records they may be about."""
    keys = {key for row in rows for key in (*row.candidates, row.target_id, row.record_id) if key}
    names = queries.names_of(actor, batch.kind, keys) if keys else {}
    return [_shown(batch, row, names) for row in rows]


def _shown(batch: ImportBatch, row: ImportRow, names: dict[int, str]) -> ShownRow:
    target = row.record_id or row.target_id
    told = f"#{target} {names[target]}" if target in names else ""
    if batch.state is not BatchState.CHECKED or row.verdict in (Verdict.FAULTY, Verdict.SAME):
        return ShownRow(row, (), "", told)
    keys = dict.fromkeys([*row.candidates, *([row.target_id] if row.target_id else [])])
    options = [
        (f"update:{key}", _("Update #%(key)s %(name)s", key=key, name=names[key])) for key in keys if key in names
    ]
    has_kept = any("kept" in change for change in row.changes)
    if row.target_id in names and (has_kept or row.decision is Decision.EMPTY):
        emptied = _("Update #%(key)s %(name)s and empty these cells", key=row.target_id, name=names[row.target_id])
        options.append((f"empty:{row.target_id}", emptied))
    if has_kept and all("kept" in change for change in row.changes):
        return ShownRow(row, [options[-1], ("skip", _("Keep what is there"))], services.decided(row), told)
    if row.candidates or row.target_id is None:
        options.append(("create", _("Make a new one")))
    is_open = row.verdict is Verdict.UNSURE and row.decision is Decision.SKIP
    options.append(("skip", _("To be decided; left out until then") if is_open else _("Leave it out")))
    return ShownRow(row, options, services.decided(row), told)


def terms(batch: ImportBatch) -> type[Verdict] | type[Outcome]:
    """What the rows of a batch are told apart by: before the import what was found, afterwards what became of them."""
    return Verdict if batch.state in (BatchState.CHECKED, BatchState.CHECKING) else Outcome


def chosen_term(batch: ImportBatch, code: str) -> Verdict | Outcome | None:
    """The part of the rows that an address asks for; nothing for all."""
    return next((term for term in terms(batch) if term.value == code), None)
