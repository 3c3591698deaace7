"""Forms of an agenda: one item, several at once."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired, Optional

from app.core.access import Permission, current_actor
from app.core.fields import ChoiceField, ClockField, LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import day_short, reader_language
from app.events import work_packages
from app.events.agenda.models import AgendaItem, AgendaKind
from app.events.agenda.rules import LONGEST_TITLE
from app.events.agenda.services import ItemFacts, check
from app.events.forms import CountField
from app.events.models import Event
from app.events.when import days_of
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import PeopleField, language_choices
from app.stakeholders.models import Person


class ItemForm(BaseForm):
    """One item of an event's agenda."""

    title = TranslatedField(_l("What is it about?"), longest=LONGEST_TITLE)
    day = ChoiceField(_l("Day"), any_label=_l("Not said"))
    starts = ClockField(_l("Starts at"), [Optional()])
    ends = ClockField(_l("Ends at"), [Optional()])
    minutes = CountField(_l("How long, in minutes"), description=_l("Or when it ends."))
    room = LineField(_l("Room"), description=_l("Where several things go on at once."))
    kind = ChoiceField(_l("Kind"), choices=AgendaKind.choices, any_label=_l("Not said"))
    people = PeopleField(
        _l("Who of the register presents?"), description=_l("Only the consortium's people see these names.")
    )
    presenters = LineField(
        _l("Who presents?"), description=_l("As the programme names them: everybody who sees the event reads it.")
    )
    work_package = ChoiceField(_l("Work package"), choices=work_packages.choices, any_label=_l("None in particular"))

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.item: AgendaItem | None = kwargs.get("obj")
        if not current_actor().may(Permission.PERSON_READ):
            del self.people
        self.day.choices = [(day.isoformat(), day_short(day)) for day in days_of(event)]

    @classmethod
    def of(cls, item: AgendaItem) -> "ItemForm":
        """The form as the item stands."""
        form = cls(item.event, obj=item)
        if not form.is_submitted():
            form.day.data = item.day.isoformat() if item.day else None
        return form

    def foreseen(self) -> None:
        """Ask the rules of agendas."""
        check(self.event, self.item_facts())

    def item_facts(self) -> ItemFacts:
        """What was filled in."""
        days = {day.isoformat(): day for day in days_of(self.event)}
        return ItemFacts(
            title=self.title.data,
            day=days.get(self.day.data or ""),
            starts=self.starts.data,
            minutes=self.minutes.data,
            ends=self.ends.data,
            room=self.room.data,
            people=self._people(),
            kind=AgendaKind(self.kind.data) if self.kind.data else None,
            presenters=self.presenters.data,
            work_package=self.work_package.data,
        )

    def _people(self) -> list[Person] | None:
        """Who was chosen; whom the actor may not see stays, and who may see nobody leaves them all."""
        if "people" not in self:
            return None
        actor, there = current_actor(), self.item.people if self.item else []
        seen = {one.id for one in stakeholders.people_by_keys(actor, [one.id for one in there])} if there else set()
        chosen = stakeholders.people_by_keys(actor, self.people.values) if self.people.values else []
        return [*chosen, *(one for one in there if one.id not in seen)]


class LinesForm(BaseForm):
    """Several at once, one a line, in one language: items of an agenda, or decisions."""

    language = ChoiceField(_l("Language"), choices=language_choices)
    lines = TextField(_l("One a line"), [DataRequired(_l("Write one a line."))])

    @classmethod
    def new(cls) -> "LinesForm":
        """An empty form in the reader's language."""
        return cls(data={"language": reader_language().code})
