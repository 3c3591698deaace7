"""A person whose name stands wherever a portal can hold one."""

import io
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Flask

from app.core import mail, outbox
from app.core.access import SYSTEM
from app.core.files import FORGET, keep
from app.core.states import StateMove
from app.events.models import Visibility
from app.events.services import edit, log
from app.stakeholders import consent
from app.stakeholders.consent import ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay
from app.stakeholders.models import LawfulBasis, NameKind, Source
from app.stakeholders.services import AffiliationFacts, PersonFacts, edit_organisation, edit_person
from tests.accounts.people import work
from tests.events.world import World
from tests.stakeholders.register import facts, name, organisation, person

# Every way in which the name must be found nowhere afterwards: in scripts, as keys, as addresses.
TRACES = (
    *("svjetlana", "kurtovi", "светлана", "куртови", "svetlana", "kurtovic"),
    *("svjetlana.k@example.org", "555 77 88", "signed by s. k."),
)
KNOWN: dict[str, Any] = {
    "family_name": "Kurtović",
    "native_name": "Светлана Куртовић",
    "native_language": "sr-Latn",
    "email": "Svjetlana.K@example.org",
    "phone": "+381 18 555 77 88",
    "lawful_basis": LawfulBasis.CONSENT,
    "source": Source.PUBLIC,
    "source_detail": "https://school.example/staff/svjetlana-kurtovic",
}


@dataclass(frozen=True)
class Named:
    """Keys of the person and of what names the person, and the hash of the file that does."""

    person: int
    school: int
    salon: int
    event: int
    evidence: str


def build(app: Flask, world: World) -> Named:
    """Enter a person, change the record, and mention the name in texts, mails, jobs and evidence."""
    with work(app) as session:
        school = organisation(name("School of Niš"), notes="Ask Svjetlana Kurtović, svjetlana.k@example.org.")
        names = name("Salon Svjetlana Kurtović"), name("Салон Светлана Куртовић", "sr-Latn", NameKind.LEGAL)
        salon = organisation(*names)
        edit_organisation(SYSTEM, salon, salon.version, facts(*names, city="Niš"))
        first = AffiliationFacts(school, {"en": "Svjetlana's function"}, date(2020, 1, 1), date(2024, 6, 30))
        agreed = {"consent_on": date(2025, 1, 2), "consent_for": [ConsentPurpose.CONTACT]}
        made = person("Svjetlana", SYSTEM, first, title="Dr", **agreed, **KNOWN)
        later = [AffiliationFacts(school, {"en": "Successor of Svjetlana"}, date(2024, 7, 1))]
        edit_person(
            SYSTEM, made, made.version, PersonFacts(given_name="Svjetlana", title="Prof.", affiliations=later, **KNOWN)
        )
        scan = keep(session, app.extensions["files"], io.BytesIO(b"signed by S. K."), "Svjetlana Kurtovic.txt", None)
        taken_back = ConsentFacts(
            act=ConsentAct.WITHDRAWN,
            purposes=[ConsentPurpose.CONTACT],
            on_day=date(2025, 4, 1),
            way=ConsentWay.SPOKEN,
            note="Svjetlana Kurtović rang",
        )
        consent.record_consent(SYSTEM, made, taken_back, scan)
        said = {"en": "Opened by Svjetlana Kurtović", "sr-Latn": "Отвара Светлана Куртовић"}
        told = {"visibility": Visibility.PUBLIC, "description": said, "venue": "School of Svjetlana Kurtović"}
        event = log(SYSTEM, world.consultation(**told))
        edit(SYSTEM, event, event.version, world.consultation(**told, city="Gyumri"))
        asked = {"record_kind": "event", "record_id": event.id, "old": "planned", "new": "held", "actor_name": "portal"}
        session.add(StateMove(**asked, reason="KURTOVIC, Svjetlana asked for it"))
        user = SimpleNamespace(name="Svjetlana Kurtović")
        mail.send(session, "svjetlana.k@example.org", "Dear Svjetlana", "accounts/notice", user=user, event="x")
        rows = [{"Given name": "Svjetlana", "Family name": "Kurtović"}]
        outbox.enqueue(session, FORGET, {"sha256": "0" * 64, "rows": rows})
        return Named(made.id, school.id, salon.id, event.id, scan.sha256)
