"""Where the organisations of a list are and what they are, counted: a register of any size makes one small map."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from app.core import portal
from app.core.list_page import ListPage
from app.core.places import Located, Spread, spread
from app.core.search_key import search_key
from app.core.templating import reader_language
from app.stakeholders.models import Category
from app.stakeholders.queries import by_place


def where_they_are(listing: ListPage) -> tuple[Spread, list[list[Any]]]:
    """The organisations of a list by place, and how many there are of each category, the most first; one statement."""
    places: Counter[tuple[str, str | None, str | None]] = Counter()
    categories: Counter[Category] = Counter()
    # A town that is written in two ways is one place, as the filter it leads to understands it.
    known: dict[tuple[str, str], tuple[str, str | None, str | None]] = {}
    for country, region, city, category, count in by_place(listing.statement):
        here = (country, region, city)
        places[known.setdefault((country, search_key(city)), here) if city else here] += count
        categories[category] += count
    listing.total = places.total()
    rows = [
        Located(country, region, city, url=_list_url(listing, country, region, city), count=count)
        for (country, region, city), count in places.items()
    ]
    found = spread(portal.consortium(), rows, reader_language().code)
    return found, [[str(category.label), count] for category, count in categories.most_common()]


def _list_url(listing: ListPage, country: str, region: str | None, city: str | None) -> str:
    """The list of the organisations of one place, with the filters in force."""
    asked = {"q": listing.query, **{state.name: state.value for state in listing.filters}}
    asked |= {"country": country, "place": city or "", "region": "" if city else region or ""}
    return f"{url_for('stakeholders.index')}?{urlencode({name: value for name, value in asked.items() if value})}"
