"""The names of time zones."""

import pytest

from app.events.zones import UnknownZone, canonical, names


@pytest.mark.parametrize(
    ("name", "today"),
    [
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Eastern", "America/New_York"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
        ("UTC", "UTC"),
    ],
)
def test_a_name_of_the_past_is_led_to_todays(name: str, today: str) -> None:
    assert canonical(name) == today


@pytest.mark.parametrize("name", ["Europe/Oslo", "Europe/Skopje", "Europe/Podgorica", "Europe/Belgrade"])
def test_a_zone_that_shares_its_rules_with_a_neighbour_keeps_its_name(name: str) -> None:
    assert canonical(name) == name


@pytest.mark.parametrize(
    "name", ["", "Europe/Atlantis", "Central European Standard Time", "europe/berlin", "../etc/passwd", "Factory"]
)
def test_what_is_no_zone_of_the_database_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        canonical(name)


def test_every_zone_on_offer_is_canonical_and_offered_once() -> None:
    offered = names()
    assert offered == sorted(set(offered))
    assert [canonical(name) for name in offered] == offered
    assert {"UTC", "Asia/Tbilisi", "Asia/Yerevan", "Europe/Kyiv", "Europe/Oslo"} <= set(offered)
