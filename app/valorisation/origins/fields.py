"""Fields by which forms choose what something came from."""

from typing import Any

from flask import url_for

from app.core.access import current_actor
from app.core.pickers import PickerField
from app.valorisation.origins import sources
from app.valorisation.origins.models import Origin, SourceKind


class SourcesField(PickerField):
    """Decisions and points of feedback, found by their words."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            find=lambda query: sources.find_options(current_actor(), query),
            get=lambda keys: sources.options_of(current_actor(), keys),
            options_url=lambda: url_for("valorisation.sources"),
            **kwargs,
        )

    def process_data(self, value: Any) -> None:
        """Take numbers, or the origins of a record."""
        self.data: Any = [_number(item) for item in value or ()]

    def keys_of(self, value: Any) -> list[int]:
        """The numbers of origins, or those given, in order."""
        return sorted(_number(item) for item in value or ())

    def named(self) -> list[tuple[SourceKind, int]]:
        """Kinds and keys of what was chosen."""
        return [sources.read(value) for value in self.values]


def _number(item: Any) -> int:
    return sources.picked(*item.source) if isinstance(item, Origin) else int(item)
