"""A key and a certificate that another authority issued, taken from a PKCS#12 file into the portal's folder.

What was sealed before is still looked at with the certificates of before: they stay, and their authorities are trusted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

from app.mou.seals import keys
from app.mou.seals.keys import KeysUnfit, SealKey

SHORTEST_RSA, SHORTEST_CURVE = 3072, 256


def take(folder: Path, passphrase: str, octets: bytes, secret: str | None, now: datetime) -> None:
    """Seal with the key of a PKCS#12 file from now on, locked with ``passphrase``; ``secret`` opens the file.

    Raises ``KeysUnfit`` saying what is wrong with the file; then nothing is changed.
    """
    key, certificate, others = _opened(octets, secret)
    if certificate.public_key() != key.public_key():
        raise KeysUnfit("The certificate is not that of the key.")
    check(certificate, now)
    put(folder, certificate, others, {"seal.key": keys.locked(key, passphrase)})


def put(
    folder: Path, certificate: x509.Certificate, others: Sequence[x509.Certificate], key: Mapping[str, bytes]
) -> None:
    """Put a certificate and the file of its key in the place of what there is, with the authorities above it."""
    above = list(reversed(keys.chain(certificate, others)))  # The highest first, to be offered to people.
    authorities = list(dict.fromkeys([*(above or [certificate]), *others, *_authorities(folder)]))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys.put_away(folder)
    written = {
        "ca.pem": b"".join(one.public_bytes(Encoding.PEM) for one in authorities),
        "seal.pem": certificate.public_bytes(Encoding.PEM),
    }
    keys.replace(folder, {**written, **key})
    for name in {"seal.key", "seal.p11"} - key.keys():
        (folder / name).unlink(missing_ok=True)


def check(certificate: x509.Certificate, now: datetime) -> None:
    """Whether seals can be made with a certificate. Raises ``KeysUnfit`` with the first reason why not."""
    key = certificate.public_key()
    keys.check_in_force(certificate, now)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SHORTEST_RSA:
        raise KeysUnfit(f"The key has {key.key_size} bits; RSA needs {SHORTEST_RSA}.")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < SHORTEST_CURVE:
        raise KeysUnfit(f"The key has {key.key_size} bits; a curve needs {SHORTEST_CURVE}.")
    if not certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME):
        raise KeysUnfit("The certificate names no organisation; a seal is an organisation's.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise KeysUnfit("The certificate does not say what its key is for (keyUsage).") from None
    if not (usage.digital_signature and usage.content_commitment):
        raise KeysUnfit("The certificate is not for seals: keyUsage needs digitalSignature and nonRepudiation.")


def _opened(octets: bytes, secret: str | None) -> tuple[SealKey, x509.Certificate, list[x509.Certificate]]:
    try:
        found = pkcs12.load_pkcs12(octets, secret.encode() if secret else None)
    except ValueError as error:
        raise KeysUnfit(f"The file cannot be opened with this passphrase, or is no PKCS#12: {error}") from None
    if found.cert is None or found.key is None:
        raise KeysUnfit("The file has no key with a certificate.")
    if not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeysUnfit("The key is of another kind than RSA or an elliptic curve.")
    return found.key, found.cert.certificate, [one.certificate for one in found.additional_certs]


def _authorities(folder: Path) -> list[x509.Certificate]:
    """Those that are trusted so far."""
    file = folder / "ca.pem"
    return x509.load_pem_x509_certificates(file.read_bytes()) if file.exists() else []
