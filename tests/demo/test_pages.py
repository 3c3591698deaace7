"""The front page with the consortium's own data, for visitors and for each role."""

import re
from html.parser import HTMLParser

from sqlalchemy import select

from app.core.access import Role
from app.events.models import Event, Visibility
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.stakeholders.models import Person
from tests.accounts.people import statements, submit
from tests.demo.conftest import Show

MOST_STATEMENTS = 12  # An administrator is also told when the seal ends.


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        """Keep what a reader sees."""
        self.parts.append(data)

    def __str__(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.parts))


def test_visitors_see_what_the_project_is(show: Show) -> None:
    with statements(show.app) as seen:
        page = show.app.test_client().get("/").get_data(as_text=True)
    words = str(Words(page))
    assert len(seen) <= MOST_STATEMENTS
    assert "Beyond Europe with Micro-credentials" in words
    assert re.search(r"Micro-credentials\s+29\s", words), words
    assert re.search(r"Partners\s+17\s+in 8 countries", words), words
    assert "17 partners" in words
    assert "designed 62 micro-credentials" in words
    assert "Pattern on Fabric" in words
    assert "Lori Regional State College" in words
    assert "Co-funded by the European Union" in words
    assert "/operations/mailbox" in page


def test_a_history_says_that_its_days_are_real_where_the_portal_reckons_with_another(show: Show) -> None:
    (door,) = (line.split()[1] for line in show.printed.splitlines() if line.startswith(f"{Role.COORDINATOR} "))
    client = show.app.test_client()
    submit(client, door.removeprefix("http://localhost"))
    words = str(Words(client.get("/microcredentials/AM-03").get_data(as_text=True)))
    assert "These are the real days on which it was entered here." in words
    assert "judged as of 12 May 2025" in words


def test_visitors_see_nothing_private(show: Show) -> None:
    client = show.app.test_client()
    pages = [client.get(path).get_data(as_text=True) for path in ("/", "/events/", "/microcredentials/", "/feeds/")]
    with show.app.app_context():
        closed = [
            text
            for event in db.session.scalars(select(Event).where(Event.visibility != Visibility.PUBLIC))
            for text in (*event.title.values(), event.link)
            if text
        ]
        unpublished = select(MicroCredential).where(
            MicroCredential.state != MicroCredentialState.PUBLISHED, MicroCredential.published_at.is_(None)
        )
        closed += [design.title["en"] for design in db.session.scalars(unpublished)]
        closed += [f"{person.given_name} {person.family_name}" for person in db.session.scalars(select(Person))]
    assert len(closed) > 30
    for page in pages:
        assert [text for text in closed if text in page] == []


def test_each_role_gets_its_own_front_page_in_a_few_statements(show: Show) -> None:
    needing = {}
    for line in show.printed.splitlines():
        role, address = line.split()
        client = show.app.test_client()
        submit(client, address.removeprefix("http://localhost"))
        with statements(show.app) as seen:
            page = client.get("/").get_data(as_text=True)
        assert len(seen) <= MOST_STATEMENTS, (role, len(seen), seen)
        words = str(Words(page))
        assert "Monday, May 12, 2025" in words or "Monday, 12 May 2025" in words
        needing[Role(role)] = int(re.search(r"(\d+) matters? needs? you", words)[1])
    assert needing[Role.ADMIN] == needing[Role.COORDINATOR] >= 10
    assert needing[Role.LGE_MEMBER] > 0
    assert needing[Role.AUDITOR] == needing[Role.STAKEHOLDER] == 0
