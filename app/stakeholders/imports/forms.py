"""Forms of an import: the file, the columns, the decisions."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.validators import Optional

from app.core.fields import ChoiceField, DayField
from app.core.forms import BaseForm
from app.stakeholders.imports.models import ImportBatch, ImportKind
from app.stakeholders.imports.register import number_in
from app.stakeholders.listing import countries
from app.stakeholders.models import Category, LawfulBasis


class FileForm(BaseForm):
    """A file with organisations or people."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("CSV, Excel (.xlsx) or vCards (.vcf)."),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx,.vcf,.vcard"},
    )
    kind = RadioField(
        _l("What are the rows?"),
        choices=lambda: [("", _l("Find out from the headings")), *ImportKind.choices()],
        default="",
    )


class ColumnsForm(BaseForm):
    """What each column of one file is: a choice for each heading, in their order, and what holds for silent rows."""

    country = ChoiceField(_l("Country, where a row says none"), choices=countries, any_label=_l("None"))
    category = ChoiceField(_l("Category, where a row says none"), choices=Category.choices, any_label=_l("None"))
    lawful_basis = ChoiceField(
        _l("Lawful basis, where a row says none"),
        choices=LawfulBasis.choices,
        any_label=_l("None"),
        description=_l("Asked for each file. Public role is only for people named in public in their function."),
    )
    consent_on = DayField(
        _l("Agreed on, where a row says no day"),
        [Optional()],
        description=_l("Needed for consent. The day on which those people agreed that they may be contacted."),
    )

    @classmethod
    def of(cls, batch: ImportBatch, known: dict[str, str]) -> "ColumnsForm":
        """The form of one batch, as its columns were guessed, remembered or chosen before."""
        fields = {
            f"column_{place}": ChoiceField(
                name or _l("(without a name)"), choices=lambda: list(known.items()), any_label=_l("Leave it out")
            )
            for place, name in enumerate(batch.head)
        }
        chosen = {f"column_{place}": batch.mapping.get(name) for place, name in enumerate(batch.head)}
        agreed = batch.defaults.get("consent_on")
        silent = {**batch.defaults, "consent_on": date.fromisoformat(agreed) if agreed else None}
        form: ColumnsForm = type("ColumnsForm", (cls,), fields)(data={**silent, **chosen})
        return form

    def mapping(self, batch: ImportBatch) -> dict[str, str]:
        """The chosen columns by heading."""
        return {name: self[f"column_{place}"].data or "" for place, name in enumerate(batch.head)}

    def defaults(self) -> dict[str, str]:
        """What holds for rows that say nothing."""
        told = {name: self[name].data or "" for name in ("country", "category", "lawful_basis")}
        return {**told, "consent_on": self.consent_on.data.isoformat() if self.consent_on.data else ""}


class DecisionForm(BaseForm):
    """The decisions about the rows of one page; each row's is a select of its own name, read by ``decisions``."""

    PREFIX = "row-"

    @classmethod
    def decisions(cls, sent: Any) -> dict[int, str]:
        """The decisions that were sent, by the key of their row; what is none is left aside."""
        found: dict[int, str] = {}
        for name, value in sent.items():
            key = name.removeprefix(cls.PREFIX)
            word, _colon, number = value.partition(":")
            known = value in ("skip", "create") or (word in ("update", "empty") and number_in(number) is not None)
            if name.startswith(cls.PREFIX) and key.isascii() and key.isdigit() and len(key) < 10 and known:
                found[int(key)] = value
        return found
