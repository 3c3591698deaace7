"""Keys that another authority certified, certificates that begin or end, and what waits for them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import RoleGrant, User
from app.core import outbox, portal
from app.core.access import Role
from app.core.outbox import Job, JobState
from app.dashboard.matters import matters_of
from app.extensions import db
from app.mou.models import Mou
from app.mou.proof.jobs import REPORT
from app.mou.seals import ending, examining, jobs, keys, sealing, taking
from app.mou.seals.models import MouSealed
from app.mou.seals.sealing import Authority
from app.mou.signing import queries as signing
from app.mou.texts import queries as texts
from tests.accounts.people import mails, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import SECRET
from tests.mou.proof.way import run
from tests.page import open_page

pytestmark = pytest.mark.usefixtures("tokens")
OPENS = "of the file"


def issued(
    key: Any, *, by: Any = None, name: str = "Consortium", days: tuple[int, int] = (-1, 700), **usage: bool
) -> tuple[x509.Certificate, tuple[x509.Certificate, Any]]:
    """A seal certificate, by an authority of its own or by itself; and that authority."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)] * bool(name)
        + [x509.NameAttribute(NameOID.COMMON_NAME, "Seal")]
    )
    now = datetime.now(UTC)
    issuer, signer = by or (None, key)
    flags = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    flags |= {"encipher_only": False, "decipher_only": False, "digital_signature": True, "content_commitment": True}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.KeyUsage(**flags | usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return certificate, (certificate, key)


def authority_of_others() -> tuple[x509.Certificate, Any]:
    """A trust service: its certificate and key."""
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trust service")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=3000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def packed(key: Any, certificate: x509.Certificate, others: list[x509.Certificate] | None = None) -> bytes:
    """A PKCS#12 file."""
    return pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, others, BestAvailableEncryption(OPENS.encode())
    )


CURVE = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 3072)


@pytest.mark.parametrize("key", [CURVE, RSA], ids=["P-256", "RSA"])
@pytest.mark.parametrize("chained", [True, False], ids=["by an authority", "by itself"])
def test_a_key_from_elsewhere_seals(tmp_path: Path, printed: bytes, key: Any, chained: bool) -> None:
    above = authority_of_others()
    certificate, _own = issued(key, by=above if chained else None)
    folder = tmp_path / "seal"
    octets = packed(key, certificate, [above[0]] if chained else None)
    taking.take(folder, SECRET, octets, OPENS, datetime.now(UTC))
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    sealed = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal")
    finding = examining.examine(sealed.pdf, folder)
    assert finding.is_unchanged
    assert finding.seal is not None, finding
    assert "Consortium" in finding.seal.subject
    with pytest.raises(keys.KeysMissing, match="pkcs12"):
        keys.renew(folder, SECRET, "BEM", datetime.now(UTC))


def test_a_key_from_elsewhere_is_stamped_too(tmp_path: Path, printed: bytes, authority: Authority) -> None:
    above = authority_of_others()
    certificate, _own = issued(RSA, by=above)
    taking.take(tmp_path / "seal", SECRET, packed(RSA, certificate, [above[0]]), OPENS, datetime.now(UTC))
    opened = keys.load(tmp_path / "seal", SECRET)
    assert sealing.seal(printed, opened, "x", authority).level == "B-LTA"
    later = sealing.stamp(sealing.seal(printed, opened, "x").pdf, opened, authority)
    assert examining.examine(later.pdf, tmp_path / "seal").is_unchanged


def test_what_was_sealed_before_is_still_known(tmp_path: Path, printed: bytes) -> None:
    folder, now = tmp_path / "seal", datetime.now(UTC)
    keys.make(folder, SECRET, "BEM", now)
    before = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal").pdf
    above = authority_of_others()
    taking.take(folder, SECRET, packed(CURVE, issued(CURVE, by=above)[0], [above[0]]), OPENS, now)
    after = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal").pdf
    for pdf in (before, after):
        assert examining.examine(pdf, folder).seal is not None
    assert len(list(keys.certificates(folder))) == 2
    assert not (folder / "ca.key").exists()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: (CURVE, issued(CURVE, days=(-20, -1))[0]), "ended on"),
        (lambda: (CURVE, issued(CURVE, days=(1, 20))[0]), "not valid before"),
        (lambda: (CURVE, issued(CURVE, name="")[0]), "no organisation"),
        (lambda: (CURVE, issued(CURVE, content_commitment=False)[0]), "not for seals"),
        (lambda: (weak := rsa.generate_private_key(65537, 2048), issued(weak)[0]), "2048 bits"),
    ],
)
def test_what_seals_cannot_be_made_with_is_refused(tmp_path: Path, make: Callable[[], Any], why: str) -> None:
    key, certificate = make()
    with pytest.raises(keys.KeysUnfit, match=why):
        taking.take(tmp_path / "seal", SECRET, packed(key, certificate), OPENS, datetime.now(UTC))
    assert not (tmp_path / "seal").exists(), "nothing is changed"


@pytest.mark.parametrize("octets", [b"", b"nonsense", b"0" * 10_000])
def test_what_is_no_such_file_is_refused(tmp_path: Path, octets: bytes) -> None:
    with pytest.raises(keys.KeysUnfit, match="PKCS#12"):
        taking.take(tmp_path / "seal", SECRET, octets, OPENS, datetime.now(UTC))
    with pytest.raises(keys.KeysUnfit, match="passphrase"):
        taking.take(tmp_path / "seal", SECRET, packed(CURVE, issued(CURVE)[0]), "another", datetime.now(UTC))


def test_the_command_takes_the_file(app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app import cli

    settings = replace(app.config["PORTAL"], seal_folder=tmp_path / "seal", seal_passphrase=SECRET)
    monkeypatch.setitem(app.config, "PORTAL", settings)
    monkeypatch.setattr(cli, "_app", lambda: app)
    file = tmp_path / "seal.p12"
    file.write_bytes(packed(CURVE, issued(CURVE)[0]))
    runner = CliRunner()
    wrong = runner.invoke(cli.portal, ["seal", "init", "--pkcs12", str(file)], input="wrong\n")
    assert wrong.exit_code == 1
    assert "passphrase" in wrong.output
    done = runner.invoke(cli.portal, ["seal", "init", "--pkcs12", str(file)], env={"PORTAL_PKCS12_PASSPHRASE": OPENS})
    assert done.exit_code == 0, done.output
    assert "Consortium" in done.output


# ---- Certificates that begin and end ----


@pytest.fixture
def ended(tmp_path: Path) -> Path:
    """A folder whose certificate has ended."""
    folder = tmp_path / "ended"
    keys.make(folder, SECRET, "BEM", datetime.now(UTC) - keys.SEAL_LASTS - timedelta(days=2))
    return folder


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the portal seal with the keys of a folder."""
    other = replace(portal.settings(), seal_folder=folder)
    monkeypatch.setattr(portal, "settings", lambda: other)


def test_with_an_ended_certificate_nothing_is_sealed_and_nothing_is_lost(
    app: Flask,
    concluded: int,
    ended: Path,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(ended, monkeypatch)
    with pytest.raises(keys.KeysUnfit, match="ended on"):
        run(app, concluded, jobs.make)
    page = open_page(sign_in("lead"), f"/mou/{concluded}")
    assert "Signed, sealing waits" in page.text
    assert "The certificate of the seal ended on" in page.text
    with work(app) as session:
        text = texts.signed(session.get_one(Mou, concluded))
        assert text is not None
        assert len(signing.signatures(text)) == 2
        job = session.scalars(select(Job).where(Job.kind == jobs.SEAL)).one()
        job.state, job.last_error = JobState.DEAD, "KeysUnfit: it ended"
        # A report that was given up for the same reason.
        outbox.enqueue(session, REPORT, {"text": text.id}, dedupe_key="a report")
        lost = session.scalars(select(Job).where(Job.dedupe_key == "a report")).one()
        lost.state, lost.last_error = JobState.DEAD, "KeysUnfit: it ended"
    keys.renew(ended, SECRET, "BEM", datetime.now(UTC))
    with work(app) as session:
        assert jobs.resume(session) == 1
        assert jobs.resume(session) == 1
        assert not session.scalars(select(Job).where(Job.state == JobState.DEAD)).all()
    outbox.drain(app)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSealed)) == 1
    with work(app) as session:
        assert jobs.resume(session) == 0


def test_a_certificate_that_begins_later_is_waited_for(tmp_path: Path) -> None:
    keys.make(tmp_path / "seal", SECRET, "BEM", datetime.now(UTC) + timedelta(days=3))
    with pytest.raises(keys.KeysUnfit, match="not valid before"):
        keys.check_in_force(keys.load(tmp_path / "seal", SECRET).certificate, datetime.now(UTC))


def test_a_certificate_and_another_key_are_not_taken_for_a_pair(tmp_path: Path) -> None:
    for name in ("one", "two"):
        keys.make(tmp_path / name, SECRET, "BEM", datetime.now(UTC))
    (tmp_path / "two" / "seal.key").replace(tmp_path / "one" / "seal.key")
    with pytest.raises(keys.KeysMissing, match="do not belong together"):
        keys.load(tmp_path / "one", SECRET)


@pytest.mark.usefixtures("settled")
def test_administrators_hear_of_the_end_in_time(
    app: Flask, world: World, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "soon"
    keys.make(folder, SECRET, "BEM", datetime.now(UTC) - keys.SEAL_LASTS + timedelta(days=50))
    use(folder, monkeypatch)
    with work(app) as session:
        for role in (Role.ADMIN, Role.COORDINATOR):
            user = User(email=f"{role.value}@example.org", name=role.value, active=True, language="de")
            session.add(user)
            session.flush()
            session.add(RoleGrant(user_id=user.id, role=role))
        ending.arrange(session)
        ending.arrange(session)
    outbox.drain(app)
    told = [mail for mail in mails(app) if "Siegel" in mail.subject]
    assert [mail.recipient for mail in told] == ["admin@example.org"], "the first warning is due, the others are not"
    assert "portal seal renew" in told[0].text
    admin = sign_in("admin")
    assert "Certificate of the seal" in open_page(admin, "/operations/jobs").text
    with app.test_request_context("/"):
        matters = [str(one.title) for one in matters_of(world.actors["admin"], datetime.now(UTC).date())]
        others = [str(one.title) for one in matters_of(world.actors["coordinator"], datetime.now(UTC).date())]
    assert any("certificate of the seal" in title for title in matters)
    assert not any("certificate of the seal" in title for title in others)
    keys.renew(folder, SECRET, "BEM", datetime.now(UTC))
    with work(app) as session:
        ending.warn(session, {"serial": "another", "days": 60})
        ending.arrange(session)
    assert len([mail for mail in mails(app) if "Siegel" in mail.subject]) == 1
