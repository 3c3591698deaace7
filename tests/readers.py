"""Calendar programs other than ours, each as one function: calendar octets in, what it understood out.

They are the judges of the calendar tests, so a missing one fails in continuous integration (``CI=true``) and is
skipped with its reason elsewhere: ical.js through Node.js, libical (Debian: ``libical3``) through ctypes, and
khal as a command. The icalendar package, which also writes our entries, is the fourth.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import icalendar
import pytest
from dateutil.tz import tzical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

_ICAL_JS = Path(__file__).with_name("ical_reader.cjs")


@dataclass(frozen=True)
class Entry:
    """One event as a reader understood it; `starts` and `ends` are dates, or datetimes in UTC."""

    uid: str
    title: str
    description: str
    place: str
    status: str
    sequence: int
    starts: date | datetime
    ends: date | datetime


def by_icalendar(calendar: bytes) -> list[Entry]:
    """Read with the icalendar package."""

    def moment(value: Any) -> date | datetime:
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    return [
        Entry(
            uid=str(event["UID"]),
            title=str(event["SUMMARY"]),
            description=str(event.get("DESCRIPTION", "")),
            place=str(event.get("LOCATION", "")),
            status=str(event["STATUS"]),
            sequence=event.decoded("SEQUENCE"),
            starts=moment(event.decoded("DTSTART")),
            ends=moment(event.decoded("DTEND")),
        )
        for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    ]


def node() -> str:
    """Where Node.js is: the machine's own, or the one that is installed with the portal."""
    found = shutil.which("node") or shutil.which("node", path=Path(sys.executable).parent)
    if not found:
        _absent("Node.js is not installed")
    return str(found)


def by_ical_js(calendar: bytes) -> list[Entry]:
    """Read with ical.js, the parser of Thunderbird and Nextcloud."""
    done = subprocess.run([node(), _ICAL_JS], input=calendar, capture_output=True, check=False, timeout=60)
    if b"Cannot find module 'ical.js'" in done.stderr:
        _absent("the npm package ical.js is not installed")
    assert done.returncode == 0, done.stderr.decode()

    def moment(text: str) -> date | datetime:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)

    rows = json.loads(done.stdout)
    return [Entry(**{**row, "starts": moment(row["starts"]), "ends": moment(row["ends"])}) for row in rows]


def by_libical(calendar: bytes) -> list[Entry]:
    """Read with libical, the parser of Evolution, KOrganizer and GNOME."""
    library, found = _libical(), []
    with _Parsed(calendar) as root:
        for event in _events(library, root):

            def text(name: str, event: int = event) -> str:
                return (getattr(library, f"icalcomponent_get_{name}")(event) or b"").decode()

            status = library.icalcomponent_get_first_property(event, library.icalproperty_string_to_kind(b"STATUS"))
            found.append(
                Entry(
                    uid=text("uid"),
                    title=text("summary"),
                    description=text("description"),
                    place=text("location"),
                    status=library.icalproperty_get_value_as_string(status).decode(),
                    sequence=library.icalcomponent_get_sequence(event),
                    starts=_moment(library, library.icalcomponent_get_dtstart(event)),
                    ends=_moment(library, library.icalcomponent_get_dtend(event)),
                )
            )
    return found


READERS: dict[str, Callable[[bytes], list[Entry]]] = {
    "icalendar": by_icalendar,
    "ical.js": by_ical_js,
    "libical": by_libical,
}


def complaints_of_libical(calendar: bytes) -> list[str]:
    """Return what libical's check against RFC 5545 and RFC 5546 objects to, line by line."""
    library = _libical()
    with _Parsed(calendar) as root:
        library.icalrestriction_check(root)
        lines = library.icalcomponent_as_ical_string(root).decode().replace("\r\n ", "").splitlines()
    return [line for line in lines if line.startswith("X-LIC-ERROR")]


def listed_by_khal(calendar: bytes, directory: Path, day: date) -> str:
    """Import the calendar into an empty khal that lives in `directory`; return its list of that `day`."""
    khal = shutil.which("khal")
    if not khal:
        _absent("khal is not installed")
    (directory / "calendar").mkdir()
    config = directory / "khal.conf"
    config.write_text(
        f"[calendars]\n[[test]]\npath = {directory / 'calendar'}\n[sqlite]\npath = {directory / 'khal.db'}\n"
        "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\n"
        "longdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
    )
    source = directory / "feed.ics"
    source.write_bytes(calendar)
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(directory), "COLUMNS": "300"}

    def run(*arguments: str) -> str:
        command = [khal, "-c", str(config), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("import", "--batch", "-a", "test", str(source))
    return run("list", "--format", "{start-end-time-style} {title}", day.isoformat(), "1d")


def zone_by_dateutil(vtimezone: str) -> tzinfo:
    """Return the zone that dateutil makes of the rules in a VTIMEZONE."""
    zone = tzical(StringIO(vtimezone)).get()
    assert zone
    return zone


def _absent(reason: str) -> NoReturn:
    """Skip the test, or fail it where every reader must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class _Time(ctypes.Structure):
    """libical's ``struct icaltimetype``."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    )


@lru_cache(maxsize=1)
def _libical() -> Any:
    """Load libical 3 and declare the functions in use."""
    name = ctypes.util.find_library("ical")
    if not name:
        _absent("libical is not installed")
    library = ctypes.CDLL(name)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, tuple[Any, ...]] = {
        "icalparser_parse_string": (pointer, text),
        "icalcomponent_free": (None, pointer),
        "icalcomponent_string_to_kind": (number, text),
        "icalcomponent_get_first_component": (pointer, pointer, number),
        "icalcomponent_get_next_component": (pointer, pointer, number),
        "icalcomponent_get_first_property": (pointer, pointer, number),
        "icalcomponent_as_ical_string": (text, pointer),
        "icalcomponent_get_sequence": (number, pointer),
        "icalcomponent_get_dtstart": (_Time, pointer),
        "icalcomponent_get_dtend": (_Time, pointer),
        "icalproperty_string_to_kind": (number, text),
        "icalproperty_get_value_as_string": (text, pointer),
        "icalrestriction_check": (number, pointer),
        "icaltime_as_timet_with_zone": (ctypes.c_long, _Time, pointer),
    }
    for getter in ("uid", "summary", "description", "location"):
        signatures[f"icalcomponent_get_{getter}"] = (text, pointer)
    for function, (result, *arguments) in signatures.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


class _Parsed:
    """A parsed calendar, freed at the end of the ``with`` block."""

    def __init__(self, calendar: bytes) -> None:
        self._library = _libical()
        self._root: int = self._library.icalparser_parse_string(calendar)
        assert self._root, "libical could not parse the calendar at all"

    def __enter__(self) -> int:
        return self._root

    def __exit__(self, *_: object) -> None:
        self._library.icalcomponent_free(self._root)


def _events(library: Any, root: int) -> Iterator[int]:
    kind = library.icalcomponent_string_to_kind(b"VEVENT")
    event = library.icalcomponent_get_first_component(root, kind)
    while event:
        yield event
        event = library.icalcomponent_get_next_component(root, kind)


def _moment(library: Any, time: _Time) -> date | datetime:
    if time.is_date:
        return date(time.year, time.month, time.day)
    return datetime.fromtimestamp(library.icaltime_as_timet_with_zone(time, time.zone), UTC)
