"""Content lines of RFC 5545: what a text may contain, how it is escaped, where a line may be folded."""

import re

# Which program wrote a calendar; it stays the same in feeds, files and mails.
PRODID = "-//Consortium portal//Calendar//EN"
_LINE_BREAKS = re.compile("\r\n|[\x0b\x0c\x85\u2028\u2029]")
# Control characters but tab and line feed (RFC 5545 §3.1 allows none), halves of surrogate pairs, which have no
# UTF-8 form, and the mark that readers take for the beginning of a file and drop.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_BREAKS = re.compile(r"[ \t]*[\n\t]+[ \t]*")
_LIMIT = 75


def clean_text(value: str) -> str:
    """Return `value` with line feeds as its only line breaks, without control characters, stripped."""
    return _FORBIDDEN.sub("", _LINE_BREAKS.sub("\n", value)).strip()


def clean_line(value: str) -> str:
    """Return `value` cleaned and on one line: breaks and tabs become one space, other spacing stays."""
    return _BREAKS.sub(" ", clean_text(value))


def fold(line: str) -> str:
    """Return one content line folded to at most 75 octets a line, CR LF at the end.

    A fold never stands inside a UTF-8 character, nor between the backslash and the letter of an escape:
    readers that unfold after decoding or after unescaping exist.
    """
    octets = line.encode()
    if len(octets) <= _LIMIT:
        return f"{line}\r\n"
    parts, start, room = [], 0, _LIMIT
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        backslashes = end - start - len(octets[start:end].rstrip(b"\\"))
        end -= backslashes % 2
        parts.append(octets[start:end])
        start, room = end, _LIMIT - 1
    parts.append(octets[start:])
    return b"\r\n ".join(parts).decode() + "\r\n"


def escape(text: str) -> str:
    """Return a TEXT value escaped after RFC 5545 §3.3.11."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text
