"""The form by which organisations are told what became of their points."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import portal
from app.core.fields import ChoiceField
from app.core.forms import BaseForm
from app.events.feedback.queries import Telling
from app.events.feedback.telling import likely_languages
from app.stakeholders.models import Organisation


class TellForm(BaseForm):
    """In which language each organisation is written to; made for those that can be."""

    keys: Sequence[int] = ()

    @classmethod
    def of(cls, due: Sequence[Telling]) -> "TellForm":
        """A form with a field for each organisation that has an address."""
        reached = [telling.organisation for telling in due if telling.organisation.email]
        active = [(one.code, one.label) for one in portal.consortium().languages if one.active]
        likely = likely_languages(due)
        fields = {
            f"language_{organisation.id}": ChoiceField(
                organisation.name, choices=lambda: active, any_label=_l("Do not write"), default=likely[organisation.id]
            )
            for organisation in reached
        }
        form: TellForm = type("TellThese", (cls,), fields)()
        form.keys = [organisation.id for organisation in reached]
        return form

    def field_of(self, organisation: Organisation) -> Any:
        """The field of one organisation; ``None`` where it has no address."""
        return self[f"language_{organisation.id}"] if organisation.id in self.keys else None

    @property
    def languages(self) -> dict[int, str]:
        """The language for the key of each organisation that is written to.

        One that became due after the page was opened was not on it: nobody chose it, so it waits.
        """
        fields = {key: self[f"language_{key}"] for key in self.keys}
        chosen = {key: field.data for key, field in fields.items() if field.raw_data}
        return {key: language for key, language in chosen.items() if language}
