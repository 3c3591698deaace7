"""Forms of an agenda: one item, several at once, what was said at one."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired, Optional

from app.core import portal
from app.core.fields import ChoiceField, ClockField, LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import day_short, plain_tr, reader_language
from app.events.agenda.models import AgendaItem, AgendaKind
from app.events.agenda.rules import LONGEST_TITLE
from app.events.agenda.services import ItemFacts, check
from app.events.forms import CountField
from app.events.models import Event
from app.events.when import days_of
from app.stakeholders.forms import language_choices


def work_package_choices() -> list[tuple[str, str]]:
    """The consortium's work packages."""
    return [(str(part["nr"]), f"{part['nr']} {plain_tr(part['title'])}") for part in portal.consortium().work_packages]


class ItemForm(BaseForm):
    """One item of an event's agenda."""

    title = TranslatedField(_l("What is it about?"), longest=LONGEST_TITLE)
    day = ChoiceField(_l("Day"), any_label=_l("Not said"))
    starts = ClockField(_l("Starts at"), [Optional()])
    minutes = CountField(_l("How long, in minutes"))
    kind = ChoiceField(_l("Kind"), choices=AgendaKind.choices, any_label=_l("Not said"))
    presenters = LineField(
        _l("Who presents?"), description=_l("As the programme names them: everybody who sees the event reads it.")
    )
    work_package = ChoiceField(_l("Work package"), choices=work_package_choices, any_label=_l("None in particular"))

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
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
            kind=AgendaKind(self.kind.data) if self.kind.data else None,
            presenters=self.presenters.data,
            work_package=self.work_package.data,
        )


class LinesForm(BaseForm):
    """Several at once, one a line, in one language: items of an agenda, or decisions."""

    language = ChoiceField(_l("Language"), choices=language_choices)
    lines = TextField(_l("One a line"), [DataRequired(_l("Write one a line."))])

    @classmethod
    def new(cls) -> "LinesForm":
        """An empty form in the reader's language."""
        return cls(data={"language": reader_language().code})


class SaidForm(BaseForm):
    """What was said at one item, in the languages of the consortium."""

    said = TranslatedField(_l("What was said?"), rows=5)

    @classmethod
    def of(cls, item: AgendaItem, **sent: Any) -> "SaidForm":
        """The form as the item stands; its fields are told apart from those of other items on the same page."""
        return cls(obj=item, prefix=f"item{item.id}-", **sent)
