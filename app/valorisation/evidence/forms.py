"""Forms of evidence."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms.validators import DataRequired

from app.core.access import current_actor
from app.core.fields import SentAs, TextField
from app.core.forms import BaseForm
from app.core.pickers import PickerField
from app.events.documents.content import ENDINGS
from app.valorisation.evidence import proofs
from app.valorisation.evidence.models import ProofKind
from app.valorisation.evidence.services import SentFile

LONGEST_REASON = 500


class ProofsField(PickerField):
    """What the portal has that can prove something: events, approved minutes, memoranda, decisions, documents."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            find=lambda query: proofs.find_options(current_actor(), query),
            get=lambda keys: proofs.options_of(current_actor(), keys),
            options_url=lambda: url_for("valorisation.proofs"),
            **kwargs,
        )


class EvidenceForm(BaseForm):
    """What proves an item or a milestone."""

    records = ProofsField(
        _l("What proves it?"),
        description=_l("Events, approved minutes, memoranda, decisions and documents that the portal has."),
    )
    file = FileField(
        _l("Or a file"),
        [SentAs(ENDINGS, _l("Choose a document, a table, a picture or a PDF."))],
        render_kw={"accept": ",".join(ending for endings in ENDINGS.values() for ending in endings)},
    )
    note = TextField(_l("Note"), longest=LONGEST_REASON)

    def named(self) -> list[tuple[ProofKind, int]]:
        """The chosen records."""
        return list(filter(None, map(proofs.read, self.records.values)))

    def sent(self) -> SentFile | None:
        """The file, if one was chosen."""
        file = self.file.data
        return SentFile(file.stream, file.filename) if file and file.filename else None


class WithdrawForm(BaseForm):
    """Why something is no evidence any more."""

    reason = TextField(
        _l("Why is it withdrawn?"),
        [DataRequired(_l("Say why; whoever relied on it will ask."))],
        longest=LONGEST_REASON,
    )
