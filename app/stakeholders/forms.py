"""Forms of organisations and people."""

from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField
from wtforms.validators import URL, DataRequired, Email, InputRequired, Optional, Regexp

from app.core.access import current_actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, PickerField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.stakeholders import queries
from app.stakeholders.listing import countries, regions
from app.stakeholders.models import (
    Category,
    LawfulBasis,
    NameKind,
    Organisation,
    Person,
    RecognitionRole,
    Size,
)
from app.stakeholders.services import AffiliationFacts, NameFacts, OrganisationFacts, PersonFacts, script_of

BLANK_ROWS = 2


def language_choices() -> list[tuple[str, str]]:
    """The consortium's languages by their own names."""
    return [(language.code, language.label) for language in current_app.config["CONSORTIUM"].languages]


class OrganisationsField(PickerField):
    """Organisations of the register."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("create_label", None)
        super().__init__(
            label,
            find=lambda query: queries.find_options(current_actor(), query),
            get=lambda keys: queries.options_of(current_actor(), keys),
            options_url=lambda: url_for("stakeholders.options"),
            **kwargs,
        )


class NameForm(Form):
    """One name; a row without text is left out."""

    text = LineField(_l("Name"))
    language = ChoiceField(_l("Language"), choices=language_choices)
    kind = ChoiceField(_l("Kind"), choices=NameKind.choices)

    @property
    def script(self) -> str:
        """The script of what stands in the row, as the portal reads it."""
        return str(script_of(self.text.data).label) if self.text.data else ""


class OrganisationForm(BaseForm):
    """An organisation with all its names."""

    names = FieldList(FormField(NameForm), label=_l("Names"))
    category = ChoiceField(
        _l("Category"), [InputRequired(_l("Choose a category."))], choices=Category.choices, any_label=""
    )
    country = ChoiceField(_l("Country"), [InputRequired(_l("Choose a country."))], choices=countries, any_label="")
    region = ChoiceField(_l("Region"), any_label=_l("Not said"))
    city = LineField(_l("Place"))
    address = TextField(_l("Address"))
    website = LineField(_l("Website"), [Optional(), URL(message=_l("Write an address like https://example.org."))])
    email = LineField(
        _l("E-mail"),
        [Optional(), Email(_l("Write an address like name@example.org."))],
        description=_l("A mailbox of the organisation rather than of a person."),
    )
    phone = LineField(_l("Telephone"))
    register_number = LineField(_l("Register number"))
    pic = LineField(
        _l("PIC"),
        [Optional(), Regexp(r"^\d{9}$", message=_l("A participant identification code has nine digits."))],
        description=_l("Participant identification code in the EU register, nine digits."),
    )
    size = ChoiceField(_l("Size"), choices=Size.choices, any_label=_l("Not said"))
    recognition_roles = ChecksField(_l("Role in recognition"), choices=RecognitionRole.choices)
    notes = TextField(_l("Notes"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region.choices = regions()
        if not self.is_submitted():
            for _row in range(BLANK_ROWS if self.names.entries else BLANK_ROWS + 1):
                self.names.append_entry({"kind": NameKind.NATIVE if self.names.entries else NameKind.WORKING})

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationForm":
        """The form as the organisation stands."""
        return cls(obj=organisation)

    def organisation_facts(self) -> OrganisationFacts:
        """What was filled in; the first named row is the working name."""
        rows = [row.form for row in self.names.entries if row.form.text.data]
        names = [NameFacts(row.text.data, row.language.data, NameKind(row.kind.data)) for row in rows]
        facts = self.facts("names")
        coded = {
            "category": Category(facts["category"]),
            "size": Size(facts["size"]) if facts["size"] else None,
            "recognition_roles": [RecognitionRole(code) for code in facts["recognition_roles"] or ()],
        }
        return OrganisationFacts(names=names, **facts | coded)


class QuickOrganisationForm(BaseForm):
    """An organisation made in passing, from another form."""

    name = LineField(_l("Name"), [DataRequired(_l("Write a name."))])
    category = ChoiceField(
        _l("Category"), [InputRequired(_l("Choose a category."))], choices=Category.choices, any_label=""
    )
    country = ChoiceField(_l("Country"), [InputRequired(_l("Choose a country."))], choices=countries, any_label="")


class AffiliationForm(Form):
    """What a person is to an organisation; a row without an organisation is left out."""

    organisation = OrganisationsField(_l("Organisation"), multiple=False)
    role_title = TranslatedField(_l("Function"))
    valid_from = DayField(_l("From"), [Optional()])
    valid_to = DayField(_l("Until"), [Optional()])
    is_legal_representative = BooleanField(_l("May sign for the organisation"))


class PersonForm(BaseForm):
    """A person and whom the person speaks for."""

    given_name = LineField(_l("Given name"), [DataRequired(_l("Write a given name."))])
    family_name = LineField(_l("Family name"))
    native_name = LineField(_l("Name in the national language"))
    native_language = ChoiceField(_l("Its language"), choices=language_choices, any_label=_l("Not said"))
    title = LineField(_l("Title"))
    email = LineField(_l("E-mail"), [Optional(), Email(_l("Write an address like name@example.org."))])
    phone = LineField(_l("Telephone"))
    lawful_basis = ChoiceField(
        _l("Why may these data be kept?"), choices=LawfulBasis.choices, default=LawfulBasis.PUBLIC_ROLE.value
    )
    consent_on = DayField(_l("Agreed on"), [Optional()])
    review_on = DayField(_l("Look again on"), [Optional()])
    affiliations = FieldList(FormField(AffiliationForm), label=_l("Speaks for"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            self.affiliations.append_entry({})

    @classmethod
    def of(cls, person: Person) -> "PersonForm":
        """The form as the person stands."""
        return cls(obj=person)

    def person_facts(self) -> PersonFacts:
        """What was filled in."""
        rows = [row.form for row in self.affiliations.entries if row.form.organisation.data]
        keys = [row.organisation.data for row in rows]
        organisations = {entry.id: entry for entry in queries.by_keys(current_actor(), keys)}
        affiliations = [
            AffiliationFacts(
                organisation=organisations[row.organisation.data],
                role_title=row.role_title.data,
                valid_from=row.valid_from.data,
                valid_to=row.valid_to.data,
                is_legal_representative=row.is_legal_representative.data,
            )
            for row in rows
        ]
        facts = self.facts("affiliations")
        return PersonFacts(affiliations=affiliations, **facts | {"lawful_basis": LawfulBasis(facts["lawful_basis"])})
