"""What happens between freezing a text and the last signature: sent, opened, proven, signed, declined, recalled."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.core import clock, portal
from app.core.access import SYSTEM, Actor
from app.core.drawing import check_drawing
from app.core.errors import Refused, expect_version
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import Origin, record
from app.mou.keeping import conclude
from app.mou.models import OUT, CodePolicy, Mou, MouSignatory, MouState
from app.mou.permissions import check_edit
from app.mou.queries import lock
from app.mou.services import touch
from app.mou.signing import links, mailing, queries, rules
from app.mou.signing.models import Method, MouLink, MouSignature
from app.mou.texts import services as texts
from app.mou.texts.models import Closing, MouText
from app.mou.texts.queries import to_sign
from app.mou.wordings import words

# Called within the transaction when everybody has signed a text: what is to follow from that, as its seal.
after_conclusion: list[Callable[[MouText], None]] = []


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody filled in to sign: the name, how, what was agreed to, and the hash of what was shown.

    ``proven_at`` is when the mailbox was proven in the browser that signs; what was proven in another does not count.
    """

    name: str | None
    agreed: Mapping[str, bool]
    document: str
    language: str
    proven_at: datetime | None
    drawing: str | None = None
    agrees_to_publication: bool = False


# ---- By the sender ----


def send(actor: Actor, mou: Mou, version: int | None, reason: str | None = None) -> MouText:
    """Freeze the text and ask those to sign whose turn is first; the others are asked when it is theirs.

    Raises what ``freeze`` raises.
    """
    text = texts.freeze(actor, mou, version, reason)
    _ask_next(text)
    touch(mou)
    return text


def recall(actor: Actor, mou: Mou, version: int | None, reason: str) -> None:
    """Take a text back that not everybody has signed; it can be changed again, and is sent as another version.

    Everybody who was asked is told. Raises ``Refused`` without a reason and where nothing is out, ``EditConflict`` and
    ``NotAllowed``.
    """
    check_edit(actor, mou)
    lock(mou)
    expect_version(mou, version)
    text = to_sign(mou)
    if text is None or mou.state not in OUT:
        raise Refused(_("Nothing is out for signature."))
    if not reason:
        raise Refused(reason=_("Write why, in a few words; everybody who was asked is told."))
    _end(actor, text, Closing.RECALLED, Happening.RECALLED, reason)


def send_again(actor: Actor, mou: Mou, signatory_id: int) -> MouLink:
    """Send somebody whose turn it is a new link; the one before ends.

    Raises ``Refused``, also for somebody who was sent none, as for a text that is signed on paper, and ``NotAllowed``.
    """
    check_edit(actor, mou)
    lock(mou)
    text = to_sign(mou)
    if text is not None:
        db.session.refresh(text, ["closing"])
    waiting = _waiting(text) if text else []
    signatory = next((one for one in waiting if one.id == signatory_id), None)
    if text is None or text.closing is not None or signatory is None:
        raise Refused(_("It is not this person's turn to sign."))
    if signatory.id not in queries.newest_links(text):
        raise Refused(_("This person was sent no link."))
    return links.issue(text, signatory, Happening.LINK_RENEWED)


# ---- By whoever has the link ----


def open_text(link: MouLink, origin: Origin) -> None:
    """Note that somebody pressed the button that opens the text; the first time is kept with the link."""
    text = _text_of(link)
    if link.opened_at is None:
        link.opened_at = clock.now()
        record(text.mou, Happening.OPENED, origin, **_who(link))


def send_code(link: MouLink, origin: Origin) -> None:
    """Send a one-time code to the mailbox that the link went to. Raises ``CodeUnfit``."""
    text, now = _text_of(link), clock.now()
    rules.check_code_wanted(link.codes_sent, link.code_sent_at, now)
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
    link.code_hash = rules.code_digest(code, str(link.uid), portal.settings().secret_key)
    link.code_sent_at, link.failed_codes, link.codes_sent = now, 0, link.codes_sent + 1
    mailing.send_code(link, code)
    record(text.mou, Happening.CODE_SENT, origin, **_who(link))


def prove(link: MouLink, typed: str | None, origin: Origin) -> rules.CodeUnfit | None:
    """Take the code; answers what is wrong with it. A wrong one is counted, so this is committed either way."""
    text = _text_of(link)
    digest = rules.code_digest(rules.only_digits(typed), str(link.uid), portal.settings().secret_key)
    try:
        rules.check_code(digest, rules.Sent(link.code_hash, link.code_sent_at, link.failed_codes), clock.now())
    except rules.CodeUnfit as unfit:
        if link.code_hash is not None and typed:
            link.failed_codes += 1
            record(text.mou, Happening.CODE_WRONG, origin, **_who(link), tries=link.failed_codes)
        return unfit
    link.proven_at, link.code_hash = clock.now(), None
    record(text.mou, Happening.CODE_RIGHT, origin, **_who(link))
    return None


def is_proven(link: MouLink, proven_at: datetime | None) -> bool:
    """Whether the mailbox was proven through this link in the browser that asks, which keeps when that was.

    A link may be handed on: whoever opens it in another browser has shown nothing yet.
    """
    return link.proven_at is not None and proven_at is not None


def needs_code_to_open(link: MouLink, proven_at: datetime | None) -> bool:
    """Whether the code comes before the text, for the browser that asks."""
    text = link.text
    return text is not None and text.mou.code_policy is CodePolicy.BEFORE_OPENING and not is_proven(link, proven_at)


def sign(link: MouLink, said: Said, origin: Origin) -> MouSignature:
    """Sign, once: all is looked at again while the memorandum's row is held, so that two tabs make one signature.

    Raises ``NotOpen`` where the text was recalled, declined or signed meanwhile, or another one was shown, and
    ``Refused`` with everything that is missing.
    """
    text = _text_of(link)
    mou = text.mou
    lock(mou)
    db.session.refresh(text, ["closing"])
    db.session.refresh(link)
    check_open(link)
    if said.document != text.html_sha256:
        raise rules.NotOpen(_("This page shows another text than the one that is to be signed. Open the link again."))
    name, strokes = _checked(link, said)
    signatory = _signatory_of(link)
    signature = MouSignature(
        text_id=text.id,
        signatory_id=signatory.id,
        link_id=link.id,
        method=Method.DRAWN if strokes else Method.TYPED,
        name=name,
        differs=rules.differs(name, signatory.name),
        role_title=signatory.role_title,
        strokes=[strokes] if strokes else None,
        statements=[*statements_of(link), *([publication_of(link)] if said.agrees_to_publication else [])],
        document_sha256=said.document,
        language=said.language,
    )
    db.session.add(signature)
    db.session.flush()
    record(
        mou,
        Happening.SIGNED,
        origin,
        **_who(link),
        typed=name,
        method=signature.method.value,
        statements=signature.statements,
        html_sha256=text.html_sha256,
        pdf_sha256=text.pdf_sha256,
        mailbox_proven=said.proven_at.isoformat() if said.proven_at else None,
    )
    _go_on(text)
    return signature


def statements_of(link: MouLink) -> list[dict[str, str]]:
    """What whoever signs agrees to, word for word, in the language of the link where there are words in it."""
    signatory = _signatory_of(link)
    return [
        _statement(link, "electronic"),
        _statement(link, "authorised", organisation=_organisation_of(link), role=signatory.role_title),
        _statement(link, "privacy"),
    ]


def publication_of(link: MouLink) -> dict[str, str]:
    """What whoever signs may agree to besides, as the others: that everybody sees that there is the memorandum."""
    return _statement(link, rules.PUBLICATION, organisation=_organisation_of(link))


def _statement(link: MouLink, code: str, **values: str) -> dict[str, str]:
    say = words(link.language)
    return {"code": code, "text": say(code, **values), "language": say.language, "version": say.version}


def _organisation_of(link: MouLink) -> str:
    names = _signatory_of(link).party.legal_name
    return names.get(link.language) or names.get("en") or next(iter(names.values()))


def decline(link: MouLink, reason: str | None, origin: Origin) -> None:
    """Say no: nobody signs this text any more, and everybody who was asked is told, those who signed included.

    Raises ``NotOpen``.
    """
    text = _text_of(link)
    lock(text.mou)
    db.session.refresh(text, ["closing"])
    check_open(link)
    signatory = _signatory_of(link)
    record(text.mou, Happening.DECLINED, origin, **_who(link), reason=reason)
    _end(SYSTEM, text, Closing.DECLINED, None, reason, signatory=signatory)


def renew(link: MouLink, origin: Origin) -> None:
    """Send a new link to the mailbox on file, as whoever has one that ran out asks. Raises ``NotOpen``."""
    if not is_renewable(link):
        raise rules.NotOpen(_("This link can no longer be used."))
    links.issue(_text_of(link), _signatory_of(link), Happening.LINK_RENEWED, origin)


def is_renewable(link: MouLink) -> bool:
    """Whether nothing but time keeps a link from being used: it is the newest, and its signature is still asked for."""
    text = link.text
    if text is None or text.closing is not None or link.expires_at > clock.now():
        return False
    if link.signatory is None or not links.has_mailbox(link.signatory):
        return False
    newest = queries.newest_links(text).get(link.signatory_id or 0)
    return newest is link and link.signatory_id in {one.id for one in _waiting(text)}


def check_open(link: MouLink) -> None:
    """Whether somebody can still sign by this link. Raises ``NotOpen`` saying why not."""
    text = _text_of(link)
    if link.signatory_id in queries.signed_keys(text):
        raise rules.NotOpen(_("You have signed this document already."))
    if text.closing is not None:
        raise rules.NotOpen(CLOSED[text.closing.how]())
    if not queries.is_alive(link):
        raise rules.NotOpen(_("This link can no longer be used. Perhaps a newer one was sent."))


CLOSED = {
    Closing.SIGNED: lambda: _("Everybody has signed this document."),
    Closing.DECLINED: lambda: _("This document was declined; nobody signs it any more."),
    Closing.RECALLED: lambda: _("The sender took this document back. A changed one may follow."),
    Closing.EXPIRED: lambda: _("The time to sign this document ran out."),
}


# ---- What follows ----


def _checked(link: MouLink, said: Said) -> tuple[str, str | None]:
    """Name and drawing, where everything is as it should be. Raises ``Refused`` with all that is not."""
    wrong: dict[str, str] = {}
    name, strokes = "", None
    for look in (lambda: rules.check_statements(said.agreed), lambda: rules.check_name(said.name)):
        try:
            name = look() or name
        except Refused as refused:
            wrong |= refused.messages
    try:
        strokes = check_drawing(said.drawing)
    except Refused as refused:
        wrong |= refused.messages
    if not is_proven(link, said.proven_at):
        wrong["code"] = _("First prove your mailbox with the code that is sent there.")
    if wrong:
        raise Refused(**wrong)
    return name, strokes


def _go_on(text: MouText) -> None:
    """After a signature: ask who is next, or conclude."""
    mou = text.mou
    if mou.state is MouState.READY_TO_SIGN:
        mou.move_to(MouState.PARTLY_SIGNED, SYSTEM)
    if _waiting(text):
        mailing.tell_sender(mou, "signed", who=rules.names_of(one.signatory for one in queries.signatures(text)[-1:]))
        _ask_next(text)
        touch(mou)
        return
    texts.close(SYSTEM, text, Closing.SIGNED)
    links.revoke_all(text)
    mou.move_to(MouState.SIGNED, SYSTEM)
    record(mou, Happening.CONCLUDED, text=text.sha256)
    conclude(mou)
    mailing.tell_sender(mou, "concluded")
    for told in after_conclusion:
        told(text)
    touch(mou)


def _ask_next(text: MouText) -> None:
    """Ask those whose turn it is and who were not asked yet; who is erased cannot be asked."""
    asked = queries.newest_links(text)
    for signatory in _waiting(text):
        if signatory.id not in asked and links.has_mailbox(signatory):
            links.issue(text, signatory, Happening.INVITED)


def _waiting(text: MouText) -> list[MouSignatory]:
    return rules.next_turn(queries.signing(text.mou, text), queries.signed_keys(text))


def _end(
    actor: Actor,
    text: MouText,
    how: Closing,
    happening: Happening | None,
    reason: str | None,
    *,
    signatory: MouSignatory | None = None,
) -> None:
    mou = text.mou
    texts.close(actor, text, how, reason, signatory.id if signatory else None)
    told = links.revoke_all(text)
    mou.move_to(MouState.NEGOTIATION, actor, reason)
    if happening is not None:
        record(mou, happening, by=actor.name, reason=reason, text=text.sha256)
    who = signatory.name if signatory else actor.name
    mailing.tell_people(mou, told, how.value, reason=reason, who=who)
    if signatory is not None:
        mailing.tell_sender(mou, how.value, reason=reason, who=who)
    touch(mou)


def _text_of(link: MouLink) -> MouText:
    if link.text is None:
        raise rules.NotOpen(_("This link is not for signing."))
    return link.text


def _signatory_of(link: MouLink) -> MouSignatory:
    if link.signatory is None:
        raise rules.NotOpen(_("This link is not for signing."))
    return link.signatory


def _who(link: MouLink) -> dict[str, Any]:
    signatory, text = _signatory_of(link), _text_of(link)
    return {
        "signatory": str(signatory.uid),
        "name": signatory.name,
        "role": signatory.role_title,
        "link": str(link.uid),
        "text": text.sha256,
    }
