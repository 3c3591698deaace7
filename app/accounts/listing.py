"""The list of accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import ColumnElement, Row, Select, String, cast, func, select
from sqlalchemy.orm import Session

from app.accounts import queries
from app.accounts.models import RoleGrant, User
from app.core import portal
from app.core.access import ROLE_LABELS, Actor
from app.core.listing import Column, Filter, Listing
from app.core.ranking import FoundBy
from app.core.templating import country_name


def _countries() -> list[tuple[str, str]]:
    codes = (country.code for country in portal.consortium().countries)
    return sorted(((code, country_name(code)) for code in codes), key=lambda choice: choice[1])


class AccountListing(Listing):
    """Accounts, by name."""

    title = _l("Accounts and roles")
    filename = "accounts"
    default_sort = "name"
    found_by = FoundBy((User.name, User.email), User.search_key)
    columns = (
        Column("name", _l("Name"), lambda row: row.name, sort=User.search_key),
        Column("email", _l("E-mail address"), lambda row: row.email, sort=User.email),
        Column("roles", _l("Roles"), lambda row: row.roles),
        Column("last", _l("Signed in last")),
        Column("active", _l("Account"), lambda row: "open" if row.active else "closed", sort=User.active),
    )
    filters = (
        Filter(
            "role",
            _l("Role"),
            lambda s, v: s.where(User.grants.any(RoleGrant.role == v)),
            lambda: [(role.value, label) for role, label in ROLE_LABELS.items()],
        ),
        Filter("country", _l("Country"), lambda s, v: s.where(User.grants.any(RoleGrant.country == v)), _countries),
        Filter(
            "account",
            _l("Account"),
            lambda s, v: s.where(User.active == (v == "open")),
            lambda: [("open", lazy_pgettext("account", "Open")), ("closed", lazy_pgettext("account", "Closed"))],
        ),
    )

    def statement(self, actor: Actor) -> Select[Any]:
        """Accounts the actor may see; ``roles`` as codes, for files."""
        roles = (
            select(func.aggregate_strings(cast(RoleGrant.role, String), ", "))
            .where(RoleGrant.user_id == User.id)
            .scalar_subquery()
        )
        columns = (User.id, User.name, User.email, User.active, roles.label("roles"))
        return select(*columns).where(queries.visible_to(actor))

    def tie_breaker(self) -> ColumnElement[Any]:
        """The key."""
        return User.id.expression

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """Roles and last sign-in of the people of one page."""
        keys = [row.id for row in rows]
        grants = queries.grants_of(keys)
        named = sorted({grant.organisation_id for found in grants.values() for grant in found if grant.organisation_id})
        return {
            "grants": grants,
            "organisations": queries.organisation_names(named),
            "last": queries.last_sign_ins(keys),
        }
