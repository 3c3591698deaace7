"""What build.mjs makes of the front end: names by contents, charts apart, a map with right borders."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.config import ROOT
from app.core.consortium import Town, read_consortium
from tests.readers import node

DIST = ROOT / "app" / "static" / "dist"
TOWNS = read_consortium(ROOT / "consortia" / "bem").towns
BY_THE_SEA = 0.08  # degrees: how far the coast of a small map may run inland of a harbour

Ring = list[tuple[float, float]]


@cache
def manifest() -> dict[str, str]:
    """Hashed names by plain ones."""
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    return names


def built(name: str) -> Path:
    """A file of the build by its plain name."""
    return DIST / manifest()[name]


@cache
def countries() -> dict[str, list[list[Ring]]]:
    """The polygons of the built map by ISO 3166-1 alpha-3 code, each an outline and its holes."""
    features: list[dict[str, Any]] = json.loads(built("map.json").read_text("utf-8"))["features"]
    return {feature["properties"]["name"]: feature["geometry"]["coordinates"] for feature in features}


def encloses(ring: Ring, lon: float, lat: float) -> bool:
    """Whether a point lies within a ring: a ray to the east crosses it an odd number of times."""
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            crossings += 1
    return crossings % 2 == 1


def countries_at(lon: float, lat: float) -> set[str]:
    """The countries a point lies in."""
    return {
        code
        for code, polygons in countries().items()
        for outline, *holes in polygons
        if encloses(outline, lon, lat) and not any(encloses(hole, lon, lat) for hole in holes)
    }


def around(town: Town) -> Iterator[tuple[float, float]]:
    """A town and four points beside it."""
    for east, north in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
        yield town.lon + east * BY_THE_SEA, town.lat + north * BY_THE_SEA


def test_every_file_is_named_by_what_is_in_it() -> None:
    assert set(manifest()) == {"main.css", "main.js", "offline.js", "charts.js", "map.json", "icons.svg", "emblem.svg"}
    for name, file in manifest().items():
        stem, ending = name.split(".")
        assert re.fullmatch(rf"{stem}-[0-9A-Z]{{8}}\.{ending}", file)
        assert (DIST / file).is_file()


def test_files_of_an_earlier_build_stay_for_a_month_since_they_were_used_last(tmp_path: Path) -> None:
    """A portal that runs, and pages that are open, still name them."""

    def build(day: str, *files: str) -> set[str]:
        script = f"""
            import {{ put, removeOld }} from {json.dumps((ROOT / "build-files.mjs").as_uri())};
            const files = {json.dumps(files)};
            for (const file of files) await put({json.dumps(str(tmp_path))}, file, file);
            await removeOld({json.dumps(str(tmp_path))}, files, Date.parse({json.dumps(day)}));
        """
        subprocess.run([node(), "--input-type=module", "-e", script], check=True)
        return {path.name for path in tmp_path.iterdir()} - {"earlier.json"}

    (tmp_path / "torn.js.draft").write_text("half")
    assert build("2025-01-01", "one.css", "same.js") == {"one.css", "same.js"}
    assert build("2025-04-01", "two.css", "same.js") == {"one.css", "two.css", "same.js"}
    assert build("2025-04-20", "three.css", "same.js") == {"one.css", "two.css", "three.css", "same.js"}
    assert build("2025-05-02", "two.css", "same.js") == {"two.css", "three.css", "same.js"}
    assert build("2025-06-10", "four.css") == {"two.css", "four.css", "same.js"}


def test_the_library_of_charts_is_apart_from_what_every_page_loads() -> None:
    assert b"echarts" not in built("main.js").read_bytes()
    assert built("main.js").stat().st_size < 60_000
    assert built("charts.js").stat().st_size > 300_000


def test_the_map_is_small_enough_to_be_sent() -> None:
    assert built("map.json").stat().st_size < 300_000


@pytest.mark.parametrize(("town", "lat", "lon"), [("Simferopol", 44.95, 34.10), ("Sevastopol", 44.61, 33.52)])
def test_crimea_is_ukraine(town: str, lat: float, lon: float) -> None:
    assert countries_at(lon, lat) == {"UKR"}, town


def test_sukhumi_is_georgia() -> None:
    assert countries_at(41.02, 43.00) == {"GEO"}


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: f"{town.region} {town.name['en']}")
def test_every_town_lies_in_its_country(town: Town) -> None:
    consortium = read_consortium(ROOT / "consortia" / "bem")
    region = consortium.by_region[town.region]
    assert region.country == town.country
    iso3 = consortium.by_country[town.country].iso3
    assert any(iso3 in countries_at(lon, lat) for lon, lat in around(town))
