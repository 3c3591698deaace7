"""Texts as somebody reads them who may read records and no personal data: with a word where a name stands.

It is done where the database hands texts over, below every page, list, file and answer, so that none can pass it by.
The edge draws the veil for the actor of a request that only reads, and lifts it afterwards; what writes reads texts as
they are, or what is withheld would be stored.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

from sqlalchemy import JSON, Dialect, String, TypeDecorator
from sqlalchemy.orm import Session, mapped_column

from app.core.access import Actor

Veil = Callable[[str], str]
# What hides names from an actor; each answers for most actors with nothing.
veils: list[Callable[[Actor], Veil | None]] = []
_drawn: ContextVar[Veil | None] = ContextVar("veil", default=None)


def draw_for(actor: Actor) -> None:
    """Hide from here on, in this thread, what this actor may not read."""
    _drawn.set(_veil_of(actor))


def _veil_of(actor: Actor) -> Veil | None:
    return next(filter(None, (veil(actor) for veil in veils)), None)


def lift() -> None:
    """Hide nothing any more."""
    _drawn.set(None)


def is_drawn() -> bool:
    """Whether something is hidden from whoever reads now."""
    return _drawn.get() is not None


@contextmanager
def drawn_for(actor: Actor, session: Session) -> Iterator[None]:
    """Read the enclosed as this actor may read it, whoever asks: for what is written to somebody.

    Records are read anew within and afterwards, so that nothing that is withheld is stored; none is changed within.
    """
    veil = _veil_of(actor)
    if veil is None:
        yield
        return
    session.flush()
    session.expire_all()
    token = _drawn.set(veil)
    try:
        yield
    finally:
        _drawn.reset(token)
        session.expire_all()


def veiled(value: Any) -> Any:
    """A value of the database, text or JSON, as whoever reads now may read it."""
    veil = _drawn.get()
    return value if veil is None or value is None else _through(veil, value)


def _through(veil: Veil, value: Any) -> Any:
    if isinstance(value, str):
        return veil(value)
    if isinstance(value, dict):
        return {key: _through(veil, item) for key, item in value.items()}
    return [_through(veil, item) for item in value] if isinstance(value, list) else value


class WrittenText(TypeDecorator[str]):
    """A text that somebody may have written: the type of every column that says nothing else."""

    impl = String
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None]:
        """Hand the text over through the veil; one call for each value, since lists read thousands."""
        return veiled


class WrittenJson(TypeDecorator[Any]):
    """JSON that holds texts which somebody may have written."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Hand its texts over through the veil."""
        return veiled(value)


# A text everybody reads as it is who reads the record: the official name of an organisation, who acted.
AsItIs = Annotated[str, mapped_column(String())]
