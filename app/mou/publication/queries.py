"""What can be asked about publication: which parties agreed to it themselves, when they signed."""

from collections.abc import Sequence

from app.mou.evidence import queries as evidence
from app.mou.evidence.happenings import Happening
from app.mou.models import Mou
from app.mou.signing import queries as signing
from app.mou.signing.models import MouSignature
from app.mou.signing.rules import PUBLICATION
from app.mou.texts import queries as texts


def agreed_by_signing(mou: Mou) -> dict[int, Sequence[MouSignature]]:
    """The parties that agreed on their pages for signing, by key, each with the signatures that say so.

    A party is bound by everybody who signs for it. What was taken back since counts no more: by a party alone, or of
    all of them once it was shown to everybody no longer, since nobody knows then who still agrees.
    """
    text, happened = texts.signed(mou), evidence.events(mou)
    if text is None or any(event.kind == Happening.UNPUBLISHED.value for event in happened):
        return {}
    withdrawn = {
        key
        for event in happened
        if event.kind == Happening.CONSENT_WITHDRAWN.value
        for key, _name in event.facts["parties"]
    }
    said = {one.signatory_id: one for one in signing.signatures(text) if _says_so(one)}
    people: dict[int, list[int]] = {}
    for one in signing.signing(mou, text):
        people.setdefault(one.party_id, []).append(one.id)
    return {
        party: [said[key] for key in keys]
        for party, keys in people.items()
        if party not in withdrawn and said.keys() >= set(keys)
    }


def _says_so(signature: MouSignature) -> bool:
    return any(statement["code"] == PUBLICATION for statement in signature.statements)
