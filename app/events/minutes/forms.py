"""Forms of minutes: what was said at one item, sending, comments, answers, approval."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, RadioField

from app.accounts.models import User
from app.core import clock, portal
from app.core.access import Actor
from app.core.fields import ChecksField, ChoiceField, DayField, LineField, TextField, TranslatedField
from app.core.forms import BaseForm
from app.core.templating import plain_tr, reader_language
from app.events.agenda.models import AgendaItem
from app.events.attendance.models import THERE
from app.events.minutes import queries, rules, services
from app.events.minutes.models import Minutes, MinutesRecipient, MinutesVersion, Taken, Verdict
from app.events.minutes.rules import Remark
from app.events.minutes.services import SendFacts
from app.events.models import Event
from app.extensions import db

LONGEST_COMMENT = 5_000
LONGEST_LIST = 40_000
USUAL_WINDOW = 14


class SaidForm(BaseForm):
    """What was said at one item, in the languages of the consortium."""

    said = TranslatedField(_l("What was said?"), rows=5)

    @classmethod
    def of(cls, item: AgendaItem, **sent: Any) -> "SaidForm":
        """The form as the item stands; its fields are told apart from those of other items on the same page."""
        return cls(obj=item, prefix=f"item{item.id}-", **sent)


def document_languages() -> list[tuple[str, str]]:
    """Languages in which the document can be made."""
    return [(one.code, one.label) for one in portal.consortium().languages if one.active]


class SendForm(BaseForm):
    """To whom minutes go, until when comments are taken, and when silence approves."""

    constraint_messages = {
        "uq_minutes_version_number": ("", _l("Somebody else sent them at the same moment.")),
        "minutes_version.minutes_id": ("", _l("Somebody else sent them at the same moment.")),
        "minutes.event_id": ("", _l("Somebody else sent them at the same moment.")),
        "uq_minutes_event_id": ("", _l("Somebody else sent them at the same moment.")),
    }

    reason = TextField(_l("What changed?"), longest=2000)
    attendees = ChecksField(_l("Who was there"), coerce=str)
    lines = TextField(
        _l("Others, one address a line"),
        longest=LONGEST_LIST,
        description=_l("For whoever was there and whose mailbox is not known above. Nobody sees the others."),
        render_kw={"rows": 3, "spellcheck": "false", "autocapitalize": "none"},
    )
    comments_until = DayField(_l("Comments until the end of"))
    approves_on = DayField(
        _l("Approved by silence on"),
        description=_l("In the morning of this day, unless an objection has no answer."),
    )
    remind_days = ChoiceField(_l("Remind those who said nothing"), any_label=_l("No reminder"))
    contact = LineField(
        _l("Whom may they write to?"), longest=200, description=_l("A name and an address; it stands in the mail.")
    )
    language = ChoiceField(
        _l("Language"),
        choices=document_languages,
        description=_l("Of the document, and of mails to those whose language is not known."),
    )
    message = TextField(_l("A few words of your own"), longest=2000)

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.rows = {str(row.id): row for row, address in queries.attendees(event) if address}
        self.attendees.choices = [(key, _who(row)) for key, row in self.rows.items()]
        self.remind_days.choices = [
            (str(days), _("One day before the end") if days == 1 else _("Two days before the end"))
            for days in rules.REMIND_CHOICES
        ]

    @classmethod
    def of(cls, actor: Actor, event: Event) -> "SendForm":
        """The form with the usual days, and everybody ticked who was there."""
        until = clock.today(event.zone) + timedelta(days=USUAL_WINDOW)
        ticked = [str(row.id) for row, address in queries.attendees(event) if address and row.state in THERE]
        return cls(
            event,
            data={
                "attendees": ticked,
                "comments_until": until,
                "approves_on": until + timedelta(days=1),
                "remind_days": "2",
                "contact": contact_of(actor),
                "language": reader_language().code,
            },
        )

    @property
    def unknown(self) -> list[str]:
        """Names of those who were there and whose mailbox is not known."""
        return [row.called for row, address in queries.attendees(self.event) if not address and row.state in THERE]

    def foreseen(self) -> None:
        """Ask the rules of sending."""
        services.check(self.event, self.send_facts())

    def send_facts(self) -> SendFacts:
        """What was filled in."""
        days: date | None = self.comments_until.data
        return SendFacts(
            comments_until=days,
            approves_on=self.approves_on.data,
            contact=self.contact.data,
            language=self.language.data,
            attendees=[self.rows[key] for key in self.attendees.data or () if key in self.rows],
            lines=self.lines.data,
            remind_days=int(self.remind_days.data) if self.remind_days.data else None,
            message=self.message.data,
            reason=self.reason.data,
        )


def _who(row: Any) -> str:
    told = [row.called, row.sent_by if row.name else None, None if row.state in THERE else str(row.state.label)]
    return " · ".join(filter(None, told))


def contact_of(actor: Actor) -> str:
    """Name and mailbox of whoever sends."""
    found = db.session.scalar(select(User.email).where(User.id == actor.user_id))
    return f"{actor.name} <{found}>" if found else actor.name


class CommentForm(BaseForm):
    """What somebody says of a version: in general, and at each item by a field of its own (``comment_form``)."""

    number = HiddenField()
    general = TextField(_l("In general"), longest=LONGEST_COMMENT)

    def item_field(self, key: int) -> Any:
        """The field of one item."""
        return self[f"item{key}"]

    def remarks(self, said: Verdict) -> list[Remark]:
        """What was written, under the button that was pressed."""
        of_item = said if said is Verdict.OBJECT else Verdict.COMMENT
        written = [
            Remark(of_item, field.data, int(field.short_name.removeprefix("item")))
            for field in self
            if field.short_name.startswith("item") and field.data
        ]
        general = self.general.data
        if general or said is Verdict.AGREE or (said is Verdict.OBJECT and not written):
            written.append(Remark(said, general))
        return written


def comment_form(version: MinutesVersion) -> CommentForm:
    """The form for comments on a version, with a field for each of its items."""
    fields = {
        f"item{item['key']}": TextField(
            _l("Comment on “%(title)s”", title=plain_tr(item["title"])),
            longest=LONGEST_COMMENT,
            render_kw={"rows": 2},
        )
        for item in version.content["items"]
    }
    form: CommentForm = type("CommentForm", (CommentForm,), fields)(data={"number": str(version.number)})
    return form


class AnswerForm(BaseForm):
    """What becomes of a comment."""

    taken = RadioField(_l("What becomes of it?"), choices=[])
    reason = TextField(_l("Why?"), longest=LONGEST_COMMENT, description=_l("Whoever commented reads it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken.choices = [(one.value, one.label) for one in Taken]


class ApproveForm(BaseForm):
    """A note to an approval."""

    note = TextField(
        _l("Note"), longest=2000, description=_l("How it was agreed, for instance; it stands in the document.")
    )

    @classmethod
    def of(cls, minutes: Minutes) -> "ApproveForm":
        """The form for minutes as they stand."""
        return cls(data={"version": minutes.version})


class ReopenForm(BaseForm):
    """Why approved minutes are to be changed."""

    reason = TextField(_l("Why?"), longest=2000)

    @classmethod
    def of(cls, minutes: Minutes) -> "ReopenForm":
        """The form for minutes as they stand."""
        return cls(data={"version": minutes.version})


class RemindForm(BaseForm):
    """Which of those who said nothing are reminded now."""

    recipients = ChecksField(_l("Who said nothing"), coerce=str)

    @classmethod
    def of(cls, silent: Sequence[MinutesRecipient]) -> "RemindForm":
        """A form with everybody ticked."""
        form = cls(data={"recipients": [str(one.id) for one in silent]})
        form.recipients.choices = [(str(one.id), f"{one.name} · {one.email or ''}") for one in silent]
        return form

    @property
    def chosen(self) -> set[int]:
        """The keys of those who were ticked."""
        return {int(key) for key in self.recipients.data or ()}
