"""Who agrees with whom: parties, those who sign for them, and what each promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.mou import rules
from app.mou.models import (
    TURN_OF,
    Basis,
    CommitmentKind,
    Mou,
    MouCommitment,
    MouParty,
    MouSignatory,
    PartyRole,
)
from app.mou.originals import queries as originals
from app.mou.permissions import check_edit
from app.mou.services import touch
from app.mou.signing import queries
from app.mou.signing.models import MouLink
from app.stakeholders.models import NameKind, Organisation, Person


@dataclass(frozen=True, kw_only=True)
class SignatoryFacts:
    """Who signs for a party, as what, on what authority, at which mailbox."""

    name: str
    role_title: str
    basis: Basis
    language: str
    basis_note: str | None = None
    email: str | None = None
    second_email: str | None = None
    turn: int | None = None
    person: Person | None = None


@dataclass(frozen=True, kw_only=True)
class PartyFacts:
    """An organisation as it stands in the agreement, and the first who signs for it."""

    organisation: Organisation
    role: PartyRole
    legal_name: dict[str, str]
    register_number: str | None = None
    address: str | None = None
    obligations: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class CommitmentFacts:
    """What a party promises."""

    party: MouParty
    kind: CommitmentKind
    amount: int | None = None
    text: dict[str, str] | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Known:
    """What the register says of an organisation that is to be printed."""

    legal_name: dict[str, str]
    register_number: str | None
    address: str | None


def known_of(organisation: Organisation) -> Known:
    """What the register says of an organisation: its legal name in each language, else the one it works under."""
    names: dict[str, str] = {}
    ranks = {NameKind.LEGAL: 0, NameKind.WORKING: 1, NameKind.NATIVE: 2}
    usable = sorted(
        ((ranks[name.kind], name.position, name) for name in organisation.names if name.kind in ranks),
        key=lambda entry: entry[:2],
    )
    for _rank, _position, name in usable:
        names.setdefault(name.language, name.text)
    lines = (organisation.address, organisation.city, organisation.country)
    address = ", ".join(line for line in lines if line) if organisation.address else None
    return Known(names or {organisation.name_language: organisation.name}, organisation.register_number, address)


def check_party(mou: Mou, facts: PartyFacts, party: MouParty | None = None) -> None:
    """Check what holds of every party. Raises ``Refused`` and ``PartyTwice``."""
    for other in mou.parties:
        if other is not party and other.organisation_id == facts.organisation.id:
            raise rules.PartyTwice(facts.organisation.name)
    if not any(facts.legal_name.values()):
        raise Refused(legal_name=_("Write the name as it is to be printed."))


def add_party(actor: Actor, mou: Mou, facts: PartyFacts) -> MouParty:
    """Make an organisation a party. Raises ``PartyTwice``, ``Refused``, ``Frozen`` and ``NotAllowed``."""
    _check(actor, mou)
    check_party(mou, facts)
    party = MouParty(position=len(mou.parties))
    _fill_party(party, facts)
    mou.parties.append(party)
    touch(mou)
    return party


def edit_party(actor: Actor, party: MouParty, version: int | None, facts: PartyFacts) -> None:
    """Change a party. Raises as ``add_party`` does, and ``EditConflict``."""
    _check(actor, party.mou)
    expect_version(party, version)
    check_party(party.mou, facts, party)
    _fill_party(party, facts)
    touch(party.mou)


def remove_party(actor: Actor, party: MouParty, version: int | None) -> None:
    """Take a party out, with those who sign for it and what it promised.

    Raises ``Refused`` for one that was sent the text: what it was sent, and what it said, stays.
    """
    mou = party.mou
    _check(actor, mou)
    expect_version(party, version)
    if queries.was_written_to(MouLink.party_id == party.id) or originals.names_party(party.id):
        raise Refused(
            _("It was sent the text, or has signed. Withdraw this memorandum and draft another one without it.")
        )
    for commitment in [one for one in mou.commitments if one.party is party]:
        mou.commitments.remove(commitment)
    mou.parties.remove(party)
    touch(mou)


def check_signatory(party: MouParty, facts: SignatoryFacts, signatory: MouSignatory | None = None) -> None:
    """Check what holds of everybody who signs. Raises ``Refused`` with everything that is wrong."""
    wrong = {}
    if not facts.name.strip():
        wrong["name"] = _("Write who signs.")
    if not facts.role_title.strip():
        wrong["role_title"] = _("Write as what, such as director.")
    if facts.basis is Basis.POWER_OF_ATTORNEY and not facts.basis_note:
        wrong["basis_note"] = _("Say which power of attorney: its number, or its day.")
    if facts.turn is not None and facts.turn < 1:
        wrong["turn"] = _("Count from 1.")
    if wrong:
        raise Refused(**wrong)
    gone = queries.replaced_in(party.mou) if party.mou.id else frozenset()
    others = [one.email for one in party.mou.signatories if one is not signatory and one.id not in gone and one.email]
    if facts.email:
        rules.check_signatories([*others, facts.email])


def add_signatory(actor: Actor, party: MouParty, facts: SignatoryFacts) -> MouSignatory:
    """Say who signs for a party. Raises ``Refused``, ``Frozen`` and ``NotAllowed``."""
    _check(actor, party.mou)
    check_signatory(party, facts)
    signatory = MouSignatory()
    _fill_signatory(signatory, party, facts)
    party.signatories.append(signatory)
    touch(party.mou)
    return signatory


def edit_signatory(actor: Actor, signatory: MouSignatory, version: int | None, facts: SignatoryFacts) -> None:
    """Change who signs, or how. Raises as ``add_signatory`` does, and ``EditConflict``."""
    _check(actor, signatory.party.mou)
    expect_version(signatory, version)
    check_signatory(signatory.party, facts, signatory)
    _fill_signatory(signatory, signatory.party, facts)
    touch(signatory.party.mou)


def remove_signatory(actor: Actor, signatory: MouSignatory, version: int | None) -> None:
    """Take somebody out of those who sign. Raises ``Refused`` for somebody who was asked to sign."""
    mou = signatory.party.mou
    _check(actor, mou)
    expect_version(signatory, version)
    if queries.was_written_to(MouLink.signatory_id == signatory.id):
        raise Refused(_("This person was asked to sign before. Change who signs instead of taking them out."))
    signatory.party.signatories.remove(signatory)
    touch(mou)


def check_commitment(mou: Mou, facts: CommitmentFacts) -> None:
    """Check what holds of every promise. Raises ``Refused`` with everything that is wrong."""
    wrong = {}
    if facts.party not in mou.parties:
        wrong["party"] = _("Choose one of the parties.")
    if facts.amount is not None and facts.amount < 1:
        wrong["amount"] = _("From 1 upwards, or leave it empty.")
    if facts.kind is CommitmentKind.OTHER and not any((facts.text or {}).values()):
        wrong["text"] = _("Write what is promised.")
    if wrong:
        raise Refused(**wrong)


def add_commitment(actor: Actor, mou: Mou, facts: CommitmentFacts) -> MouCommitment:
    """Write down what a party promises. Raises ``Refused``, ``Frozen`` and ``NotAllowed``."""
    _check(actor, mou)
    check_commitment(mou, facts)
    commitment = MouCommitment()
    _fill_commitment(commitment, facts)
    mou.commitments.append(commitment)
    touch(mou)
    return commitment


def edit_commitment(actor: Actor, commitment: MouCommitment, version: int | None, facts: CommitmentFacts) -> None:
    """Change a promise that is not signed yet. Raises as ``add_commitment`` does, and ``EditConflict``."""
    _check(actor, commitment.mou)
    expect_version(commitment, version)
    check_commitment(commitment.mou, facts)
    _fill_commitment(commitment, facts)
    touch(commitment.mou)


def remove_commitment(actor: Actor, commitment: MouCommitment, version: int | None) -> None:
    """Take a promise out that is not signed yet."""
    mou = commitment.mou
    _check(actor, mou)
    expect_version(commitment, version)
    mou.commitments.remove(commitment)
    touch(mou)


def order(actor: Actor, mou: Mou, version: int | None, wanted: Sequence[int]) -> None:
    """Say in which order the parties stand; ``wanted`` are their keys, all of them."""
    _check(actor, mou)
    expect_version(mou, version)
    if sorted(wanted) != sorted(party.id for party in mou.parties):
        raise Refused(_("The parties changed meanwhile. Look again."))
    for party in mou.parties:
        party.position = list(wanted).index(party.id)
    touch(mou)


def _check(actor: Actor, mou: Mou) -> None:
    check_edit(actor, mou)
    rules.check_open(mou.state)


def _fill_party(party: MouParty, facts: PartyFacts) -> None:
    party.organisation = facts.organisation
    party.organisation_id = facts.organisation.id
    for name in ("role", "legal_name", "register_number", "address", "obligations"):
        setattr(party, name, getattr(facts, name))


def _fill_signatory(signatory: MouSignatory, party: MouParty, facts: SignatoryFacts) -> None:
    signatory.turn = facts.turn or TURN_OF.get(party.role, len(party.mou.parties))
    for name in ("name", "role_title", "basis", "basis_note", "email", "second_email", "language", "person"):
        setattr(signatory, name, getattr(facts, name))


def _fill_commitment(commitment: MouCommitment, facts: CommitmentFacts) -> None:
    for name in ("party", "kind", "amount", "text", "due_on"):
        setattr(commitment, name, getattr(facts, name))
