"""Replies as programs write them: each shape is a function from what is said to the octets of a message."""

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Say:
    """What a reply says."""

    uid: str
    organiser: str
    attendee: str = "ana@example.org"
    sender: str | None = None
    answer: str = "ACCEPTED"
    sequence: int = 0
    stamp: str = "20990101T120000Z"
    comment: str = ""
    message_id: str = "<1@client.example>"
    method: str = "REPLY"

    @property
    def head(self) -> str:
        """The header that all shapes have."""
        return (
            f"From: =?utf-8?q?Ana_Hakobyan_=D0=90=D0=BD=D0=B0?= <{self.sender or self.attendee}>\r\n"
            f"To: {self.organiser}\r\n"
            f"Message-ID: {self.message_id}\r\n"
            "Date: Mon, 12 May 2025 10:00:00 +0000\r\n"
            "Subject: =?utf-8?q?Accepted=3A_Patterns=2C_cut_=26_sewn?=\r\n"
            "MIME-Version: 1.0\r\n"
        )


def _lines(*lines: str) -> str:
    return "\r\n".join(line for line in lines if line) + "\r\n"


def gmail(say: Say) -> bytes:
    """Google: three alternatives and a file, a parameter for the comment, base64 for the file."""
    comment = f';X-RESPONSE-COMMENT="{say.comment}"' if say.comment else ""
    calendar = _lines(
        *("BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN"),
        *(f"METHOD:{say.method}", "BEGIN:VEVENT", "DTSTART:20250520T100000Z", "DTEND:20250520T130000Z"),
        *(f"DTSTAMP:{say.stamp}", f"ORGANIZER;CN=Portal:mailto:{say.organiser}", f"UID:{say.uid}"),
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT="
        f"{say.answer};CN=Ana Хакобян\r\n ;X-NUM-GUESTS=0{comment}:mailto:{say.attendee}",
        *("CREATED:20250510T100000Z", "LAST-MODIFIED:20250512T100000Z", f"SEQUENCE:{say.sequence}"),
        *("STATUS:CONFIRMED", "SUMMARY:Patterns\\, cut & sewn", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR"),
    )
    file = base64.encodebytes(calendar.encode()).decode()
    return (
        f'{say.head}Content-Type: multipart/mixed; boundary="mix"\r\n\r\n--mix\r\n'
        'Content-Type: multipart/alternative; boundary="alt"\r\n\r\n--alt\r\n'
        "Content-Type: text/plain; charset=UTF-8; format=flowed\r\n\r\nAna has accepted.\r\n\r\n--alt\r\n"
        "Content-Type: text/html; charset=UTF-8\r\n\r\n<p>Ana has accepted</p>\r\n\r\n--alt\r\n"
        f"Content-Type: text/calendar; charset=UTF-8; method={say.method}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{calendar}\r\n--alt--\r\n--mix\r\n"
        'Content-Type: application/ics; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{file}\r\n--mix--\r\n"
    ).encode()


def exchange(say: Say) -> bytes:
    """Outlook with Exchange: MAILTO in capitals, a blank comment, Windows' zones, X- properties, base64."""
    calendar = _lines(
        *("BEGIN:VCALENDAR", f"METHOD:{say.method}", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0"),
        *("BEGIN:VTIMEZONE", "TZID:Caucasus Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T000000"),
        *("TZOFFSETFROM:+0400", "TZOFFSETTO:+0400", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT"),
        f"ATTENDEE;PARTSTAT={say.answer};CN=Ana Hakobyan:MAILTO:{say.attendee.upper()}",
        f"COMMENT;LANGUAGE=en-US:{say.comment or chr(92) + 'n'}",
        *(f"UID:{say.uid}", "SUMMARY;LANGUAGE=en-US:Accepted: Patterns\\, cut & sewn"),
        *("DTSTART;TZID=Caucasus Standard Time:20250520T140000", "DTEND;TZID=Caucasus Standard Time:20250520T170000"),
        *("CLASS:PUBLIC", "PRIORITY:5", f"DTSTAMP:{say.stamp}", "TRANSP:OPAQUE", "STATUS:CONFIRMED"),
        *(f"SEQUENCE:{say.sequence}", "LOCATION;LANGUAGE=en-US:Employment centre", "X-MICROSOFT-CDO-APPT-SEQUENCE:0"),
        *("X-MICROSOFT-CDO-OWNERAPPTID:2117441412", "X-MICROSOFT-DISALLOW-COUNTER:FALSE", "END:VEVENT"),
        "END:VCALENDAR",
    )
    part = base64.encodebytes(calendar.encode()).decode()
    return (
        f"{say.head}Thread-Topic: Patterns\r\nX-MS-Has-Attach:\r\n"
        'Content-Type: multipart/alternative; boundary="_000_"\r\n\r\n--_000_\r\n'
        'Content-Type: text/plain; charset="us-ascii"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        "\r\n--_000_\r\n"
        f'Content-Type: text/calendar; charset="utf-8"; method={say.method}\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{part}\r\n--_000_--\r\n"
    ).encode()


def apple(say: Say) -> bytes:
    """Apple's Calendar: the calendar alone as a file, no organiser's tag but in To, quoted-printable."""
    calendar = _lines(
        *("BEGIN:VCALENDAR", "CALSCALE:GREGORIAN", f"METHOD:{say.method}", "PRODID:-//Apple Inc.//macOS 15.4//EN"),
        *("VERSION:2.0", "BEGIN:VEVENT", f"ATTENDEE;CN=Անա Հակոբյան;CUTYPE=INDIVIDUAL;EMAIL={say.attendee};PARTSTAT="),
    ).rstrip("\r\n")
    calendar += f"\r\n {say.answer};ROLE=REQ-PARTICIPANT:mailto:{say.attendee}\r\n" + _lines(
        *(f"COMMENT:{say.comment}" if say.comment else "", "CREATED:20250510T100000Z"),
        *(
            "DTEND;TZID=Asia/Yerevan:20250520T170000",
            f"DTSTAMP:{say.stamp}",
            "DTSTART;TZID=Asia/Yerevan:20250520T140000",
        ),
        *("LAST-MODIFIED:20250512T100000Z", f"ORGANIZER;CN=Portal:mailto:{say.organiser}", f"SEQUENCE:{say.sequence}"),
        *("SUMMARY:Patterns\\, cut & sewn", f"UID:{say.uid}", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC"),
        *("END:VEVENT", "END:VCALENDAR"),
    )
    part = quopri.encodestring(calendar.encode()).decode()
    return (
        f'{say.head}Content-Type: multipart/mixed; boundary="Apple-Mail"\r\n\r\n--Apple-Mail\r\n'
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n Անա Հակոբյան\r\n"
        "--Apple-Mail\r\n"
        'Content-Type: text/calendar; charset=utf-8; name="iCal-20250512.ics"\r\n'
        'Content-Disposition: attachment; filename="iCal-20250512.ics"\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{part}\r\n--Apple-Mail--\r\n"
    ).encode()


def thunderbird(say: Say) -> bytes:
    """Thunderbird: no method in the header of the part, X-MOZ properties, the comment as a property."""
    calendar = _lines(
        *("BEGIN:VCALENDAR", "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "VERSION:2.0"),
        *(f"METHOD:{say.method}", "BEGIN:VEVENT", "CREATED:20250510T100000Z", "LAST-MODIFIED:20250512T100000Z"),
        *(f"DTSTAMP:{say.stamp}", f"UID:{say.uid}", "SUMMARY:Patterns\\, cut & sewn"),
        *(f"ORGANIZER;CN=Portal:mailto:{say.organiser}", "X-MOZ-RECEIVED-SEQUENCE:0", "X-MOZ-INVITED-ATTENDEE:x"),
        f"ATTENDEE;CN=Ana;PARTSTAT={say.answer};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:{say.attendee}",
        *(f"COMMENT:{say.comment}" if say.comment else "", "DTSTART:20250520T100000Z", "DTEND:20250520T130000Z"),
        *(f"SEQUENCE:{say.sequence}", "TRANSP:OPAQUE", "X-MOZ-GENERATION:1", "END:VEVENT", "END:VCALENDAR"),
    )
    return (
        f'{say.head}User-Agent: Mozilla Thunderbird\r\nContent-Type: multipart/mixed; boundary="moz"\r\n\r\n--moz\r\n'
        "Content-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        "Ana Hakobyan has accepted your event invitation.\r\n\r\n--moz\r\n"
        f"Content-Type: text/calendar; charset=UTF-8\r\n\r\n{calendar}\r\n--moz--\r\n"
    ).encode()


SHAPES: dict[str, Callable[[Say], bytes]] = {
    "gmail": gmail,
    "exchange": exchange,
    "apple": apple,
    "thunderbird": thunderbird,
}
