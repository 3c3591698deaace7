"""Whatever has a state moves by a table, in the whole portal; how that works is tested with the core alone."""

from typing import Any

from flask import Flask

from app.core.database import Base
from app.core.mail import Mail
from app.core.outbox import Job
from app.core.states import Stateful


def test_only_jobs_and_mails_are_given_a_state_without_a_table_of_moves(app: Flask) -> None:
    """The worker's own queues: a move for each attempt would be kept for ever, and says nothing to anybody."""
    mapped: list[Any] = [mapper for mapper in Base.registry.mappers if mapper.class_.metadata is Base.metadata]
    models = {mapper.class_ for mapper in mapped if "state" in mapper.columns}
    assert {model for model in models if not issubclass(model, Stateful)} == {Job, Mail}
    assert len(models) > 10
