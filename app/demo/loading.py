"""Reads a consortium's files into an empty portal, through the same services that people use."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from app.core.access import SYSTEM
from app.core.consortium import Consortium
from app.demo.afterwards import load_batches, load_reports, publish_next
from app.demo.clusters import consolidate, load_clusters
from app.demo.days import day_of
from app.demo.events import Known, load_events
from app.demo.gatherings import load_gatherings
from app.demo.mapping import load_mapping
from app.demo.memoranda import load_memoranda, load_templates
from app.demo.microcredentials import load_microcredentials
from app.demo.milestones import load_milestones
from app.demo.minutes import load_minutes
from app.demo.periods import load_periods
from app.demo.plan_items import Known as PlanWorld
from app.demo.plans import load_plans
from app.demo.recommendations import load_recommendations
from app.extensions import db
from app.stakeholders.consent import ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay, record_consent
from app.stakeholders.models import Category, LawfulBasis, NameKind, Organisation, RecognitionRole, Source
from app.stakeholders.services import (
    AffiliationFacts,
    NameFacts,
    OrganisationFacts,
    PersonFacts,
    create_organisation,
    create_person,
)


def is_empty() -> bool:
    """Whether no organisation is in the portal yet."""
    return db.session.scalar(select(Organisation.id).limit(1)) is None


def load_consortium(folder: Path, consortium: Consortium) -> None:
    """Load what the files of a consortium hold, in the order in which one refers to another.

    Organisations, micro-credentials, clusters, events and the mapping have a file each, memoranda, plans, periods,
    milestones and recommendations where there are any. Raises ``FileNotFoundError``, and ``KeyError`` for what is left
    out of a file or names nothing.
    """
    registers = _read(folder / "organisations.yaml")
    organisations = {entry["key"]: _organisation(entry) for entry in registers["organisations"]}
    for entry in registers["people"]:
        _person(entry, organisations)
    designs = load_microcredentials(_read(folder / "microcredentials.yaml")["microcredentials"], organisations)
    entries = _read(folder / "clusters.yaml")["clusters"]
    clusters = load_clusters(entries, organisations, designs, consortium)
    known = Known(organisations, designs, clusters)
    dated = _read(folder / "events.yaml")
    events = load_events(dated, known, consortium.zone)
    consolidate(entries, clusters, consortium)
    load_mapping(_read(folder / "mapping.yaml")["mapping"], organisations, designs, events)
    load_gatherings(dated["examples"], events, organisations)
    load_minutes(dated["meetings"], events, organisations)
    offered = load_templates(folder / "memoranda")
    agreed = _optional(folder / "memoranda.yaml")
    memoranda = load_memoranda(agreed.get("memoranda", []), offered, organisations, designs)
    load_reports(agreed.get("reports", []), memoranda, organisations)
    load_batches(agreed.get("batches", []), memoranda)
    publish_next(agreed.get("versions", []), offered)
    promised = PlanWorld(organisations, designs, events, consortium)
    plans = load_plans(_optional(folder / "plans.yaml").get("plans", []), promised)
    load_periods(_optional(folder / "periods.yaml").get("periods", []), consortium)
    load_milestones(_optional(folder / "milestones.yaml").get("milestones", []), promised, memoranda)
    load_recommendations(_optional(folder / "recommendations.yaml"), promised, plans, memoranda)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    return content


def _optional(file: Path) -> dict[str, Any]:
    return _read(file) if file.exists() else {}


def _organisation(entry: dict[str, Any]) -> Organisation:
    names = [NameFacts(name["text"], name["language"], NameKind(name["kind"])) for name in entry["names"]]
    return create_organisation(
        SYSTEM,
        OrganisationFacts(
            names=[NameFacts(names[0].text, names[0].language, NameKind.WORKING), *names[1:]],
            category=Category(entry["category"]),
            country=entry["country"],
            region=entry.get("region"),
            city=entry.get("city"),
            website=entry.get("website"),
            email=entry.get("email"),
            recognition_roles=[RecognitionRole(code) for code in entry.get("recognition_roles", ())],
        ),
        is_partner=entry.get("partner", False),
        partner_number=entry.get("partner_number"),
        is_coordinator=entry.get("coordinator", False),
        is_example=entry["is_example"],
    )


def _person(entry: dict[str, Any], organisations: dict[str, Organisation]) -> None:
    native = entry.get("name_native") or {}
    person = create_person(
        SYSTEM,
        PersonFacts(
            given_name=entry["given_name"],
            family_name=entry.get("family_name"),
            native_name=native.get("text"),
            native_language=native.get("language"),
            lawful_basis=LawfulBasis(entry["lawful_basis"]),
            source=Source(entry["source"]),
            source_detail=entry.get("source_detail"),
            email=entry.get("email"),
            phone=entry.get("phone"),
            review_on=day_of(entry.get("review_on")),
            **_first_consent(entry.get("consent", [])),
            affiliations=[
                AffiliationFacts(
                    organisation=organisations[affiliation["organisation"]],
                    role_title=affiliation["role"],
                    valid_from=day_of(affiliation.get("from")),
                    valid_to=day_of(affiliation.get("to")),
                )
                for affiliation in entry["affiliations"]
            ],
        ),
        is_example=entry.get("is_example", False),
    )
    for said in entry.get("consent", [])[1:]:
        record_consent(SYSTEM, person, ConsentFacts(act=ConsentAct(said["act"]), note=said.get("note"), **_said(said)))


def _first_consent(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """What a person agreed to when the data came; the ledger goes on from there."""
    if not entries:
        return {}
    said = _said(entries[0])
    return {"consent_on": said["on_day"], "consent_way": said["way"], "consent_for": said["purposes"]}


def _said(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "purposes": [ConsentPurpose(code) for code in entry["for"]],
        "on_day": day_of(entry["day"]),
        "way": ConsentWay(entry["how"]),
    }
