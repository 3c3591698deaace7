"""What may happen to templates: a version is written, published and offered to drafts; a template is retired."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.access import Actor, Permission
from app.core.canonical import sha256_of
from app.core.errors import Refused, expect_version
from app.extensions import db
from app.mou import queries, rules, wordings
from app.mou.models import Instrument, Mou, MouTemplate, MouTemplateVersion
from app.mou.permissions import check_edit
from app.mou.services import touch
from app.mou.wordings import Clause, Template

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_CLAUSES = 80


@dataclass(frozen=True, kw_only=True)
class ClauseFacts:
    """A clause as somebody writes it; ``place`` counts from 1."""

    code: str
    is_mandatory: bool
    place: int
    title: Mapping[str, str]
    text: Mapping[str, str]


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


# ---- The next version, while somebody writes it ----


def begin(actor: Actor, template: MouTemplate) -> None:
    """Begin the next version with the words of the newest; one that was begun goes on. Raises ``NotAllowed``."""
    actor.check(Permission.MOU_TEMPLATE)
    if template.draft is None:
        template.draft = dict(template.current.content)
        db.session.flush()


def discard(actor: Actor, template: MouTemplate, version: int | None) -> None:
    """Throw away what was written of the next version. Raises ``EditConflict`` and ``NotAllowed``."""
    actor.check(Permission.MOU_TEMPLATE)
    expect_version(template, version)
    template.draft = None
    db.session.flush()


def write_head(
    actor: Actor, template: MouTemplate, version: int | None, title: Mapping[str, str], notice: Mapping[str, str]
) -> None:
    """Write title and notice of the next version; the languages of the title are those it is offered in.

    Raises ``Refused``, ``EditConflict`` and ``NotAllowed``.
    """
    draft = _draft(actor, template, version)
    wrong = {}
    if not title:
        wrong["title"] = _("Write a title, in one of its languages at least.")
    lacking = [code for code in title if not notice.get(code)]
    if lacking:
        wrong["notice"] = _("In %(language)s it does not say that a lawyer should look at it.", language=lacking[0])
    if wrong:
        raise Refused(**wrong)
    _keep(template, draft | {"title": dict(title), "notice": {code: notice[code] for code in title}})


def write_clause(
    actor: Actor, template: MouTemplate, version: int | None, facts: ClauseFacts, known_as: str | None = None
) -> None:
    """Write a clause of the next version, a new one where ``known_as`` names none.

    Raises ``Refused`` for what no clause is, also for its placeholders, ``EditConflict`` and ``NotAllowed``.
    """
    draft = _draft(actor, template, version)
    others = [clause for clause in draft["clauses"] if clause["code"] != known_as]
    code = known_as or facts.code
    wrong: dict[str, str] = {}
    if not CODE.fullmatch(code):
        wrong["code"] = _("Write a code of small Latin letters, digits and underscores, such as data_protection.")
    elif any(clause["code"] == code for clause in others):
        wrong["code"] = _("Two clauses are called “%(code)s”.", code=code)
    if len(others) >= MOST_CLAUSES:
        wrong["code"] = _("A template has at most %(most)d clauses.", most=MOST_CLAUSES)
    if not facts.title:
        wrong["title"] = _("Write a title, in one of its languages at least.")
    bad = list(wordings.hole_faults(Clause(code, facts.is_mandatory, facts.title, facts.text)))
    if bad:
        wrong["text"] = " ".join(bad)
    if wrong:
        raise Refused(**wrong)
    written = {"code": code, "mandatory": facts.is_mandatory, "title": dict(facts.title), "text": dict(facts.text)}
    place = min(max(facts.place, 1), len(others) + 1) - 1
    _keep(template, draft | {"clauses": [*others[:place], written, *others[place:]]})


def remove_clause(actor: Actor, template: MouTemplate, version: int | None, code: str) -> None:
    """Leave a clause out of the next version. Raises ``EditConflict`` and ``NotAllowed``."""
    draft = _draft(actor, template, version)
    _keep(template, draft | {"clauses": [one for one in draft["clauses"] if one["code"] != code]})


def publish_draft(actor: Actor, template: MouTemplate, version: int | None, note: str | None) -> MouTemplateVersion:
    """Publish the next version, for good. Raises ``Refused`` without a note and for what cannot be used yet."""
    draft = _draft(actor, template, version)
    if not note:
        raise Refused(note=_("Say what is new in it."))
    read = wordings.read(draft)
    if sha256_of(read.content) == template.current.sha256:
        raise Refused(_("It says the same as version %(number)s.", number=template.current.number))
    published = publish(actor, read, note)
    template.draft = None
    db.session.flush()
    return published


def _draft(actor: Actor, template: MouTemplate, version: int | None) -> dict[str, Any]:
    actor.check(Permission.MOU_TEMPLATE)
    expect_version(template, version)
    if template.draft is None:
        raise Refused(_("Nobody is writing a new version. Begin one first."))
    return template.draft


def _keep(template: MouTemplate, draft: dict[str, Any]) -> None:
    template.draft = draft
    db.session.flush()


# ---- Drafts that were begun with an older version ----


def take_newer(actor: Actor, mou: Mou, version: int | None) -> None:
    """Go on with the newest version of the template; optional clauses stay on where there still are such.

    Raises ``Frozen``, ``Refused`` where a language is not in it, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, mou)
    expect_version(mou, version)
    rules.check_open(mou.state)
    newer = queries.newer_version(mou)
    if newer is None:
        raise Refused(_("It was begun with the newest version."))
    missing = [code for code in mou.languages if code not in queries.languages_of(newer)]
    if missing:
        raise Refused(_("The template has no text in: %(codes)s.", codes=", ".join(missing)))
    mou.template_version, mou.template_version_id = newer, newer.id
    mou.clauses = [code for code in mou.clauses if code in queries.optional_clauses(newer)]
    touch(mou)
