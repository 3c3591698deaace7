"""A person who is erased is named in no membership, invitation or answer of a cluster."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clusters import erasure as erasure_of_answers
from app.clusters import invitations
from app.clusters.models import ClusterInvitation, MemberRole
from app.core.access import SYSTEM, Role
from app.core.audit import AuditEntry
from app.core.errors import Refused
from app.stakeholders import erasure, subject_data
from app.stakeholders.erasure import ErasureReason
from tests.accounts.people import arrive, submit, work
from tests.clusters.conftest import make, organisation
from tests.events.world import World
from tests.page import Page
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
        data = subject_data.collect(known)
        chosen = [place.mention.key for place in data.places]
        erasure.erase(SYSTEM, data, known.version, ErasureReason.ASKED, chosen)
    assert traces(app) == []


def test_who_answered_and_is_in_no_register_is_taken_out_by_whoever_may_erase(
    app: Flask, client: FlaskClient, world: World
) -> None:
    with work(app):
        cluster = make(app)
        letter: dict[str, Any] = {"role": MemberRole.MEMBER, "email": "svjetlana.k@example.org", "language": "de"}
        invitation, _path = invitations.invite(SYSTEM, cluster, organisation(world.company), **letter)
        invitations.answer(invitation, accepted=True, name="Svjetlana Kurtović", function="Head", may_be_named=False)
        path = f"/clusters/{cluster.id}/members/{invitation.membership_id}"
    arrive(app, client, Role.AUDITOR, email="auditor@example.org")
    assert submit(client, f"{path}/forget-answerer").status_code == 403
    arrive(app, client, Role.COORDINATOR)
    assert "Svjetlana" in client.get(path).text
    page = Page(submit(client, f"{path}/forget-answerer", follow_redirects=True))
    assert page.messages == ["Who answered is no longer named here."]
    assert "Svjetlana" not in page.text
    assert "Accepted" in page.text
    assert submit(client, f"{path}/forget-answerer").status_code == 303


def test_who_answered_is_in_no_mail_audit_or_reason_afterwards(app: Flask, world: World) -> None:
    with work(app) as session:
        letter: dict[str, Any] = {"role": MemberRole.MEMBER, "email": "svjetlana.k@example.org", "language": "de"}
        invitation, _path = invitations.invite(
            SYSTEM, make(app), organisation(world.company), message="Dear Svjetlana Kurtović", **letter
        )
        said = {"name": "Svjetlana Kurtović", "function": "Head", "reason": "Svjetlana Kurtović has no time."}
        invitations.answer(invitation, accepted=False, **said)
        # As it was written before the audit hid mailbox and message.
        old = {
            "email": [None, "svjetlana.k@example.org"],
            "message": [None, "Dear Svjetlana Kurtović"],
            "language": [None, "de"],
        }
        whose = {"record_kind": "cluster_invitation", "record_id": invitation.id}
        session.add(AuditEntry(**whose, action="create", changes=old, actor_name="portal"))
        key = invitation.id
    assert {line.partition(":")[0] for line in traces(app)} >= {"audit_entry", "mail", "state_move"}
    with work(app) as session:
        erasure_of_answers.forget_answerer(SYSTEM, session.get_one(ClusterInvitation, key))
    assert traces(app) == []
    with work(app) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "cluster_invitation"))
        told = [entry.changes for entry in entries.all() if entry.changes.get("email", [None])[-1] == "[erased]"]
        assert told == [{"email": [None, "[erased]"], "message": [None, "[erased]"], "language": [None, "de"]}]
        erasure_of_answers.forget_answerer(SYSTEM, session.get_one(ClusterInvitation, key))  # again, harmless


def test_an_invitation_whose_mailbox_was_erased_is_not_sent_again(app: Flask, world: World) -> None:
    with work(app):
        known = person("Svjetlana", family_name="Kurtović", email="Svjetlana.K@example.org")
        letter: dict[str, Any] = {"role": MemberRole.MEMBER, "email": "svjetlana.k@example.org", "language": "de"}
        invitation, _path = invitations.invite(SYSTEM, make(app), organisation(world.company), **letter)
        erasure.erase(SYSTEM, subject_data.collect(known), known.version, ErasureReason.ASKED, ())
        with pytest.raises(Refused, match="invite the organisation anew"):
            invitations.resend(SYSTEM, invitation)
    assert traces(app) == []
