"""Templates say the same as Jinja by itself would, and what is kept of a page is kept for those it is right for."""

from typing import Any

import pytest
from flask import Flask
from flask_wtf.csrf import validate_csrf
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from sqlalchemy import Select, column, literal, select
from sqlalchemy.orm import Session

from app.core.rendering import Templates, written
from app.core.templating import LARGEST_KEPT, MOST_KEPT, kept, language_name

HOSTILE = "<b title='x'>&\"</b>"


class Told:
    """Something that says itself how it looks in a page."""

    def __html__(self) -> str:
        return "<i>told</i>"

    def __repr__(self) -> str:
        return "told"


@pytest.mark.parametrize("value", [HOSTILE, Markup("<b>bold</b>"), 3, 2.5, None, True, Told(), [HOSTILE]], ids=repr)
@pytest.mark.parametrize(
    "source",
    [
        "{{ value }}",
        "{% macro m(v) %}[{{ v }}]{% endmacro %}{{ m(value) }}",
        "{% macro m(v) %}[{{ v }}{{ caller() }}]{% endmacro %}{% call m(value) %}{{ value }}{% endcall %}",
        "{% for n in range(2) %}{{ [value, n]|join('<') }}{% endfor %}",
        "{% set held %}{{ value }}{% endset %}{{ held }}{{ held ~ value }}",
        "{% autoescape false %}{{ value }}{% endautoescape %}",
    ],
)
def test_a_template_writes_what_jinja_writes(source: str, value: Any):
    usual = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
    ours = Templates(_no_app(), autoescape=True, undefined=StrictUndefined).from_string(source)

    assert ours.render(value=value) == usual.render(value=value)


def _no_app() -> Flask:
    return Flask("templates", static_folder=None, template_folder=None)


@pytest.mark.parametrize("value", [HOSTILE, escape(HOSTILE), 7, None, Told()], ids=repr)
def test_written_escapes_as_markupsafe_does(value: Any):
    assert written(value) == str(escape(value))


def test_values_in_a_sentence_are_escaped_and_numbers_are_numbers(app: Flask):
    with app.test_request_context():
        said = app.jinja_env.from_string("{{ _('%(name)s of %(count)d', name=name, count=3) }}").render(name=HOSTILE)
        counted = app.jinja_env.from_string("{{ ngettext('%(num)s %(x)s', '%(num)s %(x)ss', 2, x=x) }}").render(x="<x")

    assert said == "&lt;b title=&#39;x&#39;&gt;&amp;&#34;&lt;/b&gt; of 3"
    assert counted == "2 &lt;xs"


def test_a_sentence_with_a_percent_sign_is_told_as_it_is(app: Flask):
    with app.test_request_context():
        assert app.jinja_env.from_string("{{ _('100 %% sure') }}").render() == "100 % sure"


@pytest.fixture(autouse=True)
def forgotten(app: Flask):
    app.extensions["kept"].clear()


class Parts:
    """Renders parts that say how often they were rendered."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Markup:
        self.times += 1
        return Markup(str(self.times))  # noqa: S704


def test_a_part_is_rendered_once_for_the_same_facts(app: Flask):
    parts = Parts()
    with app.test_request_context("/"):
        said = [
            kept("part", {"en": "Niš"}, ["a", 1], caller=parts),
            kept("part", {"en": "Niš"}, ["a", 1], caller=parts),
            kept("part", {"en": "Ниш"}, ["a", 1], caller=parts),
            kept("part", {"en": "Niš"}, ["a", 2], caller=parts),
            kept("other part", {"en": "Niš"}, ["a", 1], caller=parts),
        ]

    assert said == ["1", "1", "2", "3", "4"]


def test_rows_are_facts_by_what_they_hold(app: Flask, session: Session):
    parts = Parts()
    statement: Select[*tuple[Any, ...]] = select(literal("Niš").label("name"), column("place")).select_from(
        select(literal(1).label("place")).subquery()
    )
    with app.test_request_context("/"):
        said = [kept("row", row, caller=parts) for row in (*session.execute(statement), *session.execute(statement))]

    assert said == ["1", "1"]


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/events/"},
        {"headers": {"Accept-Language": "de"}},
        {"base_url": "http://portal.example/"},
        {"base_url": "http://localhost/below"},
    ],
    ids=["another view", "another language", "another host", "another place"],
)
def test_a_part_is_not_shared_with_another_reader_or_place(app: Flask, other: dict[str, Any]):
    parts = Parts()
    with app.test_request_context("/"):
        kept("part", caller=parts)
    with app.test_request_context(**{"path": "/", **other}):
        kept("part", caller=parts)

    assert parts.times == 2


def test_what_is_kept_has_an_end(app: Flask):
    parts = Parts()
    with app.test_request_context("/"):
        for number in range(MOST_KEPT + 10):
            kept("part", number, caller=parts)

    assert len(app.extensions["kept"]) <= MOST_KEPT


def test_what_is_not_worth_keeping_is_not_kept(app: Flask):
    parts = Parts()
    with app.test_request_context("/"):
        for _time in range(2):
            kept("part", "what somebody typed", keep=False, caller=parts)
            kept("long part", caller=lambda: Markup("x") * (LARGEST_KEPT + 1))

    assert parts.times == 2
    assert app.extensions["kept"] == {}


def test_a_part_with_forms_has_the_token_of_its_session(app: Flask):
    source = '{% call kept("form") %}<input value="{{ token_mark }}">{% endcall %}'
    tokens = set()
    for _session in range(2):
        with app.test_request_context("/"):
            part = app.jinja_env.from_string("{% set part %}" + source + "{% endset %}{{ part|with_token }}").render()
            tokens.add(part)
            assert validate_csrf(part.removeprefix('<input value="').removesuffix('">')) is None

    assert len(tokens) == 2
    assert len(app.extensions["kept"]) == 1


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Armenian", "Montenegrin", "Serbian", "xx"]), ("de", ["Armenisch", "Montenegrinisch", "Serbisch", "xx"])],
    ids=["en", "de"],
)
def test_every_language_is_called_as_the_reader_calls_it(app: Flask, language: str, names: list[str]):
    with app.test_request_context("/", headers={"Accept-Language": language}):
        assert [language_name(code) for code in ("hy", "cnr", "sr-Latn", "xx")] == names
