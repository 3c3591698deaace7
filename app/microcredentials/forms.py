"""Forms of micro-credentials."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
)
from wtforms.validators import AnyOf, InputRequired, Optional
from wtforms.widgets import HiddenInput

from app.core import portal
from app.core.access import Permission, current_actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, RowsField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.pickers import PickerField
from app.core.reach import choosable, likely
from app.core.templating import country_name, reader_language
from app.microcredentials import queries
from app.microcredentials.facts import PLAIN, AssessmentFacts, MicroCredentialFacts, OutcomeFacts
from app.microcredentials.fields import IscedField, LevelField, LinesField, PointsField, row_line
from app.microcredentials.frameworks import FRAMEWORKS
from app.microcredentials.importing import Existing
from app.microcredentials.models import (
    AssessmentType,
    MicroCredential,
    MicroCredentialState,
    Origin,
    OutcomeType,
    Participation,
    QualityAssurance,
    Stackability,
    Supervision,
    UseType,
)
from app.microcredentials.names import content_languages, credential_countries, target_group_name
from app.microcredentials.services import check, check_move, edit_permission
from app.stakeholders.fields import OrganisationsField
from app.stakeholders.queries import by_keys

OUTCOME_ROWS = 5
ASSESSMENT_ROWS = 2
ISCED_ROWS = 3


def creating_countries() -> list[tuple[str, str]]:
    """Countries for which the actor may enter designs."""
    return choosable(current_actor(), Permission.MICROCREDENTIAL_CREATE, credential_countries())


class MicroCredentialsField(PickerField):
    """Micro-credentials of the catalogue."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            find=lambda query: queries.find_options(current_actor(), query, reader_language().code),
            get=lambda keys: queries.options_of(current_actor(), keys, reader_language().code),
            options_url=lambda: url_for("microcredentials.options"),
            **kwargs,
        )


class OutcomeForm(Form):
    """One learning outcome; a row without text is left out."""

    text = TranslatedField(_l("Outcome"), rows=2, longest=2000)
    type = ChoiceField(_l("Kind"), choices=OutcomeType.choices, any_label=_l("Not said"))
    esco_uris = LinesField(_l("ESCO skills"))


class AssessmentForm(Form):
    """One way of assessing; a row without a type is left out."""

    type = ChoiceField(_l("Type"), choices=AssessmentType.choices, any_label=_l("None"))
    title = TranslatedField(_l("What is done"), longest=2000)


class MicroCredentialForm(BaseForm):
    """A design with its outcomes and assessments."""

    constraint_messages = {
        "microcredential.code": ("code", _l("This code is taken.")),
        "uq_microcredential_code": ("code", _l("This code is taken.")),
    }

    code = LineField(
        _l("Code"),
        [InputRequired(_l("Write a code."))],
        longest=40,
        description=_l("Country and number, like AM-03. It becomes part of the address."),
    )
    country = ChoiceField(
        _l("Country"), [InputRequired(_l("Choose a country."))], choices=creating_countries, any_label=""
    )
    title = TranslatedField(_l("Title"), longest=500)
    description = TranslatedField(_l("Description"), rows=4)
    developers = OrganisationsField(_l("Developed by"), required=_l("Name at least one organisation that develops it."))
    origin = ChoiceField(_l("Origin"), choices=Origin.choices, any_label=_l("Not said"))
    awarding_body = OrganisationsField(_l("Awarding body"), multiple=False)
    awarding_countries = ChecksField(_l("Countries in which it is awarded"))
    outcomes = RowsField(OutcomeForm, _l("Learning outcomes"), row_line("text"))
    workload_hours = IntegerField(
        _l("Workload in hours"), [Optional()], description=_l("All learning and the assessment.")
    )
    ecvet_points = PointsField(_l("ECVET points"), [Optional()])
    ects_points = PointsField(_l("ECTS points"), [Optional()])
    eqf_level = LevelField(
        _l("EQF level"), choices=lambda: [(str(level), str(level)) for level in range(1, 9)], any_label=_l("Not said")
    )
    nqf_level_code = ChoiceField(_l("Level in the national framework"), any_label=_l("None"))
    level_not_applicable = BooleanField(_l("No level applies"))
    level_note = TranslatedField(_l("Note on the level"), rows=2)
    isced_f = IscedField(_l("Field of education (ISCED-F)"))
    occupations = LinesField(_l("Occupations (ESCO)"), description=_l("Addresses, one a line."))
    assessments = RowsField(AssessmentForm, _l("Assessment"), row_line("title"))
    supervision = ChoiceField(
        _l("Supervision during assessment"), choices=Supervision.choices, any_label=_l("Not said")
    )
    grade_scheme = LineField(_l("Grading"))
    participation = ChecksField(_l("Form of participation"), choices=Participation.choices)
    languages = ChecksField(_l("Taught in"))
    qa_type = ChoiceField(_l("Quality assurance"), choices=QualityAssurance.choices, any_label=_l("Not said"))
    qa_body = LineField(_l("Who assures it"))
    accreditation_valid_until = DayField(_l("Accreditation valid until"), [Optional()])
    target_groups = ChecksField(_l("For whom"))
    use_types = ChecksField(_l("What for"), choices=UseType.choices)
    prerequisites = TranslatedField(_l("Prerequisites"), rows=2)
    stackability = ChoiceField(_l("Stackability"), choices=Stackability.choices, any_label=_l("Not said"))
    parent_qualification = LineField(_l("Part of the qualification"))
    licence = LineField(_l("Licence of the materials"))
    template_version = LineField(_l("Version of the template"))
    skillstools_url = LineField(_l("Address in Skills Tools"))
    europass_url = LineField(_l("Address in Europass"))
    badge_url = LineField(_l("Address of the badge"))
    further_information = TranslatedField(_l("Further information"), rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consortium = portal.consortium()
        self.awarding_countries.choices = [(code, country_name(code)) for code in consortium.by_country]
        self.languages.choices = content_languages()
        self.target_groups.choices = [
            (group["code"], target_group_name(group["code"])) for group in consortium.target_groups
        ]
        countries = dict(credential_countries())
        self.nqf_level_code.choices = [
            (code, f"{country_name(country)}: {code}")
            for country, framework in FRAMEWORKS.items()
            if country in countries
            for code in framework.codes
        ]
        if not self.is_submitted():
            self._add_blank_rows()

    def _add_blank_rows(self) -> None:
        for rows, blank in ((self.outcomes, OUTCOME_ROWS), (self.assessments, ASSESSMENT_ROWS)):
            for _row in range(1 if rows.entries else blank):
                rows.append_entry({})
        for _row in range(max(1, ISCED_ROWS - len(self.isced_f.entries))):
            self.isced_f.append_entry("")

    @classmethod
    def new(cls) -> "MicroCredentialForm":
        """An empty form, with the actor's country where there is one, and own organisations."""
        actor = current_actor()
        return cls(data={"country": likely(actor, creating_countries()), "developers": sorted(actor.organisations)})

    @classmethod
    def of(cls, microcredential: MicroCredential) -> "MicroCredentialForm":
        """The form as the design stands."""
        form = cls(obj=microcredential)
        needed, stands = edit_permission(microcredential.state), microcredential.country
        form.country.choices = choosable(current_actor(), needed, credential_countries(), stands)
        return form

    def foreseen(self) -> None:
        """Ask the rules of designs, and of one that is published what it has to keep."""
        check(self.design_facts(), self._record)

    def design_facts(self) -> MicroCredentialFacts:
        """What was filled in."""
        actor = current_actor()
        chosen = by_keys(actor, [*self.developers.values, *self.awarding_body.values])
        organisations = {entry.id: entry for entry in chosen}
        values = {name: value for name, value in self.facts().items() if name in PLAIN}
        body = self.awarding_body.data
        return MicroCredentialFacts(
            **values
            | {
                "code": (self.code.data or "").upper(),
                "origin": _term(Origin, self.origin.data),
                "supervision": _term(Supervision, self.supervision.data),
                "qa_type": _term(QualityAssurance, self.qa_type.data),
                "stackability": _term(Stackability, self.stackability.data),
                "eqf_level": int(self.eqf_level.data) if self.eqf_level.data else None,
                "description": self.description.data or None,
                "level_note": self.level_note.data or None,
                "prerequisites": self.prerequisites.data or None,
                "further_information": self.further_information.data or None,
                "isced_f": self.isced_f.codes,
                "occupations": self.occupations.entries,
                "awarding_body": organisations[body] if body else None,
                "developers": [organisations[key] for key in self.developers.values],
                "outcomes": [_outcome(row.form) for row in self.outcomes if row.form.text.data],
                "assessments": [_assessment(row.form) for row in self.assessments if row.form.type.data],
            }
        )


def _term(terms: Any, code: str | None) -> Any:
    return terms(code) if code else None


def _outcome(row: OutcomeForm) -> OutcomeFacts:
    return OutcomeFacts(row.text.data, _term(OutcomeType, row.type.data), row.esco_uris.entries)


def _assessment(row: AssessmentForm) -> AssessmentFacts:
    return AssessmentFacts(AssessmentType(row.type.data), row.title.data or None)


class MoveForm(BaseForm):
    """A move of a design to another state; ``design`` answers it once a move is asked for."""

    to = HiddenField(validators=[AnyOf([state.value for state in MicroCredentialState])])
    reason = TextField(_l("Why?"), longest=1000)

    def __init__(self, design: Callable[[], MicroCredential], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._design = design

    def foreseen(self) -> None:
        """Ask what must hold before the move."""
        check_move(self._design(), MicroCredentialState(self.to.data), self.reason.data)


class UploadForm(BaseForm):
    """A file with designs."""

    file = FileField(
        _l("File"),
        [FileRequired(_l("Choose a file."))],
        description=_l("CSV (comma, semicolon or tab) or Excel (.xlsx), with the columns of the export."),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx"},
    )
    existing = RadioField(
        _l("Designs whose code is in the catalogue"),
        choices=lambda: [
            (Existing.UPDATE.value, _l("Update them by the columns of the file")),
            (Existing.SKIP.value, _l("Leave them as they are")),
        ],
        default=Existing.UPDATE.value,
    )


class ConfirmImportForm(BaseForm):
    """The decision to import what the dry run showed."""

    constraint_messages = {
        "microcredential.code": ("", _l("Somebody added one of these codes at the same moment.")),
        "uq_microcredential_code": ("", _l("Somebody added one of these codes at the same moment.")),
    }

    fingerprint = LineField(widget=HiddenInput())
