"""What the rooms of a feature know of each other and of the page: models, rules and queries stand beneath it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import ROOT

APP = ROOT / "app"
INNER = ("models", "rules", "queries", "services")
ROOMS = [path for path in sorted(APP.rglob("*.py")) if path.stem in INNER and path.relative_to(APP).parts[0] != "core"]
TEMPLATING = "app.core.templating"
# Inner files that speak to a reader, whose language and session `core/templating` knows, and why.
SPEAK = {
    "events/watching/queries": "calls what somebody watches as that reader does",
    "valorisation/items/queries": "calls items by their titles in a refusal",
    "valorisation/items/services": "says in a refusal when the project begins and ends",
    "valorisation/periods/queries": "says which records a figure was counted from",
    "valorisation/reminders/services": "writes mails in their reader's language",
    "valorisation/rules": "says days in a refusal",
}


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, and what it imports of them, each by its whole name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def name(path: Path) -> str:
    """A file as a person names it within the portal."""
    return path.relative_to(APP).with_suffix("").as_posix()


def test_what_stands_beneath_the_page_speaks_to_its_reader_only_with_a_reason():
    assert {name(path) for path in ROOMS if TEMPLATING in imports(path)} == {*SPEAK}


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_what_stands_beneath_the_page_knows_no_list_form_or_view(path: Path):
    above = {
        one for one in imports(path) if one.startswith("app.") and {"listing", "forms", "views"} & {*one.split(".")}
    }
    assert not above


@pytest.mark.parametrize("path", [path for path in ROOMS if path.stem in ("models", "rules")], ids=name)
def test_models_and_rules_ask_and_change_nothing(path: Path):
    asking = {one for one in imports(path) if one.startswith("app.") and {"queries", "services"} & {*one.split(".")}}
    assert not asking
