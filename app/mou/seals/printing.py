"""The signed document before it is sealed: the text, how each signed, what proves it, the evidence as a file within."""

import json
from datetime import UTC
from typing import Any

from app.core import portal, qr
from app.core.canonical import canonical
from app.core.drawing import picture
from app.mou.evidence import queries as evidence
from app.mou.evidence.chain import moment
from app.mou.models import Mou
from app.mou.signing import queries as signing
from app.mou.signing.models import MouSignature
from app.mou.texts import paper
from app.mou.texts.content import signatories
from app.mou.texts.models import MouText
from app.mou.texts.paper import Attachment, Code, SignedBy
from app.mou.wordings import Words, words


def printed(text: MouText) -> bytes:
    """The document as PDF/A-4f."""
    signatures = signing.signatures(text)
    places = places_of(text)
    signed = [_signed_by(one, places[one.signatory_id]) for one in signatures]
    say, address = words(text.content["languages"][0]), address_of(text)
    facts = [
        (say("hash_before"), text.sha256),
        (say("hash_page"), text.html_sha256 or ""),
        (say("number"), text.content["reference"]),
        ("", say("what_it_proves")),
        ("", say("verify_at", address=address)),
    ]
    attached = Attachment("evidence.json", say("evidence"), canonical(_evidence(text)).decode())
    last = max((one.signed_at for one in signatures), default=text.made_at)
    code = Code(qr.svg(address), address)
    return paper.pdf(text.content, last.astimezone(UTC), signed=signed, proof=facts, attachment=attached, code=code)


def places_of(text: MouText) -> dict[int, str]:
    """Where each signature stands, by the key of who signed: for a successor, the place of who was replaced."""
    before = {after: former for former, after in signing.replaced(text).items()}
    uids = {one.id: str(one.uid) for one in text.mou.signatories}

    def place(key: int) -> str:
        return place(before[key]) if key in before else uids[key]

    return {key: place(key) for key in uids}


def address_of(text: MouText) -> str:
    """Where anybody checks the document by its number."""
    return f"{portal.settings().public_url}/verify/{text.content['reference']}"


def checks_of(one: MouSignature, say: Words) -> list[str]:
    """What was checked of somebody who signed, in the words of a language."""
    checks = [say("check_link", email=_masked(one.link.email))]
    if one.link.proven_at is not None:
        checks.append(say("check_code"))
    return checks


def _signed_by(one: MouSignature, uid: str) -> SignedBy:
    say = words(one.language if one.language in one.text.content["languages"] else one.text.content["languages"][0])
    facts = [
        (say("signed_by"), one.name),
        (say("as_role"), one.role_title),
        (say("signed_electronically"), say(f"method_{one.method.value}")),
        (say("time"), moment(one.signed_at)),
        (say("checks"), "; ".join(checks_of(one, say))),
    ]
    if one.differs:
        facts.append(("", say("name_differs", name=name_invited(one))))
    facts += [("", statement["text"]) for statement in one.statements]
    return SignedBy(uid, facts, picture(one.strokes[0]) if one.strokes else None)


def _evidence(text: MouText) -> dict[str, Any]:
    """What is put into the PDF: what was signed, by whom, and what happened until then."""
    return {
        "content": text.content,
        "sha256": text.sha256,
        "html_sha256": text.html_sha256,
        "pdf_sha256": text.pdf_sha256,
        "signatures": signatures_of(text),
        "events": events_of(text.mou),
    }


def name_invited(one: MouSignature) -> str:
    """The name as it was frozen, which stays when the signatory is erased; of a successor, as it is known."""
    frozen = {person["uid"]: person["name"] for person in signatories(one.text.content)}
    return str(frozen.get(str(one.signatory.uid), one.signatory.name))


def signatures_of(text: MouText) -> list[dict[str, Any]]:
    """Who signed a text and how, as JSON."""
    return [
        {
            "signatory": str(one.signatory.uid),
            "name": one.name,
            "invited": name_invited(one),
            "role": one.role_title,
            "method": one.method.value,
            "statements": one.statements,
            "document": one.document_sha256,
            "at": moment(one.signed_at),
        }
        for one in signing.signatures(text)
    ]


def events_of(mou: Mou) -> list[dict[str, Any]]:
    """What happened with a memorandum, as JSON from which the chain can be worked out again."""
    return [
        {
            "number": event.number,
            "kind": event.kind,
            "at": moment(event.happened_at),
            "facts": event.facts,
            "private": event.private_hash,
            "previous": event.previous,
            "hash": event.hash,
        }
        for event in evidence.events(mou)
    ]


def _masked(email: str) -> str:
    local, _at, domain = email.partition("@")
    return f"{local[:2]}…@{domain}"


def evidence_of(text: MouText) -> bytes:
    """The evidence as it is put into the document, for who wants it beside."""
    return json.dumps(_evidence(text), ensure_ascii=False, indent=1).encode()
