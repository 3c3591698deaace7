"""How commitments are kept up after signing: links are sent and ended, and reports come in."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.tokens import digest, standing_token
from app.core import clock
from app.core.access import Actor
from app.core.canonical import sha256_of
from app.core.errors import Refused
from app.core.uids import new_uid
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import Origin, record
from app.mou.models import CONCLUDED, Mou, MouCommitment, MouParty, MouSignatory
from app.mou.permissions import check_edit
from app.mou.progress import mailing, queries, rules
from app.mou.progress.models import MouCommitmentReport
from app.mou.signing.models import LinkPurpose, MouLink
from app.mou.signing.queries import is_alive

LIVES = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Report:
    """How far a party is with a commitment on a day."""

    amount: int | None
    words: str | None
    day: date


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who reports for a party: one of its signatories, or another mailbox."""

    email: str
    language: str
    signatory: MouSignatory | None = None


def send_link(actor: Actor, party: MouParty, contact: Contact) -> MouLink:
    """Send a party's contact the link to report by; one that was sent there before ends.

    Raises ``Refused`` where nothing is to be reported, and ``NotAllowed``.
    """
    check_edit(actor, party.mou)
    _check_signed(party.mou)
    if not queries.of_party(party):
        raise Refused(_("This party promised nothing that could be reported on."))
    return _issue(party, contact, actor.name)


def renew(link: MouLink) -> None:
    """Send a new link to the mailbox on file, as whoever has one that ran out asks. Raises ``Refused``."""
    if not is_renewable(link):
        raise Refused(_("This link can no longer be used."))
    contact = Contact(email=link.email, language=link.language, signatory=link.signatory)
    _issue(link.party, contact, link.party.mou.created_by_name)


def is_renewable(link: MouLink) -> bool:
    """Whether nothing but time keeps a link from being used."""
    ran_out = link.revoked_at is None and link.expires_at <= clock.now()
    return ran_out and link.party.mou.state in CONCLUDED and queries.is_newest(link)


def revoke(actor: Actor, link: MouLink) -> None:
    """End a link to report by; ended again, nothing more happens. Raises ``NotAllowed``."""
    mou = link.party.mou
    check_edit(actor, mou)
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        record(mou, Happening.LINK_REVOKED, link=str(link.uid), by=actor.name)


def report(link: MouLink, commitment: MouCommitment, said: Report, origin: Origin) -> MouCommitmentReport:
    """Report through a link. Raises ``Refused`` at the fields, and where the link was ended meanwhile."""
    if not is_alive(link) or commitment.party_id != link.party_id:
        raise Refused(_("This link can no longer be used."))
    name = link.signatory.name if link.signatory else link.email
    made = _report(commitment, said, MouCommitmentReport(link_id=link.id, name=name))
    record(commitment.mou, Happening.REPORTED, origin, link=str(link.uid), **_facts(commitment, said))
    return made


def report_on_behalf(actor: Actor, commitment: MouCommitment, said: Report) -> MouCommitmentReport:
    """Report for a party, marked as such. Raises ``Refused`` at the fields and ``NotAllowed``."""
    check_edit(actor, commitment.mou)
    made = _report(commitment, said, MouCommitmentReport(actor_id=actor.user_id, name=actor.name))
    record(commitment.mou, Happening.REPORTED, None, by=actor.name, on_behalf=True, **_facts(commitment, said))
    return made


def _report(commitment: MouCommitment, said: Report, made: MouCommitmentReport) -> MouCommitmentReport:
    mou = commitment.mou
    _check_signed(mou)
    rules.check_report(
        said.amount,
        said.words,
        said.day,
        is_counted=commitment.amount is not None,
        signed_on=mou.signed_on or clock.today(),
        today=clock.today(),
    )
    made.commitment_id, made.amount, made.words, made.day = commitment.id, said.amount, said.words, said.day
    db.session.add(made)
    db.session.flush()
    return made


def _issue(party: MouParty, contact: Contact, sender: str) -> MouLink:
    now, uid = clock.now(), new_uid()
    alive = select(MouLink).where(
        MouLink.party_id == party.id,
        MouLink.purpose == LinkPurpose.REPORT,
        MouLink.email == contact.email,
        MouLink.revoked_at.is_(None),
    )
    for former in db.session.scalars(alive).all():
        former.revoked_at = now
    link = MouLink(
        uid=uid,
        purpose=LinkPurpose.REPORT,
        party=party,
        signatory=contact.signatory,
        email=contact.email,
        language=contact.language,
        token_hash=digest(standing_token(mailing.PURPOSE, uid)),
        expires_at=now + LIVES,
    )
    db.session.add(link)
    db.session.flush()
    mailing.send(link, sender)
    record(party.mou, Happening.LINK_RENEWED, link=str(uid), purpose="report", by=sender)
    return link


def _check_signed(mou: Mou) -> None:
    if mou.state not in CONCLUDED:
        raise Refused(_("It is not signed yet: there is nothing to report on."))


def _facts(commitment: MouCommitment, said: Report) -> dict[str, object]:
    return {
        "commitment": str(commitment.uid),
        "amount": said.amount,
        "day": said.day.isoformat(),
        "words": sha256_of(said.words),
    }
