"""Reads the templates and the example memoranda of a consortium, and signs those that are signed."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core import clock, portal
from app.core.access import SYSTEM, Actor
from app.demo.afterwards import terminate
from app.demo.days import day_of, on
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou import keeping, parties, services, templates
from app.mou.evidence.services import Origin
from app.mou.models import Basis, CommitmentKind, Mou, MouTemplateVersion, PartyRole
from app.mou.negotiation import queries as negotiations
from app.mou.negotiation import services as negotiation
from app.mou.negotiation.rules import Contact
from app.mou.negotiation.services import CommentFacts
from app.mou.originals import services as originals
from app.mou.originals.models import Level
from app.mou.originals.services import OriginalFacts, Sent
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.services import MouFacts, touch
from app.mou.signing import proposals, queries
from app.mou.signing import services as signing
from app.mou.signing.rules import STATEMENTS
from app.mou.signing.services import Said
from app.mou.texts.queries import to_sign
from app.mou.wordings import read, read_file
from app.stakeholders.models import Organisation

FROM_HERE = Origin("127.0.0.1", "the demonstration")


def load_templates(folder: Path) -> dict[str, MouTemplateVersion]:
    """Publish the templates of a consortium's folder, and begin a next version of each; answers them by code."""
    files = sorted(folder.glob("*.yaml"))
    published = {template.code: templates.publish(SYSTEM, template) for template in map(read_file, files)}
    for version in published.values():
        templates.begin(SYSTEM, version.template)
    return published


def load_memoranda(
    entries: list[dict[str, Any]],
    offered: Mapping[str, MouTemplateVersion],
    organisations: Mapping[str, Organisation],
    designs: Mapping[str, MicroCredential],
) -> dict[str, Mou]:
    """Draft the memoranda, send those that are out, and sign those that are signed; answers them by key."""
    drafted: dict[str, Mou] = {}
    for entry in entries:
        owner = organisations[entry["owner"]]
        actor = Actor(name=owner.name, grants=SYSTEM.grants)
        facts = _facts(entry, offered[entry["template"]], owner, designs)
        mou = drafted[entry["key"]] = services.create(actor, facts, is_example=True)
        for said in entry["parties"]:
            _party(actor, mou, said, organisations)
        for said in entry["commitments"]:
            _promise(actor, mou, said, organisations)
        with on(day_of(entry.get("signed_on"))):
            _go_on(actor, mou, entry)
        if entry.get("terminated"):
            terminate(actor, mou, entry["terminated"])
    return drafted


def _go_on(actor: Actor, mou: Mou, entry: dict[str, Any]) -> None:
    """From the draft to where the file says it is."""
    if entry["state"] == "negotiated":
        _negotiate(actor, mou, entry["negotiation"])
    if entry["state"] == "paper":
        _sign_on_paper(actor, mou)
    if entry["state"] in ("out", "signed"):
        signing.send(actor, mou, mou.version)
    if entry["state"] == "signed":
        _sign(mou)
        keeping.begin(db.session, {"mou": mou.id})
    if entry.get("proposal"):
        _propose(mou, entry["proposal"])


def _facts(
    entry: dict[str, Any], template: MouTemplateVersion, owner: Organisation, designs: Mapping[str, MicroCredential]
) -> MouFacts:
    optional = [clause.code for clause in read(template.content).clauses if not clause.is_mandatory]
    return MouFacts(
        title=entry["title"],
        purpose=entry["purpose"] or None,
        template_version=template,
        languages=tuple(entry["languages"]),
        prevailing_language=entry["prevailing"],
        country=entry["country"],
        owner=owner,
        microcredentials=[designs[code] for code in entry["microcredentials"]],
        effective_from=day_of(entry.get("effective_from")),
        duration_months=entry["duration_months"],
        place=entry.get("place"),
        clauses=tuple(code for code in optional if code not in entry["without"]),
    )


def _party(actor: Actor, mou: Mou, said: dict[str, Any], organisations: Mapping[str, Organisation]) -> None:
    organisation = organisations[said["organisation"]]
    known = parties.known_of(organisation)
    facts = PartyFacts(
        organisation=organisation,
        role=PartyRole(said["role"]),
        legal_name=known.legal_name,
        address=said["address"] or known.address,
    )
    party = parties.add_party(actor, mou, facts)
    for one in said["signatories"]:
        who = {"name": one["name"], "role_title": one["role"], "email": one["email"], "language": one["language"]}
        parties.add_signatory(actor, party, SignatoryFacts(basis=Basis(one["basis"]), **who))


def _promise(actor: Actor, mou: Mou, said: dict[str, Any], organisations: Mapping[str, Organisation]) -> None:
    organisation = organisations[said["party"]]
    party = next(one for one in mou.parties if one.organisation_id == organisation.id)
    kind, due = CommitmentKind(said["kind"]), day_of(said["due"])
    parties.add_commitment(actor, mou, CommitmentFacts(party=party, kind=kind, amount=said["amount"], due_on=due))


def _negotiate(actor: Actor, mou: Mou, said: dict[str, Any]) -> None:
    """Send the draft to the last party, have it commented on, and send what was changed for it."""
    reader = mou.signatories[-1] if mou.signatories[-1].party is mou.parties[-1] else mou.signatories[0]
    if reader.email is None:
        raise LookupError("Who is sent a draft has a mailbox.")
    contact = Contact(reader.party, reader.email, reader.language)
    text = negotiation.share(actor, mou, mou.version, [contact])
    link = negotiations.links(mou)[0]
    comment = negotiation.say(link, CommentFacts(number=text.number, **said["comment"]), FROM_HERE)
    mou.duration_months = said["duration_months"]
    touch(mou)
    negotiation.share(actor, mou, mou.version, [contact], said["reason"])
    negotiation.answer(actor, comment, said["answer"], settles=True)


def _sign_on_paper(actor: Actor, mou: Mou) -> None:
    """Freeze the text, and keep what was printed of it as the scan of the first party."""
    text = originals.freeze_for_paper(actor, mou, mou.version)
    if text.pdf is None:
        raise LookupError("What is frozen has a PDF.")
    party = mou.parties[0]
    facts = OriginalFacts(
        levels={party.id: Level.WET_INK},
        names={party.id: party.signatories[0].name},
        signed_on=clock.today(),
    )
    scan = Sent(io.BytesIO(portal.files().read(text.pdf.sha256)), "scan.pdf")
    originals.add(actor, mou, facts, scan)


def _propose(mou: Mou, said: dict[str, Any]) -> None:
    text = to_sign(mou)
    link = next(iter(queries.newest_links(text).values())) if text else None
    if link is None:
        raise LookupError("Only what is out has somebody who was asked.")
    who = {"name": said["name"], "role_title": said["role"], "email": said["email"]}
    proposals.propose(link, **who, reason=None, origin=FROM_HERE)


def _sign(mou: Mou) -> None:
    """Sign as everybody in turn, each by a link; the code is taken as given."""
    while (text := to_sign(mou)) is not None:
        done = queries.signed_keys(text)
        link = next(link for key, link in sorted(queries.newest_links(text).items()) if key not in done)
        if link.signatory is None:
            raise LookupError("A link to sign is somebody's.")
        signing.open_text(link, FROM_HERE)
        link.proven_at = link.opened_at
        said = Said(
            name=link.signatory.name,
            agreed=dict.fromkeys(STATEMENTS, True),
            document=text.html_sha256 or "",
            language=link.language,
            proven_at=link.proven_at,
        )
        signing.sign(link, said, FROM_HERE)
    db.session.flush()
