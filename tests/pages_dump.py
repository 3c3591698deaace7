"""Writes every page of the demonstration into a folder, as it is served: ``python -m tests.pages_dump FOLDER``."""

import re
import sys
import tempfile
from pathlib import Path

from app import create_app
from app.accounts.demo import demo_users, entry_path
from app.config import Profile
from app.core import clock
from app.core.access import Role
from app.core.database import writing
from app.demo.commands import load
from app.extensions import db
from tests.browser.pages import EVERY_PAGE
from tests.conftest import AS_OF, build_schema, settings_for


def main(folder: Path) -> int:
    """Write the pages; answers how many."""
    with tempfile.TemporaryDirectory() as place:
        app = create_app(
            settings_for(f"sqlite:///{place}/portal.db", Path(place) / "files", profile=Profile.DEMO, as_of=AS_OF)
        )
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            build_schema(app)
        load(app)
        with app.test_request_context("/"), writing():
            demo_users(db.session)
            entry = entry_path(Role.COORDINATOR)
            db.session.commit()
        clock.reckon_with(AS_OF)
        people = {None: app.test_client(), Role.COORDINATOR: app.test_client()}
        people[Role.COORDINATOR].post(entry)
        for role, path in EVERY_PAGE:
            name = re.sub(r"\W+", "-", path).strip("-") or "home"
            page = people[role].get(path).get_data(as_text=True)
            (folder / f"{role or 'public'}-{name}.html").write_text(page, "utf-8")
        with app.app_context():
            db.engine.dispose()
    return len(EVERY_PAGE)


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]))} pages written\n")
