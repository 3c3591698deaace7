"""Addresses are built as Werkzeug builds them, by functions that are written when the first one is asked for."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from app.core.addresses import Address

WRITTEN: dict[str, dict[str, Any]] = {
    "/": {},
    "/events/<int:number>": {"number": 7},
    "/feeds/<path:name>.ics": {"name": "country/ä b"},
    "/pages/<int(fixed_digits=3):number>/<word>": {"number": 4, "word": "a/b"},
}


@pytest.mark.parametrize("rule", WRITTEN)
@pytest.mark.parametrize("more", [{}, {"q": "ü &", "page": 2}], ids=["alone", "with a query"])
def test_an_address_is_what_werkzeug_makes_of_it(rule: str, more: dict[str, Any]):
    usual, ours = (
        Map([kind(rule, endpoint="page", defaults={"format": "html"})]).bind("portal.test") for kind in (Rule, Address)
    )
    values = WRITTEN[rule] | more
    for _time in range(2):  # The second is built by what the first one left.
        assert ours.build("page", values) == usual.build("page", values)
        assert ours.build("page", values, append_unknown=False) == usual.build("page", values, append_unknown=False)


def test_no_function_is_written_when_a_portal_is_made_and_each_one_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []
    write = Rule._compile_builder

    def note(rule: Rule, append_unknown: bool = True) -> Any:
        written.append(rule.rule)
        return write(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    rules = Map([Address("/<word>", endpoint="word"), Address("/events/<int:number>", endpoint="event")])
    assert written == []
    addresses = rules.bind("portal.test")
    assert [addresses.build("event", {"number": number}) for number in (1, 2)] == ["/events/1", "/events/2"]
    assert written == ["/events/<int:number>"]
    assert {type(rule) for rule in app.url_map.iter_rules() if rule.endpoint != "static"} == {Address}
