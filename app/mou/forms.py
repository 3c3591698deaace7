"""Forms of memoranda: what is agreed, who agrees, who signs, what each promises."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import DataRequired, Email, InputRequired, NumberRange, Optional

from app.core import clock
from app.core.access import current_actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import plain_tr
from app.microcredentials import queries as microcredentials
from app.microcredentials.forms import MicroCredentialsField
from app.mou import ending, parties, queries
from app.mou.ending import TerminationFacts
from app.mou.models import (
    CONCLUDED,
    Basis,
    CodePolicy,
    CommitmentKind,
    Mou,
    MouCommitment,
    MouParty,
    MouSignatory,
    PartyRole,
)
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.services import MouFacts, check
from app.stakeholders import queries as stakeholders
from app.stakeholders.fields import OrganisationsField, language_choices
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation, Person

NAME_LENGTH = 300
READ_NUMBER = _l("Write a whole number.")
USUAL = {"notice_days": 30, "link_days": 30, "remind_at_most": 4}


class CountField(IntegerField):
    """A whole number that may be left empty."""

    def __init__(self, label: Any, least: int = 0, **kwargs: Any) -> None:
        limits = NumberRange(min=least, message=_l("From %(least)s upwards.", least=least))
        super().__init__(label, [Optional(), limits], render_kw={"inputmode": "numeric"}, **kwargs)


class MouForm(BaseForm):
    """What is agreed and how the signing goes; parties and promises have forms of their own."""

    template_version = ChoiceField(_l("Template"))
    title = TranslatedField(_l("Title"), longest=NAME_LENGTH, description=_l("In the languages of the memorandum."))
    purpose = TranslatedField(
        _l("Purpose"), rows=3, description=_l("What for, in one or two sentences; it is part of the text.")
    )
    country = ChoiceField(_l("Country"), choices=countries, any_label=_l("Several countries"))
    owner = OrganisationsField(_l("Which partner looks after it?"), multiple=False)
    microcredentials = MicroCredentialsField(_l("Which micro-credentials does it concern?"))
    no_microcredentials_reason = LineField(_l("If none: why?"))
    left_language = ChoiceField(_l("Language"), choices=language_choices)
    right_language = ChoiceField(_l("Second language, beside it"), choices=language_choices, any_label=_l("None"))
    prevailing_language = ChoiceField(
        _l("If the two differ, which one prevails?"), choices=language_choices, any_label=_l("Both are equal")
    )
    effective_from = DayField(
        _l("In force from"), [Optional()], description=_l("Left empty: from the day of the last signature.")
    )
    duration_months = CountField(_l("For how many months?"), least=1)
    ends_on = DayField(_l("Or until"), [Optional()])
    is_open_ended = BooleanField(_l("It has no end"))
    auto_renew = BooleanField(_l("It goes on for as long again unless a party says no"))
    notice_days = IntegerField(_l("Notice, in days"), [InputRequired(READ_NUMBER)], default=USUAL["notice_days"])
    place = LineField(_l("Place of signing"))
    clauses = ChecksField(_l("Clauses that may be left out"))
    special_terms = TranslatedField(_l("What else is agreed"), rows=4)
    code_policy = ChoiceField(_l("When is the mailbox proven by a code?"), choices=CodePolicy.choices)
    link_days = IntegerField(
        _l("Links work for how many days?"), [InputRequired(READ_NUMBER)], default=USUAL["link_days"]
    )
    remind_after_days = CountField(
        _l("Remind after how many days?"),
        least=1,
        description=_l("Then again as often. Left empty: nobody is reminded."),
    )
    remind_at_most = IntegerField(
        _l("Remind how often at most?"), [InputRequired(READ_NUMBER)], default=USUAL["remind_at_most"]
    )
    register_body = LineField(
        _l("Register it is entered in"), description=_l("Such as the chamber's register of contracts.")
    )
    register_number = LineField(_l("Number there"))
    register_date = DayField(_l("Entered on"), [Optional()])

    def __init__(self, *args: Any, mou: Mou | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=mou, **kwargs)
        versions = [entry.current for entry in queries.templates()]
        if mou is not None:
            versions.append(mou.template_version)
        self.versions = {str(version.id): version for version in versions}
        self.template_version.choices = [(key, plain_tr(v.template.title)) for key, v in self.versions.items()]
        self.clauses.choices = self._clause_choices()
        if mou is not None and not self.is_submitted():
            left, right = [*mou.languages, None, None][:2]
            self.template_version.data = str(mou.template_version_id)
            self.left_language.data, self.right_language.data = left, right

    def _clause_choices(self) -> list[tuple[str, str]]:
        """The optional clauses of every template that is offered, each once; a strange one is refused by its rules."""
        titles: dict[str, str] = {}
        for version in self.versions.values():
            for clause in version.content["clauses"]:
                if not clause["mandatory"]:
                    titles.setdefault(clause["code"], plain_tr(clause["title"]))
        return list(titles.items())

    def refuse(self, messages: Mapping[str, str]) -> None:
        """Show what is wrong with the two languages at the second one: with the first alone nothing is."""
        super().refuse({"right_language" if name == "languages" else name: text for name, text in messages.items()})

    def foreseen(self) -> None:
        """Ask the rules of memoranda."""
        check(self.mou_facts())

    def mou_facts(self) -> MouFacts:
        """What was filled in. Raises ``KeyError`` for a template that is not offered."""
        actor, values = current_actor(), self.facts("left_language", "right_language")
        languages = (self.left_language.data, self.right_language.data)
        # What could not be read is said at its field; the rules look at the rest.
        values |= {name: usual for name, usual in USUAL.items() if values[name] is None}
        values |= {
            "template_version": self.versions[self.template_version.data],
            "languages": tuple(code for code in languages if code),
            "owner": next(iter(stakeholders.by_keys(actor, self.owner.values)), None),
            "microcredentials": microcredentials.by_keys(actor, values["microcredentials"]),
            "code_policy": CodePolicy(values["code_policy"]),
            "clauses": tuple(values["clauses"] or ()),
            "purpose": values["purpose"] or None,
            "special_terms": values["special_terms"] or None,
        }
        return MouFacts(**values)


class PartyForm(BaseForm):
    """An organisation as it stands in the agreement; what is left empty is taken from the register."""

    constraint_messages = {"uq_mou_party_organisation": ("organisation", _l("It is a party already."))}

    organisation = OrganisationsField(_l("Organisation"), multiple=False, required=_l("Choose the organisation."))
    role = ChoiceField(_l("As what?"), choices=PartyRole.choices)
    legal_name = TranslatedField(
        _l("Name as it is printed"), longest=NAME_LENGTH, description=_l("Left empty: as in the register.")
    )
    register_number = LineField(_l("Number in the company register"))
    address = TextField(
        _l("Address"), longest=500, description=_l("Left empty: as in the register."), render_kw={"rows": 2}
    )
    obligations = TranslatedField(_l("What it undertakes beyond the clauses"), rows=3)

    def party_facts(self, party: MouParty | None = None) -> PartyFacts:
        """What was filled in, and what the register says where nothing was."""
        found = party.organisation if party else one_of(self.organisation.values)
        if found is None:
            raise LookupError("The field requires an organisation.")
        known = parties.known_of(found)
        return PartyFacts(
            organisation=found,
            role=PartyRole(self.role.data),
            legal_name=self.legal_name.data or known.legal_name,
            register_number=self.register_number.data or known.register_number,
            address=self.address.data or known.address,
            obligations=self.obligations.data or None,
        )


def one_of(keys: Any) -> Organisation | None:
    """The organisation with this key, where the actor may see it."""
    return next(iter(stakeholders.by_keys(current_actor(), keys)), None) if keys else None


class SignatoryForm(BaseForm):
    """Who signs for a party; of somebody in the register, what is left empty is taken from there."""

    person = ChoiceField(_l("Somebody of the register"), any_label=_l("Somebody else"))
    name = LineField(
        _l("Name"), longest=200, description=_l("As it is to be printed, in the letters the signatory uses.")
    )
    role_title = LineField(_l("Signs as"), longest=200, description=_l("Such as director or head of school."))
    basis = ChoiceField(_l("Authority rests on"), choices=Basis.choices)
    basis_note = LineField(_l("Its number or day"), description=_l("Needed for a power of attorney."))
    email = LineField(
        _l("E-mail"),
        [Optional(), Email(_l("Write an address like name@example.org."))],
        description=_l("The link goes there, and nowhere else."),
    )
    second_email = LineField(
        _l("Second address"),
        [Optional(), Email(_l("Write an address like name@example.org."))],
        description=_l("It is told when something is due, and gets no link."),
    )
    language = ChoiceField(_l("Language of mails and pages"), choices=language_choices)
    turn = CountField(
        _l("Signs as number"), least=1, description=_l("Who has the same number is asked at the same time.")
    )

    def __init__(self, *args: Any, party: MouParty, signatory: MouSignatory | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=signatory, **kwargs)
        today = clock.today()
        found = stakeholders.spokespeople(current_actor(), party.organisation, today)
        self.known = {str(entry.person_id): entry for entry in found}
        self.person.choices = [
            (key, _("%(name)s – %(role)s", name=entry.person.name, role=plain_tr(entry.role_title)))
            for key, entry in self.known.items()
        ]
        if signatory is not None and not self.is_submitted():
            self.person.data = str(signatory.person_id) if signatory.person_id else None

    def signatory_facts(self) -> SignatoryFacts:
        """What was filled in, and what the register says of the person where nothing was."""
        entry = self.known.get(self.person.data or "")
        person: Person | None = entry.person if entry else None
        role = (entry.role_title.get(self.language.data) or plain_tr(entry.role_title)) if entry else ""
        return SignatoryFacts(
            person=person,
            name=self.name.data or (person.name if person else ""),
            role_title=self.role_title.data or role,
            basis=Basis(self.basis.data),
            basis_note=self.basis_note.data or None,
            email=self.email.data or (person.email if person else None),
            second_email=self.second_email.data or None,
            language=self.language.data,
            turn=self.turn.data,
        )


class CommitmentForm(BaseForm):
    """What a party promises."""

    party = ChoiceField(_l("Who promises?"))
    kind = ChoiceField(_l("What?"), choices=CommitmentKind.choices)
    amount = CountField(_l("How many?"), least=1)
    due_on = DayField(_l("By when?"), [Optional()])
    text = TranslatedField(_l("In words"), rows=2, description=_l("In the languages of the memorandum."))

    def __init__(self, *args: Any, mou: Mou, commitment: MouCommitment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, obj=commitment, **kwargs)
        if commitment is not None and not self.is_submitted():
            self.party.data = str(commitment.party_id)
        self.parties = {str(party.id): party for party in mou.parties}
        self.party.choices = [(key, plain_tr(party.legal_name)) for key, party in self.parties.items()]

    def commitment_facts(self) -> CommitmentFacts:
        """What was filled in."""
        return CommitmentFacts(
            party=self.parties[self.party.data],
            kind=CommitmentKind(self.kind.data),
            amount=self.amount.data,
            due_on=self.due_on.data,
            text=self.text.data or None,
        )


class ReasonForm(BaseForm):
    """A step that needs a reason."""

    reason = TextField(_l("Why?"), [DataRequired(_l("Write why, in a few words."))], longest=1000)


class StepForm(BaseForm):
    """A step that asks for nothing but the version it was opened with."""


class TerminationForm(BaseForm):
    """How a memorandum ends."""

    constraint_messages = {
        "uq_mou_termination_mou_id": ("", _l("That it ends is recorded already.")),
        "mou_termination.mou_id": ("", _l("That it ends is recorded already.")),
    }

    party = ChoiceField(_l("Who gave notice?"), any_label=_l("No party alone"))
    is_agreed = BooleanField(_l("All parties agreed that it ends on that day"))
    notice_on = DayField(_l("Notice given, or agreed, on"), [InputRequired(_l("Say on which day."))])
    last_day = DayField(_l("Its last day"), [InputRequired(_l("Say on which day."))])
    reason = TextField(_l("Why?"), [DataRequired(_l("Write why, in a few words."))], longest=1000)
    addendum = ChoiceField(_l("Signed addendum about it"), any_label=_l("None"))

    def __init__(self, *args: Any, mou: Mou, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mou = mou
        self.parties = {str(party.id): party for party in mou.parties}
        self.party.choices = [(key, plain_tr(party.legal_name)) for key, party in self.parties.items()]
        self.addenda = {str(one.id): one for one in queries.addenda(mou, CONCLUDED)}
        self.addendum.choices = [(key, queries.reference_of(one)) for key, one in self.addenda.items()]

    def foreseen(self) -> None:
        """Ask the rules of endings."""
        ending.check_termination(self.mou, self.termination_facts())

    def termination_facts(self) -> TerminationFacts:
        """What was filled in. Raises ``ValueError`` where a day could not be read."""
        if self.notice_on.data is None or self.last_day.data is None:
            raise ValueError("Both days are needed.")
        return TerminationFacts(
            reason=self.reason.data,
            notice_on=self.notice_on.data,
            last_day=self.last_day.data,
            party=self.parties.get(self.party.data or ""),
            is_agreed=self.is_agreed.data,
            addendum=self.addenda.get(self.addendum.data or ""),
        )
