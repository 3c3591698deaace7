"""Codes of a design as a reader sees them: countries, languages, target groups, fields of education."""

from app.core import portal
from app.core.templating import country_name, language_name, reader_language
from app.microcredentials import isced


def credential_countries() -> list[tuple[str, str]]:
    """The countries that develop micro-credentials, in the reader's language."""
    countries = portal.consortium().credential_countries
    return sorted(((country.code, country_name(country.code)) for country in countries), key=lambda choice: choice[1])


def content_languages() -> list[tuple[str, str]]:
    """The consortium's languages in the reader's language, for what is taught in them."""
    return [(language.code, language_name(language.code)) for language in portal.consortium().languages]


def target_group_name(code: str) -> str:
    """A target group of the consortium in the reader's language."""
    names: dict[str, str] = next(
        (group["name"] for group in portal.consortium().target_groups if group["code"] == code), {}
    )
    return str(names.get(reader_language().code) or names.get("en") or code)


def isced_name(code: str) -> str:
    """A field of education in the reader's language."""
    return isced.name(code, reader_language().code)


def isced_suggestions() -> list[str]:
    """Every field of education, code first, as somebody may choose it."""
    return [f"{code} {isced_name(code)}" for code in isced.fields()]
