"""The portal's private certificate authority and the seal certificate it issued, as files of one folder.

``ca.pem`` and ``seal.pem`` are certificates, ``crl.pem`` says that none was revoked; ``ca.key`` and ``seal.key`` are
PKCS#8, encrypted with the passphrase of the environment. A seal certificate is never thrown away: what it sealed is
looked at with it years later, so a renewed one pushes it into ``former/``. With a key from elsewhere (``taking``) there
is no ``ca.key`` and no ``crl.pem``, and ``ca.pem`` holds the authorities above it, and those of before.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from app.mou.seals.modules import ModuleKey

CA_LASTS, SEAL_LASTS, CRL_LASTS = timedelta(days=3653 * 2), timedelta(days=3653), timedelta(days=3653 * 2)
WARN = timedelta(days=60)
FILES = ("ca.pem", "ca.key", "seal.pem", "seal.key", "seal.p11", "crl.pem")
SealKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class KeysMissing(Exception):
    """There are no keys to seal with, or they cannot be opened; the text says which and why."""


class KeysUnfit(KeysMissing):
    """There are keys, but nothing may be sealed with them: of another kind, not valid yet, or not any more."""


@dataclass(frozen=True)
class Keys:
    """What a seal is made with; ``chain`` are the authorities above the certificate, the one that issued it first."""

    key: "SealKey | ModuleKey"
    certificate: x509.Certificate
    ca: x509.Certificate
    crl: x509.CertificateRevocationList | None
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def is_curve(self) -> bool:
        """Whether the key is one on an elliptic curve, rather than RSA."""
        return isinstance(self.certificate.public_key(), ec.EllipticCurvePublicKey)

    def sign(self, data: bytes) -> bytes:
        """Sign with SHA-256: ECDSA as DER, or RSA as PKCS#1. Raises ``KeysUnfit`` where a module cannot be asked."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, is_curve=self.is_curve)

    def check_pair(self) -> None:
        """Whether the certificate is that of the key. Raises ``KeysUnfit``."""
        public, said = self.certificate.public_key(), b"whether they belong together"
        try:
            if isinstance(public, ec.EllipticCurvePublicKey):
                public.verify(self.sign(said), said, ec.ECDSA(hashes.SHA256()))
            elif isinstance(public, rsa.RSAPublicKey):
                public.verify(self.sign(said), said, padding.PKCS1v15(), hashes.SHA256())
            else:
                raise KeysUnfit("The key is of another kind than RSA or an elliptic curve.")
        except InvalidSignature:
            raise KeysUnfit("Certificate and key do not belong together.") from None


@dataclass(frozen=True)
class Certificate:
    """What people are told of the seal certificate."""

    subject: str
    fingerprint: str
    serial: str
    begins_at: datetime
    ends_at: datetime
    days_left: int

    @property
    def ends(self) -> date:
        """The last day on which it is good."""
        return self.ends_at.date()

    @property
    def ends_soon(self) -> bool:
        """Whether it is time to renew it."""
        return self.days_left <= WARN.days


def make(folder: Path, passphrase: str, organisation: str, now: datetime) -> None:
    """Make authority and seal certificate. Raises ``FileExistsError`` where there are some already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any((folder / name).exists() for name in FILES):
        raise FileExistsError(f"{folder} holds keys already; portal seal renew makes a new seal certificate.")
    ca_key = ec.generate_private_key(ec.SECP256R1())
    name = _name(organisation, f"{organisation} seal authority")
    ca = (
        _builder(name, name, ca_key.public_key(), now, CA_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name)
        .last_update(now)
        .next_update(now + CRL_LASTS)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    _write(folder / "ca.pem", ca.public_bytes(serialization.Encoding.PEM))
    _write(folder / "ca.key", locked(ca_key, passphrase))
    _write(folder / "crl.pem", crl.public_bytes(serialization.Encoding.PEM))
    _issue(folder, passphrase, organisation, now)


def renew(folder: Path, passphrase: str, organisation: str, now: datetime) -> None:
    """Make a new seal certificate by the same authority; the one before is kept for looking at what it sealed.

    Raises ``KeysMissing``.
    """
    load(folder, passphrase)
    if not (folder / "ca.key").exists():
        raise KeysMissing(
            "The seal certificate came from elsewhere; portal seal init takes its successor (--pkcs12, --pkcs11)."
        )
    put_away(folder, with_authority=False)
    _issue(folder, passphrase, organisation, now)


def put_away(folder: Path, *, with_authority: bool = True) -> None:
    """Keep what there is in ``former/`` before something else takes its place; what is there already stays there."""
    file = folder / "seal.pem"
    if not file.exists():
        return
    former, serial = folder / "former", f"{x509.load_pem_x509_certificate(file.read_bytes()).serial_number:x}"
    former.mkdir(mode=0o700, exist_ok=True)
    if not (former / f"{serial}.pem").exists():
        _write(former / f"{serial}.pem", file.read_bytes())
    for name in ("ca.key", "crl.pem") if with_authority else ():
        if (folder / name).exists():
            (folder / name).replace(former / f"{serial}-{name}.kept")


def load(folder: Path | None, passphrase: str | None) -> Keys:
    """The keys of a folder; opened once and kept while the files are the same. Raises ``KeysMissing``."""
    if folder is None or not passphrase:
        raise KeysMissing("PORTAL_SEAL_FOLDER and PORTAL_SEAL_PASSPHRASE are not set.")
    try:
        named = folder / "seal.p11"
        return _load(folder, passphrase, (named if named.exists() else folder / "seal.key").stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise KeysMissing(f"{error.filename} is not there; portal seal init makes it.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise KeysMissing(f"The key in {folder} cannot be opened with this passphrase: {error}") from None


@lru_cache(maxsize=4)
def _load(folder: Path, passphrase: str, _changed: int) -> Keys:
    authorities = x509.load_pem_x509_certificates((folder / "ca.pem").read_bytes())
    revoked, sealed_by = folder / "crl.pem", x509.load_pem_x509_certificate((folder / "seal.pem").read_bytes())
    opened = Keys(
        key=_key(folder, passphrase),
        certificate=sealed_by,
        ca=authorities[0],
        crl=x509.load_pem_x509_crl(revoked.read_bytes()) if revoked.exists() else None,
        chain=tuple(chain(sealed_by, authorities)),
    )
    opened.check_pair()
    return opened


def _key(folder: Path, passphrase: str) -> "SealKey | ModuleKey":
    if (folder / "seal.p11").exists():
        from app.mou.seals import modules

        return modules.read(folder, passphrase)
    key = serialization.load_pem_private_key((folder / "seal.key").read_bytes(), passphrase.encode())
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("it is of another kind than RSA or an elliptic curve.")
    return key


def chain(certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Those of ``others`` that are above a certificate, the one that issued it first."""
    by_subject = {one.subject: one for one in others}
    found: list[x509.Certificate] = []
    above = by_subject.get(certificate.issuer)
    while above is not None and above != certificate and above not in found:
        found.append(above)
        above = by_subject.get(above.issuer)
    return found


def check_in_force(certificate: x509.Certificate, now: datetime) -> None:
    """Whether something may be sealed with a certificate at this moment. Raises ``KeysUnfit``."""
    if now < certificate.not_valid_before_utc:
        raise KeysUnfit(
            f"The seal certificate is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC."
        )
    if now > certificate.not_valid_after_utc:
        raise KeysUnfit(f"The seal certificate ended on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC.")


def certificate(folder: Path | None, now: datetime) -> Certificate | None:
    """What people are told of the seal certificate; ``None`` where there is none."""
    file = folder / "seal.pem" if folder else None
    if file is None or not file.exists():
        return None
    found = x509.load_pem_x509_certificate(file.read_bytes())
    ends = found.not_valid_after_utc
    return Certificate(
        subject=found.subject.rfc4514_string(),
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
        serial=f"{found.serial_number:x}",
        begins_at=found.not_valid_before_utc,
        ends_at=ends,
        days_left=(ends - now).days,
    )


def certificates(folder: Path | None) -> Iterator[x509.Certificate]:
    """The seal certificate and every former one."""
    if folder is not None:
        for file in (folder / "seal.pem", *sorted((folder / "former").glob("*.pem"))):
            if file.exists():
                yield x509.load_pem_x509_certificate(file.read_bytes())


def _issue(folder: Path, passphrase: str, organisation: str, now: datetime) -> None:
    ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), passphrase.encode())
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise KeysMissing("The authority's key is no key on an elliptic curve.")
    key = ec.generate_private_key(ec.SECP256R1())
    issued = (
        _builder(_name(organisation, f"{organisation} seal"), ca.subject, key.public_key(), now, SEAL_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    replace(folder, {"seal.pem": issued.public_bytes(serialization.Encoding.PEM), "seal.key": locked(key, passphrase)})


def replace(folder: Path, written: Mapping[str, bytes]) -> None:
    """Put files in the place of others; all are written beside first: if that fails, the former ones still seal."""
    for name, octets in written.items():
        (folder / f"{name}.new").unlink(missing_ok=True)
        _write(folder / f"{name}.new", octets)
    for name in written:
        (folder / f"{name}.new").replace(folder / name)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    begins = now.astimezone(UTC) - timedelta(minutes=5)  # Clocks differ; a seal is never older than its certificate.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organisation)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common)),
        ]
    )


def _cut(name: str) -> str:
    """As much of a name as a certificate takes: 64 octets, and no half letter."""
    return name.encode()[:64].decode(errors="ignore").strip()


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def locked(key: SealKey, passphrase: str) -> bytes:
    """A key as it is kept: PKCS#8, encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )


def _write(file: Path, octets: bytes) -> None:
    """Write a new file that nobody else may read, from its first octet on."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(octets)
