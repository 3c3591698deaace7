"""The forms of accounts that are not Flask-Security's."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import hash_password
from flask_security.proxies import _security
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from app.accounts import invitations, permissions, queries
from app.accounts.services import scope_of
from app.core import portal
from app.core.access import ROLE_LABELS, Permission, Role, current_actor
from app.core.fields import ChoiceField, LineField
from app.core.forms import BaseForm
from app.core.mail import normal_email
from app.core.pickers import PickerField
from app.core.templating import country_name
from app.extensions import db


class AddressForm(BaseForm):
    """An e-mail address that something is to be sent to."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Write your e-mail address."))],
        render_kw={"autocomplete": "username", "maxlength": 254},
    )

    def validate_email(self, field: EmailField) -> None:
        """Refuse what is no address, and normalise what is one."""
        try:
            field.data = normal_email(field.data or "")
        except ValueError:
            raise ValidationError(_("This is not an e-mail address.")) from None


class AcceptForm(BaseForm):
    """What an invited person says: the name and a password."""

    name = LineField(
        _l("Your name"), [DataRequired(_l("Write your name."))], longest=120, render_kw={"autocomplete": "name"}
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Choose a password."))],
        description=_l("At least 12 characters. Four words are easier to remember than signs."),
        render_kw={"autocomplete": "new-password"},
    )

    def check_password(self, email: str) -> bool:
        """Whether the password is good enough for the owner of ``email``; says why where it is not."""
        about = (*(self.name.data or "").split(), email, *email.replace("@", ".").split("."))
        wrong, password = _security.password_util.validate(self.password.data or "", True, about=about)
        if wrong:
            self.password.errors = wrong
            return False
        self.password.data = password
        return True

    def password_hash(self) -> str:
        """The password as it is stored."""
        db.session.rollback()  # Hashing takes a fifth of a second; nobody else's writing waits for it.
        return hash_password(self.password.data or "")


class ProfileForm(BaseForm):
    """How a person is called and addressed."""

    name = LineField(
        _l("Name"), [DataRequired(_l("Write your name."))], longest=120, render_kw={"autocomplete": "name"}
    )
    language = ChoiceField(
        _l("Language"), any_label=_l("As my browser asks"), description=_l("The portal and its mails speak it to you.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = _languages()


class ConfirmForm(BaseForm):
    """A button, and nothing to fill in."""


class GrantForm(BaseForm):
    """A role and where it holds; what of it a role needs, the service says."""

    role = ChoiceField(_l("Role"), [InputRequired(_l("Choose a role."))], any_label=_l("Choose one"))
    country = ChoiceField(
        _l("Country"), any_label=_l("None"), description=_l("For country leads and cluster coordinators.")
    )
    organisation_id = PickerField(
        _l("Organisation"),
        description=_l("For partner editors, local expert groups and stakeholders; its country goes with it."),
        find=lambda query: queries.find_organisations(current_actor(), query),
        get=lambda keys: queries.organisations_of(current_actor(), keys),
        options_url=lambda: url_for("accounts.organisation_options"),
        multiple=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = current_actor()
        self.role.choices = [(role.value, ROLE_LABELS[role]) for role in permissions.roles_to_give(actor)]
        codes = [country.code for country in portal.consortium().countries]
        reached = actor.countries_for(Permission.ACCOUNT_MANAGE)
        open_ones = [code for code in codes if reached is None or code in reached]
        self.country.choices = sorted(((code, country_name(code)) for code in open_ones), key=lambda choice: choice[1])

    def foreseen(self) -> None:
        """Ask what the role needs."""
        scope_of(current_actor(), **self.scope())

    def scope(self) -> dict[str, Any]:
        """Role, country and organisation for a service."""
        return {
            "role": Role(self.role.data),
            "country": self.country.data,
            "organisation_id": self.organisation_id.data,
        }


class InviteForm(GrantForm):
    """Whom to invite, and to what."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Write the e-mail address."))], render_kw={"maxlength": 254}
    )
    language = ChoiceField(_l("Language of the mail"), default="en")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = _languages()

    def foreseen(self) -> None:
        """Ask about the address and, once one is chosen, what the role needs."""
        if self.role.errors:
            invitations.check_address(current_actor(), self.email.data or "")
        else:
            invitations.check(current_actor(), email=self.email.data or "", **self.scope())


class AuthenticatorForm(BaseForm):
    """The first code of an authenticator app, which proves that it has the secret."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Write the six digits that the app shows."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 10},
    )


def _languages() -> list[tuple[str, str]]:
    return [(entry.code, entry.label) for entry in portal.consortium().languages if entry.active]
