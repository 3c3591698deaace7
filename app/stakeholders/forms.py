"""Forms of organisations and people."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form
from wtforms.validators import URL, DataRequired, Email, InputRequired, Optional, Regexp, StopValidation

from app.core import portal
from app.core.access import current_actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, RowsField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.pickers import PickerField
from app.core.templating import plain_tr
from app.stakeholders import queries
from app.stakeholders.consent import WAYS, ConsentPurpose, ConsentWay
from app.stakeholders.listing import countries, regions
from app.stakeholders.lookalikes import Lookalike, similar
from app.stakeholders.models import (
    Category,
    LawfulBasis,
    NameKind,
    Organisation,
    Person,
    RecognitionRole,
    Size,
    Source,
)
from app.stakeholders.services import (
    AffiliationFacts,
    NameFacts,
    OrganisationFacts,
    PersonFacts,
    check_names,
    check_new_person,
    check_person,
    script_of,
)

BLANK_ROWS = 2
SOURCES = tuple(source for source in Source if source is not Source.NOT_RECORDED)


def language_choices() -> list[tuple[str, str]]:
    """The consortium's languages by their own names."""
    return [(language.code, language.label) for language in portal.consortium().languages]


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


class RegionField(ChoiceField):
    """A region of the country that the form's field ``country`` names."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, choices=regions, any_label=_l("Not said"), **kwargs)

    def pre_validate(self, form: Form) -> None:
        """Refuse a region of another country."""
        super().pre_validate(form)
        region = portal.consortium().by_region.get(self.data)
        if region is not None and region.country != form["country"].data:
            raise StopValidation(_("This region is in another country."))


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
    country = ChoiceField(_l("Country"), [InputRequired(_l("Choose a country."))], choices=countries, any_label="")
    region = RegionField(_l("Region"))
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
    notes = TextField(_l("Notes"), description=_l("Read by the consortium only."))
    anyway = BooleanField(_l("Possible duplicate"))
    organisation_id: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            for _row in range(BLANK_ROWS if self.names.entries else BLANK_ROWS + 1):
                self.names.append_entry({"kind": NameKind.NATIVE if self.names.entries else NameKind.WORKING})

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationForm":
        """The form as the organisation stands."""
        form = cls(obj=organisation)
        form.organisation_id = organisation.id
        return form

    @cached_property
    def alike(self) -> list[Lookalike]:
        """Organisations of the register that look like what was filled in."""
        names = [row.form.text.data for row in self.names.entries if row.form.text.data]
        if not self.is_submitted():
            return []
        return similar(current_actor(), names, self.country.data, without=self.organisation_id)

    def is_not_another(self) -> bool:
        """Whether nothing in the register looks like it, or somebody looked and says so; else the form asks to look."""
        if self.alike and not self.anyway.data:
            self.refuse({"anyway": _("Look whether it is one of these, or say that it is another one.")})
            return False
        return True

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
    country = ChoiceField(_l("Country"), [InputRequired(_l("Choose a country."))], choices=countries, any_label="")


class AffiliationForm(Form):
    """What a person is to an organisation; a row without an organisation is left out."""

    organisation = OrganisationsField(_l("Organisation"), multiple=False)
    role_title = TranslatedField(_l("Function"))
    valid_from = DayField(_l("From"), [Optional()])
    valid_to = DayField(_l("Until"), [Optional()])
    is_legal_representative = BooleanField(_l("May sign for the organisation"))


def _affiliation_line(get: Callable[[str], Any]) -> str:
    organisation = get("organisation")
    if isinstance(organisation, int):
        organisation = next(iter(queries.by_keys(current_actor(), [organisation])), None)
    if organisation is None:
        return ""
    days = "–".join(day.isoformat() if day else "" for day in (get("valid_from"), get("valid_to")))
    return f"{organisation.name}: {plain_tr(get('role_title'))} {days.strip('–')}".strip(" :")


class PersonForm(BaseForm):
    """A person and whom the person speaks for."""

    given_name = LineField(_l("Given name"), [DataRequired(_l("Write a given name."))])
    family_name = LineField(_l("Family name"))
    native_name = LineField(_l("Name in the national language"))
    native_language = ChoiceField(_l("Its language"), choices=language_choices, any_label=_l("Not said"))
    title = LineField(_l("Title"))
    email = LineField(
        _l("E-mail"),
        [Optional(), Email(_l("Write an address like name@example.org."))],
        description=_l("Only one the person uses for this work, and only if it is needed."),
    )
    phone = LineField(_l("Telephone"))
    lawful_basis = ChoiceField(
        _l("Why may these data be kept?"),
        choices=LawfulBasis.choices,
        default=LawfulBasis.PUBLIC_ROLE.value,
        description=_l(
            "Public role: named in public in this function. Consent: the person said yes and may take it back."
        ),
    )
    source = ChoiceField(
        _l("Where are the data from?"),
        [InputRequired(_l("Say where the data came from."))],
        choices=lambda: Source.choices(SOURCES),
        any_label="",
        description=_l("Whoever asks is told so: the law wants it known where data came from."),
    )
    source_detail = LineField(
        _l("Source in detail"),
        description=_l("The address of a public source; else who handed it over, which file, which event."),
    )
    consent_on = DayField(
        _l("Agreed on"), [Optional()], description=_l("Only if the person was asked. Later answers go into the ledger.")
    )
    consent_way = ChoiceField(_l("How"), choices=lambda: ConsentWay.choices(WAYS), default=ConsentWay.SPOKEN.value)
    consent_for = ChecksField(_l("Agreed to"), choices=ConsentPurpose.choices)
    review_on = DayField(
        _l("Look again on"),
        [Optional()],
        description=_l(
            "When somebody checks whether the data are right and still needed. Left empty, it is worked out."
        ),
    )
    affiliations = RowsField(AffiliationForm, _l("Speaks for"), _affiliation_line)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            self.affiliations.append_entry({})

    @classmethod
    def of(cls, person: Person) -> "PersonForm":
        """The form as the person stands; what the person agreed to has a page of its own."""
        form = cls(obj=person)
        for name in ("consent_on", "consent_way", "consent_for"):
            del form[name]
        return form

    def foreseen(self) -> None:
        """Ask the rules of people, and of new ones what they agreed to."""
        check = check_new_person if "consent_on" in self else check_person
        check(self.person_facts())

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
        terms: dict[str, Any] = {
            "lawful_basis": LawfulBasis(facts["lawful_basis"]),
            "source": Source(facts["source"]) if facts["source"] else None,
        }
        if "consent_way" in facts:
            terms["consent_way"] = ConsentWay(facts["consent_way"])
            terms["consent_for"] = [ConsentPurpose(code) for code in facts["consent_for"] or ()]
        return PersonFacts(affiliations=affiliations, **facts | terms)
