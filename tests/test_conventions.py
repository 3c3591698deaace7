"""The rules of the house that a machine can hold; the others are in docs/patterns.md."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, nodes

from app import create_app
from app.config import ROOT
from app.core import records
from app.core.access import Permission, Role
from app.core.database import Base
from app.core.merging import DROP, MERGE, references
from app.core.states import Stateful
from app.core.web import WRITING_METHODS
from tests.accounts.people import arrive, sign_in
from tests.browser.pages import EVERY_PAGE, NO_PAGE
from tests.conftest import settings_for
from tests.page import Page, sprite

PYTHON = sorted((ROOT / "app").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TEXTS = sorted((ROOT / "templates").rglob("*.txt"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext", "lazy_gettext"}

# Names of things that are the same in every language.
NAMES = {"BEM", "ECTS", "EQF", "ESCO", "ISCED", "PIC", "URL"}
NAMES |= {"Apple", "Calendar", "Google", "Nextcloud", "Outlook", "Thunderbird"}

# Attributes whose value somebody reads or hears.
READ_ATTRIBUTES = {"alt", "aria-label", "aria-description", "label", "placeholder", "title"}


def name(path: Path) -> str:
    """A file as a person names it."""
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The whole portal, for what needs no database."""
    folder = tmp_path_factory.mktemp("portal")
    return create_app(settings_for(f"sqlite:///{folder / 'portal.db'}", folder / "files"))


# ---- Views ----


def test_every_view_says_who_may_open_it(portal: Flask):
    for endpoint, view in portal.view_functions.items():
        if endpoint == "static" or endpoint.startswith("security."):
            continue
        marker = getattr(view, "access", None)
        told = isinstance(marker, Permission) or marker == "signed in" or re.fullmatch(r"public: \w.{9,}", str(marker))
        assert told, f"{endpoint} is marked {marker!r}"


def test_the_browser_looks_at_every_page(portal: Flask):
    """A page that is not in ``tests/browser/pages.py`` is seen by no check of how it looks."""
    address = portal.url_map.bind("")
    looked_at = {address.match(path.partition("?")[0])[0] for _role, path in EVERY_PAGE if path != "/nowhere"}
    views = {rule.endpoint for rule in portal.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {view for view in views if view != "static" and not view.startswith("security.")}
    assert pages - looked_at == set(NO_PAGE)


def test_every_address_that_writes_is_asked_by_a_writing_method(portal: Flask):
    for rule in portal.url_map.iter_rules():
        assert rule.methods, rule
        unknown = rule.methods - WRITING_METHODS - {"GET", "HEAD", "OPTIONS"}
        assert not unknown, f"{rule} is asked by {unknown}"


@pytest.fixture
def addresses(app: Flask) -> list[str]:
    """The addresses that can be asked for without knowing a record."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint != "static"
    )


@pytest.mark.parametrize("target", ["organisation", "person"])
def test_whatever_moves_when_two_records_become_one_has_a_name(portal: Flask, target: str):
    moving = references(Base.metadata.tables[target])
    referring = {table.name for table, column in moving if column.info.get(MERGE) != DROP}
    with portal.app_context():
        assert [name for name in referring if records.label_of(name) == name.replace("_", " ")] == []


@pytest.mark.parametrize(
    ("backend", "role"),
    [("postgresql", Role.ADMIN), *(("sqlite", role) for role in (None, *Role))],
    indirect=["backend"],
)
def test_every_address_answers_everybody_and_writes_nothing(
    app: Flask, client: FlaskClient, addresses: list[str], role: Role | None
):
    """A flush in a GET raises; ``Page`` says what is wrong with a page."""
    user_id = arrive(app, client, role) if role else None
    for address in addresses:
        if user_id:
            sign_in(app, client, user_id)  # some addresses end a session
        response = client.get(address)
        assert response.status_code < 500, f"{address} answers {response.status}"
        if response.mimetype == "text/html" and b"<html" in response.data and not response.location:
            Page(response)


@pytest.mark.parametrize("path", [path for path in PYTHON if path.stem.endswith("views")], ids=name)
def test_a_view_fits_on_a_screen(path: Path):
    for function in functions(path):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= 40, f"{function.name} has {lines} lines"


# ---- States ----


def stateful_models() -> list[Any]:
    """The features' models that have states; the tests' own are left aside."""
    found: list[Any] = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Stateful)]
    return [model for model in found if model.metadata is Base.metadata]


def test_there_are_models_with_states(portal: Flask):
    assert len(stateful_models()) >= 2


def test_every_state_has_its_row_and_can_be_reached(portal: Flask):
    for model in stateful_models():
        table = model.moves.table
        states = set(model.moves.first.__class__)
        assert set(table) == states, f"{model.__name__}: a state without a row"
        reached, ahead = set(), [model.moves.first]
        while ahead:
            state = ahead.pop()
            reached.add(state)
            ahead += [onwards for onwards in table[state] if onwards not in reached]
        assert reached == states, f"{model.__name__}: nothing leads to {states - reached}"


def test_every_state_has_a_name_and_a_shape(portal: Flask):
    drawn = {shape.removeprefix("s-") for shape in sprite() if shape.startswith("s-")}
    for model in stateful_models():
        for state in model.moves.table:
            assert str(state.label), f"{model.__name__}.{state} has no name"
            assert state.shape in drawn, f"{model.__name__}.{state} has the shape {state.shape}"


# ---- Python ----


def functions(path: Path) -> list[ast.FunctionDef]:
    """The functions that stand at the top of a module."""
    return [node for node in parsed(path).body if isinstance(node, ast.FunctionDef)]


@cache
def parsed(path: Path) -> ast.Module:
    """A module's syntax."""
    return ast.parse(path.read_text("utf-8"), str(path))


def undocumented(node: Any, inside: str = "") -> Iterator[str]:
    """Public classes, functions and methods of a module or class that say nothing about themselves."""
    for child in node.body:
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and not child.name.startswith("_"):
            if any(
                isinstance(decorator, ast.Name) and decorator.id == "overload" for decorator in child.decorator_list
            ):
                continue
            if not ast.get_docstring(child):
                yield f"{inside}{child.name}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, f"{child.name}.")


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_every_module_and_everything_public_in_it_is_described(path: Path):
    tree = parsed(path)

    assert not tree.body or ast.get_docstring(tree), "the module has no docstring"
    assert list(undocumented(tree)) == []


@pytest.mark.parametrize("path", [*PYTHON, *TEMPLATES, *TESTS], ids=name)
def test_no_file_is_too_long_to_be_read(path: Path):
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_nobody_keeps_a_drawer_for_everything():
    drawers = {"util", "utils", "helper", "helpers", "common", "misc", "shared"}
    assert [name(path) for path in [*PYTHON, *TESTS] if drawers & {*path.parent.parts, path.stem}] == []


# Rooms of a feature that stand at the web's edge or the operator's, by how their file is called.
AT_THE_EDGE = re.compile(r"(^|_)(__init__|views|forms?|fields|listing|commands|files)$")
# Other files of features that know of Flask, and why.
KNOW_FLASK = {
    "accounts/demo": "adds the demonstration's doors to the sign-in page",
    "accounts/libraries": "wraps the views of Flask-Security about passkeys",
    "accounts/limits": "counts requests before any view",
    "accounts/personal_links": "is the edge that pages behind links share",
    "accounts/recovery": "hashes with the application's key, and says in a message how many codes are left",
    "accounts/security": "sets Flask-Security up",
    "accounts/sessions": "is what Flask-Login asks for",
    "dashboard/digest/content": "says which page each matter stands on",
    "dashboard/digest/jobs": "addresses of pages are worked out from a request, which a job has none of",
    "dashboard/matters": "says which page a next step leads to",
    "feeds/polls": "answers before Flask does",
    "mou/texts/paper": "makes the page that is frozen of a template",
    "operations/doctor": "looks at an application",
    "operations/exporting": "walks an application's addresses",
    "operations/serving": "serves an application",
    "stakeholders/whereabouts": "says which list a region on the map leads to",
}


def test_only_the_edges_of_a_feature_know_of_the_web():
    web = re.compile(r"^(?:from|import) (?:flask|flask_login|flask_wtf|wtforms)\b", re.MULTILINE)
    rooms = [path for path in PYTHON if len(path.relative_to(ROOT / "app").parts) > 1 and "core" not in path.parts]
    knowing = {path for path in rooms if web.search(path.read_text("utf-8")) and not AT_THE_EDGE.search(path.stem)}

    assert {path.relative_to(ROOT / "app").with_suffix("").as_posix() for path in knowing} == {*KNOW_FLASK}


def test_the_clock_is_read_in_one_place():
    reading = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(")
    places = [name(path) for path in PYTHON if reading.search(path.read_text("utf-8"))]

    assert places == ["app/core/clock.py"]


# ---- Templates ----


@pytest.fixture(scope="module")
def environment(portal: Flask) -> Environment:
    """Jinja as the portal runs it."""
    return portal.jinja_env


def template_of(environment: Environment, path: Path) -> nodes.Template:
    """A template's syntax."""
    return environment.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "email" not in path.parts], ids=name)
def test_a_template_holds_no_script_no_style_and_no_unescaped_text(path: Path):
    source = re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)

    for forbidden in (
        r"\|\s*safe\b",
        r"autoescape false",
        r"\bhx-on\b",
        r"['\"]js:",
        r"\sstyle=",
        r"<style\b",
        r"javascript:",
    ):
        assert not re.search(forbidden, source), f"{forbidden} in {name(path)}"
    assert not re.search(r"\son[a-z]+=", source), "an event handler in the page"
    assert not re.search(r"<script(?![^>]*\b(src=|type=\"application/json\"))", source), "a script in the page"


@pytest.mark.parametrize("path", [*TEMPLATES, *TEXTS], ids=name)
def test_every_text_of_a_template_can_be_translated(environment: Environment, path: Path):
    found = Literals()
    found.feed("".join(pieces(template_of(environment, path))))
    found.close()

    assert [text for text in found.texts if not only_names(text)] == []
    assert [text for text in untranslated(template_of(environment, path)) if not only_names(text)] == []


class Literals(HTMLParser):
    """The texts and readable attributes of a template whose expressions were taken out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for key, value in attrs if value and key in READ_ATTRIBUTES]


def pieces(node: nodes.Node) -> Iterator[str]:
    """What a template says by itself, with a mark in place of everything it is given."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr) or (isinstance(node, nodes.Block) and node.name == "frame"):
        yield "¤"  # the block "frame" is filled with classes
    else:
        for child in node.iter_child_nodes(exclude=("test", "iter", "target", "args", "defaults", "name", "template")):
            yield from pieces(child)


def untranslated(node: nodes.Node) -> Iterator[str]:
    """Sentences that a template hands to a macro or prints, and that are not given to gettext."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in GETTEXT:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and re.match(r"[A-Z][a-z]+ [a-z]+ ", node.value):
        yield node.value
    for child in node.iter_child_nodes():
        yield from untranslated(child)


def only_names(text: str) -> bool:
    """Whether a text has no word that would be another one in another language; attributes and paths are no words."""
    told = re.sub(r"""[\w-]+="[^"]*"|/[\w/-]+""", "", text)
    return all(word in NAMES for word in re.findall(r"[^\W\d_]{2,}", told))


def test_the_search_for_literals_finds_them(environment: Environment):
    found = Literals()
    found.feed("".join(pieces(environment.parse('<p title="Name">{% if x %}{{ _("Said") }} Told{% endif %}</p>'))))
    found.close()

    assert [text for text in found.texts if not only_names(text)] == ["Name", "¤ Told"]
    assert list(untranslated(environment.parse('{{ head("Make a thing") }}{{ head(_("Make a thing")) }}'))) == [
        "Make a thing"
    ]


# What differs between two requests of the same reader, and so must not stand in a part that is kept.
PASSING = {"csrf_token", "hidden_csrf", "request", "session", "form"}
PASSING |= {"today", "now", "get_flashed_messages", "with_args"}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_part_that_is_kept_holds_nothing_that_passes(environment: Environment, path: Path):
    tree = template_of(environment, path)
    kept = [block for block in tree.find_all(nodes.CallBlock) if getattr(block.call.node, "name", "") == "kept"]

    assert passing(kept) == set()


def passing(kept: list[nodes.CallBlock]) -> set[str]:
    """Names of what passes in the bodies of these blocks, but of what decides by ``keep`` whether one is kept."""
    return {one for block in kept for one in named(block.body) & PASSING - named(block.call.kwargs)}


def named(parts: list[Any]) -> set[str]:
    """Every name in these parts of a template."""
    return {found.name for part in parts for found in part.find_all(nodes.Name)}


def test_the_search_for_what_passes_finds_it(environment: Environment):
    tree = environment.parse('{% call kept("form", 1) %}{% if x %}{{ csrf_token() }}{% endif %}{% endcall %}')

    assert passing(list(tree.find_all(nodes.CallBlock))) == {"csrf_token"}
    tree = environment.parse('{% call kept("form", keep=not form) %}{{ form }}{{ now }}{% endcall %}')
    assert passing(list(tree.find_all(nodes.CallBlock))) == {"now"}


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if not {"layouts", "email", "components"} & set(path.parts)], ids=name
)
def test_every_page_has_a_title(environment: Environment, path: Path):
    blocks, parents = set(), 0
    tree = template_of(environment, path)
    while extends := next(tree.find_all(nodes.Extends), None):
        parents += 1
        blocks |= {block.name for block in tree.find_all(nodes.Block)}
        assert isinstance(extends.template, nodes.Const), "which layout a page has is known"
        tree = template_of(environment, ROOT / "templates" / extends.template.value)

    assert not parents or "title" in blocks


def test_every_icon_that_is_asked_for_is_drawn():
    asked = re.compile(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']\s*[,)]")
    wanted = {icon: name(path) for path in TEMPLATES for icon in asked.findall(path.read_text("utf-8"))}

    assert wanted
    assert {icon: path for icon, path in wanted.items() if icon not in sprite()} == {}
