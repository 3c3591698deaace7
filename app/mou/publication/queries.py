"""What can be asked about publication: which parties agreed to it themselves, when they signed."""

from app.mou.models import Mou
from app.mou.signing import queries as signing
from app.mou.signing.models import MouSignature
from app.mou.signing.rules import PUBLICATION
from app.mou.texts import queries as texts


def agreed_by_signing(mou: Mou) -> dict[int, MouSignature]:
    """The parties that agreed on their page for signing, by key, each with the first signature that says so."""
    text, said = texts.signed(mou), dict[int, MouSignature]()
    for one in signing.signatures(text) if text else ():
        if any(statement["code"] == PUBLICATION for statement in one.statements):
            said.setdefault(one.signatory.party_id, one)
    return said
