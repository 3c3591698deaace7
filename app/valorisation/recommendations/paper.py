"""A country's policy paper: what was recommended to whom, where it came from, what was answered; no people in it.

It goes to others than those who may read the register. Feedback stands in it with its text for the public alone, and
only while that is published; of events that are not for everybody neither title nor decisions are told, and names of
people who did not agree to publication are taken out of every text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core import clock, documents
from app.core.access import Actor
from app.core.templating import country_name, day, plain_tr
from app.events.feedback.telling import read_by_all
from app.stakeholders.exposure import without_names
from app.valorisation.origins.models import SourceKind
from app.valorisation.origins.sources import Source
from app.valorisation.recommendations import queries
from app.valorisation.recommendations.models import ANSWERED, Recommendation


@dataclass(frozen=True)
class Quote:
    """Where a recommendation came from, as anybody may read it: what was said, and where and when; never by whom."""

    text: str
    where: str


@dataclass(frozen=True)
class Part:
    """One recommendation of a paper, in the reader's language and without the names of people."""

    recommendation: Recommendation
    text: str
    background: str
    addressee: str
    codes: Sequence[str]
    quotes: Sequence[Quote]
    answer: str

    @property
    def standing(self) -> str:
        """Whether it was sent and answered, with the days."""
        said = [str(self.recommendation.state.label)]
        if self.recommendation.sent_on:
            said.append(_("sent on %(day)s", day=day(self.recommendation.sent_on)))
        if self.recommendation.state in ANSWERED:
            said.append(_("answered on %(day)s", day=day(self.recommendation.answered_on)))
        return " · ".join(said)


def parts(actor: Actor, country: str, *, with_drafts: bool = False) -> list[Part]:
    """What a country's paper holds, the earliest first: a few statements, however many recommendations there are."""
    found, came_from = queries.of_country(actor, country, with_drafts=with_drafts)
    bare = without_names() if found else str
    said = {source.key for of in came_from.values() for source in of if source.kind is SourceKind.POINT}
    public = read_by_all(said) if said else frozenset()
    quotes = {
        key: [_quote(one, bare, is_public=one.kind is SourceKind.DECISION or one.key in public) for one in of]
        for key, of in came_from.items()
    }
    return [_part(one, quotes[one.id], bare) for one in found]


def _part(one: Recommendation, quotes: Sequence[Quote], bare: Callable[[str], str]) -> Part:
    return Part(
        recommendation=one,
        text=bare(plain_tr(one.text)),
        background=bare(plain_tr(one.background)),
        addressee=one.addressee.name if one.addressee else bare(one.body or ""),
        codes=[design.code for design in one.microcredentials],
        quotes=quotes,
        answer=bare(plain_tr(one.answer)),
    )


def _quote(source: Source, bare: Callable[[str], str], *, is_public: bool) -> Quote:
    text = bare(plain_tr(source.public_text) if is_public else "") or _("The wording is not public.")
    kind = _("Decision %(code)s", code=source.code) if source.kind is SourceKind.DECISION else source.code
    if not source.is_open:
        return Quote(text, f"{kind}, {day(source.dated)}")
    event = bare(plain_tr(source.event))
    return Quote(text, _("%(code)s, %(event)s, %(day)s", code=kind, event=event, day=day(source.dated)))


def title_of(country: str) -> str:
    """What a paper is called."""
    return _("Recommendations for %(country)s", country=country_name(country))


def document(country: str, found: Sequence[Part]) -> bytes:
    """The PDF of a paper, in the reader's language."""
    latest: date = max((part.recommendation.updated_at for part in found), default=clock.today())
    return documents.render("policy_paper", paper_facts(country, found), title=title_of(country), dated=latest)


def paper_facts(country: str, found: Sequence[Part]) -> Mapping[str, Any]:
    """Everything the template shows, as words in the language that is spoken."""
    answered = sum(part.recommendation.state in ANSWERED for part in found)
    return {
        "head": [
            (_("Country"), country_name(country)),
            (_("Recommendations"), str(len(found))),
            (_("Answered"), _("%(answered)s of %(all)s", answered=answered, all=len(found))),
        ],
        "labels": {
            "to": _("To whom"),
            "concerns": _("Micro-credentials"),
            "standing": _("State"),
            "why": _("Why"),
            "came_from": _("Where it came from"),
            "answer": _("What was answered"),
        },
        "blank": _("Nothing is recommended yet."),
        "parts": [
            {
                "number": str(number),
                "text": part.text,
                "background": part.background,
                "addressee": part.addressee,
                "codes": ", ".join(part.codes),
                "quotes": [[quote.text, quote.where] for quote in part.quotes],
                "standing": part.standing,
                "answer": part.answer,
                "example": _("[example]") if part.recommendation.is_example else "",
            }
            for number, part in enumerate(found, 1)
        ],
    }
