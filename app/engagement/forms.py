"""Forms of the mapping: a judgement, an organisation to be mapped, what surrounds the judgements."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import DataRequired, InputRequired

from app.clusters import queries as clusters
from app.clusters.forms import ClustersField
from app.core import clock
from app.core.access import Permission, current_actor
from app.core.asked import Asked, key_of
from app.core.errors import Refused
from app.core.fields import ChoiceField, DayField, TextField
from app.core.forms import BaseForm
from app.core.templating import day_short, plain_tr
from app.engagement import rules
from app.engagement.contact import held_with
from app.engagement.models import LEVELS, Attitude, Engagement, MappingEntry
from app.engagement.services import EntryFacts, JudgementFacts
from app.events import queries as events
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation

LONGEST_REASON = 2000
COUNTRY, CLUSTER, MICROCREDENTIALS = "country", "cluster", "microcredentials"


def level_choices() -> list[tuple[str, str]]:
    """The levels, which need no words in any language."""
    return [(str(level), str(level)) for level in LEVELS]


def scope_choices() -> list[tuple[str, Any]]:
    """What an entry can be for."""
    return [
        (COUNTRY, _l("A country as a whole")),
        (CLUSTER, _l("A cluster")),
        (MICROCREDENTIALS, _l("Certain micro-credentials")),
    ]


def _keys(text: str | None) -> list[int]:
    key = key_of(text)
    return [] if key is None else [key]


def judging_countries() -> list[tuple[str, str]]:
    """Countries in which the actor may judge."""
    reached = current_actor().countries_for(Permission.MAPPING_EDIT)
    return [choice for choice in countries() if reached is None or choice[0] in reached]


def partner_choices() -> list[tuple[str, str]]:
    """The partners of the project, by name."""
    partners = sorted(stakeholders.partners(), key=lambda partner: partner.name_key)
    return [(str(partner.id), partner.name) for partner in partners]


def partner(key: str | None) -> Organisation | None:
    """The partner that was chosen."""
    return next(iter(stakeholders.by_keys(current_actor(), [int(key)])), None) if key else None


class JudgedForm(BaseForm):
    """The part of a form that judges."""

    influence = RadioField(
        _l("Influence"),
        [InputRequired(_l("Choose a level from 1 to 5."))],
        choices=level_choices,
        description=_l("How much it can do for micro-credentials, or against them: 5 is most."),
    )
    interest = RadioField(
        _l("Interest"),
        [InputRequired(_l("Choose a level from 1 to 5."))],
        choices=level_choices,
        description=_l("How much they matter to it: 5 is most."),
    )
    attitude = RadioField(_l("Attitude"), [InputRequired(_l("Choose one."))], choices=Attitude.choices)
    engagement = RadioField(_l("Engagement"), [InputRequired(_l("Choose one."))], choices=Engagement.choices)
    judged_on = DayField(_l("As of"), [InputRequired(_l("Choose a day."))])
    reason = TextField(
        _l("Why?"),
        [DataRequired(_l("Say why; whoever reads it next year will ask."))],
        longest=LONGEST_REASON,
        description=_l("About the organisation, never about a person; so that it could read it."),
    )

    def foreseen(self) -> None:
        """Nobody judges what will be."""
        if self.judged_on.data:
            rules.check_day(self.judged_on.data, clock.today())

    def judgement_facts(self, **more: Any) -> JudgementFacts:
        """What was judged."""
        return JudgementFacts(
            influence=int(self.influence.data),
            interest=int(self.interest.data),
            attitude=Attitude(self.attitude.data),
            engagement=Engagement(self.engagement.data),
            judged_on=self.judged_on.data or clock.today(),
            reason=self.reason.data or "",
            **more,
        )


class JudgeForm(JudgedForm):
    """Another judgement of an entry; ``back`` is the picture from which somebody came."""

    grows = True
    event = ChoiceField(_l("Which event moved it?"), any_label=_l("None in particular"))
    back = HiddenField()

    @classmethod
    def of(cls, entry: MappingEntry, influence: str | None = None, interest: str | None = None) -> "JudgeForm":
        """The form as the entry stands, or at other levels that came with a link."""
        known = {choice[0] for choice in level_choices()}
        form = cls(
            data={
                "version": entry.version,
                "influence": influence if influence in known else str(entry.influence),
                "interest": interest if interest in known else str(entry.interest),
                "attitude": entry.attitude.value,
                "engagement": entry.engagement.value,
                "judged_on": clock.today(),
            }
        )
        held = held_with(current_actor(), entry.organisation)
        form.event.choices = [
            (str(row.id), f"{day_short(row.starts_on)} {row.starts_on.year} · {plain_tr(row.title)}") for row in held
        ]
        return form

    def facts_of_judgement(self) -> JudgementFacts:
        """What was judged, with the event that moved it."""
        event = events.event(current_actor(), int(self.event.data)) if self.event.data else None
        return self.judgement_facts(event=event)


class DescribeForm(BaseForm):
    """What surrounds the judgements of an entry."""

    microcredentials = MicroCredentialsField(_l("For which micro-credentials?"))
    responsible = ChoiceField(_l("Who keeps in touch?"), choices=partner_choices, any_label=_l("Nobody yet"))
    expectations = TextField(_l("What does it expect of us?"))

    @classmethod
    def of(cls, entry: MappingEntry) -> "DescribeForm":
        """The form as the entry stands."""
        return cls(
            data={
                "version": entry.version,
                "microcredentials": list(entry.microcredentials),
                "responsible": str(entry.responsible_id or ""),
                "expectations": entry.expectations,
            }
        )

    def description(self) -> dict[str, Any]:
        """What was filled in."""
        return {
            "microcredentials": microcredentials.by_keys(current_actor(), self.microcredentials.data),
            "responsible": partner(self.responsible.data),
            "expectations": self.expectations.data,
        }


class MapForm(JudgedForm):
    """An organisation that is to be mapped, with the first judgement."""

    organisation = OrganisationsField(_l("Organisation"), multiple=False, required=_l("Choose an organisation."))
    scope = RadioField(
        _l("For what?"),
        choices=scope_choices,
    )
    country = ChoiceField(_l("Country"), choices=judging_countries)
    cluster = ClustersField(_l("Which cluster?"), multiple=False)
    microcredentials = MicroCredentialsField(_l("Which micro-credentials?"))
    responsible = ChoiceField(_l("Who keeps in touch?"), choices=partner_choices, any_label=_l("Nobody yet"))
    expectations = TextField(_l("What does it expect of us?"))

    @classmethod
    def new(cls, asked: Asked) -> "MapForm":
        """An empty form with what came with a link: an organisation, a country, a cluster, a micro-credential.

        What names none of those that the actor may choose is said in ``asked.left_out``.
        """
        actor, code = current_actor(), asked.text("mc")
        own = {choice[0] for choice in judging_countries()}
        country = asked.choice(_("Country"), asked.text("country"), own)
        chosen = next(iter(stakeholders.by_keys(actor, _keys(asked.text("organisation")))), None)
        cluster = next(iter(clusters.by_keys(actor, _keys(asked.text("cluster")))), None)
        concerned = events.microcredentials_named(actor, code) if code else []
        for label, found, name in (
            (_("Organisation"), chosen, "organisation"),
            (_("Cluster"), cluster, "cluster"),
            (_("Micro-credential"), concerned, "mc"),
        ):
            if not found:
                asked.miss(label, asked.text(name))
        asked.only("organisation", "country", "cluster", "mc")
        home = country or (chosen.country if chosen else None) or next(iter(sorted(actor.countries)), None)
        return cls(
            data={
                "organisation": chosen,
                "scope": MICROCREDENTIALS if concerned else CLUSTER if cluster else COUNTRY,
                "cluster": cluster,
                "country": home if home in own else None,
                "microcredentials": concerned,
                "responsible": str(next(iter(sorted(actor.organisations)), "")),
                "engagement": Engagement.IDENTIFIED.value,
                "attitude": Attitude.UNKNOWN.value,
                "judged_on": clock.today(),
            }
        )

    def foreseen(self) -> None:
        """What it is for has to be said, too."""
        self._check_scope()
        super().foreseen()

    def _check_scope(self) -> None:
        if self.scope.data == CLUSTER and not self.cluster.data:
            raise Refused(cluster=_("Choose a cluster."))
        if self.scope.data == MICROCREDENTIALS:
            rules.check_scope(None, self.microcredentials.data or ())

    def entry_facts(self) -> EntryFacts:
        """Who is mapped for what."""
        self._check_scope()
        actor, scope = current_actor(), self.scope.data
        wanted = self.microcredentials.data if scope == MICROCREDENTIALS else []
        cluster = [self.cluster.data] if scope == CLUSTER and self.cluster.data else []
        return EntryFacts(
            organisation=stakeholders.by_keys(actor, [self.organisation.data])[0],
            country=self.country.data if scope == COUNTRY else None,
            cluster=next(iter(clusters.by_keys(actor, cluster)), None),
            microcredentials=microcredentials.by_keys(actor, wanted),
            responsible=partner(self.responsible.data),
            expectations=self.expectations.data,
        )
