"""Gives memory back to the machine that the C library would keep for later.

Glibc raises the size from which a piece of memory is its own mapping to that of the largest piece that was ever freed;
after one feed of ten megabytes it never returns less than twice that (mallopt(3), M_MMAP_THRESHOLD). Elsewhere nothing
is done: musl and macOS return what is freed.
"""

import ctypes
from functools import cache

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # malloc.h
# Larger than nearly every page, so that answering needs no new mapping; a larger packed feed is kept in its own.
LARGE = 256 * 1024


@cache
def _library() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def keep_little() -> bool:
    """Return every large piece from now on as it is freed; whether this machine can. Called before threads start."""
    library = _library()
    return library is not None and bool(library.mallopt(M_MMAP_THRESHOLD, LARGE) and library.mallopt(M_ARENA_MAX, 1))


def give_back() -> None:
    """Return what was freed so far; for after work that took much and is seldom done, since it takes a millisecond."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)
