"""The ``portal`` command, as an operator types it."""

from __future__ import annotations

import csv
import gc
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from app import cli, create_app
from app.accounts.models import User
from app.cli import portal
from app.config import ROOT, Settings
from app.core import outbox
from app.core.database import writing
from app.core.outbox import Job, JobState
from app.extensions import db
from app.operations.exporting import listings
from tests.accounts.people import is_signed_in, organisation, person, submit, work
from tests.conftest import BACKENDS
from tests.servers import postgresql_url

Command = Callable[..., Result]
NUMBER = count()


@pytest.fixture(params=BACKENDS)
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The variables of a portal on an empty database of its own."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    if request.param == "postgresql":
        url = postgresql_url(f"commands{next(NUMBER)}")
    return {
        "PORTAL_PROFILE": "test",
        "PORTAL_SECRET_KEY": "a secret for tests",
        "PORTAL_PASSWORD_SALT": "a salt for tests",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_FILES_URL": (tmp_path / "files").as_uri(),
        "PORTAL_PUBLIC_URL": "https://portal.example",
        "PORTAL_AS_OF": "2025-05-12",
    }


@pytest.fixture
def opened(environment: dict[str, str]) -> Iterator[Callable[..., Flask]]:
    """Open the portal that the commands work on; it is closed again at the end."""
    made: list[Flask] = []

    def open_portal(**changes: str) -> Flask:
        made.append(create_app(Settings.from_environment({**environment, **changes})))
        return made[-1]

    yield open_portal
    close(made)


def close(apps: list[Flask]) -> None:
    """Leave no connection open."""
    for app in apps:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Type a command; it must end as is told, without a traceback."""
    made: list[Flask] = []
    make = cli._app

    def kept() -> Flask:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(cli, "_app", kept)
    for name in [name for name in os.environ if name.startswith("PORTAL_") and "TEST" not in name]:
        monkeypatch.delenv(name)

    def command(*words: str, code: int = 0, **changes: str) -> Result:
        with writing(False):  # a process of its own would begin like that
            result = CliRunner().invoke(portal, words, env={**environment, **changes}, catch_exceptions=False)
        gc.unfreeze()  # What a command made stays no longer than the command; this process goes on.
        close(made)
        assert result.exit_code == code, result.output
        return result

    return command


@pytest.fixture
def ready(run: Command) -> Command:
    """The same with the schema in place."""
    run("db", "upgrade")
    return run


def test_the_schema_is_brought_up_and_checked(run: Command) -> None:
    assert run("db", "check", code=1).output
    run("db", "upgrade")
    assert run("db", "check").output == ""
    run("db", "upgrade")


def test_every_register_can_be_asked_for_by_name() -> None:
    assert set(cli.REGISTERS) == set(listings())


def test_the_demonstration_is_loaded_once_and_written_out_and_read_back(ready: Command, tmp_path: Path) -> None:
    ready("demo", "load")
    ready("demo", "load")
    expected = {
        "stakeholders": 67,
        "microcredentials": 62,
        "events": 49,
        "decisions": 31,
        "feedback": 19,
        "mou": 9,
        "valorisation": 7,
        "recommendations": 7,
    }
    rows = {}
    for kind in expected:
        file = Path(ready("export", kind, str(tmp_path / "out")).output.strip())
        assert file == tmp_path / "out" / f"{kind}.csv"
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows[kind] = list(csv.DictReader(text))
    assert {kind: len(found) for kind, found in rows.items()} == expected
    # Recommendations leave the house: the bodies they went to stand in them, and no person's address or number.
    assert {row["country"] for row in rows["recommendations"]} == {"AM", "GE", "ME", "MK", "RS", "UA"}
    assert not {"email", "phone", "person", "author"} & set(rows["recommendations"][0])
    assert "@" not in "".join(cell for row in rows["recommendations"] for cell in row.values())
    again = ready("import", "microcredentials", str(tmp_path / "out" / "microcredentials.csv"), "--dry-run")
    assert "unchanged 62" in again.output


def test_a_catalogue_is_imported_after_a_dry_run_that_writes_nothing(ready: Command, tmp_path: Path) -> None:
    ready("demo", "load")
    file = tmp_path / "designs.csv"
    file.write_text("code,title_en,country,developers\nAM-90,Felt making,AM,Lori Regional State College\n", "utf-8")
    for _time in range(2):
        told = ready("import", "microcredentials", str(file), "--dry-run").output
        assert "AM-90: create" in told
        assert "dry run" in told
    told = ready("import", "microcredentials", str(file)).output
    assert "Imported." in told
    assert "unchanged 1" in ready("import", "microcredentials", str(file), "--dry-run").output


def test_faults_of_a_file_are_told_by_row_and_column_and_nothing_is_written(ready: Command, tmp_path: Path) -> None:
    file = tmp_path / "designs.csv"
    file.write_text("code,title_en,country,developers\nAM-90,Felt,XX,Nobody\n,Silk,AM,\n", "utf-8")
    for options in (("--dry-run",), ()):
        told = ready("import", "microcredentials", str(file), *options, code=1).output
        assert "Row 2, country:" in told
        assert "Row 2, developers:" in told
        assert "Row 3, code:" in told
        assert "nothing was imported" in told
    file.write_bytes(b"\x00\x01\x02")
    assert "neither a CSV file nor" in ready("import", "microcredentials", str(file), code=1).output
    assert "does not exist" in ready("import", "microcredentials", "missing.csv", code=2).output


def test_the_first_administrator_comes_by_invitation(ready: Command, opened: Callable[..., Flask]) -> None:
    address = ready("user", "invite", "First@Example.org", "--role", "admin").output.strip()
    assert address.startswith("https://portal.example/invitation/")
    path = address.removeprefix("https://portal.example")
    app = opened()
    client = app.test_client()
    options = {"base_url": "https://portal.example"}
    assert "first@example.org" in client.get(path, **options).get_data(as_text=True)
    outbox.drain(app)
    assert "open invitation" in ready("user", "invite", "first@example.org", "--role", "admin", code=1).output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--role", "king"), "There is no role “king”; it can be admin,"),
        (("--role", "country_lead"), "choose which"),
        (("--role", "country_lead", "--country", "XX"), "“XX” is no country of the consortium"),
        (("--role", "partner_editor", "--organisation", "999"), "choose which"),
        ((), "Missing option"),
    ],
)
def test_an_invitation_that_cannot_be_is_one_line(ready: Command, words: tuple[str, ...], told: str) -> None:
    result = ready("user", "invite", "a@example.org", *words, code=1 if words else 2)
    assert told in result.output
    assert "Traceback" not in result.output


def test_an_invitation_may_be_for_an_organisation(ready: Command, opened: Callable[..., Flask]) -> None:
    with work(opened()) as session:
        key = organisation(session, "Lori College").id
    assert (
        "/invitation/"
        in ready("user", "invite", "a@example.org", "--role", "partner_editor", "--organisation", str(key)).output
    )
    assert "not an e-mail address" in ready("user", "invite", "nonsense", "--role", "admin", code=1).output


def test_whoever_cannot_get_in_gets_a_link_that_works_once(ready: Command, opened: Callable[..., Flask]) -> None:
    app = opened(PORTAL_PUBLIC_URL="http://localhost")
    with work(app) as session:
        person(session, email="maria@example.org")
    address = ready("user", "link", " Maria@example.org", PORTAL_PUBLIC_URL="http://localhost").output.strip()
    path = address.removeprefix("http://localhost")
    client = app.test_client()
    assert submit(client, path).location == "/"
    assert is_signed_in(client)
    assert submit(app.test_client(), path).status_code == 410
    for email in ("nobody@example.org", "nonsense"):
        assert f"Nobody signs in as {email}." in ready("user", "link", email, code=1).output


def test_the_doctor_says_what_is_well_and_what_is_not(run: Command, opened: Callable[..., Flask]) -> None:
    sick = run("doctor", code=1).output
    assert "BAD schema: RuntimeError: at nothing" in sick
    run("db", "upgrade")
    well = run("doctor").output.splitlines()
    assert [line.split()[1].rstrip(":") for line in well] == [
        "database",
        "schema",
        "files",
        "pages",
        "mail",
        "jobs",
        "seal",
    ]
    assert all(line.startswith("ok ") for line in well)
    with work(opened()) as session:
        session.add(Job(kind="mail.send", payload={}, state=JobState.DEAD))
    port = str(free_port())
    unwell = run(
        "doctor", code=1, PORTAL_SMTP_URL=f"smtp://127.0.0.1:{port}", PORTAL_REDIS_URL=f"redis://127.0.0.1:{port}"
    ).output
    for line in ("BAD redis: ConnectionError", "BAD mail: ConnectionRefusedError", "BAD jobs: RuntimeError: 1 were"):
        assert line in unwell


def test_a_setting_that_is_missing_or_wrong_is_one_line(run: Command) -> None:
    told = run("doctor", code=1, PORTAL_PROFILE="production", PORTAL_SECRET_KEY="").output
    assert told == "Error: A production portal needs PORTAL_SECRET_KEY.\n"
    assert run("doctor", code=1, PORTAL_AS_OF="soon").output.startswith("Error: PORTAL_AS_OF is 'soon'")


def test_only_a_demonstration_opens_its_doors(ready: Command, opened: Callable[..., Flask]) -> None:
    told = ready("demo", "up", code=1, PORTAL_PROFILE="production").output
    assert told == "Error: A demonstration lets anybody in as anybody; it needs PORTAL_PROFILE=demo.\n"
    with opened().app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_the_demonstration_says_that_it_has_data_of_its_own(environment: dict[str, str]) -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    function = script[script.index("demonstration() {") : script.index("hold_demonstration() {")]
    told = subprocess.run(
        ["/bin/sh", "-euc", f'say() {{ echo "$1"; }}\n{function}\ndemonstration; echo "$PORTAL_DATABASE_URL"'],
        env={"PATH": os.environ["PATH"], "PY": sys.executable, **environment},
        cwd=Path(environment["PORTAL_FILES_URL"].removeprefix("file://")).parent,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert told[0].startswith("PORTAL_DATABASE_URL and PORTAL_FILES_URL are not used")
    assert told[-1].endswith("/var/demo/portal.db")


def test_a_port_in_use_is_one_line(ready: Command) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = ready("serve", "--port", str(port), code=1).output
    assert told == f"Error: Cannot serve at 127.0.0.1:{port}: Address already in use.\n"


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident(pid: int) -> float:
    """The memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmRSS:")).split()[1]) / 1024


def test_the_demonstration_comes_up_says_so_and_ends_quietly(environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"PORTAL_PROFILE": "demo", "PORTAL_PUBLIC_URL": url}
    own |= {"PORTAL_SEAL_FOLDER": str(tmp_path / "seal"), "PORTAL_SEAL_PASSPHRASE": "a passphrase for tests"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    for _time in range(2):  # the second time on the data of the first
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "demo", "up", "--port", str(port)],
            env={**clean, **environment, **own},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            lines = [process.stdout.readline().strip() for _line in range(9)]
            assert lines[-1] == f"ready {url}", (lines, process.poll())
            assert lines[0].startswith(f"admin {url}/enter/admin/")
            with urllib.request.urlopen(f"{url}/feeds/all.ics", timeout=20) as response:  # noqa: S310 - our own
                assert response.read().count(b"BEGIN:VEVENT") == 35
            assert resident(process.pid) < 160, "what it took to build the demonstration was not left behind"
        finally:
            process.send_signal(signal.SIGTERM)
            _out, told = process.communicate(timeout=30)
        assert (process.returncode, told) == (0, "")
