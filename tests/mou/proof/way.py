"""The way of a signed memorandum's proof, for tests: its jobs, carried out by hand."""

from typing import Any

from flask import Flask

from app.mou.models import Mou
from app.mou.proof import jobs
from app.mou.seals import jobs as seals
from app.mou.texts import queries as texts
from tests.accounts.people import work


def run(app: Flask, key: int, job: Any) -> None:
    """Carry out a job of the memorandum's text."""
    with work(app) as session:
        text = texts.signed(session.get_one(Mou, key))
        assert text is not None
        job(session, {"text": text.id})


def made(app: Flask, key: int) -> None:
    """Seal it, and make its report."""
    run(app, key, seals.make)
    run(app, key, jobs.make)
