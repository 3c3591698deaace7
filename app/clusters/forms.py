"""Forms of clusters: what they are, where they move, how they check themselves."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, RadioField
from wtforms.validators import URL, InputRequired, Optional, StopValidation

from app.clusters import queries
from app.clusters.models import Cluster, ClusterScope, ClusterState, ClusterType
from app.clusters.self_checks import GROUPS, SCORES
from app.clusters.services import ClusterFacts, check
from app.core import clock, portal
from app.core.access import current_actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.pickers import PickerField
from app.core.templating import reader_language
from app.microcredentials import queries as microcredentials
from app.microcredentials.fields import IscedField
from app.microcredentials.forms import MicroCredentialsField
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField
from app.stakeholders.listing import countries, region_name, regions
from app.stakeholders.models import Organisation

NAME_LENGTH = 300
ROWS = 3


class ClustersField(PickerField):
    """Clusters the actor may see."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            find=lambda query: queries.find_options(current_actor(), query, reader_language().code),
            get=lambda keys: queries.options_of(current_actor(), keys, reader_language().code),
            options_url=lambda: url_for("clusters.options"),
            **kwargs,
        )


class NaceField(IscedField):
    """Divisions of NACE; what is typed begins with the code, as the suggestions do."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        FieldList.__init__(
            self, LineField(label, longest=200, render_kw={"list": "nace-divisions"}), label=label, **kwargs
        )


class RegionsField(FieldList):
    """Regions, one in each row."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        row = ChoiceField(_l("Region"), choices=regions, any_label=_l("None"))
        super().__init__(row, label=label, **kwargs)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, each once."""
        return tuple(dict.fromkeys(code for code in self.data if code))

    def shown(self, value: Any) -> str:
        """The regions by their names."""
        return ", ".join(region_name(code) for code in value or () if code)


class ClusterForm(BaseForm):
    """A cluster; who belongs to it has forms of its own."""

    name = TranslatedField(
        _l("Name"),
        longest=NAME_LENGTH,
        description=_l("In one language at least; others see that one until theirs is written."),
    )
    acronym = LineField(_l("Acronym"), longest=40)
    type = ChoiceField(_l("What holds it together?"), choices=ClusterType.choices)
    scope = ChoiceField(_l("How far does it reach?"), choices=ClusterScope.choices)
    countries = ChecksField(_l("Countries"), choices=countries)
    regions = RegionsField(_l("Regions"))
    isced_f = IscedField(_l("Field of education (ISCED-F)"))
    nace = NaceField(_l("Branch (NACE)"))
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it carry on?"))
    mission = TranslatedField(_l("Mission"), rows=4)
    services = TranslatedField(
        _l("Services"), rows=4, description=_l("What it does for its members, one service a line.")
    )
    coordinator = OrganisationsField(
        _l("Who coordinates it?"), multiple=False, description=_l("It becomes the first member. You can leave it open.")
    )
    parent = ClustersField(_l("Cluster above it"), multiple=False)
    website = LineField(_l("Website"), [Optional(), URL(message=_l("Write an address like https://example.org."))])
    founded_on = DayField(_l("Founded on"), [Optional()])
    sustainability_note = TranslatedField(
        _l("How does it go on after the project?"), rows=4, description=_l("Who carries it, and who pays for it.")
    )

    def __init__(self, *args: Any, cluster: Cluster | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=cluster, **kwargs)
        self.cluster_id = cluster.id if cluster is not None else None
        if cluster is not None:
            del self["coordinator"]
        if not self.is_submitted():
            for rows, blank in ((self.regions, None), (self.isced_f, ""), (self.nace, "")):
                for _row in range(max(1, ROWS - len(rows.entries))):
                    rows.append_entry(blank)

    @cached_property
    def alike(self) -> Sequence[Any]:
        """Clusters that are called like this one; a warning, and no refusal."""
        return queries.namesakes(current_actor(), (self.name.data or {}).values(), self.cluster_id)

    def validate_name(self, field: TranslatedField) -> None:
        """A name in one language at least."""
        if not field.data:
            raise StopValidation(_("Write a name, in any of the languages."))

    def foreseen(self) -> None:
        """Ask the rules of clusters."""
        check(self.cluster_facts(), portal.consortium())

    def cluster_facts(self) -> ClusterFacts:
        """What was filled in."""
        actor, values = current_actor(), self.facts("coordinator")
        values |= {
            "type": ClusterType(values["type"]),
            "scope": ClusterScope(values["scope"]),
            "regions": self.regions.codes,
            "isced_f": self.isced_f.codes,
            "nace": self.nace.codes,
            "parent": next(iter(queries.by_keys(actor, self.parent.values)), None),
            "microcredentials": microcredentials.by_keys(actor, values["microcredentials"]),
        }
        for name in ("mission", "services", "sustainability_note"):
            values[name] = values.get(name) or None
        return ClusterFacts(**values)

    @property
    def coordinating(self) -> Organisation | None:
        """The organisation that is to coordinate a new cluster."""
        return one_of(self.coordinator.values)


def one_of(keys: Sequence[int]) -> Organisation | None:
    """The organisation with this key, where the actor may see it."""
    return next(iter(stakeholders.by_keys(current_actor(), keys)), None) if keys else None


class MoveForm(BaseForm):
    """A move to another state, with the version the page showed."""

    state = ChoiceField(_l("State"), choices=ClusterState.choices)
    reason = LineField(_l("Why?"))


class AssessForm(BaseForm):
    """A self-check: for each group of indicators 0 to 3, and a note."""

    assessed_on = DayField(_l("Day"), [InputRequired(_l("Choose a day."))])

    @classmethod
    def new(cls) -> "AssessForm":
        """An empty form of today."""
        return cls(data={"assessed_on": clock.today()})

    @property
    def scores(self) -> dict[str, int]:
        """The chosen number of each group."""
        return {group: int(self[group].data) for group in GROUPS}

    @property
    def notes(self) -> dict[str, str]:
        """What was noted, by group."""
        return {group: self[f"note_{group}"].data or "" for group in GROUPS}

    @property
    def day(self) -> date:
        """The day of the check."""
        return self.assessed_on.data or clock.today()


def score_choices() -> list[tuple[str, Any]]:
    """The numbers of a self-check with what they mean."""
    return [(str(score), _("%(score)s – %(meaning)s", score=score, meaning=said)) for score, said in SCORES.items()]


for _group, _label in GROUPS.items():
    _score = RadioField(_label, [InputRequired(_l("Choose from 0 to 3."))], choices=score_choices)
    setattr(AssessForm, _group, _score)
    setattr(AssessForm, f"note_{_group}", TextField(_l("Note"), longest=2000))
