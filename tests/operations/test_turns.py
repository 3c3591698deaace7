"""Answers take turns; whoever is slow holds nobody."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.operations.turns import Turns

FOREVER = 60.0


def _start(_status: str, _headers: list[tuple[str, str]], _error: object = None, /) -> Callable[[bytes], object]:
    raise AssertionError("No application here begins an answer.")


def _ask(turns: Turns, path: str) -> bytes:
    return b"".join(turns({"PATH_INFO": path}, _start))


class Counted:
    """An application that knows how many of its answers are made at once, and the most there ever were."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at_once = self.most = 0

    def __call__(self, _environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        threading.Event().wait(0.001)
        with self.lock:
            self.at_once -= 1
        return [b"done"]


def test_quick_answers_are_made_one_after_the_other() -> None:
    counted = Counted()
    turns = Turns(counted, patience=FOREVER)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: _ask(turns, "/"), range(40)))
    assert answers == [b"done"] * 40
    assert counted.most == 1


def test_a_slow_answer_holds_nobody() -> None:
    is_in, may_end = threading.Event(), threading.Event()

    def application(environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            is_in.set()
            assert may_end.wait(FOREVER)
        return [environ["PATH_INFO"].encode()]

    turns = Turns(application, patience=0.01)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(_ask, turns, "/slow")
        try:
            assert is_in.wait(FOREVER)
            assert [_ask(turns, "/quick") for _time in range(3)] == [b"/quick"] * 3
            assert not slow.done()
        finally:
            may_end.set()
        assert slow.result(FOREVER) == b"/slow"


def test_a_body_that_comes_bit_by_bit_leaves_the_turn_to_others() -> None:
    def application(_environ: dict[str, Any], _start: object) -> Iterator[bytes]:
        yield b"first"
        yield b"second"

    turns = Turns(application, patience=FOREVER)
    download = iter(turns({}, _start))
    assert next(download) == b"first"
    assert _ask(turns, "/") == b"firstsecond"
    assert next(download) == b"second"


def test_a_failure_gives_the_turn_back() -> None:
    def application(environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError("broken")
        return [b"done"]

    turns = Turns(application, patience=FOREVER)
    with pytest.raises(RuntimeError, match="broken"):
        _ask(turns, "/broken")
    assert _ask(turns, "/") == b"done"
