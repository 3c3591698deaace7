"""Which evidence holds now, as one statement over every kind of record; ``proofs`` tells the same of each by name."""

from typing import Any

from sqlalchemy import Select, or_, select

from app.events.documents.models import EventDocument
from app.events.minutes.models import MinutesApproval
from app.events.models import OVER, Event, EventState
from app.events.outcomes.models import Decision, DecisionState
from app.mou.models import Mou, MouState
from app.valorisation.evidence.models import Evidence

# Of each kind of record, the states in which it proves something.
EVENTS = frozenset({*OVER, EventState.DONE})
MEMORANDA = frozenset({MouState.SIGNED, MouState.IN_FORCE, MouState.EXPIRED, MouState.RENEWED})
DECISIONS = frozenset({DecisionState.ADOPTED})


def holding(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of the evidence that is not withdrawn and whose record proves something now."""
    return (
        select(*columns)
        .select_from(Evidence)
        .outerjoin(Event, Event.id == Evidence.event_id)
        .outerjoin(MinutesApproval, MinutesApproval.version_id == Evidence.minutes_version_id)
        .outerjoin(Mou, Mou.id == Evidence.mou_id)
        .outerjoin(Decision, Decision.id == Evidence.decision_id)
        .outerjoin(EventDocument, EventDocument.id == Evidence.document_id)
        .where(
            Evidence.withdrawn_at.is_(None),
            or_(
                Event.state.in_(EVENTS),
                MinutesApproval.id.is_not(None),
                Mou.state.in_(MEMORANDA),
                Decision.state.in_(DECISIONS),
                Evidence.document_id.is_not(None) & EventDocument.withdrawn_at.is_(None),
                Evidence.file_id.is_not(None),
            ),
        )
    )
