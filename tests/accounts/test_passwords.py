"""What makes a password good enough."""

import pytest
from flask import Flask

from app.accounts.passwords import complaint


@pytest.mark.parametrize(
    "password",
    [
        "four quiet words together",
        "Zwölf Boxkämpfer jagen",
        "пароль що важко вгадати",
        "x9$kf0-Lq3!vbn",
        "გრძელი პაროლი აქ",
    ],
)
def test_long_and_unlikely_is_enough(app: Flask, password: str):
    with app.test_request_context():
        assert complaint(password, ("Maria", "Muster")) is None


@pytest.mark.parametrize(
    "password",
    ["", "eleven char", "password1234", "Passwort12345", "qwertzqwertz1", "abababababab", "mustermuster1", "x" * 201],
)
def test_short_obvious_or_personal_is_not(app: Flask, password: str):
    with app.test_request_context():
        assert complaint(password, ("Maria", "Muster"))
