"""What came of the example memoranda: ended, reported on, a pattern for many, left behind by their template."""

from collections.abc import Mapping
from typing import Any

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.core.sheets import Sheet, SheetRow
from app.demo.days import day_of
from app.mou import ending, templates
from app.mou.batches import importing
from app.mou.batches.queries import memoranda
from app.mou.ending import TerminationFacts
from app.mou.models import Mou, MouTemplateVersion
from app.mou.progress import queries as progress
from app.mou.progress import services as reporting
from app.mou.progress.services import Report
from app.mou.templates import ClauseFacts
from app.stakeholders.models import Organisation


def terminate(actor: Actor, mou: Mou, said: dict[str, Any]) -> None:
    """End a memorandum by agreement."""
    last = day_of(said["last_day"])
    if last is None:
        raise LookupError("What ends has a last day.")
    facts = TerminationFacts(reason=said["reason"], notice_on=last, last_day=last, is_agreed=True)
    ending.terminate(actor, mou, mou.version, facts)


def load_reports(
    entries: list[dict[str, Any]], known: Mapping[str, Mou], organisations: Mapping[str, Organisation]
) -> None:
    """Report on commitments for the parties, as of the day of the demonstration."""
    for entry in entries:
        mou, organisation = known[entry["mou"]], organisations[entry["party"]]
        party = next(one for one in mou.parties if one.organisation_id == organisation.id)
        commitment = progress.of_party(party)[entry["number"] - 1]
        said = Report(amount=entry["amount"], words=entry["words"], day=clock.today())
        reporting.report_on_behalf(SYSTEM, commitment, said)


def load_batches(entries: list[dict[str, Any]], known: Mapping[str, Mou]) -> None:
    """Draft many memoranda after a pattern, as from a file; each is marked as an example."""
    for entry in entries:
        pattern, rows = known[entry["pattern"]], entry["rows"]
        sheet = Sheet(list(rows[0]), [SheetRow(number, row) for number, row in enumerate(rows, start=2)])
        done = importing.draft_many(SYSTEM, pattern, sheet, dry_run=False)
        if done.batch is None:
            raise LookupError(f"Not drafted: {done.faults}")
        for mou in memoranda(done.batch):
            mou.is_example = True


def publish_next(entries: list[dict[str, Any]], offered: Mapping[str, MouTemplateVersion]) -> None:
    """Publish the next version of templates, in which clauses become mandatory, and begin the one after."""
    for entry in entries:
        template = offered[entry["template"]].template
        for place, clause in enumerate(template.current.content["clauses"], start=1):
            if clause["code"] in entry["mandatory"]:
                facts = ClauseFacts(
                    code=clause["code"], is_mandatory=True, place=place, title=clause["title"], text=clause["text"]
                )
                templates.write_clause(SYSTEM, template, template.version, facts, known_as=clause["code"])
        templates.publish_draft(SYSTEM, template, template.version, entry["note"])
        templates.begin(SYSTEM, template)
