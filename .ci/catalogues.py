"""Says what is wrong with the catalogues: ``python .ci/catalogues.py TEMPLATE FOLDER``.

German has to be complete: every string of the template translated, none marked fuzzy, every plural form there.
What people outside the portal read (``outside.po``) has to be in the template: a sentence that was changed in English
leaves its translation behind, and they would get the new one in English. And it has every sentence of the pages and
mails that speak as their links do.
Whatever a catalogue has, in any language, must keep the placeholders of its source.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

COMPLETE = ("de",)
# What people outside the portal read: templates, or how the names of several begin.
OUTSIDE = (
    "templates/accounts/dead_link.html",
    "templates/clusters/answered.html",
    "templates/clusters/invitation.html",
    "templates/clusters/renewed.html",
    "templates/email/_layout",
    "templates/email/clusters/invitation.",
    "templates/email/events/called_off.",
    "templates/email/events/invitation.",
    "templates/email/events/minutes.",
    "templates/email/events/minutes_answer.",
    "templates/email/events/minutes_approved.",
    "templates/email/events/place.",
    "templates/email/mou/answered",
    "templates/email/mou/ask",
    "templates/email/mou/code",
    "templates/email/mou/draft",
    "templates/email/mou/report",
    "templates/email/mou/sealed",
    "templates/errors/",
    "templates/events/invitations/answer.html",
    "templates/events/invitations/answered.html",
    "templates/events/minutes/_parts.html",
    "templates/events/minutes/_text.html",
    "templates/events/minutes/comment.html",
    "templates/layouts/plain.html",
    "templates/mou/_changes.html",
    "templates/mou/_version.html",
    "templates/mou/draft/",
    "templates/mou/progress/link.html",
    "templates/mou/progress/renewed.html",
    "templates/mou/progress/report_by_link.html",
    "templates/mou/sign/",
    "templates/stakeholders/privacy/_notice.html",
    "templates/stakeholders/privacy/outside.html",
)
# One of these that only people with an account get.
NOT_OUTSIDE = ("templates/errors/withheld.html",)


def read(file: Path) -> Catalog:
    """Read one catalogue or template."""
    with file.open("rb") as text:
        return read_po(text, locale=file.parts[-3] if file.suffix == ".po" else None)


def read_outside(template: Catalog) -> Catalog:
    """The part of the template that people outside the portal read."""
    found = Catalog()
    for message in template:
        places = {place for place, _line in message.locations}.difference(NOT_OUTSIDE)
        if any(place.startswith(OUTSIDE) for place in places):
            found[message.id] = message
    return found


def untranslated(template: Catalog, catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    """Yield the template's messages that a reader of the catalogue would get in English, each with the reason."""
    for message in template:
        if not message.id:
            continue
        translation = catalogue.get(message.id, message.context)
        if translation is None:
            yield message, "is missing (./run messages adds it to messages.po)"
        elif translation.fuzzy:
            yield message, "is marked fuzzy"
        elif not all(forms(translation)):
            yield message, "is not translated"
        elif isinstance(message.id, tuple) and len(forms(translation)) != catalogue.num_plurals:
            yield message, f"needs {catalogue.num_plurals} plural forms"


def left_behind(template: Catalog, catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages of the catalogue that nothing in the portal says any more."""
    for message in catalogue:
        if message.id and template.get(message.id, message.context) is None:
            yield message


def source(message: Message) -> str:
    """What a message is in English; the singular where it has a plural."""
    return message.id[0] if isinstance(message.id, tuple) else message.id


def forms(message: Message) -> tuple[str, ...]:
    """The plural forms of a translation; one where the message has no plural."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def faults(template: Catalog, file: Path) -> Iterator[str]:
    """Yield what is wrong with the catalogue in ``file``, one sentence each."""
    catalogue = read(file)
    for message, errors in catalogue.check():
        for error in errors:
            yield f"{file}:{message.lineno}: {error}"
    if file.stem == "messages" and file.parts[-3] in COMPLETE:
        for message, reason in untranslated(template, catalogue):
            place = message.locations[0][0] if message.locations else "?"
            yield f"{file}: {source(message)!r} from {place} {reason}"
    if file.stem == "outside":
        for message in left_behind(template, catalogue):
            yield f"{file}:{message.lineno}: {source(message)!r} is said nowhere any more: give it the words of today"
        for message, reason in untranslated(read_outside(template), catalogue):
            yield f"{file}: {source(message)!r} from {message.locations[0][0]} {reason}"


def main() -> int:
    """Print every fault; the exit code is 1 when there is one."""
    template, folder = read(Path(sys.argv[1])), Path(sys.argv[2])
    found = [f"{folder}/{language} is not there" for language in COMPLETE if not (folder / language).is_dir()]
    for file in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        found.extend(faults(template, file))
    for fault in found:
        print(fault)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
