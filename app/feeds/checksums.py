"""The checksum of texts that stand one behind the other, from the checksums of each (CRC-32 of RFC 1952).

Python's ``zlib`` has no ``crc32_combine``; without it a changed feed would be walked through whole for its checksum.
Numbers are polynomials over two values with the highest power in the lowest bit, as everywhere in CRC-32.
"""

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

POLYNOMIAL = 0xEDB88320
ONE = 1 << 31


def _product(one: int, other: int) -> int:
    """The product of two polynomials, modulo that of CRC-32."""
    product, power = 0, ONE
    while one:
        if one & power:
            product ^= other
            one ^= power
        power >>= 1
        other = (other >> 1) ^ POLYNOMIAL if other & 1 else other >> 1
    return product


def _squares() -> tuple[int, ...]:
    """The powers 8, 16, 32 and so on of x: by how much one, two, four octets move a checksum."""
    found = [1 << 23]
    while len(found) < 64:
        found.append(_product(found[-1], found[-1]))
    return tuple(found)


_SQUARES = _squares()


@dataclass(frozen=True)
class Checksum:
    """The checksum of a text and its length in octets; the sum of two is that of both texts, one behind the other."""

    value: int
    length: int

    @classmethod
    def of(cls, text: bytes) -> Self:
        """Of a text at hand."""
        return cls(zlib.crc32(text), len(text))

    def __add__(self, following: Self) -> Self:
        moved = _product(self.value, following._distance)
        return type(self)(moved ^ following.value, self.length + following.length)

    @cached_property
    def _distance(self) -> int:
        """What moves a checksum past this text; kept, because a chunk stands behind others in every version."""
        distance = ONE
        for place, square in enumerate(_SQUARES):
            if self.length >> place & 1:
                distance = _product(square, distance)
        return distance
