"""Forms of an event's documents: several files at once, what is said of one, another file in its place."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField

from app.core.fields import ChoiceField, LineField, TextField
from app.core.forms import BaseForm
from app.core.templating import reader_language
from app.events.documents.content import ENDINGS
from app.events.documents.models import Audience, DocumentKind, EventDocument
from app.events.documents.rules import LONGEST_TITLE
from app.events.documents.services import DocumentFacts, Sent
from app.stakeholders.fields import language_choices

ACCEPTED = ",".join(ending for endings in ENDINGS.values() for ending in endings)


class DescriptionForm(BaseForm):
    """What is said of a document."""

    kind = ChoiceField(_l("What is it?"), choices=DocumentKind.choices)
    title = LineField(_l("Title"), longest=LONGEST_TITLE)
    language = ChoiceField(_l("Language"), choices=language_choices)
    audience = ChoiceField(_l("Who may see it?"), choices=Audience.choices)
    everybody_agreed = BooleanField(
        _l("Everybody who can be recognised in it agreed to its publication"),
        description=_l("For photos. Only then may everybody see them."),
    )
    consent_note = LineField(
        _l("How do you know?"), description=_l("For photos: when and how they agreed. Only the consortium reads it.")
    )

    @classmethod
    def of(cls, document: EventDocument) -> "DescriptionForm":
        """The form as the document stands."""
        return cls(obj=document)

    def document_facts(self) -> DocumentFacts:
        """What was filled in."""
        return DocumentFacts(
            kind=DocumentKind(self.kind.data),
            title=self.title.data or None,
            language=self.language.data,
            audience=Audience(self.audience.data),
            everybody_agreed=self.everybody_agreed.data,
            consent_note=self.consent_note.data or None,
        )


class UploadForm(DescriptionForm):
    """Files that become documents, with what is said of all of them."""

    file = MultipleFileField(_l("Files"), render_kw={"accept": ACCEPTED})

    @classmethod
    def new(cls) -> "UploadForm":
        """An empty form in the reader's language."""
        return cls(
            data={
                "kind": DocumentKind.AGENDA.value,
                "language": reader_language().code,
                "audience": Audience.CONSORTIUM.value,
            }
        )

    def sent(self) -> list[Sent]:
        """The files that were chosen."""
        return [Sent(file.stream, file.filename) for file in self.file.data or () if file]


class ReplaceForm(BaseForm):
    """Another file in the place of one."""

    file = FileField(_l("The new file"), render_kw={"accept": ACCEPTED})
    reason = LineField(_l("Why?"), description=_l("Such as “signed version” or “page 2 was missing”."))

    @classmethod
    def of(cls, document: EventDocument) -> "ReplaceForm":
        """An empty form that knows which version it is about."""
        return cls(data={"version": document.version})

    def sent(self) -> Sent | None:
        """The file that was chosen, if one was."""
        return Sent(self.file.data.stream, self.file.data.filename) if self.file.data else None


class RemoveForm(BaseForm):
    """A document taken off."""

    reason = TextField(_l("Why?"))
    forget = BooleanField(
        _l("Delete the file too"),
        description=_l("When somebody who is in it no longer agrees. What it was called and why it went stays."),
    )

    @classmethod
    def of(cls, document: EventDocument, **_sent: Any) -> "RemoveForm":
        """An empty form that knows which version it is about."""
        return cls(data={"version": document.version})
