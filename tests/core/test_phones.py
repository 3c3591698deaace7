"""Telephone numbers are kept as the world writes them, and what is none is refused."""

import pytest
from flask import Flask

from app.core.phones import PhoneUnreadable, dialled, kept


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("010 123456", "AM", "+374 10 123456"),
        ("018/555-77-88", "RS", "+381 18 5557788"),
        ("+381 18 555 77 88", "AM", "+381 18 5557788"),
        ("+381 18 555 77 88", None, "+381 18 5557788"),
        ("00374 10 123456", "AM", "+374 10 123456"),
        ("Tel: 010 12 34 56 ext 7", "AM", "+374 10 123456 ext. 7"),
        ("+374 10 123456", "RS", "+374 10 123456"),
        ("", "AM", None),
        (None, "AM", None),
    ],
)
def test_a_number_is_kept_with_its_country(typed: str | None, country: str | None, number: str | None):
    assert kept(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "country", "told"),
    [
        ("<b>ring me</b>", "AM", "This is no telephone number."),
        ("ask at the gate", "AM", "This is no telephone number."),
        ("010 123456", None, "with its country in front"),
        ("+381 18", "AM", "too few or too many digits"),
        ("1" * 400, "AM", "This is no telephone number."),
    ],
)
def test_what_is_no_number_is_refused(sqlite_app: Flask, typed: str, country: str | None, told: str):
    with sqlite_app.test_request_context(), pytest.raises(PhoneUnreadable) as caught:
        kept(typed, country)
    assert told in caught.value.messages["phone"]


def test_what_stands_is_not_asked_about_again():
    assert kept("ask at the gate", "AM", "ask at the gate") == "ask at the gate"


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("+374 10 123456", "tel:+37410123456"),
        ("+374 10 123456 ext. 7", "tel:+37410123456;ext=7"),
        ("018/555-77-88", "tel:0185557788"),
        ("<b>ring me</b>", ""),
        ("ask at the gate", ""),
    ],
)
def test_a_number_can_be_dialled(number: str, address: str):
    assert dialled(number) == address
