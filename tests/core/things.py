"""The core alone with a small feature of its own, which uses everything the core offers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Blueprint, Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response
from wtforms.validators import InputRequired

from app import core
from app.config import ROOT, Settings
from app.core import states
from app.core.access import Actor, Permission, public, requires
from app.core.audit import AppendOnly, Audited
from app.core.database import NAMING, Base, LeavesTheHouse, Timestamped, Versioned
from app.core.errors import NotAllowed, Refused, StillReferred, expect_version
from app.core.fields import LineField, TranslatedField
from app.core.forms import BaseForm
from app.core.i18n import TranslatedText
from app.core.options import Option
from app.core.pickers import PickerField
from app.core.states import Moves, Stateful
from app.core.web import answer, changed, created, form_page, redirect_to, refusals_at
from app.extensions import db

TEMPLATES = {
    "test/thing.html": """
        {% extends "layouts/plain.html" %}
        {% block title %}Thing{% endblock %}
        {% block content %}
          <h1>Thing</h1>
          {% if thing %}{% include "test/_thing.html" %}{% endif %}
        {% endblock %}
        """,
    "test/_thing.html": '<p id="thing">{{ thing.name }}</p>',
    "test/form.html": """
        {% extends "layouts/plain.html" %}
        {% from "components/forms.html" import errors_summary, field, form_open %}
        {% block title %}Make a thing{% endblock %}
        {% block content %}
          <h1>Make a thing</h1>
          {{ errors_summary(form) }}
          {% call form_open(form) %}
            {{ field(form.name) }}{{ field(form.title) }}{{ field(form.parent_id) }}
            <button type="submit">Save</button>
          {% endcall %}
        {% endblock %}
        """,
    "email/test/hello.txt": "Добар ден, {{ name }}: {{ public_url }}/verify\n",
    "email/test/hello.html": "<p>Добар ден, {{ name }}</p>",
}
PEOPLE: dict[int, Actor] = {}


class OwnTables(Base):
    """The tables of this folder, kept apart from those that migrations must know."""

    __abstract__ = True
    metadata = sa.MetaData(naming_convention=NAMING)


class ThingState(StrEnum):
    """There, back again, and an end."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


MOVES = Moves(
    {
        ThingState.DRAFT: (ThingState.OPEN,),
        ThingState.OPEN: (ThingState.DRAFT, ThingState.CLOSED),
        ThingState.CLOSED: (),
    }
)


class Thing(OwnTables, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful):
    """A record with everything the core gives to records."""

    __tablename__ = "thing"
    audit_hides: ClassVar[tuple[str, ...]] = ("secret",)
    audit_skips: ClassVar[tuple[str, ...]] = ("name_key",)
    moves: ClassVar[Moves] = MOVES

    name: Mapped[str] = mapped_column(unique=True)
    name_key: Mapped[str] = mapped_column(default="")
    title: Mapped[TranslatedText | None]
    secret: Mapped[str | None]
    amount: Mapped[int] = mapped_column(default=0)
    state: Mapped[ThingState] = mapped_column(default=ThingState.DRAFT)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thing.id"))


class Proof(AppendOnly, OwnTables):
    """A row that only grows."""

    __tablename__ = "proof"

    text: Mapped[str]


class Owner(OwnTables):
    """What others refer to, each in a way of its own, and which can go up in another."""

    __tablename__ = "owner"

    name: Mapped[str]


class Seat(OwnTables):
    """One for each owner and room, on which cards hang."""

    __tablename__ = "seat"
    __table_args__ = (sa.UniqueConstraint("owner_id", "room"),)

    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("owner.id"))
    room: Mapped[str | None]


class Card(OwnTables):
    """Hangs on a seat."""

    __tablename__ = "card"

    seat_id: Mapped[int] = mapped_column(sa.ForeignKey("seat.id"))


class Term(OwnTables):
    """Any number for each owner and room, but one that is active."""

    __tablename__ = "term"
    __table_args__ = (
        sa.Index(
            "uq_term_active",
            "owner_id",
            "room",
            unique=True,
            info={"where": sa.text("active")},  # As ``unique_where`` has it, which completes the portal's own tables.
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        ),
    )

    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("owner.id"))
    room: Mapped[str]
    active: Mapped[bool]
    day: Mapped[date | None]


class Statement(AppendOnly, OwnTables):
    """What an owner said; it stays with whoever said it."""

    __tablename__ = "statement"

    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("owner.id"))


def options(query: str = "", keys: Sequence[int] | None = None) -> list[Option]:
    """Things that can be picked: all but those with a secret."""
    statement = sa.select(Thing).where(Thing.secret.is_(None), Thing.name.contains(query)).order_by(Thing.id)
    if keys is not None:
        statement = statement.where(Thing.id.in_(keys))
    return [Option(thing.id, thing.name) for thing in db.session.scalars(statement)]


class ThingForm(BaseForm):
    """A form with a required line, a translated text and a picker."""

    constraint_messages: ClassVar[dict[str, tuple[str, Any]]] = {
        "thing.name": ("name", _l("There is one of this name.")),
        "uq_thing_name": ("name", _l("There is one of this name.")),
    }

    name = LineField(_l("Name"), [InputRequired()])
    title = TranslatedField(_l("Title"))
    parent_id = PickerField(
        _l("Part of"), find=options, get=lambda keys: options(keys=keys), options_url=str, multiple=False
    )


things = Blueprint("things", __name__)
security = Blueprint("security", __name__)
ways_to_fail = {
    "refused": Refused("Not like this."),
    "forbidden": NotAllowed("Not by you."),
    "referred": StillReferred("It is in use.", ["Thing 1"]),
    "state": states.StateTransitionError("Not from here."),
}


@things.get("/")
@public("The test's front page")
def front() -> Response:
    """A page without a record."""
    return answer("test/thing.html", thing=None)


@things.route("/things/new", methods=["GET", "POST"])
@public("Anybody makes things")
def create() -> Response:
    """Make a thing, as features do."""
    form = ThingForm()
    if form.validate_on_submit():
        with form.refusals():
            if form.name.data == "refused":
                raise Refused(name="No such name.")
            thing = Thing(**form.facts())
            db.session.add(thing)
            db.session.flush()
            return created(form, f"/things/{thing.id}", _("Made."))
    return form_page("test/form.html", form)


@things.get("/things/<int:thing_id>")
@public("Anybody reads things")
def show(thing_id: int) -> Response:
    """A page and its fragment."""
    return answer("test/thing.html", "test/_thing.html", thing=db.session.get_one(Thing, thing_id))


@things.route("/things/<int:thing_id>/edit", methods=["GET", "POST"])
@public("Anybody edits things")
def edit(thing_id: int) -> Response:
    """Change a thing, as features do."""
    thing = db.session.get_one(Thing, thing_id)
    form = ThingForm(obj=thing)
    if form.validate_on_submit():
        with form.refusals(thing):
            expect_version(thing, form.version.data)
            thing.name, thing.title = form.name.data, TranslatedText(form.title.data)
            db.session.flush()
            return changed(form, f"/things/{thing.id}", _("Saved."))
    return form_page("test/form.html", form)


@things.post("/things/<int:thing_id>/overtaken")
@public("Anybody edits things")
def overtaken(thing_id: int) -> Response:
    """Change a thing that somebody else changes between reading and writing."""
    thing = db.session.get_one(Thing, thing_id)
    thing.version = thing.version  # loaded
    db.session.execute(sa.text("UPDATE thing SET version = version + 1"))
    thing.amount += 1
    db.session.flush()
    return redirect_to("/")


@things.route("/fails/<how>", methods=["GET", "POST"])
@public("A view that fails in many ways, each time half-way through")
def fails(how: str) -> Response:
    """Write, then fail."""
    db.session.add(Thing(name=f"half {how}"))
    db.session.flush()
    raise ways_to_fail.get(how, RuntimeError("a bug"))


@security.get("/login")
@public("The test's stand-in for signing in")
def login() -> str:
    """Where people are sent who are not signed in."""
    return "Sign in"


@things.post("/pressed")
@public("Anybody presses")
def pressed() -> Any:
    """A button without a form, and a service that has written already when it refuses."""
    with refusals_at("/things/new"):
        db.session.add(Thing(name="half"))
        db.session.flush()
        raise Refused("Not like this.")


@things.post("/stopped")
@public("A view that answers a refusal itself")
def stopped() -> Response:
    """Write, then answer that it did not work."""
    db.session.add(Thing(name="half"))
    db.session.flush()
    return answer("test/thing.html", status=410, thing=None)


@things.route("/managed", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def managed() -> str:
    """What only some may see."""
    return "managed"


def core_app(settings: Settings) -> Flask:
    """The core with this folder's views, put together as ``create_app`` puts a portal together."""
    app = Flask(
        "tests.core",
        root_path=str(ROOT / "app"),
        template_folder=str(ROOT / "templates"),
        static_folder="static/dist",
        static_url_path="/static",
    )
    core.init_app(app, settings)
    LoginManager(app).user_loader(lambda key: person(int(key)))
    app.register_blueprint(things)
    app.register_blueprint(security)
    app.jinja_env.loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader])  # type: ignore[list-item]
    core.seal(app)
    return app


def person(key: int) -> Any:
    """Somebody for Flask-Login who is nothing but an actor."""
    return SimpleNamespace(
        actor=PEOPLE[key], is_authenticated=True, is_active=True, is_anonymous=False, get_id=lambda: str(key)
    )


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that reach the database within, without those that begin a transaction."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
