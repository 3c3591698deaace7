"""One rule for what looks alike: while typing, on import and over the register."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.errors import NotAllowed, Refused
from app.core.submissions import remember
from app.extensions import db
from app.stakeholders import keys, lookalikes, merging
from app.stakeholders.duplicates import LIKE, blocks, duplicate_key, likeness
from app.stakeholders.merge_records import NotTheSame
from app.stakeholders.models import NameKind, Organisation
from tests.accounts.people import arrive, statements, submit, work
from tests.page import Page, open_page
from tests.stakeholders.register import facts, name, organisation

LEAD_OF_SERBIA = Actor(7, "Vera", (Grant(Role.COUNTRY_LEAD, "RS"),))
LEAD_OF_ARMENIA = Actor(8, "Ani", (Grant(Role.COUNTRY_LEAD, "AM"),))

SAME = [
    (
        "Škola Niš",
        "Школа Ниш",
        "skola nis",
        "ШКОЛА НИШ д.о.о.",
        "Škola Niš d. o. o.",
        "Škola Niš, s.r.o.",
        "Škola „Niš”",
    ),
    (
        "ТОВ «Текстиль»",
        "Tekstyl LLC",
        "Текстиль, ТзОВ",
        "ПП Текстиль",
        "Товариство з обмеженою відповідальністю Текстиль",
    ),
    ("შპს თბილისი", "Tbilisi LLC", "თბილისი შ.პ.ს.", "სს ᲗᲑᲘᲚᲘᲡᲘ", "Tbilisi JSC"),
    ("«Լոռի» ՍՊԸ", "Lori LLC", "Լոռի Ս.Պ.Ը.", "Լոռի ԲԲԸ", "ՓԲԸ ԼՈՌԻ"),
    ("Bildung Sachsen e.V.", "Bildung Sachsen e. V.", "bildung sachsen gGmbH", "Bildung-Sachsen AG"),
    ("Euromasc AS", "EUROMASC ASA", "Euromasc A/S", "Euromasc"),
    ("Brainster DOO Skopje", "BRAINSTER ДОО Скопје", "Brainster Скопје ДООЕЛ"),
    ("Никола Тесла АД", "Nikola Tesla a.d.", "Nikola Tesla A. D."),
    ("ФОП Іваненко", "Ivanenko"),
    ("Tekstil Limited Liability Company", "Tekstil Ltd", "Tekstil Limited"),
]
APART = [
    ("Škola Niš", "Škola Pirot"),
    ("Gymnasium D", "Gymnasium P"),
    ("School 1", "School 11"),
    ("Lori College", "Tavush College"),
    ("Vinski Dol", "Vinski"),
]


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_script_case_punctuation_and_legal_form_tell_nothing_apart(names: tuple[str, ...]) -> None:
    assert len({duplicate_key(text) for text in names}) == 1, {text: duplicate_key(text) for text in names}


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_names_are_not_alike(one: str, other: str) -> None:
    assert likeness(duplicate_key(one), duplicate_key(other)) == 0


@pytest.mark.parametrize("text", ["AS", "Ltd.", "д.о.о.", "ՍՊԸ"])
def test_a_name_that_is_a_legal_form_alone_keeps_it(text: str) -> None:
    assert duplicate_key(text)


def test_a_slip_of_the_pen_and_another_order_of_words_are_alike() -> None:
    assert likeness(duplicate_key("Tehnička škola Niš"), duplicate_key("Tehnicka skloa Nis")) >= LIKE
    assert likeness(duplicate_key("Škola Niš tehnička"), duplicate_key("Tehnička škola Niš")) == 100


@pytest.mark.parametrize(("one", "other"), [("Tehnička škola", "Rehnička škola"), ("Tehnička škola", "Tehničkq škola")])
def test_a_slip_leaves_one_of_the_blocks_as_it_is(one: str, other: str) -> None:
    found = [set(blocks("RS", duplicate_key(text))) for text in (one, other)]
    assert found[0] & found[1]


@given(st.text(max_size=60))
def test_any_text_has_a_duplicate_key(text: str) -> None:
    key = duplicate_key(text)
    assert key == " ".join(key.split())
    assert likeness(key, key) == 100
    assert all(block.startswith("RS ") for block in blocks("RS", key))


def test_what_is_like_a_name_is_found_in_its_country_alone(session: Session) -> None:
    school = organisation(name("Škola Niš"))
    organisation(name("Škola Pirot"))
    organisation(name("Škola Niš"), country="ME")
    found = lookalikes.similar(LEAD_OF_SERBIA, ["Школа Ниш д.о.о."], "RS")
    assert [(entry.id, entry.score) for entry in found] == [(school.id, 100)]
    assert lookalikes.similar(LEAD_OF_SERBIA, ["Skola Nis"], "RS", without=school.id) == []


def test_without_a_country_every_country_is_looked_through_and_said(app: Flask) -> None:
    with work(app):
        near = organisation(name("Skola Nisa"), country="ME").id
        same = organisation(name("Škola Niš")).id
        organisation(name("Škola Pirot"))
        with statements(app) as seen:
            found = lookalikes.similar(LEAD_OF_SERBIA, ["Школа Ниш д.о.о."], None)
        assert [(entry.id, entry.country) for entry in found] == [(same, "RS"), (near, "ME")]
        assert found[0].score > found[1].score
        assert len(seen) == 1


def test_a_name_typed_before_its_country_warns_and_says_where(app: Flask, client: FlaskClient) -> None:
    with work(app):
        organisation(name("Škola Niš"), city="Niš")
        organisation(name("Škola Niš"), country="ME", city=None)
    arrive(app, client)
    for country in ("", "&country=", "&country=XX"):
        page = open_page(client, f"/stakeholders/alike?names-0-text=skola+nis{country}")
        assert {"Serbia", "Montenegro"} <= set(page.select_one("#alike").get_text(" ").replace(",", " ").split())
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    sent = form.submit(client, country="", **{"names-0-text": "Skola Nis"})
    assert "Serbia" in Page(sent).select_one("#alike").get_text()


def test_a_namesake_in_another_country_is_told_and_asks_nothing(app: Flask, client: FlaskClient) -> None:
    with work(app):
        organisation(name("Škola Niš"), city="Niš")
        organisation(name("Škola Nišava"))
    arrive(app, client)
    page = open_page(client, "/stakeholders/alike?names-0-text=skola+nis&country=ME")
    told = page.select_one("#alike").get_text(" ")
    assert "Another country has an organisation of this name" in told
    assert "Nišava" not in told
    assert "in the register" not in told
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    typed = {"names-0-text": "Школа Ниш д.о.о.", "category": "company"}
    wrong = Page(form.submit(client, country="ME", email="nobody", **typed))
    assert "Another country has" in wrong.select_one("#alike").get_text()
    assert "It is another one" not in wrong.text
    assert form.submit(client, country="ME", **typed).status_code == 303


def test_namesakes_of_two_countries_are_listed_apart_until_somebody_settles_them(
    app: Flask, client: FlaskClient
) -> None:
    with work(app):
        one, other = organisation(name("Ministry")).id, organisation(name("MINISTRY"), country="ME").id
        assert lookalikes.pairs(SYSTEM, None) == ([], False)
    arrive(app, client)
    page = open_page(client, "/stakeholders/duplicates")
    assert page.select_one(f"#across #pair-{one}-{other}")
    assert open_page(client, "/stakeholders/duplicates?country=ME").select("#across")
    assert not open_page(client, "/stakeholders/duplicates?country=AM").select("#across")
    page.form("Not the same").submit(client)
    assert not open_page(client, "/stakeholders/duplicates").select("#across")


@pytest.mark.parametrize("names", [[], [""], ["..."], ["\N{SNOWMAN}"], ["%"], ["_ _"], ["a" * 5000]])
def test_odd_names_are_like_nothing(session: Session, names: list[str]) -> None:
    organisation(name("Škola Niš"))
    assert lookalikes.similar(SYSTEM, names, "RS") == []


def test_any_of_the_names_counts_also_former_ones(session: Session) -> None:
    school = organisation(name("School of Niš"), name("Mašinska škola", "sr-Latn", NameKind.FORMER))
    found = lookalikes.similar(SYSTEM, ["Something else", "МАШИНСКА ШКОЛА"], "RS")
    assert [(entry.id, entry.alike) for entry in found] == [(school.id, "Mašinska škola")]


def test_whoever_may_not_see_an_organisation_is_not_told_of_it(session: Session) -> None:
    organisation(name("Škola Niš"))
    guest = Actor(3, "Guest", (Grant(Role.STAKEHOLDER, "RS", 99),))
    assert lookalikes.similar(guest, ["Škola Niš"], "RS") == []


def test_an_import_asks_for_many_at_once(app: Flask) -> None:
    with work(app):
        made = [organisation(name(f"Škola {word}")).id for word in ("Niš", "Pirot", "Vranje")]
        asked = [([f"skola {word}"], "RS") for word in ("nis", "pirot", "vranje", "nigde")] * 25
        with statements(app) as seen:
            found = lookalikes.similar_to_each(SYSTEM, asked)
        assert [[entry.id for entry in entries] for entries in found[:4]] == [[made[0]], [made[1]], [made[2]], []]
        assert len(seen) == 2


def test_pairs_of_the_register_say_why_and_how_much(session: Session) -> None:
    one = organisation(name("Škola Niš"))
    other = organisation(name("Ниш школа", "sr-Latn"))
    mistyped = organisation(name("Tehnička škola Vranje"))
    right = organisation(name("Tehnicka skola Vranie doo"))
    organisation(name("Škola Niš"), country="ME")
    pairs, more = lookalikes.pairs(LEAD_OF_SERBIA, None)
    assert not more
    assert {(pair.one.id, pair.other.id) for pair in pairs} == {(one.id, other.id), (mistyped.id, right.id)}
    assert all(pair.may_merge for pair in pairs)
    assert not any(pair.may_merge for pair in lookalikes.pairs(LEAD_OF_ARMENIA, "RS")[0])
    assert lookalikes.pairs(LEAD_OF_SERBIA, "AM") == ([], False)


def test_a_pair_that_is_not_the_same_is_remembered(session: Session) -> None:
    one, other = organisation(name("Škola Niš")), organisation(name("Школа Ниш"))
    for _again in range(2):
        merging.keep_apart(LEAD_OF_SERBIA, other, one)
    assert lookalikes.pairs(LEAD_OF_SERBIA, None)[0] == []
    assert session.query(NotTheSame).count() == 1
    with pytest.raises(Refused):
        merging.keep_apart(LEAD_OF_SERBIA, one, one)
    with pytest.raises(NotAllowed):
        merging.keep_apart(LEAD_OF_ARMENIA, one, other)


def test_a_changed_name_and_country_change_what_it_looks_like(session: Session) -> None:
    from app.stakeholders.services import edit_organisation

    made = organisation(name("Škola Niš"))
    edit_organisation(SYSTEM, made, made.version, facts(name("Škola Niš"), country="ME"))
    assert lookalikes.similar(SYSTEM, ["Skola Nis"], "RS") == []
    assert [entry.id for entry in lookalikes.similar(SYSTEM, ["Skola Nis"], "ME")] == [made.id]


def test_names_from_before_there_were_keys_get_theirs(session: Session) -> None:
    made = organisation(name("Škola Niš"))
    for column in ("duplicate_key", "head_block", "tail_block"):
        setattr(made.names[0], column, None)
    session.flush()
    assert lookalikes.similar(SYSTEM, ["Skola Nis"], "RS") == []
    assert (keys.work_out(), keys.work_out()) == (1, 0)
    assert [entry.id for entry in lookalikes.similar(SYSTEM, ["Skola Nis"], "RS")] == [made.id]


def test_places_from_before_there_were_keys_get_theirs(session: Session) -> None:
    made = organisation(name("Škola Niš"), city="Niš")
    stands = made.updated_at
    session.flush()
    session.connection().execute(sa.text("UPDATE organisation SET city_key = NULL"))
    assert (keys.work_out(), keys.work_out()) == (1, 0)
    session.expire_all()
    assert (made.city_key, made.updated_at) == ("nis", stands)


# ---- Pages ----


@pytest.fixture
def school(app: Flask) -> int:
    with work(app):
        return organisation(name("Škola Niš")).id


def test_a_form_warns_before_it_saves_and_saves_all_the_same(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    answer = form.submit(client, category="company", city="Niš", **{"names-0-text": "ШКОЛА НИШ ДОО"})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.links["Škola Niš"] == f"/stakeholders/{school}"
    assert page.errors == ["Possible duplicate: Look whether it is one of these, or say that it is another one."]
    again = page.form("Save organisation")
    assert again.values["city"] == ["Niš"]
    assert again.submit(client, anyway="y").status_code == 303


def test_of_two_presses_at_once_the_second_is_not_asked_about_the_first(
    app: Flask, client: FlaskClient, school: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*asked: object, **also: object) -> list[lookalikes.Lookalike]:
        remember(db.session, "one press", f"/stakeholders/{school}")
        return lookalikes.similar(*asked, **also)  # type: ignore[arg-type]

    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    monkeypatch.setattr("app.stakeholders.forms.similar", meanwhile)
    typed = {"names-0-text": "Škola Niš", "category": "company", "submission_key": "one press"}
    assert form.submit(client, **typed).location == f"/stakeholders/{school}"


def test_changing_an_organisation_does_not_ask(app: Flask, client: FlaskClient, school: int) -> None:
    with work(app):
        other = organisation(name("Школа Ниш")).id
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    form = open_page(client, f"/stakeholders/{other}/edit").form("Save organisation")
    wrong = Page(form.submit(client, email="nobody"))
    assert [link for link in wrong.links.values() if link.endswith((f"/{school}", f"/{other}"))]
    assert "It is another one" not in wrong.text
    assert form.submit(client, city="Niš").status_code == 303


def test_the_warning_comes_alone_while_typing(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    typed = "/stakeholders/alike?names-0-text=skola+nis&country=RS"
    answer = client.get(typed, headers=headers).get_data(as_text=True)
    assert answer.startswith('<div id="alike"')
    assert "Škola Niš" in answer
    assert "Škola Niš" not in client.get(f"{typed}&without={school}", headers=headers).get_data(as_text=True)
    choose = "/stakeholders/alike?choose=1&new-name=skola+nis&new-country=RS"
    assert f'value="{school}"' in client.get(choose, headers=headers).get_data(as_text=True)
    assert "Škola Niš" in open_page(client, typed).text


@pytest.mark.parametrize("query", ["", "name=%00", "country=RS", "name=x&country=XX", "without=x&name=a&country=RS"])
def test_an_odd_question_gets_an_answer(app: Flask, client: FlaskClient, school: int, query: str) -> None:
    arrive(app, client)
    open_page(client, f"/stakeholders/alike?{query}")


def test_the_page_of_duplicates_settles_a_pair(app: Flask, client: FlaskClient, school: int) -> None:
    with work(app):
        other = organisation(name("Школа Ниш")).id
    arrive(app, client, Role.COUNTRY_LEAD, country="RS")
    page = open_page(client, "/stakeholders/duplicates?country=RS")
    assert page.links["Compare and merge"] == f"/stakeholders/{school}/merge/{other}"
    answer = page.form("Not the same").submit(client, follow=True)
    assert "No two organisations of this country look alike." in Page(answer).text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMIN, 303),
        (Role.COORDINATOR, 303),
        (Role.COUNTRY_LEAD, 403),
        (Role.PARTNER_EDITOR, 403),
        (Role.LGE_MEMBER, 403),
        (Role.CLUSTER_COORDINATOR, 403),
        (Role.STAKEHOLDER, 403),
        (Role.AUDITOR, 403),
    ],
)
def test_a_pair_of_serbia_is_settled_by_whoever_may_merge_there(
    app: Flask, client: FlaskClient, school: int, role: Role, status: int
) -> None:
    with work(app):
        other = organisation(name("Школа Ниш")).id
    arrive(app, client, role)
    assert submit(client, f"/stakeholders/duplicates/{school}/{other}/keep-apart").status_code == status
    may_look = role in (Role.ADMIN, Role.COORDINATOR, Role.COUNTRY_LEAD, Role.PARTNER_EDITOR)
    assert client.get("/stakeholders/duplicates").status_code == (200 if may_look else 403)
    with work(app):
        assert db.session.get_one(Organisation, school).absorbed_by_id is None


def test_a_pair_that_is_not_there_is_not_found(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    assert submit(client, f"/stakeholders/duplicates/{school}/999/keep-apart").status_code == 404
    assert submit(client, f"/stakeholders/duplicates/{school}/{school}/keep-apart").status_code == 422


def test_the_page_of_duplicates_asks_eight_times_at_most(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    counts = []
    for number in (1, 60):
        with work(app):
            for place in range(number):
                organisation(name(f"Школа {place} Ниш"))
                organisation(name(f"Skola {place} Nis"))
        client.get("/stakeholders/duplicates")
        with statements(app) as seen:
            open_page(client, "/stakeholders/duplicates")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8
