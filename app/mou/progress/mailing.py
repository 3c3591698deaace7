"""The mail that brings the link to report by."""

from flask_babel import lazy_gettext as _l

from app.accounts.tokens import standing_token
from app.core import mail
from app.core.i18n import read_in
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou.queries import reference_of
from app.mou.signing.models import MouLink

PATH = "/report/{token}"
PURPOSE = "mou report"


def token_of(link: MouLink) -> str:
    """The secret of a link: each mail about it brings the same."""
    return standing_token(PURPOSE, link.uid)


def path_of(link: MouLink) -> str:
    """The path of the page behind a link; whoever has it can report."""
    return PATH.format(token=token_of(link))


def send(link: MouLink, sender: str) -> None:
    """Send the link to its mailbox; the subject gives nothing away."""
    if link.email == PLACEHOLDER:  # Whoever it was is erased.
        return
    mou = link.party.mou
    title, name = read_in(mou.title, link.language), read_in(link.party.legal_name, link.language)
    mail.send(
        db.session,
        link.email,
        _l("Your link to report"),
        "mou/report",
        link.language,
        is_outside=True,
        link=link,
        sender=sender,
        title=title.text if title else "",
        organisation=name.text if name else "",
        reference=reference_of(mou),
        path=path_of(link),
    )
