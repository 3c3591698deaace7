"""The ``portal`` command, for operators and for ``./run``."""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.config import Settings, SettingsError

if TYPE_CHECKING:
    from flask import Flask


def _app() -> "Flask":
    """The application by the environment's settings; a setting that does not fit is one line, not a traceback."""
    # Almost nothing that a start makes is garbage, and all of it stays: looking through it once takes a tenth of the
    # start, and Python would look again and again, now and later.
    gc.disable()
    try:
        from app import create_app

        return create_app(Settings.from_environment())
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    finally:
        gc.freeze()
        gc.enable()


def _follow_settings(app: "Flask") -> "Flask":
    """Have stored calendars follow the settings, and what is due arranged, before it serves or works."""
    from app.core.database import writing
    from app.core.outbox import arrange_all
    from app.extensions import db as database
    from app.feeds.entries import follow_address

    with app.app_context(), writing():
        arrange_all(database.session)
        follow_address(database.session, app.config["PORTAL"].public_url)
        database.session.commit()
    return app


REGISTERS = (
    "stakeholders",
    "people",
    "microcredentials",
    "clusters",
    "events",
    "decisions",
    "feedback",
    "mou",
    "valorisation",
    "recommendations",
)


@click.group()
def portal() -> None:
    """Run and look after a portal."""


@portal.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=4, show_default=True, help="Requests answered at once.")
@click.option("--with-worker", is_flag=True, help="Carry out jobs in this process too.")
def serve(host: str, port: int, threads: int, with_worker: bool) -> None:
    """Serve the portal; put a proxy with TLS in front of it."""
    from app.operations.serving import serve as serve_app

    serve_app(_follow_settings(_app()), host, port, threads=threads, with_worker=with_worker)


@portal.command()
def worker() -> None:
    """Carry out jobs until interrupted: mail, feeds, everything that follows a change."""
    from app.core.outbox import Worker

    Worker(_follow_settings(_app())).run()


@portal.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the schema to the newest migration, and what it holds to what the newest rules make of it."""
    from app.core.database import writing
    from app.core.migrations import migrations
    from app.extensions import db as database
    from app.stakeholders.keys import work_out

    app = _app()
    with app.app_context(), writing():
        migrations().upgrade()
    with app.app_context(), writing():  # of its own: the migrations' connection is open until theirs ends
        work_out()
        database.session.commit()


@db.command()
def check() -> None:
    """Compare the schema with the models; differences are listed and fail."""
    from app.core.migrations import migrations

    with _app().app_context():
        differences = migrations().compare_metadata()
    for difference in differences:
        click.echo(str(difference))
    sys.exit(1 if differences else 0)


@portal.group()
def demo() -> None:
    """The demonstration with the consortium's own data."""


@demo.command()
def load() -> None:
    """Load the consortium's data into an empty database."""
    from app.demo.commands import load as load_demo

    load_demo(_app())


@demo.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--prepared", is_flag=True, hidden=True)
def up(host: str, port: int, prepared: bool) -> None:
    """Prepare the demonstration, print how to enter as each role, and serve it."""
    from app.demo import is_prepared, welcome
    from app.operations.serving import serve as serve_app

    app = _app()
    if not app.config["PORTAL"].is_demo:
        raise click.ClickException("A demonstration lets anybody in as anybody; it needs PORTAL_PROFILE=demo.")
    if not prepared and not is_prepared(app):
        from app.core.outbox import drain
        from app.demo.commands import prepare

        prepare(app)
        drain(_follow_settings(app))
        # Building and sealing filled this process with twice what serving takes; a new one in its place has none of it.
        os.execv(sys.executable, [*sys.orig_argv, "--prepared"])  # noqa: S606 - this very command
    welcome(app)
    _follow_settings(app)
    serve_app(app, host, port, with_worker=True, ready=f"ready {app.config['PORTAL'].public_url}")


@portal.group()
def user() -> None:
    """People who sign in."""


@user.command()
@click.argument("email")
@click.option("--role", required=True, help="admin, coordinator, country_lead, partner_editor, …")
@click.option("--country", help="ISO code, for roles of a country.")
@click.option("--organisation", type=int, help="Number of the organisation, for roles of one.")
def invite(email: str, role: str, country: str | None, organisation: int | None) -> None:
    """Invite somebody; the first administrator of a new portal comes this way."""
    from app.accounts.commands import invite as invite_person

    click.echo(invite_person(_app(), email, role, country, organisation))


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time sign-in link for somebody who cannot get in."""
    from app.accounts.commands import sign_in_link

    click.echo(sign_in_link(_app(), email))


@portal.group()
def mail() -> None:
    """Replies to invitations that come by mail."""


@mail.command()
def receive() -> None:
    """Read one message from standard input, as a mail server pipes it in."""
    from app.events.invitations.commands import receive as receive_message

    click.echo(receive_message(_app(), sys.stdin.buffer.read()))


@mail.command()
def fetch() -> None:
    """Read the unread messages of the mailbox at PORTAL_IMAP_URL; run it every few minutes."""
    from app.events.invitations.commands import NoMailbox
    from app.events.invitations.commands import fetch as fetch_messages
    from app.events.invitations.mailbox import MailboxUnreachable

    try:
        lines = fetch_messages(_app())
    except (NoMailbox, MailboxUnreachable) as error:
        raise click.ClickException(str(error)) from None
    for line in lines:
        click.echo(line)


@portal.command("import")
@click.argument("kind", type=click.Choice(["stakeholders", "microcredentials"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option(
    "--lawful-basis",
    type=click.Choice(["public_role", "contract", "consent"]),
    default=None,
    help="Why the data of people may be kept whose rows do not say so.",
)
def import_file(kind: str, file: Path, dry_run: bool, lawful_basis: str | None) -> None:
    """Read a CSV or XLSX file, or vCards of stakeholders, into a register; faults are told by row and column."""
    if kind == "stakeholders":
        from app.stakeholders.imports.commands import import_file as read_people

        report, accepted = read_people(_app(), file, dry_run, lawful_basis or "")
    else:
        from app.microcredentials.commands import import_file as read_file

        report, accepted = read_file(_app(), file, dry_run)
    click.echo(report)
    sys.exit(0 if accepted else 1)


@portal.command()
@click.argument("kind", type=click.Choice(REGISTERS))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(kind: str, folder: Path) -> None:
    """Write a register as CSV into a folder."""
    from app.operations.exporting import export_register

    click.echo(export_register(_app(), kind, folder))


@portal.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(files: tuple[Path, ...]) -> None:
    """Check proof packs: every file, the manifest, and whether this portal made them.

    Without FILES, everything that the portal keeps as evidence: packs, and of memoranda chains, texts and seals.
    """
    from app.mou.commands import verify_kept as verify_memoranda
    from app.reporting.packs.commands import verify as verify_files
    from app.reporting.packs.commands import verify_kept

    app = _app()
    found = [verify_files(app, files)] if files else [verify_kept(app), verify_memoranda(app)]
    for lines, _good in found:
        for line in lines:
            click.echo(line)
    sys.exit(0 if all(good for _lines, good in found) else 1)


@portal.group()
def mou() -> None:
    """Memoranda."""


@mou.command("export")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A new file.zip, or a folder that is new or empty."
)
@click.argument("numbers", nargs=-1)
def mou_export(out: Path, numbers: tuple[str, ...]) -> None:
    """Write memoranda with everything that proves them, and a program that checks it; without NUMBERS, all of them."""
    from app.mou.commands import export as export_memoranda

    click.echo(export_memoranda(_app(), out, numbers))


@portal.group()
def seal() -> None:
    """Look after the keys that memoranda are sealed with."""


@seal.command("init")
@click.option(
    "--pkcs12",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take key and certificate from this file instead; PORTAL_PKCS12_PASSPHRASE opens it, or it is asked for.",
)
@click.option(
    "--pkcs11",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Use a key in a hardware module, by this library; PORTAL_SEAL_PASSPHRASE is the PIN.",
)
@click.option("--token", default="", help="With --pkcs11: the label of the token.")
@click.option("--key", default="", help="With --pkcs11: the label of the key.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --pkcs11: PEM, the key's own certificate first and its authorities after.",
)
def seal_init(pkcs12: Path | None, pkcs11: Path | None, token: str, key: str, certificate: Path | None) -> None:
    """Make a private authority and a seal certificate, in PORTAL_SEAL_FOLDER, locked with PORTAL_SEAL_PASSPHRASE."""
    from app.mou.commands import make_keys, name_key, take_keys

    if pkcs11 is not None:
        if not (token and key and certificate) or pkcs12 is not None:
            raise click.UsageError("--pkcs11 needs --token, --key and --certificate, and no --pkcs12.")
        click.echo(name_key(_app(), pkcs11, token, key, certificate))
        return
    if pkcs12 is None:
        click.echo(make_keys(_app()))
        return
    secret = os.environ.get("PORTAL_PKCS12_PASSPHRASE")
    if secret is None:
        secret = click.prompt("Passphrase of the file", hide_input=True, default="", show_default=False)
    click.echo(take_keys(_app(), pkcs12, secret))


@seal.command("show")
def seal_show() -> None:
    """Tell whose the seal certificate is, and until when it is good."""
    from app.mou.commands import show_keys

    click.echo(show_keys(_app()))


@seal.command("renew")
def seal_renew() -> None:
    """Make a new seal certificate by the same authority; former ones stay for checking what they sealed."""
    from app.mou.commands import renew_keys

    click.echo(renew_keys(_app()))


@portal.command()
def doctor() -> None:
    """Check what the portal stands on: database, schema, files, mail, Redis, built pages."""
    from app.operations.doctor import examine

    findings = examine(_app())
    for finding in findings:
        click.echo(f"{'ok ' if finding.is_good else 'BAD'} {finding.what}: {finding.detail}")
    sys.exit(0 if all(finding.is_good for finding in findings) else 1)


if __name__ == "__main__":
    portal(prog_name="portal")
