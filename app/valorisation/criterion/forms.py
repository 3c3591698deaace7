"""The form by which a rule is settled."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from app.core.fields import ChecksField, TextField
from app.core.forms import BaseForm
from app.valorisation.criterion import rules
from app.valorisation.criterion.queries import Settled

LONGEST_REASON = 500
# So many ways stand in the form, at least: those there are and room for one more.
FEWEST_WAYS = 5


class RuleForm(BaseForm):
    """The ways by which something counts as valorised: boxes, a row for each fact and a column for each way."""

    constraint_messages: ClassVar[dict[str, tuple[str, Any]]] = dict.fromkeys(
        ("uq_valorised_rule_number", "valorised_rule.number"),
        ("ways", _l("Somebody else settled a rule at the same moment. Look at it, then save again.")),
    )

    ways = ChecksField(_l("Ways"), description=_l("What is ticked in a column has to hold at once; one way is enough."))
    reason = TextField(
        _l("Why is it settled so?"),
        [InputRequired(_l("Say why; whoever reads the figures will ask."))],
        longest=LONGEST_REASON,
        description=_l("Such as the decision by which the consortium agreed on it."),
    )

    def __init__(self, now: Settled, *args: Any, **kwargs: Any) -> None:
        ticked = [_box(place, code) for place, way in enumerate(now.ways) for code in way]
        super().__init__(*args, data={"version": now.number, "ways": ticked}, **kwargs)
        self.columns = range(max(FEWEST_WAYS, len(now.ways) + 1))
        self.ways.choices = [(_box(place, code), code) for place in self.columns for code in rules.FACTS]

    @property
    def rows(self) -> list[tuple[Any, list[tuple[str, bool]]]]:
        """Each fact with its boxes: the value of each, and whether it is ticked."""
        ticked = set(self.ways.data or ())
        return [
            (label, [(box, box in ticked) for box in (_box(place, code) for place in self.columns)])
            for code, label in rules.FACTS.items()
        ]

    def look_at(self, now: Settled) -> None:
        """Take what holds for seen where it was told that somebody settled it, so that saving again is a decision."""
        if self.form_errors:
            self.version.data, self.version.raw_data = now.number, None

    def said(self) -> list[list[str]]:
        """The ways that were ticked, each a list of codes; empty ones too."""
        ticked = set(self.ways.data or ())
        return [[code for code in rules.FACTS if _box(place, code) in ticked] for place in self.columns]


def _box(place: int, code: str) -> str:
    return f"{place + 1}:{code}"
