"""A key that never leaves a hardware module: it is asked to sign by PKCS#11, and the portal only has its certificate.

``seal.p11`` of the folder says which module, token and key, as JSON; the passphrase of the keys is the token's PIN.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.mou.seals import keys, taking
from app.mou.seals.keys import KeysUnfit

FILE = "seal.p11"
_turn = Lock()  # A process has one session with a token; it is not shared by threads.


@dataclass(frozen=True)
class ModuleKey:
    """A private key within a token."""

    module: str
    token: str
    label: str
    pin: str = field(repr=False)

    def sign(self, data: bytes, *, is_curve: bool) -> bytes:
        """Sign with SHA-256: ECDSA as DER, or RSA as PKCS#1. Raises ``KeysUnfit`` where the token cannot be asked."""
        import pkcs11

        try:
            with _turn, pkcs11.lib(self.module).get_token(token_label=self.token).open(user_pin=self.pin) as session:
                key: Any = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self.label)
                if not is_curve:
                    return bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
                digest = hashes.Hash(hashes.SHA256())
                digest.update(data)
                pair = bytes(key.sign(digest.finalize(), mechanism=pkcs11.Mechanism.ECDSA))
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
            why = str(error) or type(error).__name__
            raise KeysUnfit(f"Token {self.token} with key {self.label} cannot be used: {why}") from None
        half = len(pair) // 2
        return encode_dss_signature(int.from_bytes(pair[:half], "big"), int.from_bytes(pair[half:], "big"))


def read(folder: Path, pin: str) -> ModuleKey:
    """The key that a folder names. Raises ``ValueError`` and ``KeyError`` for a file that names none."""
    said = json.loads((folder / FILE).read_text("utf-8"))
    return ModuleKey(said["module"], said["token"], said["key"], pin)


def take(folder: Path, key: ModuleKey, certificates: bytes, now: datetime) -> None:
    """Seal with a key of a module from now on; ``certificates`` are PEM, the key's own first and its authorities after.

    Raises ``KeysUnfit`` saying what is wrong; then nothing is changed.
    """
    try:
        own, *others = x509.load_pem_x509_certificates(certificates)
    except ValueError as error:
        raise KeysUnfit(f"There is no certificate in the file: {error}") from None
    taking.check(own, now)
    keys.Keys(key=key, certificate=own, ca=own, crl=None).check_pair()
    named = json.dumps({"module": key.module, "token": key.token, "key": key.label}).encode()
    taking.put(folder, own, others, {FILE: named})
