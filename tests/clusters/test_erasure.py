"""A person who is erased is named in no membership, invitation or answer of a cluster."""

from typing import Any

from flask import Flask

from app.clusters import invitations
from app.clusters.models import MemberRole
from app.core.access import SYSTEM
from app.stakeholders import erasure, subject_data
from app.stakeholders.erasure import ErasureReason
from tests.accounts.people import work
from tests.clusters.conftest import make, organisation
from tests.events.world import World
from tests.stakeholders.register import person
from tests.stakeholders.test_erasure import traces


def test_an_erasure_reaches_invitations_answers_and_reasons(app: Flask, world: World) -> None:
    with work(app):
        known = person("Svjetlana", family_name="Kurtović", email="svjetlana.k@example.org")
        cluster = make(app, mission={"en": "Founded by Svjetlana Kurtović."})
        letter: dict[str, Any] = {"role": MemberRole.MEMBER, "email": "Svjetlana.K@example.org", "language": "de"}
        invitation, _path = invitations.invite(
            SYSTEM, cluster, organisation(world.company), message="Dear Svjetlana Kurtović, join us.", **letter
        )
        said = {"name": "Свјетлана Куртовић", "function": "Head", "reason": "Ask S. Kurtović."}
        invitations.answer(invitation, accepted=False, **said)
        key = known.id
    assert {line.partition(":")[0] for line in traces(app)} >= {
        "cluster",
        "cluster_invitation",
        "cluster_answer",
        "mail",
    }
    with work(app) as session:
        known = session.get_one(type(known), key)
        chosen = [place.mention.key for place in subject_data.collect(known).places]
        erasure.erase(SYSTEM, known, known.version, ErasureReason.ASKED, chosen)
    assert traces(app) == []
