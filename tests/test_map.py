"""docs/map.md names every module of the portal, and none that is not there."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from app.config import ROOT

MAP = (ROOT / "docs" / "map.md").read_text("utf-8")
FILE = re.compile(r"(?<![\w/.*])\w+\.py\b")
FOLDER = re.compile(r"(\w+)/(?=\s|$)")


def section(heading: str) -> str:
    """What stands below a heading of the second order."""
    return MAP.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@cache
def rooms() -> re.Pattern[str]:
    """The names that mean the same in every feature, so that none has to say them; only packages all say theirs."""
    names = re.findall(r"`([\w*]+\.py)`", "".join(re.findall(r"^\| (.*?) \|", section("Rooms"), re.MULTILINE)))
    return re.compile("|".join(re.escape(name).replace(r"\*", r"\w+") for name in names if name != "__init__.py"))


def named(lines: Iterable[str]) -> Iterator[str]:
    """The modules that lines of the map name, by their paths: what stands further to the right is within."""
    within, is_list = [(-1, "app")], False
    for line in lines:
        if heading := re.match(r"### (?:(app/\w+):)?", line):
            within = [(-1, heading[1] or "app")]
            if heading[1]:
                yield f"{heading[1]}/__init__.py"
        elif line.startswith("```"):
            is_list = not is_list
        elif is_list:
            text = line.lstrip()
            indent = len(line) - len(text)
            while indent <= within[-1][0]:
                within.pop()
            if folder := FOLDER.match(text):
                within.append((indent, f"{within[-1][1]}/{folder[1]}"))
                yield f"{within[-1][1]}/__init__.py"
            yield from (f"{within[-1][1]}/{file}" for file in FILE.findall(text))


@cache
def on_the_map() -> frozenset[str]:
    """Every module that is named in the lists of ``app/``."""
    return frozenset(named(section("app/").partition("### app/static")[0].splitlines()))


@cache
def there() -> frozenset[str]:
    """Every module that there is."""
    return frozenset(path.relative_to(ROOT).as_posix() for path in (ROOT / "app").rglob("*.py"))


def test_every_module_is_on_the_map():
    unnamed = there() - on_the_map()
    assert sorted(path for path in unnamed if not rooms().fullmatch(path.rpartition("/")[2])) == []


def test_everything_on_the_map_is_there():
    assert sorted(on_the_map() - there()) == []


def test_the_map_is_read_as_it_is_written():
    lists = """### app/mou: memoranda, without words.py
```
models.py   Mou; parties.py: who
seals/      keys.py: both;
            looking.py
forms.py
```
### Above them
```
demo/       reads files
  days.py
```"""
    memoranda = ["__init__.py", "models.py", "parties.py", "seals/__init__.py", "seals/keys.py", "seals/looking.py"]
    expected = [f"app/mou/{path}" for path in [*memoranda, "forms.py"]] + ["app/demo/__init__.py", "app/demo/days.py"]

    assert list(named(lists.splitlines())) == expected
    assert rooms().fullmatch("merge_views.py")
    assert not rooms().fullmatch("annex.py")
    assert not rooms().fullmatch("__init__.py")
