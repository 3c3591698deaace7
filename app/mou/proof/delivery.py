"""The sealed document and its evidence report are sent to everybody who signed: a link of theirs that opens both."""

from app.core import clock, mail
from app.core.i18n import read_in
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.proof.models import MouEvidenceReport
from app.mou.queries import reference_of
from app.mou.seals.models import MouSealed
from app.mou.signing import queries as signing
from app.mou.signing.mailing import SUBJECTS, path_of
from app.mou.signing.models import SEALED_FOR


def deliver(sealed: MouSealed, report: MouEvidenceReport | None) -> None:
    """Write to everybody who signed; without ``report`` where it is not made yet and nobody should wait for it.

    Whose link has run out is told whom to ask for a copy.
    """
    text, mou = sealed.text, sealed.text.mou
    told = []
    for one in signing.signatures(text):
        if one.link.email == PLACEHOLDER:  # Whoever it was is erased.
            continue
        language, reading = one.link.language, read_in(mou.title, one.link.language)
        is_newer = report is not None and report.number > 1
        mail.send(
            db.session,
            one.link.email,
            SUBJECTS["report" if is_newer else "sealed"],
            "mou/sealed",
            language,
            is_outside=True,
            title=reading.text if reading else "",
            reference=reference_of(mou),
            path=path_of(one.link) if one.link.expires_at + SEALED_FOR > clock.now() else None,
            sender=text.actor_name,
            sha256=sealed.sha256,
            report=report,
            is_newer=is_newer,
            is_pending=sealed.level == "B-B",
        )
        told.append(one.name)
    made = report.sha256 if report else None
    record(mou, Happening.DELIVERED, text=text.sha256, sealed=sealed.sha256, report=made, to=told)
