"""What is said in time of the seal certificate's end: to administrators by mail, and on their pages."""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, User
from app.core import clock, mail, outbox, portal
from app.core.access import Role
from app.core.i18n import SOURCE_LANGUAGE
from app.core.templating import day

LOOK, WARN = "mou.seal_looked_at", "mou.seal_ends"
# So many days before the end administrators are written to; the first is when pages begin to say it.
DAYS_BEFORE = (60, 14, 1)


def certificate() -> Any:
    """What is known of the portal's seal certificate (``keys.Certificate``); ``None`` where there is none."""
    file = _file()
    if file is None:
        return None
    from app.mou.seals import keys  # It reads a library that few pages need.

    return keys.certificate(file.parent, clock.now())


def _file() -> Path | None:
    folder = portal.settings().seal_folder
    return folder / "seal.pem" if folder is not None and (folder / "seal.pem").exists() else None


def why_sealing_waits() -> str | None:
    """Why what everybody has signed is not sealed, in the reader's language; ``None`` where it is on its way."""
    found, now = certificate(), clock.now()
    if found is None:
        return _("There is no key to seal with yet.")
    if now < found.begins_at:
        return _("The certificate of the seal is not valid before %(day)s.", day=day(found.begins_at.date()))
    if now > found.ends_at:
        return _("The certificate of the seal ended on %(day)s.", day=day(found.ends))
    return None


@outbox.at_start
def arrange(session: Session) -> None:
    """Have administrators written to before the certificate ends; saying so again changes nothing.

    A job looks when that is, once for each certificate: a process that serves starts without the library it takes.
    """
    file = _file()
    if file is not None:
        outbox.enqueue(session, LOOK, {}, dedupe_key=f"{LOOK}:{sha256(file.read_bytes()).hexdigest()}")


@outbox.handles(LOOK)
def look(session: Session, _payload: dict[str, Any]) -> None:
    """Arrange the warnings of the certificate as it is now."""
    found = certificate()
    for days in DAYS_BEFORE if found is not None else ():
        due: datetime = found.ends_at - timedelta(days=days)
        key = f"{WARN}:{found.serial}:{days}"
        outbox.enqueue(session, WARN, {"serial": found.serial, "days": days}, run_after=due, dedupe_key=key)


@outbox.handles(WARN)
def warn(session: Session, payload: dict[str, Any]) -> None:
    """Write to administrators, unless there is another certificate by now or a nearer warning is due already."""
    found = certificate()
    if found is None or found.serial != payload["serial"]:
        return
    if any(found.days_left < days < payload["days"] for days in DAYS_BEFORE):
        return
    grants = select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMIN)
    for user in session.scalars(select(User).where(User.id.in_(grants), User.active).order_by(User.id)):
        mail.send(
            session,
            user.email,
            _l("The certificate of the seal ends soon"),
            "mou/seal_ends",
            user.language or SOURCE_LANGUAGE,
            ends=found.ends,
            days_left=max(found.days_left, 0),
            is_over=found.days_left < 0,
        )
