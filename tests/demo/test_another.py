"""Another consortium than the first begins by the steps that are written down for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from app import create_app
from app.accounts.models import ORGANISATION_ROLES
from app.config import ROOT, Profile
from app.core import clock
from app.core.access import Role
from app.demo import welcome
from app.demo.commands import prepare
from app.extensions import db
from tests.accounts.people import is_signed_in, submit
from tests.conftest import settings_for

EMPTY: dict[str, dict[str, list[Any]]] = {
    "organisations.yaml": {"organisations": [], "people": []},
    "microcredentials.yaml": {"microcredentials": []},
    "clusters.yaml": {"clusters": []},
    "events.yaml": {"meetings": [], "deadlines": [], "examples": []},
    "mapping.yaml": {"mapping": []},
}


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Flask]:
    """The demonstration of a consortium without Armenia, with empty registers and no other files."""
    folder = tmp_path / "other"
    folder.mkdir()
    facts = yaml.safe_load((ROOT / "consortia" / "bem" / "project.yaml").read_text("utf-8"))
    facts["countries"] = [one for one in facts["countries"] if one["code"] != "AM"]
    facts["regions"] = [one for one in facts["regions"] if one["country"] != "AM"]
    del facts["demo_homes"]
    for name, content in {"project.yaml": facts, **EMPTY}.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    asked = clock.as_of()
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    app = create_app(settings_for(url, tmp_path / "files", profile=Profile.DEMO, consortium=folder))
    yield app
    clock.reckon_with(asked)
    with app.app_context():
        db.engine.dispose()


def test_its_demonstration_is_prepared_and_entered(another: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(another)
    prepare(another)
    welcome(another)
    lines = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert set(lines) == set(Role) - ORGANISATION_ROLES - {Role.CLUSTER_COORDINATOR}
    for address in lines.values():
        client = another.test_client()
        assert submit(client, address.removeprefix("http://localhost")).location == "/"
        assert is_signed_in(client)
        assert client.get("/").status_code == 200
