"""What the law of a country says of electronic signatures: a hint for whoever keeps an original; it decides nothing."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

NOTES: dict[str, Any] = {
    "AM": _l("Armenia: by the law on electronic documents, the electronic digital signature stands for one by hand."),
    "DE": _l("Germany: by the eIDAS regulation, a qualified signature stands for one by hand; others are admissible."),
    "GE": _l(
        "Georgia: dealings with public bodies need the qualified signature or stamp of the public service agency."
    ),
    "ME": _l("Montenegro: a qualified signature stands for one by hand; advanced ones with an EU certificate count."),
    "MK": _l("North Macedonia: simple, advanced and qualified signatures are known to the law of 2020."),
    "NO": _l("Norway: by the eIDAS regulation, a qualified signature stands for one by hand; others are admissible."),
    "RS": _l("Serbia: a qualified signature stands for one by hand; qualified EU certificates can be used."),
    "UA": _l(
        "Ukraine: KEP is the qualified signature, often in an ASiC-E container. Validators of the EU may be unable to "
        "decide, because national curves are used."
    ),
}


def notes(countries: Iterable[str | None]) -> list[Any]:
    """The notes for some countries, each once."""
    return [NOTES[code] for code in dict.fromkeys(countries) if code in NOTES]
