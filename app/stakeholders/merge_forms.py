"""Forms on which two records become one."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import Length

from app.core.asked import key_of
from app.core.forms import BaseForm, VersionField
from app.core.templating import country_name, day, language_name
from app.stakeholders import merging, people_merging
from app.stakeholders.listing import region_name
from app.stakeholders.merging import Versions
from app.stakeholders.models import Organisation, Person, RecognitionRole
from app.stakeholders.namesakes import MOST

Record = Organisation | Person


class MergeForm(BaseForm):
    """Of which of two records each field is taken: ``mine`` is the one that stays, ``other`` the one that goes."""

    other_version = VersionField()
    differing: Sequence[str] = ()
    pair: tuple[Record, ...] = ()

    @classmethod
    def of(cls, survivor: Record, absorbed: Record) -> "MergeForm":
        """The form for two records of a kind, with a sensible choice for each field in which they differ."""
        known = merging.FIELDS if isinstance(survivor, Organisation) else people_merging.FIELDS
        differing = [name for name in known if getattr(survivor, name) != getattr(absorbed, name)]
        preferred = merging.prefers_other(survivor, absorbed, differing)
        fields = {name: RadioField(known[name], choices=sides) for name in differing}
        bound: type[MergeForm] = type("MergeForm", (cls,), fields)
        data = {name: "other" if name in preferred else "mine" for name in differing}
        form = bound(data={**data, "version": survivor.version, "other_version": absorbed.version})
        form.differing, form.pair = differing, (survivor, absorbed)
        return form

    @property
    def chosen(self) -> set[str]:
        """The fields that are taken from the other."""
        return {name for name in self.differing if self[name].data == "other"}

    @property
    def versions(self) -> Versions:
        """The versions of both as the page showed them."""
        return Versions(self.version.data, self.other_version.data)

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Each field in which they differ, and how both have it."""
        return [(self[name], *(told(name, getattr(one, name)) for one in self.pair)) for name in self.differing]


def _key(text: str) -> int:
    key = key_of(text)
    if key is None:
        raise ValueError(text)
    return key


class KeepPeopleApartForm(BaseForm):
    """People of one name who are different people."""

    people = SelectMultipleField(
        _l("People"), [Length(2, MOST, _l("Choose at least two people."))], coerce=_key, validate_choice=False
    )


def sides() -> list[tuple[str, Any]]:
    """Whose value of a field is kept."""
    return [("mine", _l("Keep")), ("other", _l("Take"))]


def told(name: str, value: Any) -> str:
    """A fact of a record as a person reads it."""
    if not value:
        return _("nothing")
    if name == "recognition_roles":
        return ", ".join(str(RecognitionRole(code).label) for code in value)
    show: dict[str, Any] = {
        "country": country_name,
        "region": region_name,
        "native_language": language_name,
        "review_on": day,
    }
    return str(show[name](value)) if name in show else str(getattr(value, "label", value))
