"""Codes by every word that a file may use for them, and what somebody may have meant by a word that is none of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce

from flask_babel import force_locale, get_locale

from app.core.cells import CellFault
from app.core.consortium import Consortium
from app.core.i18n import Language
from app.core.search_key import search_key
from app.core.told import told as _
from app.core.vocabulary import Term
from app.stakeholders.models import Category, LawfulBasis, RecognitionRole, Script, Size, Source

# Usual words beside the labels, by code; in every language of the interface the labels themselves are known.
CATEGORY_WORDS = {
    Category.VET_PROVIDER: ("school", "VET school", "vocational school", "Berufsschule", "Schule", "škola", "школа"),
    Category.HE_PROVIDER: ("university", "college", "Hochschule", "Universität", "univerzitet", "університет"),
    Category.COMPANY: ("enterprise", "business", "firm", "Firma", "Unternehmen", "preduzeće", "компанія"),
    Category.MINISTRY: ("government", "Ministerium", "ministarstvo", "міністерство"),
    Category.NGO: ("NGO", "association", "Verein", "NVO", "ГО"),
    Category.CHAMBER: ("chamber of commerce", "Handelskammer", "komora", "комора"),
    Category.PES: ("PES", "employment agency", "employment office", "Arbeitsagentur"),
}
MOST_MEANT = 3
NEAR = 60  # of 100, by rapidfuzz's ratio of search keys


# Every step of an import makes the vocabularies anew, of some nine hundred words that are always the same.
_key = lru_cache(maxsize=4096)(search_key)


class Choices:
    """A vocabulary as files write it: ``words`` are all words for each code, the first of them shown to people."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self.labels: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.seen: dict[str, str] = {}  # a vocabulary has few words, and a long file says them again and again
        for code, said in words.items():
            for word in said:
                self.labels.setdefault(code, word)
                self.codes.setdefault(_key(word), code)
            self.codes.setdefault(_key(code), code)

    def find(self, cell: str) -> str:
        """The code that a cell names. Raises ``CellFault`` with what may have been meant."""
        if cell in self.seen:
            return self.seen[cell]
        key = search_key(cell)
        if key in self.codes:
            self.seen[cell] = self.codes[key]
            return self.codes[key]
        from rapidfuzz import fuzz, process

        near = process.extract(key, list(self.codes), scorer=fuzz.ratio, limit=MOST_MEANT * 3, score_cutoff=NEAR)
        meant = list(dict.fromkeys(self.codes[found] for found, _score, _place in near))[:MOST_MEANT]
        if meant:
            named = (_("“%(name)s” (%(code)s)", name=self.labels[code], code=code) for code in meant)
            offers: str = reduce(lambda one, other: _("%(one)s, %(other)s", one=one, other=other), named)
            raise CellFault(_("“%(text)s” is not known. Did you mean %(offers)s?", text=cell[:60], offers=offers))
        listed = ", ".join(list(self.labels.values())[:25])
        raise CellFault(_("“%(text)s” is not one of %(offers)s.", text=cell[:60], offers=listed))


@dataclass(frozen=True)
class Vocabularies:
    """What cells are checked against; regions stand by country."""

    consortium: Consortium
    countries: Choices
    regions: Mapping[str, Choices]
    categories: Choices
    sizes: Choices
    bases: Choices
    sources: Choices
    roles: Choices
    languages: Choices


def vocabularies(consortium: Consortium) -> Vocabularies:
    """The vocabularies of a consortium, with the words of all its active languages."""
    locales = [language.locale for language in consortium.languages if language.active]
    reader = next((one.code for one in consortium.languages if one.locale == str(get_locale())), "")

    def called(texts: Mapping[str, str]) -> list[str]:
        """All names, the reader's first."""
        return list(dict.fromkeys(filter(None, (texts.get(reader), *texts.values()))))

    regions: dict[str, dict[str, list[str]]] = {country.code: {} for country in consortium.countries}
    for region in consortium.regions:
        regions.setdefault(region.country, {})[region.code] = called(region.name)
    return Vocabularies(
        consortium=consortium,
        countries=Choices({one.code: [*called(one.name), one.iso3] for one in consortium.countries}),
        regions={country: Choices(words) for country, words in regions.items()},
        categories=Choices(_words(Category, locales, CATEGORY_WORDS)),
        sizes=Choices(_words(Size, locales, {})),
        bases=Choices(_words(LawfulBasis, locales, {})),
        sources=Choices(_words(Source, locales, {})),
        roles=Choices(_words(RecognitionRole, locales, {})),
        languages=Choices({one.code: _language_words(one) for one in consortium.languages}),
    )


def _language_words(language: Language) -> list[str]:
    """What files call a language: its name and codes, also in another script, which the name itself says: sr-Cyrl."""
    plain = language.code.partition("-")[0]
    codes = [language.html, language.locale, language.locale.replace("_", "-"), plain]
    return [language.label, *codes, *(f"{plain}-{script.value}" for script in Script)]


def _words(terms: type[Term], locales: Iterable[str], more: Mapping[Category, Iterable[str]]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {term.value: [str(term.label)] for term in terms}
    for locale in locales:
        with force_locale(locale):
            for term in terms:
                words[term.value].append(str(term.label))
    for term, usual in more.items():
        words[term.value] += usual
    return words
