"""What those are written who read a draft: here it is, a newer version, an answer; subjects give nothing away."""

from flask_babel import lazy_gettext as _l

from app.accounts.tokens import standing_token
from app.core import mail
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou.negotiation.models import MouAnswer
from app.mou.queries import reference_of
from app.mou.signing.mailing import said_in, tell_sender
from app.mou.signing.models import MouLink
from app.mou.texts.models import MouComment, MouText

PATH = "/draft/{token}"
PURPOSE = "mou draft"


def path_of(link: MouLink) -> str:
    """The path of the page behind a link: each mail about it brings the same one."""
    return PATH.format(token=standing_token(PURPOSE, link.uid))


def send(link: MouLink, text: MouText, *, sender: str, reason: str | None, is_first: bool) -> None:
    """Send somebody the draft, or say that there is a newer version of it."""
    if link.email == PLACEHOLDER:  # Whoever it was is erased; somebody else has to be named.
        return
    mail.send(
        db.session,
        link.email,
        _l("A document for you to read") if is_first else _l("A document that you were sent has changed"),
        "mou/draft",
        link.language,
        is_outside=True,
        link=link,
        organisation=said_in(link.party.legal_name, link.language),
        sender=sender,
        title=said_in(text.mou.title, link.language),
        reference=reference_of(text.mou),
        number=text.number,
        path=path_of(link),
        reason=reason,
        is_first=is_first,
    )


def tell_comment(comment: MouComment) -> None:
    """Tell who looks after a memorandum that somebody said something of it."""
    party = comment.party
    organisation = next(iter(party.legal_name.values()), "") if party else ""
    kind = "agreed" if comment.is_agreement else "commented"
    tell_sender(comment.text.mou, kind, who=f"{comment.name} ({organisation})", reason=comment.words or None)


def tell_answer(answer: MouAnswer) -> None:
    """Tell whoever made a comment what was answered, while their link works."""
    link = answer.comment.link
    if link is None or link.email == PLACEHOLDER or link.revoked_at is not None:
        return
    mou = answer.comment.text.mou
    mail.send(
        db.session,
        link.email,
        _l("An answer to your comment"),
        "mou/answered",
        link.language,
        is_outside=True,
        words=answer.comment.words,
        answer=answer.words,
        settled=answer.settles,
        sender=answer.actor_name,
        title=said_in(mou.title, link.language),
        reference=reference_of(mou),
        path=path_of(link),
    )
