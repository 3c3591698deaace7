"""Reads what the example events asked and what was said to them, with what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.access import SYSTEM
from app.core.i18n import SOURCE_LANGUAGE
from app.events.feedback import queries, services, telling
from app.events.feedback.models import Disposition, FeedbackPoint, Question, Stance
from app.events.feedback.services import AnswerFacts, PointFacts
from app.events.models import Event
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation


def load_feedback(
    entry: Mapping[str, Any],
    event: Event,
    organisations: Mapping[str, Organisation],
    designs: Mapping[str, MicroCredential],
) -> None:
    """Write down the questions of an event, and each point with its answer; publish and tell as the file says."""
    asked = entry.get("questions")
    questions = services.ask(SYSTEM, event, asked) if asked else []
    for said in entry.get("feedback", []):
        point = services.say(SYSTEM, event, [_facts(said, questions, organisations, designs)], is_example=True)[0]
        _answer(point, said)
    if entry.get("feedback_published"):
        telling.publish(SYSTEM, event, is_published=True)
    if entry.get("feedback_told"):
        telling.tell(SYSTEM, event, {one.organisation.id: SOURCE_LANGUAGE for one in queries.to_tell(event)})


def _facts(
    said: Mapping[str, Any],
    questions: Sequence[Question],
    organisations: Mapping[str, Organisation],
    designs: Mapping[str, MicroCredential],
) -> PointFacts:
    concerned = [designs[code] for code in said["microcredentials"]]
    return PointFacts(
        text=said["text"],
        stance=Stance(said["stance"]),
        organisation=organisations[said["from"]] if said["from"] else None,
        question=questions[said["question"] - 1] if said.get("question") else None,
        outcome=concerned[0].outcomes[said["outcome"] - 1] if said.get("outcome") else None,
        microcredentials=concerned,
        may_be_named=said.get("may_be_named", False),
    )


def _answer(point: FeedbackPoint, said: Mapping[str, Any]) -> None:
    state = Disposition(said["state"])
    if state is not Disposition.OPEN:
        facts = AnswerFacts(
            state=state,
            reason=said.get("reason"),
            change=said.get("change"),
            public_text=said.get("public_text"),
            may_be_named=said.get("may_be_named", False),
        )
        services.answer(SYSTEM, point, point.version, facts)
