"""What an evidence report says, as plain data, once in each language that somebody signed in and in English.

The labels are the fixed words of documents, so that a report can be in a language that the interface does not have.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.core import portal
from app.core.i18n import SOURCE_LANGUAGE
from app.mou.evidence.models import MouEvent
from app.mou.seals.models import MouSealed, SealKind
from app.mou.seals.printing import checks_of, name_invited
from app.mou.signing.models import MouSignature
from app.mou.texts.models import MouText
from app.mou.wordings import Words, words

# Of the hash of an event, so much identifies it on paper; the whole one is in the file within.
SHOWN_OF_HASH = 16
Piece = dict[str, Any]


@dataclass(frozen=True)
class Certificate:
    """What is told of the certificate of a seal."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Looked:
    """What was found when the proof was looked through for a report."""

    is_chain_whole: bool
    is_seal_whole: bool
    certificate: Certificate | None
    stamp_by: str | None
    stamped_at: str | None


@dataclass(frozen=True)
class Told:
    """Everything that a report is about."""

    text: MouText
    number: int
    signatures: Sequence[MouSignature]
    events: Sequence[MouEvent]
    sealed: Sequence[MouSealed]
    looked: Looked


def languages(signatures: Sequence[MouSignature]) -> list[str]:
    """Languages of a report: those of who signed, in their order, and English at the end."""
    spoken = (words(one.link.language).language for one in signatures)
    return list(dict.fromkeys([*(code for code in spoken if code != SOURCE_LANGUAGE), SOURCE_LANGUAGE]))


def zone_of(text: MouText) -> str:
    """The zone in which local times are told: that of the memorandum's country, or the consortium's."""
    consortium = portal.consortium()
    country = consortium.by_country.get(text.mou.country or "")
    return country.zone if country else consortium.zone


def part(told: Told, language: str) -> dict[str, Any]:
    """The report in one language: heads, and pieces of facts, points and tables beneath each."""
    say = words(language)
    sections = [
        (say("document"), list(_document(told, say))),
        (say("parties"), list(_parties(told, say))),
        (say("signatures"), [piece for one in told.signatures for piece in _signature(one, told, say)]),
        (say("events"), [_events(told, say)]),
        (say("seal"), list(_seal(told, say))),
        (say("chain"), list(_chain(told, say))),
        (say("how_to_verify"), [_points(_ways(told.text, say))]),
        (say("proves"), [_points(_limits(say))]),
    ]
    return {
        "tag": portal.consortium().by_language[language].html.partition("-")[0],
        "title": say("evidence"),
        "lede": f"{say('report_version', number=told.number)}. "
        + say("report_until", moment=_seconds(told.events[-1].happened_at)),
        "sections": [{"head": head, "pieces": pieces} for head, pieces in sections],
    }


# ---- The sections ----


def _document(told: Told, say: Words) -> Iterator[Piece]:
    content, text = told.text.content, told.text
    by_kind = {one.kind: one.sha256 for one in told.sealed}
    yield _facts(
        [
            (say("number"), content["reference"]),
            (say("title"), content["title"].get(say.language) or " / ".join(content["title"].values())),
            ("", say("text_version", number=text.number)),
            (say("hash_before"), text.sha256),
            (say("hash_page"), text.html_sha256),
            (say("hash_pdf"), text.pdf_sha256),
            (say("hash_after"), by_kind.get(SealKind.SEAL)),
            (say("hash_stamped"), by_kind.get(SealKind.STAMP)),
        ]
    )


def _parties(told: Told, say: Words) -> Iterator[Piece]:
    for party in told.text.content["parties"]:
        yield _name(f"{say('role_' + party['role'])}: {_named(party['name'], say)}")
        yield _facts([(say("register_number"), party["register_number"]), (say("address"), party["address"])])


def _signature(one: MouSignature, told: Told, say: Words) -> Iterator[Piece]:
    signatory, invited = one.signatory, name_invited(one)
    note = f" ({signatory.basis_note})" if signatory.basis_note else ""
    yield _name(one.name)
    yield _facts(
        [
            (say("for_party"), _named(signatory.party.legal_name, say)),
            (say("as_role"), one.role_title),
            ("", say("authority", basis=say(f"basis_{signatory.basis.value}") + note)),
            (say("name_typed"), one.name),
            (say("name_invited"), invited),
            ("", say("name_differs", name=invited) if one.differs else None),
            (say("language"), _language(one.link.language)),
            (say("method"), say(f"method_{one.method.value}")),
            (say("time"), _seconds(one.signed_at)),
            (say("local_time", zone=zone_of(told.text)), _local(one.signed_at, told.text)),
            (say("checks"), "; ".join(checks_of(one, say))),
            (say("hash_page"), one.document_sha256),
        ]
    )
    yield {"kind": "text", "text": f"{say('statements')}:"}
    yield _points([_statement(statement, say) for statement in one.statements])


def _statement(statement: dict[str, str], say: Words) -> str:
    language = _language(statement["language"])
    return f"{statement['text']} ({say('statement_of', language=language, version=statement['version'])})"


def _events(told: Told, say: Words) -> Piece:
    head = ["", say("utc"), say("local_time", zone=zone_of(told.text)), say("event"), say("event_hash")]
    rows = [
        [
            str(event.number),
            _seconds(event.happened_at),
            _local(event.happened_at, told.text),
            " · ".join([say(f"event_{event.kind}"), *_details(event)]),
            event.hash[:SHOWN_OF_HASH],
        ]
        for event in told.events
    ]
    return {"kind": "table", "columns": [8, 32, 44, 0, 31], "head": head, "rows": rows}


def _details(event: MouEvent) -> Iterator[str]:
    """Who it was and why, as far as the chain says."""
    facts = event.facts
    names = [facts.get(key) for key in ("typed", "name", "by")]
    yield from list(dict.fromkeys(str(name) for name in names if name))[:2]
    for key in ("reason", "level", "since", "until"):
        if facts.get(key):
            yield str(facts[key])


def _seal(told: Told, say: Words) -> Iterator[Piece]:
    newest, looked = told.sealed[-1], told.looked
    certificate = looked.certificate
    facts = [
        (say("seal_level"), newest.level),
        (say("sealed_at"), _seconds(told.sealed[0].sealed_at)),
    ]
    if certificate is not None:
        valid = say("valid_between", first=_seconds(certificate.begins), last=_seconds(certificate.ends))
        facts += [
            (say("certificate"), certificate.subject),
            (say("issuer"), certificate.issuer),
            (say("serial"), certificate.serial),
            (say("fingerprint"), certificate.fingerprint),
            (say("valid"), valid),
        ]
    if looked.stamped_at:
        facts += [
            (say("time_stamp"), _seconds(datetime.fromisoformat(looked.stamped_at))),
            (say("stamp_by"), looked.stamp_by or "–"),
        ]
    else:
        facts.append((say("time_stamp"), say("pending_stamp")))
    yield _facts(facts)
    yield {"kind": "text", "text": say("seal_whole" if looked.is_seal_whole else "seal_not_whole")}


def _chain(told: Told, say: Words) -> Iterator[Piece]:
    yield _facts([(say("chain_head"), told.events[-1].hash)])
    yield {"kind": "text", "text": say("chain_whole" if told.looked.is_chain_whole else "chain_not_whole")}


def _ways(text: MouText, say: Words) -> Iterator[str]:
    address = f"{portal.settings().public_url}/verify"
    yield say("how_online", address=f"{address}/{text.content['reference']}")
    yield say("how_hash")
    yield say("how_pdfsig")
    yield say("how_acrobat", address=f"{address}/ca.cer")
    yield say("how_export")


def _limits(say: Words) -> Iterator[str]:
    for key in ("what_it_proves", "proves_mailbox", "proves_level", "proves_clock", "proves_origin"):
        yield say(key)


# ---- Words and pieces ----


def _facts(pairs: Sequence[tuple[str, str | None]]) -> Piece:
    return {"kind": "facts", "pairs": [[name, value] for name, value in pairs if value]}


def _points(items: Iterator[str] | Sequence[str]) -> Piece:
    return {"kind": "points", "items": list(items)}


def _name(name: str) -> Piece:
    return {"kind": "name", "text": name}


def _named(names: dict[str, str], say: Words) -> str:
    return names.get(say.language) or names.get(SOURCE_LANGUAGE) or next(iter(names.values()))


def _language(code: str) -> str:
    known = portal.consortium().by_language.get(code)
    return known.label if known else code


def _seconds(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _local(instant: datetime, text: MouText) -> str:
    there = instant.astimezone(ZoneInfo(zone_of(text)))
    return there.strftime("%Y-%m-%d %H:%M:%S ") + there.isoformat()[-6:]
