"""Macros of templates: each template says by itself which it uses, and names none that it does not use."""

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import meta, nodes

from app import create_app
from app.config import ROOT
from tests.conftest import settings_for

FOLDER = ROOT / "templates"
TEMPLATES = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt")
)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, nodes.Template]:
    """Every template as Jinja reads it, by its name; with the filters that the portal has."""
    folder = tmp_path_factory.mktemp("portal")
    app: Flask = create_app(settings_for(f"sqlite:///{folder / 'portal.db'}", folder / "files"))
    return {name: app.jinja_env.parse((FOLDER / name).read_text("utf-8")) for name in TEMPLATES}


def imported(tree: nodes.Template) -> Iterator[str]:
    """The names by which a template calls what it imports."""
    for one in tree.find_all(nodes.FromImport):
        yield from (name[1] if isinstance(name, tuple) else name for name in one.names)


def test_every_macro_that_is_imported_is_used(trees: dict[str, nodes.Template]):
    unused = {
        (name, macro)
        for name, tree in trees.items()
        for macro in set(imported(tree)) - {used.name for used in tree.find_all(nodes.Name) if used.ctx == "load"}
    }
    assert not unused


def test_a_part_imports_the_macros_it_uses(trees: dict[str, nodes.Template]):
    """Else it stands on what the page above happens to import, and nobody who tidies that page up knows."""
    missing = set()
    for tree in trees.values():
        included = [one.template for one in tree.find_all(nodes.Include)]
        for part in (one.value for one in included if isinstance(one, nodes.Const)):
            missing |= {(part, macro) for macro in set(imported(tree)) & meta.find_undeclared_variables(trees[part])}
    assert not missing
