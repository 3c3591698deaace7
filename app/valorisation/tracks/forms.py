"""Forms of milestones."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.core import clock
from app.core.access import current_actor
from app.core.fields import ChoiceField, DayField, LineField, TranslatedField
from app.core.forms import BaseForm
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField
from app.valorisation.tracks.models import DECIDED, OPEN, TRACKS, Milestone, MilestoneKind, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts, ReachFacts

LONGEST_REASON = 500
MOST_LEARNERS = 1_000_000
_BEYOND = _l("Only for days before the project began or after it ended.")
_PLANNED = _l("This milestone is planned already. Change that one instead.")


def kinds() -> list[tuple[str, str]]:
    """What can be reached, each with its track."""
    return [(kind.value, f"{track.label}: {kind.label}") for track, of in TRACKS.items() for kind in of]


class MilestoneForm(BaseForm):
    """A milestone of a micro-credential."""

    constraint_messages: ClassVar[dict[str, tuple[str, Any]]] = {
        "uq_milestone_open": ("kind", _PLANNED),
        "milestone.microcredential_id, milestone.kind": ("kind", _PLANNED),
    }

    kind = ChoiceField(_l("What is to be reached?"), choices=kinds)
    planned_on = DayField(_l("Planned for"), [Optional()])
    move_reason = LineField(_l("Why does the day move?"), longest=LONGEST_REASON)
    authority = OrganisationsField(_l("Which body or partner decides?"), multiple=False)
    decision_reference = LineField(_l("Decision"), description=_l("Its number or date, as the body writes it."))
    legal_basis = LineField(_l("Legal basis"), description=_l("The law or by-law it rests on."))
    valid_until = DayField(_l("Valid until"), [Optional()], description=_l("The last day on which it holds."))
    learners = IntegerField(
        _l("Learners"),
        [Optional(), NumberRange(0, MOST_LEARNERS, _l("Write a number that is not below zero."))],
        description=_l("For a pilot: how many took part."),
    )
    note = TranslatedField(_l("Note"), rows=3, longest=2000)

    def __init__(self, *args: Any, milestone: Milestone | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=milestone, **kwargs)
        if milestone is None:
            del self["move_reason"]
        else:
            del self["kind"]
            if milestone.state not in OPEN:
                del self["planned_on"]
                del self["move_reason"]

    def milestone_facts(self) -> MilestoneFacts:
        """What was filled in."""
        values = self.facts("kind")
        authority = next(iter(stakeholders.by_keys(current_actor(), self.authority.values)), None)
        return MilestoneFacts(**values | {"authority": authority, "note": values["note"] or None})

    @property
    def chosen(self) -> MilestoneKind:
        """What is to be reached."""
        return MilestoneKind(self.kind.data)


class ReachForm(BaseForm):
    """Since when a milestone is reached, and where a body decides, by whose decision."""

    reached_on = DayField(_l("Reached on"), [InputRequired(_l("Choose a day."))])
    reason = LineField(_l("Why outside the project?"), longest=LONGEST_REASON, description=_BEYOND)
    authority = OrganisationsField(_l("Which body or partner decides?"), multiple=False)
    decision_reference = LineField(_l("Decision"), description=_l("Its number or date, as the body writes it."))

    @classmethod
    def new(cls, milestone: Milestone) -> "ReachForm":
        """An empty form of today."""
        data = {name: getattr(milestone, name) for name in ("version", "authority", "decision_reference")}
        form = cls(data={"reached_on": clock.today(), **data})
        if milestone.kind not in DECIDED:
            del form["authority"]
            del form["decision_reference"]
        return form

    def reach_facts(self) -> ReachFacts:
        """What was filled in besides the day."""
        if not self.authority:
            return ReachFacts(reason=self.reason.data)
        authority = next(iter(stakeholders.by_keys(current_actor(), self.authority.values)), None)
        return ReachFacts(authority=authority, decision_reference=self.decision_reference.data, reason=self.reason.data)


class MilestoneMoveForm(BaseForm):
    """A move of a milestone to another state."""

    state = ChoiceField(_l("State"), choices=MilestoneState.choices)
    reason = LineField(_l("Why?"), longest=LONGEST_REASON)
