"""The process that makes a PDF of a template and its data, and ends: typst and its fonts stay out of the portal's own.

It is run by its path, gets JSON on standard input (``folder``, ``template``, ``data``, ``standard``, ``fonts``) and
writes the PDF to standard output, or what is wrong to standard error. It imports nothing of the portal, which would
take ten times as long as the typesetting. ``core.documents`` is its one caller.
"""

import json
import struct
import sys
import unicodedata
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

WRONG = 3
# Stands for a letter that no font has: PDF/A does not allow a letter that cannot be shown.
UNKNOWN = "\ufffd"
_FORBIDDEN = "\ufeff\ufffe\uffff"
_SHOWN_AS_NOTHING = {"Cf", "Zl", "Zp"}
_SELECTORS = range(0xFE00, 0xFE10)


def main() -> int:
    """Read what is asked, write the PDF; answers the exit code."""
    import typst

    asked = json.load(sys.stdin)
    fonts = [font_folder(), Path(asked["fonts"])]
    data = presentable(asked["data"], set().union(*map(coverage, fonts)))
    try:
        pdf = typst.compile(
            Path(asked["folder"], asked["template"]),
            root=Path(asked["folder"]),
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=list(map(str, fonts))
            ),
            sys_inputs={"given": json.dumps(data)},
            pdf_standards=[asked["standard"]],
        )
    except typst.TypstError as error:
        sys.stderr.write(error.diagnostic)
        return WRONG
    sys.stdout.buffer.write(pdf)
    return 0


def font_folder() -> Path:
    """Where Noto Sans is, with its Georgian, Armenian and other companions."""
    import manimgx_fonts

    return Path(manimgx_fonts.__file__).parent


def presentable(value: Any, shown: Container[int]) -> Any:
    """A value of JSON in which every text can be set: no control characters, and a mark for what no font shows."""
    match value:
        case str():
            return "".join(_presentable(letter, shown) for letter in value)
        case dict():
            return {name: presentable(inner, shown) for name, inner in value.items()}
        case list():
            return [presentable(inner, shown) for inner in value]
    return value


def _presentable(letter: str, shown: Container[int]) -> str:
    if letter in "\n\t":
        return letter
    category = unicodedata.category(letter)
    if category == "Cc" or letter in _FORBIDDEN:  # Fonts have shapes for some of them all the same.
        return ""
    if ord(letter) in shown or category in _SHOWN_AS_NOTHING or ord(letter) in _SELECTORS:
        return letter
    return UNKNOWN


# ---- Which letters the fonts have ----


def coverage(folder: Path) -> set[int]:
    """The code points that at least one font of the folder has a shape for."""
    return {point for file in sorted(folder.glob("*.ttf")) for span in _spans(file.read_bytes()) for point in span}


def _spans(font: bytes) -> Iterator[range]:
    """Code points of an OpenType font's Unicode character maps (``cmap``, formats 4 and 12)."""
    tables, readers = struct.unpack(">H", font[4:6])[0], {4: _segments, 12: _groups}
    for number in range(tables):
        tag, _, at, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag != b"cmap":
            continue
        for one in range(struct.unpack_from(">H", font, at + 2)[0]):
            start = at + struct.unpack_from(">I", font, at + 4 + 8 * one + 4)[0]
            reader: Callable[[bytes, int], Iterator[range]] | None = readers.get(
                struct.unpack_from(">H", font, start)[0]
            )
            if reader:
                yield from reader(font, start)


def _segments(font: bytes, at: int) -> Iterator[range]:
    double = struct.unpack_from(">H", font, at + 6)[0]
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
    # The last segment is 0xFFFF by rule and means no letter.
    yield from (range(first, last + 1) for first, last in zip(starts, ends, strict=True) if first != 0xFFFF)


def _groups(font: bytes, at: int) -> Iterator[range]:
    for number in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * number)
        yield range(first, last + 1)


if __name__ == "__main__":
    sys.exit(main())
