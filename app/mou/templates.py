"""What may happen to templates: a version is published, a template is retired."""

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.canonical import sha256_of
from app.core.errors import Refused, expect_version
from app.extensions import db
from app.mou.models import Instrument, MouTemplate, MouTemplateVersion
from app.mou.wordings import Template


def publish(actor: Actor, template: Template, note: str | None = None) -> MouTemplateVersion:
    """Offer a template, or a new version of one; memoranda that were drafted before keep the version they have.

    The same text again is no new version. Raises ``Refused`` for an instrument that nobody knows, ``NotAllowed``.
    """
    actor.check(Permission.MOU_TEMPLATE)
    if template.instrument not in set(Instrument):
        raise Refused(_("There is no such kind of agreement: %(code)s.", code=template.instrument))
    found = db.session.scalars(select(MouTemplate).where(MouTemplate.code == template.code)).one_or_none()
    digest = sha256_of(template.content)
    if found is not None and found.current.sha256 == digest:
        return found.current
    if found is None:
        found = MouTemplate(code=template.code)
        db.session.add(found)
    found.title, found.instrument, found.is_retired = dict(template.title), Instrument(template.instrument), False
    version = MouTemplateVersion(
        number=len(found.versions) + 1,
        content=template.content,
        sha256=digest,
        note=note,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    found.versions.append(version)
    db.session.flush()
    return version


def retire(actor: Actor, template: MouTemplate, version: int | None, retired: bool) -> None:
    """Offer a template no longer, or again. Raises ``EditConflict`` and ``NotAllowed``."""
    actor.check(Permission.MOU_TEMPLATE)
    expect_version(template, version)
    template.is_retired = retired
    db.session.flush()
