"""Forms of attendance: who came, a signature, the organiser's declaration, counts."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import DataRequired

from app.core import portal
from app.core.access import current_actor
from app.core.fields import ChoiceField, DrawingField, LineField
from app.core.forms import BaseForm
from app.core.templating import country_name
from app.events.attendance import rules, services
from app.events.attendance.models import Attendance
from app.events.attendance.services import AttendeeFacts
from app.events.forms import CountField
from app.events.invitations.models import Way
from app.events.models import Event
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, PeopleField
from app.stakeholders.listing import countries

COUNTS = ("women", "men", "nonbinary", "undisclosed")


class AttendeeForm(BaseForm):
    """Somebody on the list."""

    name = LineField(_l("Name"), render_kw={"autocomplete": "off"})
    person = PeopleField(
        _l("Person of the register"),
        multiple=False,
        description=_l("Then being here counts as contact with whom the person speaks for."),
    )
    organisation = OrganisationsField(_l("Organisation"), multiple=False)
    organisation_name = LineField(_l("Or its name, if it is not in the register"))
    country = ChoiceField(
        _l("Country of the organisation"),
        choices=countries,
        any_label=_l("Elsewhere, or not asked"),
        description=_l("Of one in the register it is known."),
    )
    function = LineField(_l("Function"), render_kw={"autocomplete": "off"})
    how = RadioField(_l("How?"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.how.choices = [(way.value, way.label) for way in Way]

    @classmethod
    def new(cls, event: Event) -> "AttendeeForm":
        """An empty form for somebody who came without an invitation."""
        return cls(data={"how": services.usual_way(event).value, "country": event.country})

    @classmethod
    def of(cls, row: Attendance) -> "AttendeeForm":
        """The form as the row stands."""
        form = cls(obj=row)
        if not form.is_submitted():
            form.how.data = row.how.value
        return form

    def foreseen(self) -> None:
        """Ask who it is."""
        rules.check_somebody(
            self.name.data, [*self.person.values, *self.organisation.values] or self.organisation_name.data
        )

    def facts_of_row(self) -> AttendeeFacts:
        """What was filled in."""
        chosen = stakeholders.by_keys(current_actor(), self.organisation.values)
        people = stakeholders.people_by_keys(current_actor(), self.person.values)
        return AttendeeFacts(
            person=people[0] if people else None,
            name=self.name.data,
            how=Way(self.how.data),
            organisation=chosen[0] if chosen else None,
            organisation_name=self.organisation_name.data,
            country=self.country.data,
            function=self.function.data,
        )


class SignForm(BaseForm):
    """A signature: drawn, or the name typed to confirm."""

    constraint_messages = {
        "attendance_signature.attendance_id": ("", _l("Somebody signed here at the same moment.")),
        "uq_attendance_signature_attendance_id": ("", _l("Somebody signed here at the same moment.")),
    }

    drawing = DrawingField(_l("Signature"))
    typed = LineField(_l("Or type the name to confirm"), render_kw={"autocomplete": "off", "autocapitalize": "words"})


class DeclareForm(BaseForm):
    """The organiser's declaration for those online."""

    name = LineField(_l("Your name"), [DataRequired(_l("Write your name."))], render_kw={"autocomplete": "name"})
    function = LineField(
        _l("Your function"),
        [DataRequired(_l("Write what you are there."))],
        render_kw={"autocomplete": "organization-title"},
    )
    drawing = DrawingField(_l("Signature"))


class CountsForm(BaseForm):
    """How many were there; a field for each country is added by ``counts_form``."""

    total = CountField(_l("Present"))
    women = CountField(_l("Women"))
    men = CountField(_l("Men"))
    nonbinary = CountField(_l("Non-binary"))
    undisclosed = CountField(_l("Not stated"))

    @property
    def places(self) -> list[Any]:
        """The fields of the countries."""
        return [field for field in self if field.name.startswith("from_")]

    @property
    def counts(self) -> dict[str, int | None]:
        """What was counted by gender."""
        return {name: self[name].data for name in COUNTS}

    @property
    def by_country(self) -> dict[str, int]:
        """What was counted by country; a field left empty is nought."""
        return {field.name.removeprefix("from_"): field.data for field in self.places if field.data}

    def foreseen(self) -> None:
        """Ask whether it adds up."""
        rules.check_counts(self.counts, self.total.data, self.by_country, None)

    def refuse(self, messages: Mapping[str, str]) -> None:
        """Show what is wrong with the countries at the first of them."""
        first = self.places[0].name
        super().refuse({first if name == "by_country" else name: text for name, text in messages.items()})


def counts_form(event: Event) -> CountsForm:
    """The form as the event stands, with a field for each of the consortium's countries and one for elsewhere."""
    known = event.by_country or {}
    fields: dict[str, Any] = {
        f"from_{country.code}": CountField(country_name(country.code))
        for country in sorted(portal.consortium().countries, key=lambda country: country_name(country.code))
    }
    fields[f"from_{rules.ELSEWHERE}"] = CountField(_l("Elsewhere"))
    made: type[CountsForm] = type("EventCountsForm", (CountsForm,), fields)
    data = {**services.counts_of(event), "total": event.people, "version": event.version}
    return made(data={**data, **{f"from_{code}": count for code, count in known.items()}})
