"""Fields by which forms choose points of feedback."""

from typing import Any

from flask import url_for

from app.core.access import current_actor
from app.core.pickers import PickerField
from app.events.feedback import choosing


class PointsField(PickerField):
    """Points of feedback, found by words of what was said."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            find=lambda query: choosing.find_options(current_actor(), query),
            get=lambda keys: choosing.options_of(current_actor(), keys),
            options_url=lambda: url_for("events.point_options"),
            **kwargs,
        )
