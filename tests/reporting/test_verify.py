"""``portal verify``: whether a file is a pack that this portal made, and what of it was touched."""

import pytest
from flask import Flask

from app.extensions import db
from app.reporting.packs import commands, verifying
from app.reporting.packs.models import ProofPack
from tests.reporting.conftest import Made, archive_of, files_of


def test_the_portal_knows_its_pack_and_names_what_was_touched(app: Flask, held: int, made: Made, tmp_path):
    content = archive_of(app, made(held))
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(content)
    bad.write_bytes(content[:-30])
    lines, is_good = commands.verify(app, [good])
    assert is_good
    assert any("byte for byte" in line for line in lines)
    assert any("Needs of textile workshops" in line for line in lines)
    lines, is_good = commands.verify(app, [good, bad])
    assert not is_good
    assert any("bad.zip: BAD The archive is damaged or cut off" in line for line in lines)


def test_a_pack_that_was_packed_anew_is_known_by_its_manifest(app: Flask, held: int, made: Made, tmp_path):
    import zipfile

    anew = tmp_path / "anew.zip"
    with zipfile.ZipFile(anew, "w") as target:
        for path, content in files_of(app, made(held)).items():
            target.writestr(path, content)
    lines, is_good = commands.verify(app, [anew])
    assert is_good
    assert any("packed anew" in line for line in lines)


def test_folders_of_a_pack_that_was_packed_anew_hide_nothing(app: Flask, held: int, made: Made, tmp_path):
    import zipfile

    anew, files = tmp_path / "anew.zip", files_of(app, made(held))
    for folder, is_fit in (("attendance/", True), ("empty/", False), ("../", False)):
        with zipfile.ZipFile(anew, "w") as target:
            target.writestr(folder, b"")
            for path, content in files.items():
                target.writestr(path, content)
        lines, is_good = commands.verify(app, [anew])
        assert is_good is is_fit
        assert any("packed anew" in line for line in lines) is is_fit
        assert any("hides something" in line for line in lines) is not is_fit


def test_a_pack_that_was_touched_is_known_and_not_called_good(app: Flask, held: int, made: Made, tmp_path):
    import zipfile

    touched = tmp_path / "touched.zip"
    with zipfile.ZipFile(touched, "w") as target:
        for path, content in files_of(app, made(held)).items():
            target.writestr(path, content + (b"x" if path == "attendance/attendance.csv" else b""))
    lines, is_good = commands.verify(app, [touched])
    assert not is_good
    assert any("BAD attendance/attendance.csv is not what it was." in line for line in lines)
    assert not [line for line in lines if ": ok" in line]


def test_a_pack_of_another_portal_is_not_ours(app: Flask, tmp_path):
    from tests.reporting.test_archives import pack

    other = tmp_path / "other.zip"
    other.write_bytes(pack())
    lines, is_good = commands.verify(app, [other])
    assert not is_good
    assert any("made no pack with this hash" in line for line in lines)


def test_packs_that_are_kept_are_looked_through(app: Flask, held: int, made: Made):
    key = made(held)
    assert commands.verify_kept(app)[1]
    with app.app_context():
        pack = db.session.get_one(ProofPack, key)
        app.extensions["files"].remove(pack.sha256)
    lines, is_good = commands.verify_kept(app)
    assert not is_good
    assert lines[0].startswith("BAD")


def test_every_kind_of_fault_has_its_sentence(app: Flask):
    with app.app_context():
        for fault in verifying.Fault:
            assert "{" not in commands.sentence(verifying.Finding(fault, "x"))


def test_the_command_tells_and_its_exit_code_says_whether_all_is_well(
    app: Flask, held: int, made: Made, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    from click.testing import CliRunner

    from app import cli

    monkeypatch.setattr(cli, "_app", lambda: app)
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(archive_of(app, made(held)))
    bad.write_bytes(b"PK\x03\x04")
    run = CliRunner()
    assert run.invoke(cli.portal, ["verify", str(good)]).exit_code == 0
    told = run.invoke(cli.portal, ["verify", str(good), str(bad)])
    assert told.exit_code == 1
    assert "bad.zip: BAD" in told.output
    assert run.invoke(cli.portal, ["verify"]).exit_code == 0
    assert run.invoke(cli.portal, ["verify", str(tmp_path / "none.zip")]).exit_code == 2
