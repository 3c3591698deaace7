"""Forms of organisations; those of people are in ``people_forms``."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form
from wtforms.validators import URL, DataRequired, Email, InputRequired, Optional, Regexp

from app.core.access import Permission, current_actor
from app.core.fields import ChecksField, ChoiceField, LineField, RowsField, TextField
from app.core.forms import BaseForm
from app.core.reach import choosable, likely
from app.stakeholders.abroad import called_so
from app.stakeholders.fields import OrganisationsField, RegionField, check_phone, language_choices
from app.stakeholders.listing import countries
from app.stakeholders.lookalikes import Lookalike, of_number, similar
from app.stakeholders.models import Category, NameKind, Organisation, RecognitionRole, Size
from app.stakeholders.services import NameFacts, OrganisationFacts, check_names, script_of

BLANK_ROWS = 2


def creating_countries() -> list[tuple[str, str]]:
    """Countries in which the actor may enter organisations."""
    return choosable(current_actor(), Permission.STAKEHOLDER_CREATE, countries())


class NameForm(Form):
    """One name; a row without text is left out."""

    text = LineField(_l("Name"))
    language = ChoiceField(_l("Language"), choices=language_choices)
    kind = ChoiceField(_l("Kind"), choices=NameKind.choices)

    @property
    def script(self) -> str:
        """The script of what stands in the row, as the portal reads it."""
        return str(script_of(self.text.data).label) if self.text.data else ""


def _name_line(get: Callable[[str], Any]) -> str:
    return f"{get('text')} ({NameKind(get('kind')).label})" if get("text") else ""


class OrganisationForm(BaseForm):
    """An organisation with all its names."""

    names = RowsField(NameForm, _l("Names"), _name_line)
    category = ChoiceField(
        _l("Category"), [InputRequired(_l("Choose a category."))], choices=Category.choices, any_label=""
    )
    country = ChoiceField(
        _l("Country"), [InputRequired(_l("Choose a country."))], choices=creating_countries, any_label=""
    )
    region = RegionField(_l("Region"))
    city = LineField(_l("Place"))
    address = TextField(_l("Address"))
    website = LineField(_l("Website"), [Optional(), URL(message=_l("Write an address like https://example.org."))])
    email = LineField(
        _l("E-mail"),
        [Optional(), Email(_l("Write an address like name@example.org."))],
        description=_l("A mailbox of the organisation rather than of a person."),
    )
    phone = LineField(_l("Telephone"), render_kw={"inputmode": "tel"})
    register_number = LineField(_l("Register number"))
    pic = LineField(
        _l("PIC"),
        [Optional(), Regexp(r"^\d{9}$", message=_l("A participant identification code has nine digits."))],
        description=_l("Participant identification code in the EU register, nine digits."),
    )
    size = ChoiceField(_l("Size"), choices=Size.choices, any_label=_l("Not said"))
    recognition_roles = ChecksField(_l("Role in recognition"), choices=RecognitionRole.choices)
    notes = TextField(_l("Notes"), description=_l("Read by the consortium only."))
    anyway = BooleanField(_l("Possible duplicate"))
    organisation_id: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            for _row in range(BLANK_ROWS if self.names.entries else BLANK_ROWS + 1):
                self.names.append_entry({"kind": NameKind.NATIVE if self.names.entries else NameKind.WORKING})
        elif self.is_searching:  # for room, as it has no pickers
            for _row in range(BLANK_ROWS):
                self.names.append_entry({"kind": NameKind.ALSO})

    @classmethod
    def new(cls) -> "OrganisationForm":
        """An empty form, in the actor's country where there is one."""
        return cls(data={"country": likely(current_actor(), creating_countries())})

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationForm":
        """The form as the organisation stands."""
        form = cls(obj=organisation)
        stands = organisation.country
        form.country.choices = choosable(current_actor(), Permission.STAKEHOLDER_EDIT, countries(), stands)
        form.organisation_id = organisation.id
        return form

    @cached_property
    def alike(self) -> list[Lookalike]:
        """Organisations of the register that look like what was filled in."""
        names = [row.form.text.data for row in self.names.entries if row.form.text.data]
        if not self.is_submitted():
            return []
        actor, country, itself = current_actor(), self.country.data, self.organisation_id
        found = of_number(actor, self.pic.data, self.register_number.data, country, itself)
        found += similar(actor, names, country, without=itself)
        return list({one.id: one for one in reversed(found)}.values())[::-1]

    @cached_property
    def abroad(self) -> list[Lookalike]:
        """Organisations of other countries that are called like what was filled in: told, and no answer asked for."""
        names = [row.form.text.data for row in self.names.entries if row.form.text.data]
        if not self.is_submitted():
            return []
        return called_so(current_actor(), names, self.country.data, without=self.organisation_id)

    def is_not_another(self) -> bool:
        """Whether nothing in the register looks like it, or somebody looked and says so; else the form asks to look."""
        if self.alike and not self.anyway.data:
            self.refuse({"anyway": _("Look whether it is one of these, or say that it is another one.")})
            return False
        return True

    def validate_phone(self, field: LineField) -> None:
        """A telephone number, as it is kept."""
        check_phone(field, self.country.data)

    def foreseen(self) -> None:
        """Ask for a name, and of a new one whether it is in the register already."""
        if not self.names.errors:
            check_names(self._names())
            if self.organisation_id is None:
                self.is_not_another()

    def _names(self) -> list[NameFacts]:
        rows = [row.form for row in self.names.entries if row.form.text.data]
        return [NameFacts(row.text.data, row.language.data, NameKind(row.kind.data)) for row in rows]

    def organisation_facts(self) -> OrganisationFacts:
        """What was filled in; the first named row is the working name."""
        names = self._names()
        facts = self.facts("names", "anyway")
        coded = {
            "category": Category(facts["category"]),
            "size": Size(facts["size"]) if facts["size"] else None,
            "recognition_roles": [RecognitionRole(code) for code in facts["recognition_roles"] or ()],
        }
        return OrganisationFacts(names=names, **facts | coded)


class KeepApartForm(BaseForm):
    """Nothing to fill in."""


class ChooseOtherForm(BaseForm):
    """Which organisation is the same as this one."""

    other = OrganisationsField(
        _l("Which organisation is the same?"), multiple=False, required=_l("Choose the organisation that is the same.")
    )


class QuickOrganisationForm(BaseForm):
    """An organisation made in passing, from another form."""

    name = LineField(_l("Name"), [DataRequired(_l("Write a name."))])
    category = ChoiceField(
        _l("Category"), [InputRequired(_l("Choose a category."))], choices=Category.choices, any_label=""
    )
    country = ChoiceField(
        _l("Country"), [InputRequired(_l("Choose a country."))], choices=creating_countries, any_label=""
    )
