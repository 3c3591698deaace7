"""What is looked for of a person, and where it stands in one text: full names, parts of them, and words that are like.

Names are compared word by word by their search keys; an address or a telephone number as it is written. Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from itertools import pairwise

from app.core.search_key import search_key

WORD = re.compile(r"[^\W_]+(?:['’ʼ‘`´՚ʹ][^\W_]+)*")
_BEFORE = re.compile(r"\.?\s{0,2}")
_BETWEEN = re.compile(r"[^\n|]{0,3}")
SHORTEST_FAMILY_STEM, SHORTEST_GIVEN_STEM, LONGEST_ENDING = 4, 3, 3
# Within a longer word only a long family name is no chance.
SHORTEST_WITHIN, DIGITS = 6, "0123456789"
# A double name is written with one of these and nothing else between its words.
_HYPHENS = "-\u2010\u2011"
_IN_HANDLE = re.compile(r"[._-]")
# As they stand in keys: what makes another name of a name (Petrov, Petrović, Petrovski; Petros, Petrosyan), no case.
_OF_OTHER_NAMES = ("ic", "sk", "ck", "ian", "enk", "uk", "cuk")

# A word's key, and the word itself, which in a column of keys is one already.
Keys = tuple[str, str]
Word = tuple[re.Match[str], Keys]


class Likeness(Enum):
    """How sure it is that the person is meant.

    The full name; a part that may be another's; a given name beside one of these; or a word that is like.
    """

    NAME = "name"
    PART = "part"
    GIVEN = "given"
    LIKE = "like"


# What a text names by itself; a like word is only ever taken by whoever looked at it.
SPELLED = (Likeness.NAME, Likeness.PART)


@dataclass(frozen=True)
class Stems:
    """What every case of a family name begins with, and of the given name beside it, empty where that is too short."""

    family: str
    given: str


@dataclass(frozen=True)
class Sought:
    """What is looked for: ``names`` in full, ``parts`` that may be somebody else's, ``exact`` addresses and numbers.

    ``stems`` are of names whose cases are like them; ``others`` are words that are other people's names. ``runs`` are
    the keys of names written as one word, and how sure each is: AnnaKowalska, akowalska.
    """

    names: frozenset[tuple[str, ...]]
    parts: frozenset[tuple[str, ...]]
    exact: tuple[str, ...]
    stems: frozenset[Stems] = field(default=frozenset())
    others: frozenset[str] = field(default=frozenset())
    runs: Mapping[str, Likeness] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Sequence[str], parts: Sequence[str], exact: Iterable[str]) -> "Sought":
        """From names, parts of names, and addresses as a person writes them; parts of one letter are left aside."""
        full = frozenset(filter(None, map(keys_of, names)))
        loose = frozenset(key for key in map(keys_of, parts) if len("".join(key)) > 1) - full
        return cls(full, loose, tuple(text.casefold() for text in exact if len(text) > 4), runs=_runs(names, parts))

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The words that a name can begin with."""
        return frozenset(name[0] for name in self.names | self.parts)

    @cached_property
    def given(self) -> frozenset[str]:
        """Words of full names that are no part sought by itself: given names."""
        return frozenset(word for name in self.names for word in name) - {word for part in self.parts for word in part}

    @cached_property
    def witnesses(self) -> frozenset[str]:
        """Words of which one stands wherever a name or a part does: the longest of each part, and of names without."""
        bare = (name for name in self.names if not any(set(part) <= set(name) for part in self.parts))
        return frozenset(max(name, key=len) for name in (*self.parts, *bare))

    def is_like(self, key: str, stem: str) -> bool:
        """Whether a word's key can be a case of the name with this stem, and is not another person's name."""
        if not stem or not key.startswith(stem):
            return False
        ending = key[len(stem) :]
        is_anothers = ending.startswith(_OF_OTHER_NAMES) or (len(ending) > 1 and key in self.others)
        return len(ending) <= LONGEST_ENDING and not is_anothers

    @cached_property
    def within(self) -> tuple[str, ...]:
        """Family names so long that they are told within a longer word."""
        return tuple(sorted(part[0] for part in self.parts if len(part) == 1 and len(part[0]) >= SHORTEST_WITHIN))

    def in_one_word(self, keys: Keys) -> Likeness | None:
        """How sure it is that a word is the name with something else: other names, an initial, a number."""
        if keys not in self._told:
            self._told[keys] = self._in_one_word(keys)
        return self._told[keys]

    @cached_property
    def _told(self) -> dict[Keys, Likeness | None]:
        """What was said of a word: long texts have few, again and again."""
        return {}

    def _in_one_word(self, keys: Keys) -> Likeness | None:
        for key in keys:
            bare = key.strip(DIGITS)
            if bare in self.runs and bare not in self.first_words | self.given:
                return self.runs[bare]
            if bare != key and (bare,) in self.parts:
                return Likeness.PART
            for family in self.within:
                ending = bare.removeprefix(family)
                is_anothers = ending.startswith(_OF_OTHER_NAMES) or key in self.others
                if len(bare) > len(family) and (
                    bare.endswith(family) or (ending != bare and len(ending) > LONGEST_ENDING and not is_anothers)
                ):
                    return Likeness.LIKE
        return None

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The stems of family names."""
        return tuple(sorted(stems.family for stems in self.stems))

    @cached_property
    def needles(self) -> frozenset[str]:
        """Of which one stands, as a key, in every word that ``concerns`` what is sought."""
        return self.witnesses | {*self.families, *self.within, *self.runs} | {part[0] for part in self.parts}

    def concerns(self, keys: Keys) -> bool:
        """Whether a word with these keys says that something sought may be near it."""
        if not self.witnesses.isdisjoint(keys) or self.in_one_word(keys):
            return True
        return keys[0].startswith(self.families) and any(self.is_like(keys[0], stem) for stem in self.families)


def _runs(names: Iterable[str], parts: Iterable[str]) -> dict[str, Likeness]:
    """Names as one word: all of the words, and a family name with an initial before or behind it."""
    found: dict[str, Likeness] = {}
    families = {keys_of(part) for part in parts}
    for words in (WORD.findall(name) for name in names):
        for place, word in enumerate(words):
            if keys_of(word) in families:
                firsts = {other[0] for other in words[:place] + words[place + 1 :]}
                found |= {search_key(run): Likeness.PART for first in firsts for run in (first + word, word + first)}
    for words in (WORD.findall(name) for name in names):
        if len(words) > 1 and len("".join(words)) >= SHORTEST_WITHIN:
            found[search_key("".join(words))] = Likeness.NAME
    return {key: likeness for key, likeness in found.items() if len(key) > SHORTEST_FAMILY_STEM}


@dataclass(frozen=True)
class Span:
    """Where something sought stands in a text, and how sure it is that the person is meant.

    It ``is_tight`` where nothing but space or a hyphen stands between several words, unlike in “Petrović, Mira”.
    """

    start: int
    end: int
    likeness: Likeness
    is_tight: bool = False


@lru_cache(maxsize=100_000)
def word_key(word: str) -> Keys:
    """The keys of one word."""
    return search_key(word), word.casefold()


def keys_of(name: str) -> tuple[str, ...]:
    """The keys of the words of a name or a text."""
    return tuple(filter(None, (word_key(word)[0] for word in WORD.findall(name))))


def stems_of(given: str, family: str) -> Stems | None:
    """The stems of a name; ``None`` where the family name is too short for its cases to be told from other words."""
    family_keys, given_keys = keys_of(family), keys_of(given)
    stem = _stem(family_keys[-1], SHORTEST_FAMILY_STEM) if family_keys else ""
    return Stems(stem, _stem(given_keys[0], SHORTEST_GIVEN_STEM) if given_keys else "") if stem else None


def _stem(key: str, shortest: int) -> str:
    stem = key[:-1] if key[-1] in "aeiou" else key
    return stem if len(stem) >= shortest else ""


def spans(text: str, sought: Sought) -> list[Span]:
    """Where something sought stands in ``text``, in order and apart from each other."""
    found = _exact_spans(text, sought)
    words = [(match, word_key(match[0])) for match in WORD.finditer(text)]
    for place, (_match, keys) in enumerate(words):
        if not sought.first_words.isdisjoint(keys):
            for names, likeness in ((sought.names, Likeness.NAME), (sought.parts, Likeness.PART)):
                for name in names:
                    end = place + len(name)
                    if end <= len(words) and _reads(text, words[place:end], name):
                        last = _through_hyphens(text, words, end) if likeness is Likeness.NAME else end
                        found.append(_span(text, words[place:last], likeness))
                        if likeness is Likeness.PART:
                            found.append(_with_initials(text, words, (place, end), sought))
        elif within := sought.in_one_word(keys):
            found.append(_span(text, words[place : place + 1], within))
        found += _like(text, words, place, sought)
    if found:
        found += _given(text, words, sought)
    return _apart(found)


def _given(text: str, words: Sequence[Word], sought: Sought) -> list[Span]:
    """Given names that stand alone in a text which names the person, or somebody who is called so."""
    long = {word for word in sought.given if len(word) > 1}
    return [
        _span(text, words[place : place + 1], Likeness.GIVEN)
        for place, (_match, keys) in enumerate(words)
        if not long.isdisjoint(keys)
    ]


def _span(text: str, words: Sequence[Word], likeness: Likeness) -> Span:
    gaps = (text[one.end() : other.start()] for (one, _), (other, _) in pairwise(words))
    is_tight = len(words) > 1 and all(not gap.strip() or gap in _HYPHENS for gap in gaps)
    return Span(words[0][0].start(), words[-1][0].end(), likeness, is_tight)


def _through_hyphens(text: str, words: Sequence[Word], end: int) -> int:
    """Where a full name ends that goes on behind a hyphen with a capital: what is left of it would still tell whose."""
    while end < len(words) and words[end][0][0][0].isupper():
        gap = text[words[end - 1][0].end() : words[end][0].start()]
        if not gap or gap not in _HYPHENS:
            break
        end += 1
    return end


def _with_initials(text: str, words: Sequence[Word], part: tuple[int, int], sought: Sought) -> Span:
    """A part of the name with the initials and given names right before it, and the initials behind it."""
    start, end = part
    while start > 0 and (_is_initial(text, words[start - 1]) or not sought.given.isdisjoint(words[start - 1][1])):
        if not _BEFORE.fullmatch(text[words[start - 1][0].end() : words[start][0].start()]):
            break
        start -= 1
    if start == part[0] > 0 and _is_of_handle(text, words[start - 1], words[start], sought):
        start -= 1
    while end < len(words) and _is_initial(text, words[end]):
        if not _BEFORE.fullmatch(text[words[end - 1][0].end() : words[end][0].start()]):
            break
        end += 1
    is_in_handle = end == part[1] < len(words) and _is_of_handle(text, words[end - 1], words[end], sought)
    end += is_in_handle
    is_full = any(not sought.given.isdisjoint(keys) for _match, keys in words[start : part[0]])
    span = _span(text, words[start:end], Likeness.NAME if is_full else Likeness.PART)
    ends_at = span.end + 1 if end > part[1] and not is_in_handle else span.end  # the last initial's full stop
    if is_full and end == part[1]:
        ends_at = words[_through_hyphens(text, words, end) - 1][0].end()
    return Span(span.start, ends_at, span.likeness, span.is_tight)


def _is_initial(text: str, word: Word) -> bool:
    match = word[0]
    return len(match[0]) == 1 and match[0].isupper() and text[match.end() : match.end() + 1] == "."


def _is_of_handle(text: str, one: Word, other: Word, sought: Sought) -> bool:
    """Whether one of two words is an initial of a given name, tied to the other as in an address: a.kowalska."""
    between = text[one[0].end() : other[0].start()]
    initial = next((word for word in (one, other) if len(word[0][0]) == 1), None)
    firsts = {given[0] for given in sought.given}
    return bool(initial and _IN_HANDLE.fullmatch(between) and initial[1][0] in firsts)


def _reads(text: str, words: Sequence[Word], name: tuple[str, ...]) -> bool:
    if any(wanted not in keys for (_match, keys), wanted in zip(words, name, strict=True)):
        return False
    return is_together(text, [match for match, _keys in words])


def is_together(text: str, words: Sequence[re.Match[str]]) -> bool:
    """Whether these words of a text stand so near each other that they can be one name."""
    return all(_BETWEEN.fullmatch(text[one.end() : other.start()]) for one, other in pairwise(words))


def _like(text: str, words: Sequence[Word], place: int, sought: Sought) -> list[Span]:
    """A case of the family name at a place, with the given name in any case before or after it."""
    key, found = words[place][1][0], []
    for stems in sought.stems if key.startswith(sought.families) else ():
        if sought.is_like(key, stems.family):
            for start, beside in ((place - 1, place - 1), (place, place + 1)):
                pair = words[start : start + 2] if start >= 0 else ()
                is_given = len(pair) == 2 and sought.is_like(words[beside][1][0], stems.given)
                if is_given and is_together(text, [match for match, _keys in pair]):
                    found.append(_span(text, pair, Likeness.LIKE))
            if (key,) not in sought.parts:
                found.append(_span(text, words[place : place + 1], Likeness.LIKE))
    return found


def _exact_spans(text: str, sought: Sought) -> list[Span]:
    if not sought.exact:
        return []
    folded = text.casefold()
    if len(folded) != len(text):  # Some letters fold to two; addresses hold none of them.
        folded = text.lower() if len(text.lower()) == len(text) else text
    return [
        Span(match.start(), match.end(), Likeness.NAME, is_tight=True)
        for wanted in sought.exact
        if wanted in folded
        for match in re.finditer(rf"(?<![\w.+]){re.escape(wanted)}(?![\w-])", folded)
    ]


def _apart(found: list[Span]) -> list[Span]:
    """Of spans that meet, the sure one, the one whose words stand next to each other, and the longer one."""
    kept: list[Span] = []
    for span in sorted(
        found, key=lambda one: (one.likeness is not Likeness.NAME, not one.is_tight, one.start - one.end)
    ):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
