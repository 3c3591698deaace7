"""Organisations by place: found in any script, shown where their region is when no town is known, else not at all."""

from app.config import ROOT
from app.core.consortium import read_consortium
from app.core.places import Located, Spread, spread

BEM = read_consortium(ROOT / "consortia" / "bem")


def spread_of(*rows: Located, language: str = "en") -> Spread:
    """Some organisations by place."""
    return spread(BEM, rows, language)


def names(found: Spread) -> list[tuple[str, int]]:
    """Places and how many are there."""
    return [(place.name, place.count) for place in found.places]


def test_a_town_is_known_by_each_of_its_names() -> None:
    rows = [Located("UA", city=city) for city in ("Kyiv", "Київ", "Kyjiw")]
    assert names(spread_of(*rows)) == [("Kyiv", 3)]
    assert names(spread_of(Located("RS", city="Ниш"), Located("RS", city="Nis"))) == [("Niš", 2)]


def test_the_place_is_named_in_the_readers_language() -> None:
    assert names(spread_of(Located("GE", city="თბილისი"), language="de")) == [("Tiflis", 1)]


def test_a_region_is_shown_at_its_main_town() -> None:
    found = spread_of(Located("AM", "AM-TV"), Located("AM", "AM-TV", "Dilijan"))
    assert names(found) == [("Dilijan", 1), ("Ijevan", 1)]
    assert [exact for place in found.places for _member, exact in place.members] == [True, False]


def test_who_has_no_town_and_no_region_is_not_shown_in_the_capital() -> None:
    found = spread_of(Located("NO"), Located("NO", city="Somewhere", count=2), Located("NO", city="Oslo"))
    assert names(found) == [("Oslo", 1)]
    assert [(located.city, located.count) for located in found.nowhere] == [(None, 1), ("Somewhere", 2)]
    assert (found.unplaced, found.count) == (3, 4)


def test_a_town_nobody_knows_is_shown_in_its_region() -> None:
    assert names(spread_of(Located("AM", "AM-LO", "Somewhere"))) == [("Vanadzor", 1)]


def test_a_town_of_the_same_name_abroad_is_another_town() -> None:
    assert names(spread_of(Located("ME", city="Bor"))) == []


def test_countries_come_in_the_consortiums_order_and_towns_by_number() -> None:
    rows = [Located("DE", city="Bonn"), Located("AM", city="Gyumri"), Located("AM", city="Yerevan", count=2)]
    assert names(spread_of(*rows)) == [("Yerevan", 2), ("Gyumri", 1), ("Bonn", 1)]


def test_who_is_not_on_the_map_stays_in_the_table() -> None:
    found = spread_of(Located("FR", city="Lyon", label="A school"), Located("DE", city="Bonn"))
    assert [located.label for located in found.nowhere] == ["A school"]
    assert found.count == 2
    assert len(found.facts("p")["places"]) == 1


def test_the_picture_is_drawn_of_what_the_table_says() -> None:
    one = Located("AM", city="Gyumri", label="A <school>", url="/stakeholders/1")
    two = [Located("DE", city="Bonn", label=name, url=f"/stakeholders/{name}") for name in "ab"]
    facts = spread_of(one, *two).facts("p")
    assert facts["countries"] == ["ARM", "DEU"]
    assert [(p["name"], p["count"], p["words"], p["row"], p["url"]) for p in facts["places"]] == [
        ("Gyumri", 1, "A <school>", "p-1", "/stakeholders/1"),
        ("Bonn", 2, "a; b", "p-2", None),
    ]


def test_every_region_that_is_offered_has_a_town_or_its_country_has() -> None:
    regions, capitals = {town.region for town in BEM.towns}, {town.country for town in BEM.towns}
    assert capitals == set(BEM.by_country)
    offered = {region.code for region in BEM.regions if not region.hidden}
    assert offered - regions == {"ME-25"}  # Zeta became a municipality in 2022
