"""Forms of recommendations."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Optional

from app.core import clock, portal
from app.core.access import Permission, current_actor
from app.core.fields import ChoiceField, DayField, LineField, TranslatedField
from app.core.forms import BaseForm
from app.core.reach import choosable, likely
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.microcredentials.names import credential_countries
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField
from app.valorisation.forms import LONGEST_REASON
from app.valorisation.origins.fields import SourcesField
from app.valorisation.recommendations import rules
from app.valorisation.recommendations.models import ANSWERED, Recommendation, RecommendationState
from app.valorisation.recommendations.services import AnswerFacts, RecommendationFacts, check

LONGEST_TEXT = 1000
# What stays as it was sent, by the names of the fields.
WORDS = ("country", "text", "background", "addressee", "body")


class RecommendationForm(BaseForm):
    """A recommendation; of one that was sent, without its words."""

    country = ChoiceField(_l("Country"))
    text = TranslatedField(
        _l("What is recommended?"),
        rows=3,
        longest=LONGEST_TEXT,
        description=_l("One thing, in a sentence or two, so that it can be answered."),
    )
    background = TranslatedField(
        _l("Why?"), rows=4, description=_l("What is so today, and what would be better. Name no people here.")
    )
    addressee = OrganisationsField(_l("To which organisation does it go?"), multiple=False)
    body = LineField(
        _l("Or to another body"), longest=200, description=_l("Where it is in no register, such as a committee.")
    )
    organisation = OrganisationsField(_l("Who answers for it?"), multiple=False)
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it concern?"))
    origins = SourcesField(
        _l("What did it come from?"), description=_l("Decisions, and feedback from consultations and round tables.")
    )
    follow_up_on = DayField(
        _l("Ask again on"), [Optional()], description=_l("The day on which somebody looks whether there is an answer.")
    )

    def __init__(self, *args: Any, recommendation: Recommendation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=recommendation, **kwargs)
        self.recommendation = recommendation
        stands = recommendation.country if recommendation else None
        self.country.choices = choosable(
            current_actor(), Permission.RECOMMENDATION_EDIT, credential_countries(), stands
        )
        if recommendation is not None and not recommendation.is_written:
            for name in WORDS:
                del self[name]

    @classmethod
    def new(cls, country: str | None = None) -> "RecommendationForm":
        """An empty form for a country, the actor's own where none is known, with the organisation of the actor."""
        actor = current_actor()
        choices = choosable(actor, Permission.RECOMMENDATION_EDIT, credential_countries())
        own = stakeholders.by_keys(actor, sorted(actor.organisations))
        known = country if country in dict(choices) else likely(actor, choices)
        return cls(data={"country": known, "organisation": own[0] if len(own) == 1 else None})

    def foreseen(self) -> None:
        """Ask the rules of recommendations."""
        check(self.recommendation_facts(), portal.consortium())

    def recommendation_facts(self) -> RecommendationFacts:
        """What was filled in, and the words as they were sent."""
        actor, values = current_actor(), self.facts()
        if self.recommendation is not None and not self.recommendation.is_written:
            values |= {name: getattr(self.recommendation, name) for name in WORDS}
        else:
            values["addressee"] = next(iter(stakeholders.by_keys(actor, self.addressee.values)), None)
            values["background"] = values["background"] or None
        return RecommendationFacts(
            **values
            | {
                "organisation": next(iter(stakeholders.by_keys(actor, self.organisation.values)), None),
                "microcredentials": microcredentials.by_keys(actor, values["microcredentials"]),
                "origins": self.origins.named(),
            }
        )


class SendForm(BaseForm):
    """When a recommendation was sent."""

    sent_on = DayField(_l("Sent on"), [InputRequired(_l("Choose a day."))])
    reason = LineField(
        _l("Why outside the project?"),
        longest=LONGEST_REASON,
        description=_l("Only for days before the project began or after it ended."),
    )

    @classmethod
    def new(cls, found: Recommendation) -> "SendForm":
        """An empty form of today."""
        return cls(data={"sent_on": clock.today(), "version": found.version})

    def foreseen(self) -> None:
        """A day to come is told with whatever else is wrong."""
        if self.sent_on.data:
            rules.check_sent(self.sent_on.data, clock.today())


class AnswerForm(BaseForm):
    """What was answered, when and in which words."""

    state = ChoiceField(
        _l("What was answered?"),
        [InputRequired(_l("Choose what was answered."))],
        choices=lambda: RecommendationState.choices(ANSWERED),
        any_label=_l("Choose one"),
    )
    answered_on = DayField(_l("Answered on"), [InputRequired(_l("Choose a day."))])
    answer = TranslatedField(
        _l("In which words?"),
        rows=4,
        description=_l("Needed unless all of it is accepted. Name the office, not the people."),
    )

    @classmethod
    def of(cls, found: Recommendation) -> "AnswerForm":
        """The form as the answer stands, else an empty one of today."""
        form = cls(obj=found)
        if not form.is_submitted():
            form.state.data = found.state if found.state in ANSWERED else None
            form.answered_on.data = found.answered_on or clock.today()
        return form

    def foreseen(self) -> None:
        """Ask the rules of answers."""
        rules.check_answer(RecommendationState(self.state.data), self.answer.data)

    def answer_facts(self) -> AnswerFacts:
        """What was filled in."""
        return AnswerFacts(
            state=RecommendationState(self.state.data),
            answered_on=self.answered_on.data or clock.today(),
            said=self.answer.data or None,
        )


class RecommendationMoveForm(BaseForm):
    """A move of a recommendation back or away, with its reason."""

    state = ChoiceField(_l("State"), choices=RecommendationState.choices)
    reason = LineField(_l("Why?"), longest=LONGEST_REASON)
