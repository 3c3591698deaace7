"""What is hashed is written in one way."""

from typing import Any

from app.core.canonical import canonical, sha256_of


def test_the_hash_follows_from_what_is_said_and_from_nothing_else():
    one: dict[str, Any] = {"a": {"en": "ქ", "de": "Ü"}, "b": [1, None]}
    assert sha256_of(one) == sha256_of({"b": [1, None], "a": {"de": "Ü", "en": "ქ"}})
    assert sha256_of(one) != sha256_of({**one, "b": [1]})
    assert canonical(one) == '{"a":{"de":"Ü","en":"ქ"},"b":[1,null]}'.encode()
