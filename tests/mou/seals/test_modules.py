"""A key that stays in a hardware module, tried with SoftHSM (Debian: softhsm2).

Where there is none, the tests are skipped, and fail in continuous integration (``CI=true``).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from flask import Flask

from app import cli
from app.mou.seals import examining, keys, modules, sealing
from app.mou.seals.keys import SealKey
from app.mou.seals.modules import ModuleKey
from tests.events.world import World
from tests.mou.seals.test_keys_from_elsewhere import CURVE, RSA, authority_of_others, issued

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "123456"


@dataclass(frozen=True)
class Token:
    """A token with two keys, and a folder for what is written of them."""

    folder: Path
    token: str = "portal"

    def key(self, label: str, pin: str = PIN) -> ModuleKey:
        """One of its keys."""
        return ModuleKey(str(LIBRARY), self.token, label, pin)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """A token of SoftHSM; the library reads its settings once, so there is one for all tests of a process."""
    if not LIBRARY.exists() or shutil.which("softhsm2-util") is None:
        missing = "SoftHSM is not there (Debian: softhsm2)"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("tokens")
    settings = folder / "softhsm2.conf"
    (folder / "store").mkdir()
    settings.write_text(f"directories.tokendir = {folder / 'store'}\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    util = ["softhsm2-util", "--token", "portal", "--pin", PIN]
    made = ["softhsm2-util", "--init-token", "--free", "--label", "portal", "--pin", PIN, "--so-pin", PIN]
    subprocess.run(made, check=True, capture_output=True)
    pairs: list[tuple[str, SealKey]] = [("curve", CURVE), ("rsa", RSA)]
    for number, (label, key) in enumerate(pairs, start=1):
        file = folder / f"{label}.pem"
        octets = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(octets)
        import_it = [*util, "--import", str(file), "--label", label, "--id", f"0{number}"]
        subprocess.run(import_it, check=True, capture_output=True)
    yield Token(folder)
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def certified(label: str) -> bytes:
    """The certificate of a key with its authority."""
    above = authority_of_others()
    own, _itself = issued(CURVE if label == "curve" else RSA, by=above)
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (own, above[0]))


@pytest.mark.parametrize("label", ["curve", "rsa"])
def test_a_key_in_a_module_seals(token: Token, tmp_path: Path, printed: bytes, label: str) -> None:
    folder, now = tmp_path / "seal", datetime.now(UTC)
    keys.make(folder, PIN, "BEM", now)
    before = sealing.seal(printed, keys.load(folder, PIN), "BEM Portal").pdf
    modules.take(folder, token.key(label), certified(label), now)
    assert not (folder / "seal.key").exists()
    assert PIN not in (folder / "seal.p11").read_text()
    sealed = sealing.seal(printed, keys.load(folder, PIN), "BEM Portal")
    for pdf in (before, sealed.pdf):
        finding = examining.examine(pdf, folder)
        assert finding.is_unchanged
        assert finding.seal is not None


def test_what_a_module_does_not_give_is_told(token: Token, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for key, certificates, why in (
        (token.key("nobody"), certified("curve"), "cannot be used"),
        (token.key("curve", "000000"), certified("curve"), "cannot be used"),
        (ModuleKey("/nowhere.so", "portal", "curve", PIN), certified("curve"), "cannot be used"),
        (token.key("rsa"), b"no certificate", "no certificate in the file"),
    ):
        with pytest.raises(keys.KeysUnfit, match=why):
            modules.take(tmp_path / "seal", key, certificates, now)
    assert not (tmp_path / "seal").exists(), "nothing is changed"


def test_the_certificate_of_another_key_is_refused(token: Token, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    other, _itself = issued(ec.generate_private_key(ec.SECP256R1()))
    octets = other.public_bytes(serialization.Encoding.PEM)
    with pytest.raises(keys.KeysUnfit, match="do not belong together"):
        modules.take(tmp_path / "seal", token.key("curve"), octets, datetime.now(UTC))


def test_the_command_names_the_key(
    app: Flask, world: World, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    settings = replace(app.config["PORTAL"], seal_folder=tmp_path / "seal", seal_passphrase=PIN)
    monkeypatch.setitem(app.config, "PORTAL", settings)
    monkeypatch.setattr(cli, "_app", lambda: app)
    file = tmp_path / "certificates.pem"
    file.write_bytes(certified("curve"))
    named = ["seal", "init", "--pkcs11", str(LIBRARY), "--token", "portal", "--key", "curve"]
    assert CliRunner().invoke(cli.portal, named).exit_code == 2
    done = CliRunner().invoke(cli.portal, [*named, "--certificate", str(file)])
    assert done.exit_code == 0, done.output
    assert "Consortium" in done.output
