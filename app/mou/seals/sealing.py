"""One seal for one PDF: PAdES, certified so that nothing may change afterwards, time-stamped where an authority is set.

pyHanko is read here and nowhere before, since it is large. The key is opened once and used as it is: pyHanko itself
would decode and check it for each seal. Room for the signature is reserved rather than found out by signing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization

from app.mou.seals.keys import Keys

if TYPE_CHECKING:
    from pyhanko_certvalidator import ValidationContext

FIELD = "Seal"
RESERVED = 16_384
SECONDS = 20
RESERVED_PLAIN = 8_192
RESERVED_RAW = 1_024  # as much as an RSA key of 8,192 bits takes


@dataclass(frozen=True)
class Sealed:
    """A sealed PDF, and what the seal is: ``B-B``, or ``B-LTA`` with a time stamp that outlasts the certificate."""

    pdf: bytes
    level: str


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority (RFC 3161): its address, and the certificates that whoever set it up trusts it by."""

    url: str
    roots: Sequence[Any] = ()


def seal(pdf: bytes, keys: Keys, reason: str, authority: Authority | None = None) -> Sealed:
    """Seal a PDF once, with a time stamp where there is an authority.

    Raises whatever goes wrong on the way to the authority: the caller decides whether to seal without.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    stamper = _stamper(authority)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        embed_validation_info=stamper is not None,
        use_pades_lta=stamper is not None,
        validation_context=_context(keys, authority) if authority is not None else None,
    )
    signer = signers.PdfSigner(meta, signer=_signer(keys), timestamper=stamper)
    made = BytesIO()
    signer.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)),
        output=made,
        bytes_reserved=RESERVED if stamper else RESERVED_PLAIN,
    )
    return Sealed(made.getvalue(), "B-LTA" if stamper else "B-B")


def stamp(pdf: bytes, keys: Keys, authority: Authority) -> Sealed:
    """Add the pending time stamp, with what is needed to check the seal years later; the seal stays as it is."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import signers
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    stream = BytesIO(pdf)
    (found,) = PdfFileReader(stream).embedded_regular_signatures
    context = _context(keys, authority)
    DocumentSecurityStore.add_dss(
        output_stream=stream,
        sig_contents=found.pkcs7_content,
        certs=[found.signer_cert, *map(_certificate, keys.chain), *map(_certificate, authority.roots)],
        crls=list(context.crls),
    )
    made = BytesIO()
    stamper = signers.PdfTimeStamper(_stamper(authority), field_name="Stamp")
    stamper.timestamp_pdf(IncrementalPdfFileWriter(stream), "sha256", output=made, bytes_reserved=RESERVED)
    return Sealed(made.getvalue(), "B-LTA")


def silences() -> tuple[type[Exception], ...]:
    """What goes wrong when a time-stamp authority does not answer, or answers what cannot be trusted."""
    from pyhanko.sign.timestamps import TimestampRequestError
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator.errors import PathError

    return (TimestampRequestError, SignatureValidationError, PathError, OSError)


def _signer(keys: Keys) -> Any:
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class OpenKey(signers.SimpleSigner):
        """Signs with a key that is open already."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(RESERVED_RAW) if dry_run else keys.sign(data)

    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for above in keys.chain:
        store.register(_certificate(above))
    nowhere: Any = None  # pyHanko does not get the key: it may be in a module that does not give it away.
    return OpenKey(signing_cert=_certificate(keys.certificate), signing_key=nowhere, cert_registry=store)


def _certificate(found: Any) -> Any:
    from asn1crypto.x509 import Certificate

    return Certificate.load(found.public_bytes(serialization.Encoding.DER))


def _stamper(authority: Authority | None) -> Any:
    if authority is None:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(authority.url, timeout=SECONDS)


def _context(keys: Keys, authority: Authority) -> "ValidationContext":
    """Trust in our own authority, with what says that it revoked nothing, and in that of the time stamps."""
    from asn1crypto import crl
    from pyhanko_certvalidator import ValidationContext

    revoked = [keys.crl] if keys.crl is not None else []
    return ValidationContext(
        trust_roots=[*map(_certificate, keys.chain or (keys.certificate,)), *map(_certificate, authority.roots)],
        crls=[crl.CertificateList.load(one.public_bytes(serialization.Encoding.DER)) for one in revoked],
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
