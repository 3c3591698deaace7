"""Gives memory back to the machine that the C library would keep for later.

Glibc raises the size from which a piece of memory is its own mapping to that of the largest piece that was ever freed;
after one feed of ten megabytes it never returns less than twice that (mallopt(3), M_MMAP_THRESHOLD). Elsewhere nothing
is done: musl and macOS return what is freed.
"""

import ctypes

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # malloc.h
# Larger than any packed feed, so that sending one needs no new mapping.
LARGE = 1024 * 1024


def give_back() -> bool:
    """Return what the start freed, and from now on every large piece as it is freed; whether this machine can."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt") or not hasattr(library, "malloc_trim"):
        return False
    done = library.mallopt(M_MMAP_THRESHOLD, LARGE) and library.mallopt(M_ARENA_MAX, 1)
    library.malloc_trim(0)
    return bool(done)
