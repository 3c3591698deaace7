"""Forms of plan items and of what proves them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.core import clock, portal
from app.core.access import current_actor
from app.core.fields import ChoiceField, DayField, LineField, TranslatedField
from app.core.forms import BaseForm
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, PeopleField
from app.valorisation.items.models import ItemLevel, ItemState, Measure, PlanItem
from app.valorisation.items.services import ItemFacts, check
from app.valorisation.origins.fields import SourcesField

LONGEST_REASON = 500
LARGEST = 100_000_000
_NOT_BELOW = _l("Write a number that is not below zero.")


def _figure(label: Any, **kwargs: Any) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, LARGEST, _NOT_BELOW)], **kwargs)


class ItemForm(BaseForm):
    """An item of a plan."""

    title = TranslatedField(_l("What is to be done?"), longest=300)
    level = ChoiceField(_l("Level"), choices=ItemLevel.choices)
    organisation = OrganisationsField(_l("Which organisation answers for it?"), multiple=False)
    person = PeopleField(_l("Who there?"), multiple=False)
    stakeholders = OrganisationsField(_l("Who else has to take part?"))
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it concern?"))
    origins = SourcesField(
        _l("What did it come from?"), description=_l("Decisions, and feedback from consultations and round tables.")
    )
    starts_on = DayField(_l("Begins on"), [Optional()])
    due_on = DayField(_l("Due on"), [InputRequired(_l("Choose a day."))])
    move_reason = LineField(_l("Why does the day move?"), longest=LONGEST_REASON)
    beyond_reason = LineField(
        _l("Why outside the project?"),
        longest=LONGEST_REASON,
        description=_l("Only for days before the project began or after it ended."),
    )
    indicator = TranslatedField(_l("Indicator"), longest=300, description=_l("What is counted."))
    target = _figure(_l("Target"))
    measure = ChoiceField(_l("Count the actual figure"), choices=Measure.choices, any_label=_l("It is typed here"))
    actual = _figure(_l("Actual"), description=_l("Where nothing is counted."))
    actual_source = LineField(_l("Where does this number come from?"), longest=LONGEST_REASON)

    def __init__(self, *args: Any, item: PlanItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=item, **kwargs)
        if item is None:
            del self["move_reason"]

    def foreseen(self) -> None:
        """Ask the rules of items."""
        if self.due_on.data:
            check(self.item_facts(), portal.consortium())

    def item_facts(self) -> ItemFacts:
        """What was filled in."""
        actor, values = current_actor(), self.facts()
        return ItemFacts(
            **values
            | {
                "level": ItemLevel(values["level"]),
                "measure": Measure(values["measure"]) if values["measure"] else None,
                "organisation": next(iter(stakeholders.by_keys(actor, self.organisation.values)), None),
                "person": next(iter(stakeholders.people_by_keys(actor, self.person.values)), None),
                "origins": self.origins.named(),
                "stakeholders": stakeholders.by_keys(actor, self.stakeholders.values),
                "microcredentials": microcredentials.by_keys(actor, values["microcredentials"]),
                "indicator": values["indicator"] or None,
            }
        )


class ItemMoveForm(BaseForm):
    """A move of an item to another state."""

    state = ChoiceField(_l("State"), choices=ItemState.choices)
    reason = LineField(_l("Why?"), longest=LONGEST_REASON)


class DoneForm(BaseForm):
    """Since when something is done."""

    done_on = DayField(_l("Done on"), [InputRequired(_l("Choose a day."))])
    reason = LineField(
        _l("Why on such a day?"),
        longest=LONGEST_REASON,
        description=_l("Only for days before the plan or the project began, or after the project ended."),
    )

    @classmethod
    def new(cls, item: PlanItem) -> "DoneForm":
        """An empty form of today."""
        return cls(data={"done_on": clock.today(), "version": item.version})
