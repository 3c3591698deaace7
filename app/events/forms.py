"""The form of an event with everything there is to say about it, for planning and editing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, Optional, StopValidation
from wtforms.widgets import NumberInput

from app.clusters import queries as clusters
from app.clusters.forms import ClustersField
from app.clusters.models import Cluster
from app.core import clock, portal
from app.core.access import Permission, current_actor
from app.core.errors import Refused
from app.core.fields import ChecksField, ChoiceField, ClockField, DayField, LineField, TranslatedField
from app.core.forms import BaseForm
from app.core.reach import choosable
from app.core.templating import plain_tr, reader_language
from app.events import spans, work_packages, zones
from app.events.clashes import Wanted
from app.events.facts import EventFacts, check
from app.events.models import (
    DEADLINE_STATES,
    ConsultationType,
    Event,
    EventKind,
    EventState,
    Format,
    MeetingType,
    Visibility,
)
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, RegionField
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation

BEGINNINGS = (EventState.PLANNED, EventState.CONFIRMED, EventState.DRAFT)
TITLE_LENGTH = 300
# Partners share what they do; what is for everybody is decided, and never the consequence of not looking.
SEEN = _l("The consortium is every partner who signs in. Visitors and public calendars see what everybody may see.")
COUNTS = ("women", "men", "nonbinary", "undisclosed")
# What a kind of event has no use for; the fields are not in its form.
NOT_FOR = {
    EventKind.MEETING: ("consultation_type",),
    EventKind.ROUND_TABLE: ("meeting_type", "consultation_type"),
    EventKind.CONSULTATION: ("meeting_type",),
    EventKind.WORKSHOP: ("meeting_type", "consultation_type"),
    EventKind.DEADLINE: (
        *("meeting_type", "consultation_type", "number", "starts_time", "ends_time", "format", "venue", "address"),
        *("city", "region", "link", "link_follows", "series_name", "summary", "women", "men", "nonbinary"),
        *("undisclosed", "total", "hosts", "work_packages", "onsite_seats", "online_seats"),
    ),
}


class CountField(IntegerField):
    """A whole number, of people for instance, or nothing where nobody counted."""

    widget = NumberInput(min=0)

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], render_kw={"inputmode": "numeric"}, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a whole number."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a whole number.")) from None


def zone_choices() -> list[tuple[str, str]]:
    """Time zones: those of the consortium's countries first, then all there are."""
    own = [zones.canonical(zone) for zone in portal.consortium().zones]
    return [(zone, zone.replace("_", " ")) for zone in dict.fromkeys((*own, *zones.names()))]


def creating_countries() -> list[tuple[str, str]]:
    """Countries in which the actor may enter events."""
    return choosable(current_actor(), Permission.EVENT_CREATE, countries())


def may_create_for_all() -> bool:
    """Whether the actor may enter events of no single country."""
    return current_actor().countries_for(Permission.EVENT_CREATE) is None


def own_organisation() -> Organisation | None:
    """The organisation the actor works for, which organises what it enters unless it says otherwise."""
    actor = current_actor()
    found = stakeholders.by_keys(actor, sorted(actor.organisations)) if actor.organisations else []
    return found[0] if found else None


def default_country() -> str:
    """The actor's country; for those of all countries none."""
    return next(iter(sorted(current_actor().countries)), "")


def default_zone() -> str:
    """The clock that the actor's country lives by."""
    consortium = portal.consortium()
    country = consortium.by_country.get(default_country())
    return zones.canonical(country.zone if country else consortium.zone)


class EventForm(BaseForm):
    """An event with all there is to say about it; fields that its kind has no use for are left out."""

    constraint_messages = dict.fromkeys(
        ("uq_event_series_number", "event.series_id, event.number"),
        ("number", _l("Somebody else gave this number in the series at the same moment.")),
    )

    title = TranslatedField(
        _l("Title"),
        longest=TITLE_LENGTH,
        description=_l("In one language at least; others see that one until theirs is written."),
    )
    meeting_type = ChoiceField(_l("Which meeting?"), choices=MeetingType.choices, any_label=_l("Not said"))
    consultation_type = ChoiceField(
        _l("How are people consulted?"), choices=ConsultationType.choices, any_label=_l("Not said")
    )
    number = CountField(_l("Number"))
    series_name = LineField(
        _l("Series"),
        longest=TITLE_LENGTH,
        description=_l("What it continues, such as our coordination meetings: what they left open stands before it."),
    )
    starts_on = DayField(_l("First day"), [InputRequired(_l("Choose a day."))])
    starts_time = ClockField(_l("Starts at"), [Optional()])
    ends_on = DayField(_l("Last day"), [Optional()])
    ends_time = ClockField(_l("Ends at"), [Optional()])
    zone = ChoiceField(_l("Time zone"), choices=zone_choices)
    reason = LineField(
        _l("Why does the time change?"), description=_l("Only if it does; it stands on the page and in calendars.")
    )
    format = ChoiceField(_l("Form"), choices=Format.choices, any_label=_l("Not said"))
    venue = LineField(_l("Place"), description=_l("Building and room."))
    address = LineField(_l("Address"))
    city = LineField(_l("Town"))
    country = ChoiceField(_l("Country"), choices=creating_countries)
    region = RegionField(_l("Region"))
    link = LineField(
        _l("Link"), longest=2000, description=_l("Of the online meeting or the form; visitors do not see it.")
    )
    link_follows = BooleanField(_l("The link follows later"))
    organiser = OrganisationsField(_l("Organiser"), multiple=False)
    hosts = OrganisationsField(
        _l("Who hosts it?"), description=_l("Whoever receives the others, beside the organiser; one or several.")
    )
    work_packages = ChecksField(_l("Which work packages does it belong to?"), choices=work_packages.choices)
    onsite_seats = CountField(_l("Seats on site"))
    online_seats = CountField(_l("Seats online"))
    cluster = ClustersField(
        _l("Which cluster holds it?"),
        multiple=False,
        description=_l("It then stands on the cluster's page and calendar."),
    )
    responsible = TranslatedField(_l("Who is responsible?"), longest=TITLE_LENGTH)
    organisations = OrganisationsField(_l("Who takes part?"))
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it concern?"))
    description = TranslatedField(_l("What is it about?"), rows=4)
    summary = TranslatedField(_l("What was said?"), rows=6)
    women = CountField(_l("Women"))
    men = CountField(_l("Men"))
    nonbinary = CountField(_l("Non-binary"))
    undisclosed = CountField(_l("Not stated"))
    total = CountField(_l("Present"))
    visibility = ChoiceField(_l("Who may see it?"), choices=Visibility.choices, description=SEEN)
    plan_as = ChoiceField(_l("How certain is it?"))

    def __init__(self, kind: EventKind, *args: Any, event: Event | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=event, **kwargs)
        self.kind = kind
        self._state = event.state if event else None
        self._series = event.series.name if event and event.series else None
        if may_create_for_all():
            self.country.any_label = _("The whole consortium")
        elif event is not None and event.country not in dict(self.country.choices):
            self.country.choices = [choice for choice in countries() if choice[0] == event.country]
            self.country.any_label = None if event.country else _("The whole consortium")
        self.plan_as.choices = EventState.choices(
            state for state in BEGINNINGS if kind is not EventKind.DEADLINE or state in DEADLINE_STATES
        )
        for name in NOT_FOR[kind] + (("plan_as",) if event else ("reason",)):
            del self[name]

    @classmethod
    def new(cls, kind: EventKind) -> "EventForm":
        """An empty form with what can be guessed about the actor's events."""
        organiser = own_organisation()
        guesses = {
            "zone": default_zone(),
            "country": default_country(),
            "organiser": organiser,
            "visibility": Visibility.CONSORTIUM.value,
            "plan_as": EventState.PLANNED.value,
        }
        return cls(kind, data=guesses)

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        """The form as the event stands."""
        form = cls(event.kind, event=event)
        if not form.is_submitted() and "link_follows" in form:
            form.link_follows.data = not event.link
            form.series_name.data = plain_tr(event.series.name) if event.series else None
        return form

    def validate_title(self, field: TranslatedField) -> None:
        """A title in one language at least."""
        if not field.data:
            raise StopValidation(_("Write a title, in any of the languages."))

    @property
    def state(self) -> EventState:
        """The state the event is in, or the one in which a new one begins."""
        return self._state or EventState(self.plan_as.data)

    def foreseen(self) -> None:
        """Ask the rules of events."""
        check_readable(self, lambda: (self.event_facts(), self.state))

    def wanted(self, of: int | None) -> Wanted | None:
        """The time and place as far as they are typed; ``None`` while there is no day, or none that can be."""
        if self.starts_on.data is None:
            return None
        days, times = (self.starts_on.data, self.ends_on.data), (self.starts_time.data, self.ends_time.data)
        try:
            lasts = spans.span(self.zone.data, *days, *times)
        except Refused:
            return None
        return Wanted(lasts=lasts, venue=self.venue.data, city=self.city.data, link=self.link.data, of=of)

    def event_facts(self) -> EventFacts:
        """What was filled in."""
        values = self.facts("plan_as", "series_name")
        for name, vocabulary in (
            ("meeting_type", MeetingType),
            ("consultation_type", ConsultationType),
            ("format", Format),
            ("visibility", Visibility),
        ):
            if values.get(name):
                values[name] = vocabulary(values[name])
        values |= {
            "organiser": next(iter(chosen_organisations(self.organiser.values)), None),
            "cluster": self._cluster(),
            "series": self._named_series(),
            "hosts": chosen_organisations(values.get("hosts") or ()),
            "organisations": chosen_organisations(values["organisations"]),
            "microcredentials": microcredentials.by_keys(current_actor(), values["microcredentials"]),
        }
        for name in ("description", "responsible", "summary"):
            values[name] = values.get(name) or None
        return EventFacts(kind=self.kind, **values)

    def _named_series(self) -> dict[str, str] | None:
        """The name of the series: as it was, or as it is written now in the reader's language."""
        typed = self.series_name.data if "series_name" in self else None
        if not typed or (self._series and typed in self._series.values()):
            return self._series if typed else None
        return {reader_language().code: typed}

    def _cluster(self) -> Cluster | None:
        """The chosen cluster."""
        return next(iter(clusters.by_keys(current_actor(), self.cluster.values)), None)


def check_readable(form: BaseForm, read: Callable[[], tuple[EventFacts, EventState]]) -> None:
    """Check what could be read of an event's form, which ``read`` answers, against the rules for its state.

    What could not be read is taken as something no rule minds, for the form has said so already. Raises ``Refused``.
    """
    unread = {field.name for field in form if field.errors}
    facts, state = read()
    if "starts_on" in unread:
        facts = replace(facts, starts_on=facts.ends_on or clock.today())
    if unread & {*COUNTS, "total"}:
        facts = replace(facts, women=None, men=None, nonbinary=None, undisclosed=None, total=1)
    check(facts, state)


def chosen_organisations(keys: Sequence[int]) -> list[Organisation]:
    """The organisations with these keys that the actor may see."""
    return stakeholders.by_keys(current_actor(), keys) if keys else []
