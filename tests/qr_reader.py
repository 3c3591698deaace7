"""Reads a QR code of the portal's own SVG, clean as it was drawn: bytes of level M, versions 1 to 10, ISO/IEC 18004."""

import re

Modules = list[list[bool]]
# Data codewords of each block of level M, and the middles of alignment patterns, by version.
BLOCKS = {
    1: [16],
    2: [28],
    3: [44],
    4: [32] * 2,
    5: [43] * 2,
    6: [27] * 4,
    7: [31] * 4,
    8: [38] * 2 + [39] * 2,
    9: [36] * 3 + [37] * 2,
    10: [43] * 4 + [44],
}
MIDDLES = {
    1: [],
    **{version: [6, 4 * version + 10] for version in range(2, 7)},
    7: [6, 22, 38],
    8: [6, 24, 42],
    9: [6, 26, 46],
    10: [6, 28, 50],
}
MASKS = [
    lambda y, x: (y + x) % 2,
    lambda y, _x: y % 2,
    lambda _y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
]


def read(svg: str) -> str:
    """The text of a code."""
    modules = _modules(svg)
    version = (len(modules) - 17) // 4
    told = [modules[8][x] for x in (0, 1, 2, 3, 4)]
    level_and_mask = sum(bit << (4 - place) for place, bit in enumerate(told)) ^ 0b10101
    assert level_and_mask >> 3 == 0, "level M"
    octets = _in_order(_codewords(modules, version, level_and_mask & 7), BLOCKS[version])
    bits = "".join(f"{octet:08b}" for octet in octets)
    assert bits[:4] == "0100", "bytes"
    counted = 8 if version < 10 else 16
    length = int(bits[4 : 4 + counted], 2)
    said = bits[4 + counted : 4 + counted + 8 * length]
    return bytes(int(said[at : at + 8], 2) for at in range(0, len(said), 8)).decode()


def _modules(svg: str) -> Modules:
    side = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    rows = [[False] * side for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        for place in range(int(x), int(x) + int(length)):
            rows[int(y)][place] = True
    white = [*rows[:4], *rows[-4:], *([row[place] for row in rows] for place in (0, 1, 2, 3, -1, -2, -3, -4))]
    assert not any(map(any, white)), "four modules of white around it"
    return [row[4:-4] for row in rows[4:-4]]


def _is_pattern(y: int, x: int, side: int, version: int) -> bool:
    corners = (y < 9 and (x < 9 or x >= side - 8)) or (y >= side - 8 and x < 9)
    versions = version >= 7 and ((y < 6 and x >= side - 11) or (x < 6 and y >= side - 11))
    middles = MIDDLES[version]
    ends = {(6, 6), (6, middles[-1]), (middles[-1], 6)} if middles else set()
    aligned = any(
        abs(y - row) <= 2 and abs(x - column) <= 2 for row in middles for column in middles if (row, column) not in ends
    )
    return corners or versions or aligned or y == 6 or x == 6


def _codewords(modules: Modules, version: int, mask: int) -> list[int]:
    side, bits, up = len(modules), [], True
    for right in [*range(side - 1, 6, -2), *range(5, 0, -2)]:
        for y in range(side - 1, -1, -1) if up else range(side):
            here = [(y, x) for x in (right, right - 1) if not _is_pattern(y, x, side, version)]
            bits += [modules[y][x] ^ (MASKS[mask](y, x) == 0) for y, x in here]
        up = not up
    return [sum(bit << (7 - place) for place, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits) - 7, 8)]


def _in_order(codewords: list[int], blocks: list[int]) -> list[int]:
    """The data codewords, block after block: they stand one of each block in turn."""
    parts: list[list[int]] = [[] for _ in blocks]
    found = iter(codewords)
    for place in range(max(blocks)):
        for part, length in zip(parts, blocks, strict=True):
            if place < length:
                part.append(next(found))
    return [octet for part in parts for octet in part]
