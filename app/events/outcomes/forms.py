"""Forms of decisions and actions."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import DataRequired, InputRequired

from app.core.access import current_actor
from app.core.fields import ChoiceField, DayField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import plain_tr
from app.events import work_packages
from app.events.feedback import choosing
from app.events.feedback.fields import PointsField
from app.events.forms import TITLE_LENGTH
from app.events.models import Event
from app.events.outcomes import rules
from app.events.outcomes.models import Decision
from app.events.outcomes.services import ActionFacts, DecisionFacts, check, check_action, last_day_so_far
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.stakeholders import queries as stakeholders


class DecisionForm(BaseForm):
    """A decision of an event."""

    text = TranslatedField(_l("What was decided?"), rows=3, longest=rules.LONGEST_DECISION)
    decided_on = DayField(_l("On"), [InputRequired(_l("Choose a day."))])
    replaces = ChoiceField(_l("Which decision does it replace?"), any_label=_l("None"))
    work_package = ChoiceField(_l("Work package"), choices=work_packages.choices, any_label=_l("None in particular"))
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it concern?"))
    points = PointsField(
        _l("Which feedback led to it?"), description=_l("What organisations said before, at this event or another.")
    )
    is_proposed = BooleanField(_l("It is only proposed so far"))

    def __init__(self, event: Event, in_force: Sequence[Decision], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.in_force = {str(decision.id): decision for decision in in_force}
        self.replaces.choices = [
            (key, f"{decision.code} · {plain_tr(decision.text)[:80]}") for key, decision in self.in_force.items()
        ]

    @classmethod
    def new(cls, event: Event, in_force: Sequence[Decision]) -> "DecisionForm":
        """An empty form; the day is the event's last one so far."""
        return cls(event, in_force, data={"decided_on": last_day_so_far(event)})

    @classmethod
    def of(cls, decision: Decision) -> "DecisionForm":
        """The form as the decision stands; what it replaced is no longer asked."""
        form = cls(decision.event, (), obj=decision)
        del form["replaces"]
        del form["is_proposed"]
        return form

    def foreseen(self) -> None:
        """Ask the rules of decisions."""
        if self.decided_on.data:
            check(self.event, self.decision_facts())

    def decision_facts(self) -> DecisionFacts:
        """What was filled in."""
        replaced = self.in_force.get(self.replaces.data or "") if "replaces" in self else None
        return DecisionFacts(
            text=self.text.data,
            decided_on=self.decided_on.data or self.event.starts_on,
            is_proposed=bool(self.is_proposed.data) if "is_proposed" in self else False,
            work_package=self.work_package.data,
            microcredentials=microcredentials.by_keys(current_actor(), self.microcredentials.data),
            points=choosing.by_keys(current_actor(), self.points.values),
            replaces=[replaced] if replaced else [],
        )


class RevokeForm(BaseForm):
    """Why a decision no longer holds."""

    reason = TextField(
        _l("Why is it revoked?"), [DataRequired(_l("Say why; whoever relied on it will ask."))], longest=500
    )


class ActionForm(BaseForm):
    """Something to be done, by whom and until when."""

    text = TranslatedField(_l("What is to be done?"), longest=TITLE_LENGTH)
    due_on = DayField(_l("Due on"), [InputRequired(_l("Choose a day."))])
    owner = ChoiceField(_l("Who answers for it?"), any_label=_l("Nobody in particular"))
    responsible = TranslatedField(
        _l("Who exactly?"), longest=TITLE_LENGTH, description=_l("For example all partners, or the country teams.")
    )
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it concern?"))

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        known = {organisation.id: organisation for organisation in (*stakeholders.partners(), *event.organisations)}
        self.owners = {str(key): organisation for key, organisation in known.items()}
        named = sorted(known.values(), key=lambda organisation: organisation.name_key)
        self.owner.choices = [(str(organisation.id), organisation.name) for organisation in named]

    def foreseen(self) -> None:
        """Ask the rules of actions."""
        if self.due_on.data:
            check_action(self.event, self.action_facts())

    def action_facts(self) -> ActionFacts:
        """What was filled in."""
        return ActionFacts(
            text=self.text.data,
            due_on=self.due_on.data or self.event.ends_on,
            owner=self.owners.get(self.owner.data or ""),
            responsible=self.responsible.data or None,
            microcredentials=microcredentials.by_keys(current_actor(), self.microcredentials.data),
        )
