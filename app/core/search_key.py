"""One key under which a name is found in every script it is written in.

``Ниш``, ``Niš`` and ``nis`` have the same key; so have ``Київ`` and ``Kyiv``, ``Երևան`` and ``Yerevan``,
``თბილისი`` and ``Tbilisi``. The key is computed by this one function when a name is written and when one is looked
for; it is not a transliteration and is never shown. Rules: Ukrainian г and Balkan г meet in one letter, digraphs of the
usual Latin spellings meet their one-letter forms, and doubled letters count once. What the beginning of a name becomes
does not depend on what follows a word later, so the beginning of a name finds it.

Soft sounds stay apart from hard ones: folding ``lj`` and ``nj`` would make Milan of Miljan and Ana of Anja, and
dropping ``j`` before a vowel Mara of Marija. tests/core/names.tsv has real names of the consortium's countries; the
test over it says how many of their spellings meet (recall) and how few other names meet with them (precision).
"""

import re
import unicodedata
from string import ascii_lowercase

_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ‘`´՚ʹ\"“”„«»"))

_CYRILLIC = dict(
    zip(
        "абвгґдђѓеєжзѕиіїйјкќлљмнњопрстћуўфхцчџшщъыьэюяё",
        (
            "a b v g g d dj gj e ie zh z dz i i i i j k kj l lj m n nj o p r s t c u u f kh ts ch dz sh shch "
            " i  e iu ia e"
        ).split(" "),
        strict=True,
    )
)
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h".split(),
        strict=True,
    )
)
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
        "a b g d e z e e t zh i l kh ts k h dz gh ch m i n sh o ch p j r s v t r ts v p k o f".split(),
        strict=True,
    )
)
_LATIN = {
    "đ": "dj",
    "ǵ": "gj",
    "ḱ": "kj",
    "ð": "d",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "ł": "l",
    "ı": "i",
    "ə": "e",
}
_LETTERS = {ord(letter): key for letter, key in (_CYRILLIC | _GEORGIAN | _ARMENIAN | _LATIN).items()}

_FOLDS = (
    ("shch", "s"),
    ("sch", "s"),
    ("tch", "c"),
    ("sh", "s"),
    ("zh", "z"),
    ("ch", "c"),
    ("kh", "h"),
    ("gh", "h"),
    ("ts", "c"),
    ("dz", "z"),
    ("dj", "d"),
    ("gj", "g"),
    ("kj", "c"),
    ("th", "t"),
    ("oe", "o"),
    ("ue", "u"),
    ("ae", "a"),
)
_DOUBLES = tuple(letter * 2 for letter in ascii_lowercase)


def search_key(name: str) -> str:
    """The key of a name or of what somebody typed to find one; words are kept apart by single spaces."""
    text = unicodedata.normalize("NFC", name).casefold().translate(_APOSTROPHES)
    if not text.isascii():
        text = _in_latin(text)
    for spelling, letter in _FOLDS:
        text = text.replace(spelling, letter)
    text = re.sub(r"\b[yij](?=e)", "", text)
    for spelling, letter in (("y", "i"), ("j", "i"), ("w", "v"), ("h", "g"), ("q", "k"), ("x", "ks")):
        text = text.replace(spelling, letter)
    if not text.isascii():
        text = re.sub(r"([^\W\d_])\1+", r"\1", text)
    for double in _DOUBLES:
        while double in text:
            text = text.replace(double, double[0])
    return " ".join(re.findall(r"\w+", text))


def _in_latin(text: str) -> str:
    """A text of small letters in Latin ones, without marks; letters of other scripts stay."""
    text = re.sub(r"և|եւ|եվ", "եվ", text).replace("ու", "u")
    text = re.sub(r"\bո", "vo", text)
    text = re.sub(r"(?:(?<=\b)|(?<=[աեէըիոօ]))ե(?!վ\b)", "je", text)
    text = text.translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
