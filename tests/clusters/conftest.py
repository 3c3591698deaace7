"""What tests of clusters share: the small consortium with one more organisation, and clusters in it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clusters import memberships, services
from app.clusters.models import Cluster, ClusterMembership, ClusterScope, ClusterState, ClusterType, MemberRole
from app.clusters.services import ClusterFacts
from app.core.access import SYSTEM
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.conftest import Backend
from tests.events.conftest import SignIn, entered, sign_in, world  # noqa: F401 - fixtures
from tests.events.world import World

S = ClusterState
NOW = date(2025, 5, 12)


def facts(**changes: Any) -> ClusterFacts:
    """A regional cluster of Armenia, unless told otherwise."""
    values: dict[str, Any] = {
        "name": {"en": "Textile cluster", "hy": "Տեքստիլ կլաստեր"},
        "type": ClusterType.REGIONAL,
        "scope": ClusterScope.REGIONAL,
        "countries": ["AM"],
        "regions": ["AM-LO"],
        "isced_f": ["0723"],
        "nace": ["13"],
        "mission": {"en": "Crafts that find work."},
    }
    return ClusterFacts(**values | changes)


def organisation(key: int) -> Organisation:
    """An organisation by its key."""
    return db.session.get_one(Organisation, key)


def join(
    cluster: Cluster, key: int, role: MemberRole = MemberRole.MEMBER, since: date = date(2025, 1, 1), **more: Any
) -> ClusterMembership:
    """Enter a member."""
    entry = memberships.MemberFacts(role=role, joined_on=since, **more)
    return memberships.add(SYSTEM, cluster, organisation(key), entry)


def move(cluster: Cluster, *states: ClusterState, actor: Any = SYSTEM, reason: str | None = "Because") -> None:
    """Move a cluster from state to state."""
    needs = db_needs()
    db.session.refresh(cluster)
    for state in states:
        services.move(actor, cluster, cluster.version, state, needs=needs, reason=reason)


def db_needs() -> Any:
    """What the consortium asks of clusters."""
    from flask import current_app

    return current_app.config["CONSORTIUM"].clusters


def make(app: Flask, **changes: Any) -> Cluster:
    """A cluster, proposed by the portal itself."""
    actor = changes.pop("actor", SYSTEM)
    marks = changes.pop("marks", {})
    return services.create(actor, facts(**changes), app.config["CONSORTIUM"], **marks)


Made = Callable[..., int]


@pytest.fixture
def made(backend: Backend, world: World) -> Made:  # noqa: F811 - the fixture
    """Put a cluster into the portal and commit; ``working`` gives it members and makes it active. Answers its key."""

    def build(*, working: bool = False, published: bool = False, **changes: Any) -> int:
        return backend.begin_with(put, backend.app, world, working, published, **changes)

    return build


def put(app: Flask, world: World, working: bool, published: bool, **changes: Any) -> int:  # noqa: F811
    """The key of a cluster."""
    cluster = make(app, **changes)
    if working:
        join(cluster, world.school, MemberRole.COORDINATOR)
        join(cluster, world.company)
        join(cluster, world.agency)
        move(cluster, S.FORMING, S.ACTIVE)
    if published:
        services.publish(SYSTEM, cluster, cluster.version, published=True)
    return cluster.id


@pytest.fixture
def lead(sign_in: SignIn, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:  # noqa: F811 - the fixture
    """The browser of the lead of Armenia."""
    browser = sign_in("lead")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return browser


@pytest.fixture
def tokens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are checked for tokens, so forms have them here."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def member(app: Flask, cluster: int, key: int) -> int:
    """The key of an organisation's membership."""
    with app.app_context():
        found = db.session.query(ClusterMembership).filter_by(cluster_id=cluster, organisation_id=key)
        return found.order_by(ClusterMembership.id.desc()).first().id
