"""Places are found by the names that people elsewhere have for them."""

import csv
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.consortium import read_consortium
from app.core.exonyms import FILE, keys_of_place, other_keys
from app.core.search_key import search_key
from app.stakeholders.models import Organisation
from app.stakeholders.queries import FOUND_BY
from tests.stakeholders.register import name, organisation

PLACES = [
    ("Київ", ("Kiev", "Киев", "Kiew")),
    ("Харків", ("Kharkov", "Charkiw", "Харьков")),
    ("Львів", ("Lvov", "Lwiw")),
    ("თბილისი", ("Tiflis",)),
    ("მცხეთა", ("Mcxeta", "Mtskheta")),
    ("ფოთი", ("Foti", "Poti")),
    ("Երևան", ("Eriwan", "Jerewan")),
    ("Էջմիածին", ("Echmiadzin", "Ejmiatsin", "Vagharshapat")),
    ("Ճամբարակ", ("Jambarak", "Chambarak")),
    ("Niš", ("Nisch",)),
    ("ჟვანია", ("Jvania", "Zhvania")),
]


@pytest.mark.parametrize(("home", "typed"), PLACES, ids=lambda value: value if isinstance(value, str) else "")
def test_an_organisation_is_found_by_every_name_of_its_place(session: Session, home: str, typed: tuple[str, ...]):
    there = organisation(name(f"{home} college"))
    organisation(name("Gori school"))
    for word in (*typed, f"{typed[0]} college", f"college {typed[-1]}"):
        assert session.scalars(sa.select(Organisation.id).where(FOUND_BY.holds(word))).all() == [there.id], word


def test_what_is_called_by_the_other_name_is_found_by_the_own_one(session: Session):
    there = organisation(name("Kiev school"))
    assert session.scalars(sa.select(Organisation.id).where(FOUND_BY.holds("Київ"))).all() == [there.id]


def test_other_words_have_no_other_keys():
    assert [other_keys(word) for word in ("", " ", "School", "Lemberg", "fax")] == [frozenset()] * 5


def test_no_two_places_share_a_name():
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(row["source"] and len(row["country"]) == 2 for row in rows)
    keys = [{search_key(text) for text in (row["name"], *row["also"].split("|"))} for row in rows]
    assert [pair for pair in combinations(keys, 2) if pair[0] & pair[1]] == []
    assert search_key("Kiev") in keys_of_place("Kyiv")


def test_every_town_of_the_map_is_found_by_each_name_that_the_map_shows(session: Session):
    towns = [list(town.name.values()) for town in read_consortium(Path("consortia/bem")).towns]
    assert len(towns) > 100
    there = {names[-1]: organisation(name(f"College {names[-1]}"), city=names[-1]).id for names in towns}
    for home, label in ((names[-1], label) for names in towns for label in names):
        by_words = session.scalars(sa.select(Organisation.id).where(FOUND_BY.holds(label))).all()
        by_place = session.scalars(sa.select(Organisation.id).where(Organisation.city_key.in_(keys_of_place(label))))
        assert there[home] in by_words, label
        assert there[home] in by_place.all(), label
