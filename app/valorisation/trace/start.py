"""Where a trace begins, and what was gathered of it so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, false, select

from app.valorisation.trace.chain import Ref, Step, StepKind, Tie

# Of each kind the latest; a page of more would not be read.
MOST = 200


@dataclass
class Trace:
    """Steps by kind and key, and the ties between them; ``is_cut`` where there are more than a page shows."""

    steps: dict[Ref, Step] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    is_cut: bool = False

    def keys(self, kind: StepKind) -> list[int]:
        """The keys of the steps of a kind."""
        return [key for found, key in self.steps if found is kind]

    def take(self, steps: Sequence[Step]) -> None:
        """Add steps of one kind."""
        self.is_cut = self.is_cut or len(steps) > MOST
        self.steps |= {step.ref: step for step in steps[:MOST]}


@dataclass(frozen=True)
class Start:
    """Where a trace begins: at everything that concerns a micro-credential, or at one record."""

    microcredential: int | None = None
    record: Ref | None = None

    def here(self, model: Any, kind: StepKind) -> ColumnElement[bool]:
        """Whether a record is where it begins."""
        if self.microcredential is not None:
            link = model.link_model
            concerning = select(link.record_id).where(link.microcredential_id == self.microcredential)
            found: ColumnElement[bool] = model.id.in_(concerning)
            return found
        return model.id == self.record[1] if self.record and self.record[0] is kind else false()

    def begins_at(self, *kinds: StepKind) -> bool:
        """Whether what follows from these kinds is asked for."""
        return self.record is None or self.record[0] in kinds
