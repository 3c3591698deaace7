"""What may happen to organisations and people."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import combinations
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.access import Actor, Permission
from app.core.errors import Refused, expect_version
from app.core.phones import kept
from app.core.search_key import search_key
from app.extensions import db
from app.stakeholders import consent, review
from app.stakeholders.consent import ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay
from app.stakeholders.duplicates import blocks, duplicate_key
from app.stakeholders.models import (
    Affiliation,
    Category,
    LawfulBasis,
    NameKind,
    Organisation,
    OrganisationName,
    Person,
    RecognitionRole,
    Script,
    Size,
    Source,
)

_SCRIPTS = {"CYRILLIC": Script.CYRL, "GEORGIAN": Script.GEOR, "ARMENIAN": Script.ARMN}


@dataclass(frozen=True)
class NameFacts:
    """A name of an organisation as somebody wrote it."""

    text: str
    language: str
    kind: NameKind


@dataclass(frozen=True, kw_only=True)
class OrganisationFacts:
    """What an organisation is, as somebody filled it in; the first name is the one it works under."""

    names: Sequence[NameFacts]
    category: Category
    country: str
    region: str | None = None
    city: str | None = None
    address: str | None = None
    website: str | None = None
    email: str | None = None
    phone: str | None = None
    register_number: str | None = None
    pic: str | None = None
    size: Size | None = None
    recognition_roles: Sequence[RecognitionRole] = ()
    notes: str | None = None


@dataclass(frozen=True)
class AffiliationFacts:
    """What a person is to an organisation, from one day to another."""

    organisation: Organisation
    role_title: dict[str, str]
    valid_from: date | None = None
    valid_to: date | None = None
    is_legal_representative: bool = False

    def meets(self, other: "AffiliationFacts") -> bool:
        """Whether both hold on some day; without a day it goes on, or always did."""
        begins, ends = (self.valid_from or date.min, self.valid_to or date.max)
        return begins <= (other.valid_to or date.max) and (other.valid_from or date.min) <= ends


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """Who a person is, as somebody filled it in.

    What the person agreed to is said when the person is entered, and later in the ledger (``consent``).
    """

    given_name: str
    lawful_basis: LawfulBasis
    family_name: str | None = None
    native_name: str | None = None
    native_language: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    source: Source | None = None
    source_detail: str | None = None
    review_on: date | None = None
    affiliations: Sequence[AffiliationFacts] = ()
    consent_on: date | None = None
    consent_way: ConsentWay = ConsentWay.NOT_RECORDED
    consent_for: Sequence[ConsentPurpose] = ()


def create_organisation(actor: Actor, facts: OrganisationFacts, **marks: Any) -> Organisation:
    """Add an organisation to the register.

    ``marks`` are what only the consortium's own files say: partner, coordinator, example. Raises ``Refused`` without a
    name and ``NotAllowed`` outside the actor's countries.
    """
    organisation = Organisation(**marks)
    _fill(organisation, facts)
    actor.check(Permission.STAKEHOLDER_CREATE, organisation, at="country")
    db.session.add(organisation)
    db.session.flush()
    return organisation


def edit_organisation(actor: Actor, organisation: Organisation, version: int | None, facts: OrganisationFacts) -> None:
    """Change an organisation; names that are no longer among ``facts.names`` are removed.

    Raises ``EditConflict`` when somebody saved in between, ``Refused`` and ``NotAllowed`` as for creating.
    """
    actor.check(Permission.STAKEHOLDER_EDIT, organisation)
    expect_version(organisation, version)
    _fill(organisation, facts)
    organisation.updated_at = clock.now()  # a change of names alone must give the organisation a new version, too
    actor.check(Permission.STAKEHOLDER_EDIT, organisation, at="country")
    db.session.flush()


def create_person(actor: Actor, facts: PersonFacts, **marks: Any) -> Person:
    """Add a person, to be looked at again as the consortium settled it unless ``review_on`` says otherwise.

    Raises ``Refused`` without a source, where consent is the basis and was not given or has no date, and when an
    affiliation ends before it begins.
    """
    check_new_person(facts)
    person = Person(**marks)
    _fill_person(person, facts)
    actor.check(Permission.PERSON_EDIT, person if facts.affiliations else None, at="affiliations")
    db.session.add(person)
    db.session.flush()
    if facts.consent_for:
        agreement = ConsentFacts(
            act=ConsentAct.GIVEN, purposes=facts.consent_for, on_day=facts.consent_on, way=facts.consent_way
        )
        consent.append(actor, person, agreement)
    return person


def edit_person(actor: Actor, person: Person, version: int | None, facts: PersonFacts) -> None:
    """Change a person and whom the person speaks for.

    Raises ``Refused`` also when consent becomes the basis and none is in the ledger, and for an erased person.
    """
    actor.check(Permission.PERSON_EDIT, person if person.affiliations else None)
    expect_version(person, version)
    if person.erased_on:
        raise Refused(_("This person was erased."))
    if facts.lawful_basis is not person.lawful_basis and consent.is_baseless(facts.lawful_basis, person.consents):
        raise Refused(lawful_basis=_("Record first what the person agreed to."))
    _fill_person(person, facts)
    person.updated_at = clock.now()
    actor.check(Permission.PERSON_EDIT, person if person.affiliations else None, at="affiliations")
    db.session.flush()


def script_of(text: str) -> Script:
    """The script most letters of ``text`` belong to; Latin where none is known."""
    counts = dict.fromkeys(Script, 0)
    for letter in filter(str.isalpha, text):
        counts[_SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], Script.LATN)] += 1
    return max(counts, key=lambda script: counts[script])


def _fill(organisation: Organisation, facts: OrganisationFacts) -> None:
    check_names(facts.names)
    phone = kept(facts.phone, facts.country, organisation.phone)
    plain = {field.name for field in fields(facts)} - {"names", "recognition_roles", "phone"}
    for name, value in asdict(facts).items():
        if name in plain:
            setattr(organisation, name, value)
    organisation.phone = phone
    organisation.recognition_roles = [role.value for role in RecognitionRole if role in facts.recognition_roles]
    _name(organisation, facts.names)


def check_names(names: Sequence[NameFacts]) -> None:
    """An organisation has a name at least. Raises ``Refused``."""
    if not names:
        raise Refused(names=_("An organisation needs a name."))
    if any(not any(map(str.isalnum, name.text)) for name in names):
        raise Refused(names=_("A name has a letter or a digit."))


def _name(organisation: Organisation, names: Sequence[NameFacts]) -> None:
    kept = {(row.text, row.language, row.kind): row for row in organisation.names}
    organisation.names = [
        kept.get((name.text, name.language, name.kind))
        or OrganisationName(
            text=name.text,
            language=name.language,
            kind=name.kind,
            script=script_of(name.text),
        )
        for name in dict.fromkeys(names)
    ]
    for position, row in enumerate(organisation.names):
        row.position = position
        make_findable(row, organisation.country)
    working = names[0]
    native = next((name for name in names if name.kind is NameKind.NATIVE), None) or next(
        (name for name in names if script_of(name.text) is not Script.LATN), None
    )
    shown = native if native is not None and native.text != working.text else None
    organisation.name, organisation.name_language = working.text, working.language
    organisation.native_name = shown.text if shown else None
    organisation.native_language = shown.language if shown else None
    organisation.name_key = search_key(working.text)
    organisation.search_key = " | ".join(dict.fromkeys(search_key(name.text) for name in names))


def make_findable(name: OrganisationName, country: str) -> None:
    """Work out the keys under which a name is found, and found to be like another."""
    name.search_key = search_key(name.text)
    name.duplicate_key = duplicate_key(name.text)
    name.head_block, name.tail_block = blocks(country, name.duplicate_key)


def home_of(affiliations: Sequence[AffiliationFacts]) -> str | None:
    """The country whose telephone numbers a person writes without their country: that of the first organisation."""
    return affiliations[0].organisation.country if affiliations else None


def check_person(facts: PersonFacts) -> None:
    """Check what holds of every person. Raises ``Refused`` with everything that is wrong."""
    wrong = {}
    if facts.source is Source.PUBLIC and not facts.source_detail:
        wrong["source_detail"] = _("Write the address of the public source.")
    if facts.review_on and facts.review_on < clock.EARLIEST:
        wrong["review_on"] = _("Write a day of this century.")
    for entry in facts.affiliations:
        if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
            wrong["affiliations"] = _(
                "The affiliation with %(name)s ends before it begins.", name=entry.organisation.name
            )
    for one, other in combinations(facts.affiliations, 2):
        if one.organisation.id == other.organisation.id and one.meets(other) and "affiliations" not in wrong:
            wrong["affiliations"] = _(
                "The person speaks for %(name)s twice in the same days. Write both functions into one row, or end one "
                "before the other begins.",
                name=one.organisation.name,
            )
    if wrong:
        raise Refused(**wrong)


def check_new_person(facts: PersonFacts) -> None:
    """Check also where the data are from and what the person agreed to. Raises ``Refused`` as ``check_person``."""
    wrong: dict[str, str] = {}
    if facts.source is None or facts.source is Source.NOT_RECORDED:
        wrong["source"] = _("Say where the data came from.")
    if (facts.lawful_basis is LawfulBasis.CONSENT or facts.consent_for) and facts.consent_on is None:
        wrong["consent_on"] = _("Say when the person agreed.")
    if facts.consent_on is not None and not facts.consent_for:
        wrong["consent_for"] = _("Say what the person agreed to.")
    if facts.consent_on is not None and (fault := consent.day_fault(facts.consent_on)):
        wrong["consent_on"] = fault
    try:
        check_person(facts)
    except Refused as refused:
        wrong |= refused.messages
    if wrong:
        raise Refused(**wrong)


def _fill_person(person: Person, facts: PersonFacts) -> None:
    check_person(facts)
    person.phone = kept(facts.phone, home_of(facts.affiliations), person.phone)
    for field in fields(facts):
        if field.name not in ("affiliations", "source", "phone") and not field.name.startswith("consent_"):
            setattr(person, field.name, getattr(facts, field.name))
    person.source = facts.source or Source.NOT_RECORDED
    person.review_on = facts.review_on or review.preset(facts.lawful_basis, clock.today())
    names = (f"{facts.given_name} {facts.family_name or ''}", facts.native_name or "")
    person.name_key = search_key(f"{facts.family_name or facts.given_name} {facts.given_name}")
    person.search_key = " | ".join(filter(None, map(search_key, names)))
    # Rows stay what they are while what they say stays: signatures and judgements may refer to them.
    rows = list(person.affiliations)
    person.affiliations = [_affiliation(entry, rows) for entry in facts.affiliations]


def _affiliation(facts: AffiliationFacts, rows: list[Affiliation]) -> Affiliation:
    of_it = [row for row in rows if row.organisation_id == facts.organisation.id]
    row = max(
        of_it, key=lambda row: (row.valid_from == facts.valid_from, row.role_title == facts.role_title), default=None
    )
    if row is None:
        row = Affiliation(organisation=facts.organisation)
    else:
        rows.remove(row)
    row.role_title, row.is_legal_representative = facts.role_title, facts.is_legal_representative
    row.valid_from, row.valid_to = facts.valid_from, facts.valid_to
    return row
