"""Which organisations look like one another: one rule for a name being typed, for an import and for the register.

Two names are alike when nothing but script, diacritics, case, punctuation and legal form tells them apart, or when
few letters do: ``LIKE`` of 100 by rapidfuzz, whatever the order of the words. So names of one country are compared; in
two countries the same key alone is worth a word (``abroad``). Within a country that is compared which an index finds:
names whose words begin alike (``head_block``) or end alike (``tail_block``). A slip of the pen within a word leaves at
least one of the two as it is.
"""

import re
import unicodedata
from functools import lru_cache

from app.core.search_key import search_key

LIKE = 88
# Words of so few letters say nothing about whose name it is, and are the first to be left out.
SHORT_WORD = 3
LONGEST_BLOCK = 12

_FORMS = """
s.r.o. spol. a.s. k.s. v.o.s.
d.o.o. d.d. a.d. o.d. k.d. j.p. j.u. dooel dptu д.о.о. д.д. а.д. о.д. к.д. ј.п. ј.у. дооел дпту
ТОВ ТзОВ ПП ФОП АТ ПАТ ПрАТ ДП КП ГО БФ TOV TzOV PP FOP PAT PrAT ООО ОАО ЗАО ИП
შპს სს სსიპ ააიპ ი/მ SHPS SSIP AAIP
ՍՊԸ ՓԲԸ ԲԲԸ ՊՈԱԿ ՀՈԱԿ ԱՁ CJSC OJSC SNCO SNPO
GmbH gGmbH AG KG OHG UG e.V. e.G. GbR KGaA mbH SE
AS ASA A/S ANS BA SA ENK KF IKS DA
Ltd LLC LLP JSC PLC Inc Corp Co S.A. s.r.l. B.V. N.V. Oy AB ApS
"""
_LONG_FORMS = """
Gesellschaft mit beschränkter Haftung | eingetragener Verein | Aktiengesellschaft | Limited Liability Company | Limited
Joint Stock Company | Closed Joint Stock Company | Open Joint Stock Company
društvo s ograničenom odgovornošću | društvo sa ograničenom odgovornošću | akcionarsko društvo
Друштво со ограничена одговорност | Акционерско друштво
Товариство з обмеженою відповідальністю | приватне підприємство | акціонерне товариство | приватне акціонерне товариство
შეზღუდული პასუხისმგებლობის საზოგადოება | სააქციო საზოგადოება
սահմանափակ պատասխանատվությամբ ընկերություն | փակ բաժնետիրական ընկերություն | բաց բաժնետիրական ընկերություն
"""

_WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"(?<!\w)((?:[^\W\d_]\s?[./]\s?){1,4}[^\W\d_]\.?)(?!\w)")


def _closed_up(name: str) -> str:
    """``d. o. o.`` and ``A/S`` as one word, as they are also written."""
    return _DOTTED.sub(lambda found: re.sub(r"[\s./]", "", found[1]), name)


FORMS = frozenset(_closed_up(form).casefold().strip(".") for form in _FORMS.split())
LONG_FORMS = sorted((search_key(form) for form in re.split(r"[|\n]", _LONG_FORMS.strip())), key=len, reverse=True)


@lru_cache(maxsize=5_000)  # an import asks for the names of a row several times
def duplicate_key(name: str) -> str:
    """The search key of a name without legal forms; of one that is nothing else, its search key.

    Short forms are told by how they are written, not by their keys: ``ПП`` has the key of the letter P.
    """
    text = _closed_up(unicodedata.normalize("NFC", name).casefold())
    bare = f" {search_key(_WORD.sub(_without_form, text))} "
    for form in LONG_FORMS:
        bare = bare.replace(f" {form} ", " ")
    return bare.strip() or search_key(text)


def _without_form(word: re.Match[str]) -> str:
    return " " if word[0] in FORMS else word[0]


def likeness(one: str, other: str) -> float:
    """How alike two duplicate keys are, of 100; 0 where it is less than ``LIKE``, or where their numbers differ."""
    if one == other:
        return 100.0
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return 0.0  # School 1 and School 11 are two schools.
    from rapidfuzz import fuzz

    return float(fuzz.token_sort_ratio(one, other, score_cutoff=LIKE))


def blocks(country: str, key: str) -> tuple[str, str]:
    """Under what a name of a country is looked up: how its longer words begin, and how they end; figures as a whole."""
    words = [word for word in key.split() if len(word) >= SHORT_WORD or _has_figure(word)] or key.split()
    heads = sorted(word if _has_figure(word) else word[:2] for word in words)
    tails = sorted(word if _has_figure(word) else word[-2:] for word in words)
    return f"{country} {' '.join(heads[:LONGEST_BLOCK])}", f"{country} {' '.join(tails[:LONGEST_BLOCK])}"


def _has_figure(word: str) -> bool:
    return any(map(str.isdigit, word))
