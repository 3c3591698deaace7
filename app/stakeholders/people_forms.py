"""Forms of people and whom they speak for."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form
from wtforms.validators import DataRequired, Email, InputRequired, Optional

from app.core.access import current_actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, RowsField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import plain_tr
from app.stakeholders import namesakes, queries
from app.stakeholders.consent import WAYS, ConsentPurpose, ConsentWay
from app.stakeholders.fields import OrganisationsField, check_phone, language_choices
from app.stakeholders.models import LawfulBasis, Person, Source
from app.stakeholders.namesakes import Typed
from app.stakeholders.services import AffiliationFacts, PersonFacts, check_new_person, check_person

SOURCES = tuple(source for source in Source if source is not Source.NOT_RECORDED)


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
    phone = LineField(_l("Telephone"), render_kw={"inputmode": "tel"})
    lawful_basis = ChoiceField(
        _l("Why may these data be kept?"),
        [InputRequired(_l("Say why these data may be kept."))],
        choices=LawfulBasis.choices,
        any_label="",
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
    anyway = BooleanField(_l("Possible duplicate"))
    person_id: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            self.affiliations.append_entry({})

    @classmethod
    def of(cls, person: Person) -> "PersonForm":
        """The form as the person stands; what the person agreed to has a page of its own."""
        form = cls(obj=person)
        form.person_id = person.id
        for name in ("consent_on", "consent_way", "consent_for"):
            del form[name]
        return form

    def validate_phone(self, field: LineField) -> None:
        """A telephone number, as it is kept."""
        keys = [row.form.organisation.data for row in self.affiliations.entries if row.form.organisation.data]
        first = queries.by_keys(current_actor(), keys[:1]) if field.data and keys else []
        check_phone(field, first[0].country if first else None)

    @cached_property
    def alike(self) -> Sequence[Any]:
        """People of the register who have the name or the mailbox that was filled in."""
        if not self.is_submitted():
            return []
        typed = (self.given_name.data or "", self.family_name.data or "", self.email.data or "")
        return namesakes.like(current_actor(), Typed(*typed, without=self.person_id))

    def is_not_another(self) -> bool:
        """Whether nobody in the register is like it, or somebody looked and says so; else the form asks to look."""
        if self.alike and not self.anyway.data:
            self.refuse({"anyway": _("Look whether it is one of these people, or say that it is another one.")})
            return False
        return True

    def foreseen(self) -> None:
        """Ask the rules of people, and of new ones what they agreed to and whether they are in the register already."""
        check = check_new_person if "consent_on" in self else check_person
        check(self.person_facts())
        if self.person_id is None:
            self.is_not_another()

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
        facts = self.facts("affiliations", "anyway")
        terms: dict[str, Any] = {
            "lawful_basis": LawfulBasis(facts["lawful_basis"]) if facts["lawful_basis"] else None,
            "source": Source(facts["source"]) if facts["source"] else None,
        }
        if "consent_way" in facts:
            terms["consent_way"] = ConsentWay(facts["consent_way"])
            terms["consent_for"] = [ConsentPurpose(code) for code in facts["consent_for"] or ()]
        return PersonFacts(affiliations=affiliations, **facts | terms)
