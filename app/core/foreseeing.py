"""What the rules would refuse of a form in which a choice cannot be read, so that all its faults are told at once.

A rule may depend on the choice: a consultation needs what a deadline has no use for. So each of the choices that are
offered is put in its place, and only at fields where every one of them is refused something is told.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, product
from typing import Any

from wtforms import Field, Form, SelectField, SelectMultipleField

from app.core.errors import Refused

# Of a long list, such as that of time zones, some stand for all; of several lists, some of what they make together.
MOST_CHOICES = 12
MOST_TRIED = 36


def foreseen(form: Form, ask: Callable[[], None]) -> dict[str, str]:
    """What ``ask`` refuses, by field, whatever stands in the place of choices that could not be read.

    Empty where nothing can be made of the rest either, such as a key that was not offered.
    """
    unread = [field for field in form if isinstance(field, SelectField) and field.errors]
    tried = islice(product(*map(_choices, unread)), MOST_TRIED)
    told = [_refused(form, ask, zip(unread, chosen, strict=True)) for chosen in tried]
    first, *others = told or [{}]
    names = [name for name in first if all(name in other for other in others)]
    # What lists all that is missing may list the choice, too, where none is one of them: most choices know better.
    return {name: Counter(texts[name] for texts in told).most_common(1)[0][0] for name in names}


def _choices(field: SelectField) -> list[Any]:
    if isinstance(field, SelectMultipleField):
        return [[]]
    return [field.coerce(choice.value) for choice in islice(field.iter_choices(), MOST_CHOICES)] or [None]


def _refused(form: Form, ask: Callable[[], None], chosen: Iterable[tuple[Field, Any]]) -> dict[str, str]:
    try:
        with _as_if(chosen):
            ask()
    except (KeyError, ValueError):
        return {}
    except Refused as refused:
        return dict(refused.messages)
    return {}


@contextmanager
def _as_if(chosen: Iterable[tuple[Field, Any]]) -> Iterator[None]:
    """With these choices in the fields, and afterwards with what was sent."""
    before = []
    for field, data in chosen:
        before.append((field, field.data))
        field.data = data
    try:
        yield
    finally:
        for field, data in before:
            field.data = data
