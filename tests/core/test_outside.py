"""Pages behind links speak the language of their own link, and come back to where they were read."""

import pytest
from flask import Flask, render_template, session

from app.core import outside
from app.core.templating import reader_language
from tests.markup import parsed


@pytest.mark.parametrize(
    ("remembered", "link", "read"),
    [
        (None, "uk", "uk"),
        ("ka", "ka", "ka"),
        ("ka", "uk", "uk"),
        ("ka", "de", "de"),
        ("nb", "uk", "uk"),
        ("de", "uk", "de"),
        ("ka", "nb", "en"),
    ],
    ids=["none", "its-own", "of-another-link", "then-german", "unheard-of", "chosen", "no-words"],
)
def test_a_page_is_read_in_what_was_chosen_for_the_portal_or_else_in_the_language_of_its_link(
    app: Flask, remembered: str | None, link: str, read: str
) -> None:
    with app.test_request_context("/sign/secret"):
        if remembered is not None:
            session["language"] = remembered
        outside.speak(link)
        assert reader_language().code == read
        assert read in [one.code for one in outside.offered()]


def test_below_a_mount_the_menu_of_languages_leads_back_to_the_page(app: Flask) -> None:
    with app.test_request_context("/sign/secret", base_url="http://localhost/portal"):
        outside.speak("uk")
        menu = parsed(render_template("components/_languages.html"))
    assert menu.select_one("input[name=here]")["value"] == "/portal/sign/secret"
