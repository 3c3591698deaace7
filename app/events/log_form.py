"""The short form: something that took place, in the few facts that matter."""

import re
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from app.core import clock
from app.core.access import current_actor
from app.core.asked import key_of
from app.core.fields import ChoiceField, ClockField, DayField, LineField, TextField
from app.core.forms import BaseForm
from app.core.templating import reader_language
from app.events import queries
from app.events.facts import EventFacts
from app.events.forms import (
    SEEN,
    TITLE_LENGTH,
    CountField,
    check_readable,
    chosen_organisations,
    creating_countries,
    default_country,
    default_zone,
    may_create_for_all,
    own_organisation,
    zone_choices,
)
from app.events.models import ConsultationType, EventKind, EventState, Format, Visibility
from app.events.rules import WITHOUT_PLACE
from app.events.spans import ends_next_day
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, language_choices
from app.stakeholders.forms import QuickOrganisationForm

DRAFT = "draft"
# Telephones begin a typed line with a capital: Https://. A full stop or a bracket after an address is no part of it.
LINK = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)»”\"']", re.IGNORECASE)
LINK_IN_TEXT = re.compile(rf"[(<]?{LINK.pattern}[)>]?[.!?]?", re.IGNORECASE)
LOGGED_KINDS = (EventKind.CONSULTATION, EventKind.ROUND_TABLE, EventKind.WORKSHOP, EventKind.MEETING)


class LogForm(BaseForm):
    """Something that took place, in the few facts that matter."""

    kind = RadioField(_l("What was it?"), choices=lambda: EventKind.choices(LOGGED_KINDS))
    consultation_type = ChoiceField(
        _l("If a consultation: how?"), choices=ConsultationType.choices, any_label=_l("Not said")
    )
    title = LineField(_l("Title"), [DataRequired(_l("Write a title."))], longest=TITLE_LENGTH)
    language = ChoiceField(_l("Written in"), choices=language_choices)
    starts_on = DayField(_l("Date"), [InputRequired(_l("Choose a day."))], render_kw={"data-today": True})
    starts_time = ClockField(_l("From"), [Optional()])
    ends_time = ClockField(_l("Until"), [Optional()])
    zone = ChoiceField(_l("Time zone"), choices=zone_choices)
    format = RadioField(_l("Where?"), choices=Format.choices)
    venue = LineField(_l("Place or link"), longest=2000)
    country = ChoiceField(_l("Country"), choices=creating_countries)
    microcredentials = MicroCredentialsField(_l("Which micro-credentials did it concern?"))
    organiser = OrganisationsField(_l("Who organised it?"), multiple=False)
    organisations = OrganisationsField(_l("Who took part?"), create_label=_l("Add a new organisation"))
    total = CountField(_l("Present"))
    women = CountField(_l("Women"))
    men = CountField(_l("Men"))
    nonbinary = CountField(_l("Non-binary"))
    undisclosed = CountField(_l("Not stated"))
    summary = TextField(
        _l("What was said?"), description=_l("Two or three sentences. Any of your languages; English can follow.")
    )
    visibility = ChoiceField(_l("Who may see it?"), choices=Visibility.choices, description=SEEN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_create_for_all():
            self.country.any_label = _("The whole consortium")

    @classmethod
    def new(cls, kind: str | None = None, code: str | None = None, organisation: str | None = None) -> "LogForm":
        """An empty form with sensible guesses.

        ``kind``, the ``code`` of a micro-credential and the key of an organisation that took part may come with a link.
        """
        named = key_of(organisation)
        taking_part = [] if named is None else [named]
        concerned = queries.microcredentials_named(current_actor(), code) if code else []
        guesses = {
            "kind": kind if kind in LOGGED_KINDS else EventKind.CONSULTATION.value,
            "language": reader_language().code,
            "starts_on": clock.today(default_zone()),
            "zone": default_zone(),
            "format": Format.ONSITE.value,
            "country": default_country(),
            "organiser": own_organisation(),
            "organisations": stakeholders.by_keys(current_actor(), taking_part) if taking_part else [],
            "microcredentials": concerned,
            "visibility": Visibility.CONSORTIUM.value,
        }
        return cls(data=guesses)

    def refuse(self, messages: Any) -> None:
        """Show refusals at their fields; place and link share one."""
        super().refuse({"venue" if name == "link" else name: message for name, message in messages.items()})

    def validate_venue(self, field: LineField) -> None:
        """Refuse a second link, which nobody would find again."""
        if len(LINK.findall(field.data or "")) > 1:
            raise ValidationError(_("Write one link here, and others in what was said."))

    @property
    def state(self) -> EventState:
        """The state in which it is entered: held, or a draft to go on with."""
        return EventState.DRAFT if request.form.get("do") == DRAFT else EventState.HELD

    def foreseen(self) -> None:
        """Ask the rules of events."""
        check_readable(self, lambda: (self.event_facts(), self.state))

    def event_facts(self) -> EventFacts:
        """What was filled in: a pasted web address is the link of an online event, anything else beside it a place."""
        kind, where = EventKind(self.kind.data), self.venue.data or ""
        link = LINK.search(where)
        where = LINK_IN_TEXT.sub("", where).strip(" ,;:–-")
        form = Format(self.format.data)
        if link and form is Format.ONSITE:
            form = Format.HYBRID if where else Format.ONLINE
        starts_on, ends_on = self.starts_on.data, None
        if starts_on and ends_next_day(self.starts_time.data, self.ends_time.data):
            ends_on = starts_on + timedelta(days=1)
        consulted = self.consultation_type.data if kind is EventKind.CONSULTATION else None
        values = self.facts("language", "title", "summary", "venue", "format", "kind", "consultation_type")
        written_in = self.language.data
        return EventFacts(
            **values
            | {
                "kind": kind,
                "ends_on": ends_on,
                "consultation_type": ConsultationType(consulted) if consulted else None,
                "title": {written_in: self.title.data or ""},
                "summary": {written_in: self.summary.data} if self.summary.data else None,
                "format": None if consulted in WITHOUT_PLACE and not where else form,
                "venue": where or None,
                "link": link.group() if link else None,
                "link_follows": True,
                "visibility": Visibility(self.visibility.data),
                "organiser": next(iter(chosen_organisations(self.organiser.values)), None),
                "organisations": chosen_organisations(self.organisations.data),
                "microcredentials": microcredentials.by_keys(current_actor(), self.microcredentials.data),
            }
        )


class NewOrganisationForm(QuickOrganisationForm):
    """An organisation that is not in the register yet, typed beside the picker of those that took part."""

    def __init__(self) -> None:
        super().__init__(prefix="new-", data={"country": default_country()})
        # The picker's script carries over what was looked for and not found.
        self.name.render_kw = {"data-from-query": True}
