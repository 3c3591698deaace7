"""Forms of a negotiation: whom to send the draft, what the other side says, what is answered."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Email, Optional

from app.core.fields import ChecksField, ChoiceField, LineField, TextField
from app.core.forms import BaseForm
from app.core.marks import PLACEHOLDER
from app.core.templating import plain_tr, reader_language
from app.mou.models import Mou
from app.mou.negotiation import queries
from app.mou.negotiation.rules import LONGEST_COMMENT, Contact
from app.mou.negotiation.services import CommentFacts
from app.mou.signing.queries import in_office
from app.mou.texts.models import MouText
from app.stakeholders.fields import language_choices


class ShareForm(BaseForm):
    """Whom to send the draft: those who sign, those who were sent it before, and one address more."""

    people = ChecksField(_l("Who reads it?"))
    party = ChoiceField(_l("Somebody else, for"), any_label=_l("Nobody else"))
    email = LineField(_l("E-mail"), [Optional(), Email(_l("Write an address like name@example.org."))])
    language = ChoiceField(_l("Language of mails and pages"), choices=language_choices)
    reason = TextField(
        _l("What do you want to say about it?"),
        longest=2000,
        description=_l("It stands in the mail and with the version, such as what changed."),
        render_kw={"rows": 3},
    )

    def __init__(self, *args: Any, mou: Mou, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = _known(mou)
        self.parties = {str(party.id): party for party in mou.parties}
        self.people.choices = [
            (key, _("%(party)s: %(email)s", party=plain_tr(one.party.legal_name), email=one.email))
            for key, one in self.known.items()
        ]
        self.party.choices = [(key, plain_tr(party.legal_name)) for key, party in self.parties.items()]
        if not self.is_submitted():
            sent = {(one.party_id, one.email) for one in queries.links(mou) if queries.is_alive(one)}
            self.people.data = [key for key, one in self.known.items() if (one.party.id, one.email) in sent]
            self.language.data = self.language.data or reader_language().code

    def validate(self, extra_validators: Any = None) -> bool:
        """An address needs a party, and a party an address."""
        holds = super().validate(extra_validators)
        if self.email.data and not self.party.data:
            self.refuse({"party": _("Choose for which party this person reads.")})
        elif self.party.data and not self.email.data and not self.email.errors:
            self.refuse({"email": _("Write an address like name@example.org.")})
        else:
            return holds
        return False

    def contacts(self) -> Sequence[Contact]:
        """Everybody who was chosen."""
        found = [self.known[key] for key in self.people.data or ()]
        if self.party.data and self.email.data:
            found.append(Contact(self.parties[self.party.data], self.email.data, self.language.data))
        return found


def _known(mou: Mou) -> dict[str, Contact]:
    """The mailboxes that are known for the parties, by a key each: of who signs, and of who was sent it before.

    Those in whose place somebody else signs now are left out, whatever they were sent.
    """
    people = in_office(mou)
    there = {(one.party_id, one.email) for one in people}
    gone = {(one.party_id, one.email) for one in mou.signatories} - there
    signing = [Contact(one.party, one.email, one.language) for one in people if one.email not in (None, PLACEHOLDER)]
    sent = (one for one in queries.links(mou) if one.email != PLACEHOLDER and (one.party_id, one.email) not in gone)
    before = [Contact(one.party, one.email, one.language) for one in sent]
    found: dict[str, Contact] = {}
    for one in (*signing, *before):
        found.setdefault(f"{one.party.id}:{one.email.casefold()}", one)
    return found


class CommentForm(BaseForm):
    """What somebody of the other side says of a version."""

    number = HiddenField()
    name = LineField(_l("Your name"), longest=400, render_kw={"autocomplete": "name"})
    clause = ChoiceField(_l("About which clause?"), any_label=_l("The whole text"))
    words = TextField(_l("What do you want to say?"), longest=LONGEST_COMMENT, render_kw={"rows": 5})

    def __init__(self, *args: Any, text: MouText, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clause.choices = clause_choices(text)
        if not self.is_submitted():
            self.number.data = str(text.number)

    def comment_facts(self, *, agrees: bool) -> CommentFacts:
        """What was filled in."""
        number = self.number.data or ""
        return CommentFacts(
            name=self.name.data,
            words=self.words.data,
            clause=self.clause.data,
            number=int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0,
            agrees=agrees,
        )


def clause_choices(text: MouText) -> list[tuple[str, str]]:
    """The clauses of a version, numbered as they are on the page."""
    titles = enumerate(text.content["clauses"], start=1)
    return [(clause["code"], f"{number}. {plain_tr(clause['title'])}") for number, clause in titles]


class AnswerForm(BaseForm):
    """An answer to a comment."""

    words = TextField(_l("Your answer"), longest=LONGEST_COMMENT, render_kw={"rows": 4})
