"""Fields of forms that choose organisations, people, regions and languages, for every feature."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form
from wtforms.validators import StopValidation

from app.core import portal
from app.core.access import current_actor
from app.core.fields import ChoiceField, LineField
from app.core.phones import PhoneUnreadable, kept
from app.core.pickers import PickerField
from app.stakeholders import queries
from app.stakeholders.listing import regions


def language_choices() -> list[tuple[str, str]]:
    """The consortium's languages by their own names."""
    return [(language.code, language.label) for language in portal.consortium().languages]


def check_phone(field: LineField, country: str | None) -> None:
    """Put a telephone number as it is kept into its field, or say why it is none."""
    try:
        field.data = kept(field.data, country, field.object_data)
    except PhoneUnreadable as unreadable:
        raise StopValidation(unreadable.messages["phone"]) from None


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


class PeopleField(PickerField):
    """People of the register."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("create_label", None)
        super().__init__(
            label,
            find=lambda query: queries.find_people(current_actor(), query),
            get=lambda keys: queries.people_options(current_actor(), keys),
            options_url=lambda: url_for("people.options"),
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
