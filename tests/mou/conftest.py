"""What tests of memoranda share: a template of three clauses, and memoranda of a school and a company."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask

from app.config import ROOT, Settings
from app.core import clock, portal
from app.core.access import SYSTEM
from app.extensions import Catalogues, db, limiter
from app.microcredentials.models import MicroCredential
from app.mou import keeping, parties, services, templates
from app.mou.evidence.services import Origin
from app.mou.models import (
    Basis,
    CommitmentKind,
    Instrument,
    Mou,
    MouState,
    MouTemplate,
    MouTemplateVersion,
    PartyRole,
)
from app.mou.parties import CommitmentFacts, PartyFacts, SignatoryFacts
from app.mou.seals import keys
from app.mou.seals.sealing import Authority
from app.mou.services import MouFacts
from app.mou.signing import services as signing
from app.mou.signing.queries import newest_links, signed_keys
from app.mou.signing.rules import STATEMENTS
from app.mou.signing.services import Said
from app.mou.texts.queries import to_sign
from app.mou.wordings import read, read_file
from app.stakeholders.models import Organisation
from tests.conftest import Backend
from tests.events.conftest import SignIn, entered, sign_in, world  # noqa: F401 - fixtures
from tests.events.world import World
from tests.mou.signing.way import ANAHIT, GOR, sign
from tests.tsa import serving

NOW = date(2025, 5, 12)
HERE = Origin("127.0.0.1", "a test")
SECRET = "a passphrase of the test"
SCHOOL = ROOT / "consortia" / "bem" / "memoranda" / "school-company.yaml"
CONTENT: dict[str, Any] = {
    "code": "small",
    "title": {"en": "Memorandum of understanding", "de": "Absichtserklärung", "hy": "Փոխըմբռնման հուշագիր"},
    "clauses": [
        {"code": "purpose", "mandatory": True, "title": {"en": "Purpose"}, "text": {"en": "{{ purpose }}"}},
        {"code": "scope", "mandatory": True, "title": {"en": "Scope"}, "text": {"en": "{{ microcredentials }}"}},
        {"code": "safety", "mandatory": False, "title": {"en": "Safety"}, "text": {"en": "Learners are insured."}},
    ],
}


def template() -> MouTemplateVersion:
    """A small template, in the session."""
    version = MouTemplateVersion(
        template=MouTemplate(code="small", title=CONTENT["title"], instrument=Instrument.MOU),
        number=1,
        content=CONTENT,
        sha256="0" * 64,
        actor_name="portal",
    )
    db.session.add(version)
    db.session.flush()
    return version


def facts(**changes: Any) -> MouFacts:
    """A memorandum in Armenian and English for two years, unless told otherwise."""
    values: dict[str, Any] = {
        "title": {"en": "Pattern making together", "hy": "Միասին"},
        "purpose": {"en": "Learners become pattern makers."},
        "languages": ("hy", "en"),
        "prevailing_language": "en",
        "country": "AM",
        "effective_from": date(2025, 6, 1),
        "duration_months": 24,
    }
    if "template_version" not in changes:
        values["template_version"] = template()
    return MouFacts(**values | changes)


def signs(name: str, email: str | None, **more: Any) -> SignatoryFacts:
    """Somebody who signs by statute, in Armenian."""
    values: dict[str, Any] = {"role_title": "Director", "basis": Basis.STATUTE, "language": "hy"}
    return SignatoryFacts(name=name, email=email, **values | more)


def is_party(organisation: Organisation, role: PartyRole, **more: Any) -> PartyFacts:
    """An organisation as a party."""
    values: dict[str, Any] = {"legal_name": {"en": organisation.name}, "address": "Main street 1, Vanadzor"}
    return PartyFacts(organisation=organisation, role=role, **values | more)


def drafted(world: World, **changes: Any) -> Mou:  # noqa: F811 - as the fixture
    """A memorandum of two parties, each with somebody who signs."""
    mou = services.create(SYSTEM, facts(**changes))
    found = db.session.get_one
    for key, role, name in (
        (world.school, PartyRole.SCHOOL, "Anahit Petrosyan"),
        (world.company, PartyRole.COMPANY, "Gor Sargsyan"),
    ):
        party = parties.add_party(SYSTEM, mou, is_party(found(Organisation, key), role))
        parties.add_signatory(SYSTEM, party, signs(name, f"{name.split()[0].lower()}@example.org"))
    return mou


def complete(world: World, **changes: Any) -> Mou:  # noqa: F811 - as above
    """A memorandum from the consortium's own template, ready to be sent."""
    template = templates.publish(SYSTEM, read_file(SCHOOL))
    pattern = db.session.get_one(MicroCredential, world.pattern)
    optional = [clause.code for clause in read(template.content).clauses if not clause.is_mandatory]
    values: dict[str, Any] = {
        "purpose": {"en": "Learners become pattern makers.", "hy": "Սովորողները դառնում են ձևագետ։"},
        "microcredentials": [pattern],
        "clauses": optional,
        "place": "Vanadzor",
    }
    mou = drafted(world, template_version=template, **values | changes)
    promise = CommitmentFacts(party=mou.parties[1], kind=CommitmentKind.PLACEMENTS, amount=4, due_on=date(2026, 1, 1))
    parties.add_commitment(SYSTEM, mou, promise)
    return mou


@pytest.fixture(autouse=True)
def read_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have signatories read in English, as tests that follow their way do; what they read else is a test of its own."""
    monkeypatch.setattr(Catalogues, "speaks_outside", lambda _catalogues, _locale: False)


@pytest.fixture(autouse=True)
def loop_of_its_own() -> Iterator[None]:
    """Let pyHanko begin a loop: one of a browser that another test of this process opened seems to run for ever."""
    of_browser = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(of_browser)


def conclude(mou: Mou) -> None:
    """Send a memorandum and sign it as everybody in turn, each by a link; the code is taken as given."""
    signing.send(SYSTEM, mou, mou.version)
    while (text := to_sign(mou)) is not None:
        done = signed_keys(text)
        link = next(link for key, link in sorted(newest_links(text).items()) if key not in done)
        assert link.signatory is not None
        signing.open_text(link, HERE)
        link.proven_at = link.opened_at
        said = Said(
            name=link.signatory.name,
            agreed=dict.fromkeys(STATEMENTS, True),
            document=text.html_sha256 or "",
            language=link.language,
            proven_at=link.proven_at,
        )
        signing.sign(link, said, HERE)


def in_force(mou: Mou) -> None:
    """Sign a memorandum that takes effect at once, and let its first day begin."""
    conclude(mou)
    keeping.begin(db.session, {"mou": mou.id})
    assert mou.state is MouState.IN_FORCE


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Have it be another day."""

    def move(day: date) -> None:
        monkeypatch.setattr(clock, "today", lambda *_zone: day)

    return move


@pytest.fixture
def running(backend: Backend, world: World, on: Callable[[date], None]) -> Callable[..., int]:  # noqa: F811 - as above
    """Have a memorandum in force since 1 June 2025, until 31 May 2027, and say its key; it is that first day."""

    def make(**changes: Any) -> int:
        on(date(2025, 6, 1))
        return backend.begin_with(run, world, **changes)

    return make


def run(world: World, **changes: Any) -> int:  # noqa: F811 - as above
    """The key of a memorandum in force."""
    mou = complete(world, **changes)
    in_force(mou)
    return mou.id


@pytest.fixture
def draft(backend: Backend, world: World) -> Callable[..., int]:  # noqa: F811 - as above
    """Make a memorandum and say its key."""

    def make(**changes: Any) -> int:
        return backend.begin_with(key_of_draft, world, **changes)

    return make


def key_of_draft(world: World, **changes: Any) -> int:  # noqa: F811 - as above
    """The key of a memorandum of two parties."""
    return drafted(world, **changes).id


@pytest.fixture
def tokens(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811 - as above
    """Pages are checked for tokens, so forms have them here."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


@pytest.fixture(autouse=True)
def forgiven(app: Flask) -> Iterator[None]:
    """Count guesses for each test anew."""
    with app.app_context():
        limiter.reset()
    yield
    with app.app_context():
        limiter.reset()


@pytest.fixture
def sent(backend: Backend, world: World) -> Callable[..., int]:  # noqa: F811 - as above
    """Send a memorandum for signature and say its key."""

    def make(**changes: Any) -> int:
        return backend.begin_with(send, world, **changes)

    return make


def send(world: World, **changes: Any) -> int:  # noqa: F811 - as above
    """The key of a memorandum that is out for signature."""
    mou = complete(world, **changes)
    signing.send(SYSTEM, mou, mou.version)
    return mou.id


# ---- Keys, an authority, a memorandum that everybody has signed ----


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys."""
    made = tmp_path_factory.mktemp("keys") / "seal"
    keys.make(made, SECRET, "BEM", datetime.now(UTC))
    return made


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """A time-stamp authority that answers."""
    with serving() as (url, root):
        yield Authority(url, (root,))


@pytest.fixture
def roots(authority: Authority, tmp_path: Path) -> Path:
    """A file of the certificates by which the authority is trusted."""
    file = tmp_path / "roots.pem"
    file.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in authority.roots))
    return file


@pytest.fixture
def settled(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A portal with keys."""
    settings = replace(app.config["PORTAL"], seal_folder=folder, seal_passphrase=SECRET)
    monkeypatch.setitem(app.config, "PORTAL", settings)
    monkeypatch.setattr(portal, "settings", lambda: settings)
    return settings


@pytest.fixture
def concluded(backend: Backend, settled: Settings, sent: Callable[..., int]) -> int:
    """The key of a memorandum that everybody has signed."""
    key = sent()
    backend.begin_with(signed_by_everybody, backend.app, by_requests=True)
    return key


def signed_by_everybody(app: Flask) -> None:
    """Go the way of both signatories."""
    sign(app, GOR, "Gor Sargsyan")
    sign(app, ANAHIT, "Անահիտ Պետրոսյան", drawing="M10 20L100 120L200 40")


@pytest.fixture
def printed() -> bytes:
    """A document like those that are sealed."""
    from pypdf import PdfWriter

    made = BytesIO()
    writer = PdfWriter()
    for _page in range(3):
        writer.add_blank_page(300, 400)
    writer.write(made)
    return made.getvalue()
