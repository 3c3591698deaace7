"""What a memorandum says, worked out once for both languages: plain data that page and PDF are made of.

``frozen`` gives JSON with every word of the text, so that what was shown can be shown again after names, templates and
the portal itself have changed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from app.core import portal
from app.core.i18n import read_in
from app.microcredentials.models import MicroCredential
from app.mou import queries, wordings
from app.mou.models import Mou, MouCommitment, MouParty
from app.mou.signing.queries import replaced_in
from app.mou.wordings import BLOCKS, HOLE, Clause, Words, words

FORMAT = 1
# A paragraph of a clause: a text, or a list of texts.
Part = Mapping[str, Any]


def frozen(mou: Mou, number: int) -> dict[str, Any]:
    """What the memorandum says now, as version ``number``; JSON.

    Raises ``Unfit`` for a template that cannot be read.
    """
    template = wordings.read(mou.template_version.content)
    writers = {code: Writer(mou, code) for code in mou.languages}
    gone = replaced_in(mou)
    chosen = [clause for clause in template.clauses if clause.is_mandatory or clause.code in mou.clauses]
    clauses: list[dict[str, Any]] = [
        {
            "code": clause.code,
            "title": {code: clause.title[code] for code in mou.languages},
            "parts": {code: writer.parts(clause) for code, writer in writers.items()},
        }
        for clause in chosen
    ]
    return {
        "format": FORMAT,
        "reference": queries.reference_of(mou),
        "uid": str(mou.uid),
        "number": number,
        "instrument": mou.instrument.value,
        "languages": list(mou.languages),
        "prevailing": mou.prevailing_language,
        "title": {code: writer.say(mou.title) for code, writer in writers.items()},
        "notice": {code: template.notice[code] for code in mou.languages},
        "clauses": [clause for clause in clauses if any(clause["parts"].values())],
        "parties": [_party(party, gone) for party in mou.parties],
        "microcredentials": [
            {"uid": str(one.uid), "code": one.code, "title": dict(one.title)} for one in mou.microcredentials
        ],
        "commitments": [_commitment(one) for one in mou.commitments],
        "term": _term(mou),
        "template": {
            "code": template.code,
            "number": mou.template_version.number,
            "sha256": mou.template_version.sha256,
        },
    }


def _party(party: MouParty, gone: Collection[int]) -> dict[str, Any]:
    return {
        "id": party.id,
        "organisation": party.organisation_id,
        "role": party.role.value,
        "name": dict(party.legal_name),
        "register_number": party.register_number,
        "address": party.address,
        "signatories": [
            {
                "uid": str(one.uid),
                "name": one.name,
                "role": one.role_title,
                "basis": one.basis.value,
                "basis_note": one.basis_note,
                "turn": one.turn,
            }
            for one in party.signatories
            if one.id not in gone
        ],
    }


def _commitment(one: MouCommitment) -> dict[str, Any]:
    due = one.due_on.isoformat() if one.due_on else None
    return {
        "uid": str(one.uid),
        "party": one.party_id,
        "kind": one.kind.value,
        "amount": one.amount,
        "due": due,
        "text": dict(one.text or {}),
    }


def _term(mou: Mou) -> dict[str, Any]:
    return {
        "from": mou.effective_from.isoformat() if mou.effective_from else None,
        "months": mou.duration_months,
        "until": mou.ends_on.isoformat() if mou.ends_on else None,
        "open": mou.is_open_ended,
        "renews": mou.auto_renew,
        "notice_days": mou.notice_days,
    }


class Writer:
    """Writes a memorandum in one language."""

    def __init__(self, mou: Mou, language: str) -> None:
        self.mou = mou
        self.language = language
        self.words: Words = words(language)
        self.gone = replaced_in(mou)

    def say(self, texts: Mapping[str, str] | None) -> str:
        """A text in this language, else in English, else in any."""
        reading = read_in(dict(texts or {}), self.language)
        return reading.text if reading else ""

    def day(self, day: date) -> str:
        """A date as this language writes it."""
        locale = portal.consortium().by_language[self.language].locale
        return format_date(day, "long", locale=locale)

    def parts(self, clause: Clause) -> list[Part]:
        """The paragraphs of a clause; those for which there is nothing to say are left out."""
        return [part for text in clause.text[self.language].split("\n\n") for part in self._parts_of(text.strip())]

    def _parts_of(self, text: str) -> Iterator[Part]:
        alone = HOLE.fullmatch(text)
        if alone and alone[1] in BLOCKS:
            yield from self._block(alone[1])
        elif text:
            said = wordings.filled(text, self._pieces())
            if said.strip(" ."):
                yield {"text": " ".join(said.split())}

    # ---- What becomes a list or a paragraph of its own ----

    def _block(self, name: str) -> Iterator[Part]:
        match name:
            case "parties":
                yield {"items": [self._party_line(party) for party in self.mou.parties]}
            case "microcredentials":
                yield from self._designs()
            case "commitments":
                yield from self._promises()
            case "purpose":
                yield from self._prose(self.mou.purpose)
            case "special_terms":
                yield from self._prose(self.mou.special_terms)
            case "undertakings":
                for party in self.mou.parties:
                    for part in self._prose(party.obligations):
                        yield {"text": f"{self.say(party.legal_name)}: {part['text']}"}

    def _prose(self, texts: Mapping[str, str] | None) -> Iterator[Part]:
        for paragraph in self.say(texts).split("\n\n"):
            if paragraph.strip():
                yield {"text": " ".join(paragraph.split())}

    def _party_line(self, party: MouParty) -> str:
        say = self.words
        said = [f"{say('role_' + party.role.value)}: {self.say(party.legal_name)}"]
        if party.address:
            said.append(f"{say('address')}: {' '.join(party.address.split())}")
        if party.register_number:
            said.append(f"{say('register_number')}: {party.register_number}")
        for one in party.signatories:
            if one.id in self.gone:
                continue
            basis = say(f"basis_{one.basis.value}") + (f" ({one.basis_note})" if one.basis_note else "")
            said.append(say("represented_by", name=one.name, role=one.role_title))
            said.append(say("authority", basis=basis))
        return "; ".join(said)

    def _designs(self) -> Iterator[Part]:
        if self.mou.microcredentials:
            yield {"items": [self._design(one) for one in sorted(self.mou.microcredentials, key=lambda one: one.code)]}
        elif self.mou.no_microcredentials_reason:
            yield {"text": self.words("no_microcredentials", reason=self.mou.no_microcredentials_reason)}

    def _design(self, one: MicroCredential) -> str:
        said = [f"{one.code} {self.say(one.title)}"]
        if one.eqf_level:
            said.append(self.words("level", level=one.eqf_level))
        if one.workload_hours:
            said.append(self.words("hours", hours=f"{one.workload_hours:g}"))
        return ", ".join(said)

    def _promises(self) -> Iterator[Part]:
        if not self.mou.commitments:
            yield {"text": self.words("no_commitments")}
            return
        yield {"items": [self._promise(one) for one in self.mou.commitments]}

    def _promise(self, one: MouCommitment) -> str:
        key = f"commitment_{one.kind.value}"
        said = [self.words(key, amount=one.amount) if one.amount else self.words(f"{key}_bare")]
        if one.due_on:
            said.append(self.words("due", day=self.day(one.due_on)))
        if one.text:
            said.append(" ".join(self.say(one.text).split()))
        return f"{self.say(one.party.legal_name)}: {', '.join(said)}"

    # ---- What is a piece of a sentence ----

    def _pieces(self) -> dict[str, str]:
        consortium, mou, say = portal.consortium(), self.mou, self.words
        return {
            "term": "; ".join(self._term()),
            "notice": say("notice", days=mou.notice_days),
            "prevailing": self._prevailing(),
            "languages": ", ".join(self._language_name(code) for code in mou.languages),
            "place": mou.place or "–",
            "reference": queries.reference_of(mou),
            "previous": self._previous(),
            "project.title": self.say(consortium.title),
            "project.grant": consortium.grant_number,
            "project.programme": consortium.programme,
            "portal": consortium.portal_name,
        }

    def _term(self) -> Iterator[str]:
        mou, say = self.mou, self.words
        yield say("term_from", day=self.day(mou.effective_from)) if mou.effective_from else say("term_signature")
        if mou.duration_months:
            yield say("term_months", months=mou.duration_months)
        elif mou.ends_on:
            yield say("term_until", day=self.day(mou.ends_on))
        elif mou.is_open_ended:
            yield say("term_open")
        if mou.auto_renew:
            yield say("term_renews")

    def _prevailing(self) -> str:
        if len(self.mou.languages) < 2:
            return self.words("single", language=self._language_name(self.language))
        if self.mou.prevailing_language:
            return self.words("prevails", language=self._language_name(self.mou.prevailing_language))
        return self.words("equal")

    def _language_name(self, code: str) -> str:
        language = portal.consortium().by_language[code]
        return language.label

    def _previous(self) -> str:
        if self.mou.renews is not None:
            return self.words("renews", reference=queries.reference_of(self.mou.renews))
        if self.mou.amends is not None:
            return self.words("amends", reference=queries.reference_of(self.mou.amends))
        return ""


def paragraphs(content: Mapping[str, Any], language: str) -> list[str]:
    """Every paragraph of a text in one language, for comparing two versions."""
    found = [content["title"][language]]
    for number, clause in enumerate(content["clauses"], start=1):
        found.append(f"{number}. {clause['title'][language]}")
        for part in clause["parts"][language]:
            found += [part["text"]] if "text" in part else list(part["items"])
    return found


def signatories(content: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Everybody who signs, with the party signed for, in the order in which they are asked."""
    found = [{**one, "party": party} for party in content["parties"] for one in party["signatories"]]
    return sorted(found, key=lambda one: (one["turn"], one["uid"]))
