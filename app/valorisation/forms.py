"""Forms of action plans."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from app.core import clock, portal
from app.core.access import Permission, current_actor
from app.core.errors import Refused
from app.core.fields import ChoiceField, DayField, LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.reach import choosable, likely
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.microcredentials.names import credential_countries
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField
from app.valorisation.models import SECTIONS, ActionPlan, PlanState
from app.valorisation.services import PlanFacts, check

LONGEST_REASON = 500
_ANOTHER = _l("Another plan of this country was approved at the same moment. Complete or archive that one first.")


class PlanForm(BaseForm):
    """An action plan in words; its items have forms of their own."""

    country = ChoiceField(_l("Country"))
    starts_on = DayField(_l("From"), [InputRequired(_l("Choose a day."))])
    ends_on = DayField(_l("Until"), [InputRequired(_l("Choose a day."))])
    lead = OrganisationsField(_l("Who answers for it?"), multiple=False)
    microcredentials = MicroCredentialsField(
        _l("Which micro-credentials come first?"), description=_l("Those on which the country begins with recognition.")
    )
    legal_framework = TranslatedField(
        SECTIONS["legal_framework"],
        rows=5,
        description=_l("Laws and by-laws that matter, what they allow, and what they leave open."),
    )
    recognition_route = TranslatedField(
        SECTIONS["recognition_route"], rows=5, description=_l("Which bodies decide, in which order, on what.")
    )
    stakeholders = TranslatedField(
        SECTIONS["stakeholders"],
        rows=4,
        description=_l("Who has to be won, and what for; the mapping has the details."),
    )
    objectives = TranslatedField(SECTIONS["objectives"], rows=4, description=_l("One a line."))
    risks = TranslatedField(
        SECTIONS["risks"], rows=4, description=_l("What could go wrong, and what is done about it.")
    )
    sustainability = TranslatedField(
        SECTIONS["sustainability"], rows=4, description=_l("What goes on after the project, and who carries it.")
    )

    def __init__(self, *args: Any, plan: ActionPlan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=plan, **kwargs)
        stands = plan.country if plan else None
        self.country.choices = choosable(current_actor(), Permission.PLAN_EDIT, credential_countries(), stands)

    @classmethod
    def new(cls) -> "PlanForm":
        """A form with what the template says at first, in the actor's own country."""
        actor, consortium = current_actor(), portal.consortium()
        own = stakeholders.by_keys(actor, sorted(actor.organisations))
        return cls(
            data={
                "country": likely(actor, choosable(actor, Permission.PLAN_EDIT, credential_countries())),
                "starts_on": consortium.start,
                "ends_on": consortium.end,
                "lead": own[0] if len(own) == 1 else None,
                **consortium.plan.texts,
            }
        )

    def foreseen(self) -> None:
        """Ask the rules of plans."""
        if self.starts_on.data and self.ends_on.data:
            check(self.plan_facts(), portal.consortium())

    def plan_facts(self) -> PlanFacts:
        """What was filled in."""
        actor, values = current_actor(), self.facts()
        values["lead"] = next(iter(stakeholders.by_keys(actor, self.lead.values)), None)
        values["microcredentials"] = microcredentials.by_keys(actor, values["microcredentials"])
        return PlanFacts(**values | {name: values[name] or None for name in SECTIONS})


class MoveForm(BaseForm):
    """A move to another state, with the version the page showed."""

    state = ChoiceField(_l("State"), choices=PlanState.choices)
    reason = LineField(_l("Why?"), longest=LONGEST_REASON)


class ApproveForm(BaseForm):
    """When a plan was approved, and what is to be known of it."""

    constraint_messages = {"uq_action_plan_holds": ("", _ANOTHER), "action_plan.country": ("", _ANOTHER)}

    approved_on = DayField(_l("Approved on"), [InputRequired(_l("Choose a day."))])
    note = TextField(_l("Note"), longest=LONGEST_REASON, description=_l("By whom, and where it is written down."))

    @classmethod
    def new(cls, plan: ActionPlan) -> "ApproveForm":
        """An empty form of today."""
        return cls(data={"approved_on": clock.today(), "version": plan.version})

    def foreseen(self) -> None:
        """A day to come is told with whatever else is wrong."""
        if self.approved_on.data and self.approved_on.data > clock.today():
            raise Refused(approved_on=_("This day has not come yet."))
