"""Many memoranda that everybody has signed, for tests and benchmarks: made by the services, printed by whoever asks."""

from sqlalchemy import select

from app.core.access import SYSTEM
from app.extensions import db
from app.mou import parties, services, templates
from app.mou.evidence.services import Origin
from app.mou.models import Basis, CommitmentKind, Mou, MouTemplateVersion, PartyRole
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.services import MouFacts
from app.mou.signing import queries, rules
from app.mou.signing import services as signing
from app.mou.texts.queries import to_sign
from app.mou.wordings import read_file
from app.stakeholders.models import Category, NameKind, Organisation
from app.stakeholders.services import NameFacts, OrganisationFacts, create_organisation
from tests.mou.conftest import SCHOOL

HERE = Origin("192.0.2.1", "a browser")


def signed(count: int) -> None:
    """Have so many memoranda of a school and a company signed, in the session."""
    version, school, company = _template(), _organisation("School of many"), _organisation("Company of many")
    for number in range(count):
        mou = services.create(
            SYSTEM,
            MouFacts(
                template_version=version,
                title={"en": f"Memorandum {number}", "hy": f"Հուշագիր {number}"},
                purpose={"en": "Learners become pattern makers.", "hy": "Սովորողները դառնում են ձևագետ։"},
                languages=("hy", "en"),
                prevailing_language="en",
                country="AM",
                duration_months=24,
                no_microcredentials_reason="All of them.",
                place="Vanadzor",
            ),
        )
        for organisation, role, name in ((school, PartyRole.SCHOOL, "Anahit"), (company, PartyRole.COMPANY, "Gor")):
            facts = PartyFacts(
                organisation=organisation, role=role, legal_name={"en": organisation.name}, address="Main street 1"
            )
            party = parties.add_party(SYSTEM, mou, facts)
            who = SignatoryFacts(
                name=f"{name} {number}",
                role_title="Director",
                basis=Basis.STATUTE,
                email=f"{name.lower()}{number}@example.org",
                language="hy",
            )
            parties.add_signatory(SYSTEM, party, who)
            promise = CommitmentFacts(party=party, kind=CommitmentKind.PLACEMENTS, amount=4)
            parties.add_commitment(SYSTEM, mou, promise)
        signing.send(SYSTEM, mou, mou.version)
        _sign(mou)


def _sign(mou: Mou) -> None:
    while (text := to_sign(mou)) is not None:
        done = queries.signed_keys(text)
        link = next(link for key, link in sorted(queries.newest_links(text).items()) if key not in done)
        assert link.signatory is not None
        signing.open_text(link, HERE)
        link.proven_at = link.opened_at
        said = signing.Said(
            name=link.signatory.name,
            agreed=dict.fromkeys(rules.STATEMENTS, True),
            document=text.html_sha256 or "",
            language=link.language,
            proven_at=link.proven_at,
        )
        signing.sign(link, said, HERE)
    db.session.flush()


def _template() -> MouTemplateVersion:
    found = db.session.scalars(select(MouTemplateVersion).limit(1)).first()
    return found or templates.publish(SYSTEM, read_file(SCHOOL))


def _organisation(name: str) -> Organisation:
    facts = OrganisationFacts(names=[NameFacts(name, "en", NameKind.WORKING)], category=Category.COMPANY, country="AM")
    return create_organisation(SYSTEM, facts)
