"""Who ends a transaction: the request's edge, the worker, the operator's commands, and few others with reasons."""

import re

from app.config import ROOT

APP = ROOT / "app"
# By how the file is called: commands of the operator, and jobs, which commit between steps that are whole.
BY_NAME = re.compile(r"^(commands|jobs|cli)$")
# Other files that commit, and why.
COMMIT = {
    "core/mail": "a mail server may take its time, and nobody else's writing waits for it",
    "core/mornings": "a body that fails is taken back, and the next morning still comes",
    "core/outbox": "is the worker",
    "core/web": "is the request's edge",
    "events/minutes/following": "setting a document takes its time in a job",
    "feeds/fetches": "writes what was noted of polls, in a thread of its own",
    "mou/ahead": "what a morning told stays told, though one of its mails failed",
}


def test_only_the_edges_and_jobs_with_a_reason_commit():
    commits = re.compile(r"\.commit\(\)")
    places = {path for path in APP.rglob("*.py") if commits.search(path.read_text("utf-8"))}
    others = {path for path in places if not BY_NAME.search(path.stem)}

    assert len(places) > len(others)
    assert {path.relative_to(APP).with_suffix("").as_posix() for path in others} == {*COMMIT}
