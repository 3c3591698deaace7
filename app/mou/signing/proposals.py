"""Somebody asked to sign says who does so instead; who looks after the memorandum approves or refuses."""

from flask_babel import gettext as _

from app.core import mail
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import Origin, record
from app.mou.models import Mou, MouSignatory
from app.mou.permissions import check_edit
from app.mou.queries import lock
from app.mou.services import touch
from app.mou.signing import links, mailing, queries, rules
from app.mou.signing.models import MouLink, MouProposal, ProposalState
from app.mou.signing.services import check_open


def propose(
    link: MouLink, *, name: str, role_title: str, email: str, reason: str | None, origin: Origin
) -> MouProposal:
    """Say that somebody else signs; the sender decides. Until then the link goes on working.

    Raises ``NotOpen``, ``Refused`` for an address that is none, another signatory's or one's own.
    """
    check_open(link)
    if link.signatory is None or link.text is None:
        raise rules.NotOpen(_("This link is not for signing."))
    try:
        address = mail.normal_email(email)
    except ValueError:
        raise Refused(email=_("Write an address like name@example.org.")) from None
    if address in {one.email for one in queries.signing(link.text.mou, link.text)}:
        raise Refused(email=_("Somebody who signs already has this address."))
    if queries.open_proposal(link.signatory, link.text) is not None:
        raise Refused(_("You have proposed somebody already; the sender has not answered yet."))
    proposal = MouProposal(
        signatory=link.signatory, text=link.text, name=name, role_title=role_title, email=address, reason=reason
    )
    db.session.add(proposal)
    db.session.flush()
    record(link.text.mou, Happening.PROPOSED, origin, name=link.signatory.name, proposed=name, role=role_title)
    mailing.tell_sender(link.text.mou, "proposed", who=link.signatory.name, reason=f"{name}, {role_title}")
    return proposal


def approve(actor: Actor, proposal: MouProposal, version: int | None) -> MouSignatory:
    """Let the proposed person sign: the old link ends, a new one goes out, both names stay on record.

    Raises ``Refused`` where it is settled or the person has signed meanwhile, ``EditConflict`` and ``NotAllowed``.
    """
    mou = _check(actor, proposal, version)
    before = proposal.signatory
    successor = MouSignatory(
        name=proposal.name,
        role_title=proposal.role_title,
        basis=before.basis,
        basis_note=before.basis_note,
        email=proposal.email,
        language=before.language,
        turn=before.turn,
    )
    before.party.signatories.append(successor)
    db.session.flush()
    proposal.successor = successor
    proposal.move_to(ProposalState.APPROVED, actor)
    former = queries.newest_links(proposal.text).get(before.id)
    if former is not None:
        former.revoked_at = former.revoked_at or former.sent_at
    record(mou, Happening.REPLACED, before=before.name, after=successor.name, by=actor.name)
    links.issue(proposal.text, successor, Happening.INVITED)
    touch(mou)
    return successor


def refuse(actor: Actor, proposal: MouProposal, version: int | None, answer: str | None) -> None:
    """Ask whoever was asked first to sign after all; told why. Raises as ``approve`` does."""
    mou = _check(actor, proposal, version)
    proposal.answer = answer
    # The answer is no reason of the move: it is one signatory's, and an erasure must find it in one place alone.
    proposal.move_to(ProposalState.REFUSED, actor)
    record(mou, Happening.KEPT, name=proposal.signatory.name, proposed=proposal.name, by=actor.name)
    told = [link for key, link in queries.newest_links(proposal.text).items() if key == proposal.signatory_id]
    mailing.tell_people(mou, told, "kept", reason=answer, who=actor.name)
    touch(mou)


def _check(actor: Actor, proposal: MouProposal, version: int | None) -> Mou:
    mou = proposal.text.mou
    check_edit(actor, mou)
    lock(mou)
    db.session.refresh(proposal)
    db.session.refresh(proposal.text, ["closing"])
    expect_version(proposal, version)
    if proposal.state is not ProposalState.OPEN or proposal.text.closing is not None:
        raise Refused(_("This is settled already."))
    # The link of whoever proposed works until this is settled: two must not sign in one place.
    if proposal.signatory_id in queries.signed_keys(proposal.text):
        raise Refused(_("This person has signed meanwhile; nobody else signs in their place."))
    return mou
