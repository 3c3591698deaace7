"""One way to read a page in a test: parsed as a browser does, and checked for what every page must be.

page = open_page(client, "/stakeholders/")
assert page.heading == "Stakeholders"
answer = page.form("find").submit(client, q="Niš")
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.config import ROOT
from tests.markup import parsed

PORTAL_NAME = "BEM Portal"
NAMED_BY = ("aria-label", "aria-labelledby", "title")


class Page:
    """A whole HTML page; making one checks it, and an assertion names everything that is wrong."""

    def __init__(self, response: TestResponse) -> None:
        assert response.mimetype == "text/html", f"{response.request.path} is {response.mimetype}"
        self.status = response.status_code
        self.url = response.request.url
        self.headers = response.headers
        self.html = response.get_data(as_text=True)
        self.soup = parsed(self.html)
        faults = self.faults()
        assert not faults, f"{response.request.path}:\n" + "\n".join(faults)

    # ---- What is on the page ----

    @property
    def heading(self) -> str:
        """The text of the h1."""
        return words(self.select_one("h1"))

    @property
    def title(self) -> str:
        """What the browser's tab says, without the portal's name."""
        return words(self.select_one("title")).removesuffix(f"· {PORTAL_NAME}").strip()

    @property
    def text(self) -> str:
        """Everything that can be read in the page's main part, white space as single spaces."""
        return words(self.select_one("main"))

    @property
    def messages(self) -> list[str]:
        """What the portal says happened."""
        return [words(tag) for tag in self.select("#messages .note")]

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return [words(tag) for tag in self.select("#errors li")]

    @property
    def links(self) -> dict[str, str]:
        """Addresses by what the links say."""
        return {words(tag) or str(tag.get("aria-label", "")): str(tag["href"]) for tag in self.select("a[href]")}

    def select(self, css: str) -> list[Tag]:
        """The elements a CSS selector finds."""
        return list(self.soup.select(css))

    def select_one(self, css: str) -> Tag:
        """The one element a CSS selector finds; there must be exactly one."""
        found = self.select(css)
        assert len(found) == 1, f"{len(found)} elements match {css} at {self.url}"
        return found[0]

    def form(self, which: str | None = None) -> "Form":
        """The form with this id, the one whose button or action says ``which``, or the only one in the main part."""
        forms = [Form(self, tag) for tag in self.select("form")]
        if which is None:
            found = [form for form in forms if form.tag.find_parent("main") is not None]
        else:
            found = [form for form in forms if which in (form.tag.get("id"), form.action, *form.buttons)]
        assert len(found) == 1, f"{len(found)} forms are “{which}” at {self.url}: {[form.buttons for form in forms]}"
        return found[0]

    # ---- What every page must be ----

    # Every page of every test is looked through, so elements are gone through once and not by a selector each time.

    @cached_property
    def tags(self) -> list[Tag]:
        """Every element, in the order of the page."""
        return list(within(self.soup))

    @cached_property
    def _named(self) -> dict[str, list[Tag]]:
        named: dict[str, list[Tag]] = {}
        for tag in self.tags:
            named.setdefault(tag.name, []).append(tag)
        return named

    def called(self, *names: str) -> list[Tag]:
        """Every element of these names, one name after the other."""
        return [tag for name in names for tag in self._named.get(name, ())]

    def having(self, attribute: str) -> list[Tag]:
        """Every element with this attribute, be it empty."""
        return [tag for tag in self.tags if attribute in tag.attrs]

    def faults(self) -> list[str]:
        """Everything about the page that no page may be."""
        return [
            *self._frame_faults(),
            *self._id_faults(),
            *self._control_faults(),
            *self._form_faults(),
            *self._inline_faults(),
            *self._name_faults(),
        ]

    def _frame_faults(self) -> list[str]:
        titles = [words(tag) for tag in self.called("title") if tag.parent and tag.parent.name == "head"]
        faults = []
        if len(titles) != 1 or not titles[0].endswith(f" · {PORTAL_NAME}") or titles[0].startswith("·"):
            faults.append(f"the title is {titles}")
        headings = [words(tag) for tag in self.called("h1")]
        if len(headings) != 1 or not headings[0]:
            faults.append(f"the h1 is {headings}")
        if not self.called("html")[0].get("lang"):
            faults.append("html has no lang")
        if len(self.called("main")) != 1:
            faults.append("there is not one main part")
        return faults

    def _id_faults(self) -> list[str]:
        ids = Counter(str(tag["id"]) for tag in self.having("id"))
        faults = [f"the id {id_!r} is there more than once" for id_, times in sorted(ids.items()) if times > 1]
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list"):
            for tag in self.having(attribute):
                missing = set(str(tag[attribute]).split()) - set(ids)
                faults += [f"{attribute}={id_!r} points nowhere" for id_ in sorted(missing)]
        for tag in self.called("a"):
            if str(tag.get("href", "")).startswith("#") and str(tag["href"])[1:] not in ids:
                faults.append(f"the link {tag['href']} points nowhere")
        return faults

    def _control_faults(self) -> list[str]:
        labelled = {str(tag["for"]) for tag in self.called("label") if tag.has_attr("for")}
        faults = []
        for tag in self.called("input", "select", "textarea"):
            if tag.get("type") in ("hidden", "submit", "button") or any(tag.get(name) for name in NAMED_BY):
                continue
            if tag.get("id") not in labelled and tag.find_parent("label") is None:
                faults.append(f"nothing names {tag.name} {tag.get('name')!r}")
        faults += [f"an empty button: {tag}" for tag in self.called("button") if not name_of(tag)]
        faults += [
            f"a button without type: {name_of(tag)!r}" for tag in self.called("button") if not tag.has_attr("type")
        ]
        return faults

    def _form_faults(self) -> list[str]:
        faults = []
        here = urlsplit(self.url)
        for tag in self.called("form"):
            form = Form(self, tag)
            values = form.values
            if form.method not in ("get", "post"):
                faults.append(f"a form with method {form.method!r}")
            if form.method == "post" and not values.get("csrf_token"):
                faults.append(f"a form without a token: {form.action}")
            if form.method == "get" and "csrf_token" in values:
                faults.append(f"a token in an address: {form.action}")
            if urlsplit(form.action).netloc != here.netloc:
                faults.append(f"a form that is sent elsewhere: {form.action}")
            if tag.find("input", type="file") and tag.get("enctype") != "multipart/form-data":
                faults.append(f"files are lost: {form.action}")
        return faults

    def _inline_faults(self) -> list[str]:
        faults = [f"style in the page: {tag.name}" for tag in self.tags if tag.name == "style" or "style" in tag.attrs]
        faults += [
            "script in the page"
            for tag in self.called("script")
            if not tag.has_attr("src") and tag.get("type") != "application/json"
        ]
        for tag in self.tags:
            for name, value in tag.attrs.items():
                if name.startswith(("on", "hx-on")) or (name.startswith("hx-") and str(value).startswith("js:")):
                    faults.append(f"script in {tag.name} {name}")
                if name in ("href", "action", "src") and str(value).strip().lower().startswith("javascript:"):
                    faults.append(f"script in {tag.name} {name}")
        return faults

    def _name_faults(self) -> list[str]:
        faults = [f"an image without alt: {tag.get('src')}" for tag in self.called("img") if not tag.has_attr("alt")]
        icons = [str(tag.get("href")).partition("#")[2] for tag in self.called("use")]
        faults += [f"an icon that is not drawn: {icon!r}" for icon in icons if icon not in sprite()]
        for tag in self.called("a"):
            if not tag.get("href"):
                faults.append(f"a link to nothing: {name_of(tag)!r}")
            if tag.has_attr("href") and not name_of(tag):
                faults.append(f"an empty link: {tag['href']}")
        headings = self.called("h2", "h3", "h4", "legend", "caption", "th")
        faults += [
            "an empty heading" for tag in headings if (tag.name != "th" or tag.has_attr("scope")) and not name_of(tag)
        ]
        return faults


class Form:
    """A form of a page, with what it holds; ``submit`` sends it as a browser would."""

    def __init__(self, page: Page, tag: Tag) -> None:
        self.page = page
        self.tag = tag
        self.method = str(tag.get("method") or "get").lower()
        self.action = urljoin(page.url, str(tag.get("action") or page.url))

    @property
    def buttons(self) -> list[str]:
        """What its buttons say."""
        return [name_of(tag) for tag in self.tag.find_all(["button", "input"], type="submit")]

    @property
    def controls(self) -> list[Tag]:
        """Its controls, those that stand elsewhere in the page and name it included."""
        id_ = self.tag.get("id")
        elsewhere = [tag for tag in self.page.tags if tag.get("form") == id_] if id_ else []
        return [*within(self.tag, "input", "select", "textarea"), *elsewhere]

    @property
    def values(self) -> dict[str, list[str]]:
        """What would be sent, by name."""
        values: dict[str, list[str]] = {}
        for tag in self.controls:
            if tag.get("name") and not tag.has_attr("disabled"):
                values.setdefault(str(tag["name"]), []).extend(sent_by(tag))
        return {name: sent for name, sent in values.items() if sent}

    def choices(self, name: str) -> list[str]:
        """The values a select, radio buttons or check boxes offer."""
        offered = self.tag.select(f'select[name="{name}"] option, input[name="{name}"]')
        return [str(tag.get("value", "")) for tag in offered]

    def submit(
        self, client: FlaskClient, button: tuple[str, str] | None = None, /, follow: Any = False, **changes: Any
    ) -> TestResponse:
        """Send the form with some fields filled in anew; a ``None`` leaves a field out, a list sends a name repeatedly.

        Field names with a hyphen are passed in a mapping: ``submit(client, **{"title-en": "…"})``. A field that is not
        in the form is an error of the test. ``button`` is the name and value of the button that was pressed.
        """
        values: dict[str, Any] = {**self.values}
        known = {str(tag.get("name")) for tag in self.controls}
        for name, value in changes.items():
            assert name in known, f"The form has no {name!r}, but {sorted(known)}"
            values[name] = value
        if button:
            values[button[0]] = button[1]
        data = {name: value for name, value in values.items() if value is not None}
        target = urlsplit(self.action)
        path = f"{target.path}?{target.query}" if target.query else target.path
        if self.method == "get":
            return client.get(target.path, query_string=data, follow_redirects=follow)
        return client.post(path, data=data, follow_redirects=follow)


@cache
def sprite() -> frozenset[str]:
    """The names of the icons that the built front end has."""
    folder = ROOT / "app" / "static" / "dist"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return frozenset(re.findall(r'\bid="([^"]+)"', (folder / manifest["icons.svg"]).read_text("utf-8")))


def sent_by(tag: Tag) -> list[str]:
    """What one control sends as it stands."""
    kind = str(tag.get("type", ""))
    if tag.name == "select":
        options = list(within(tag, "option"))
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and not tag.has_attr("multiple"):
            chosen = options[:1]
        return [str(option.get("value", words(option))) for option in chosen]
    if tag.name == "textarea":
        return [tag.get_text().removeprefix("\n")]
    if kind in ("checkbox", "radio"):
        return [str(tag.get("value", "on"))] if tag.has_attr("checked") else []
    return [] if kind in ("submit", "button", "file", "image") else [str(tag.get("value", ""))]


def within(tag: Tag, *names: str) -> Iterator[Tag]:
    """The elements in an element, those of these names where some are given; quicker than ``find_all``."""
    return (part for part in tag.descendants if isinstance(part, Tag) and (not names or part.name in names))


def words(tag: Tag) -> str:
    """The text of an element, white space as single spaces."""
    return " ".join(tag.get_text().split())


def name_of(tag: Tag) -> str:
    """What a screen reader calls an element: its label, its text, or that of a picture in it."""
    labels = [str(tag.get(name, "")) for name in NAMED_BY]
    pictures = [str(part.get("aria-label") or part.get("alt") or "") for part in within(tag, "svg", "img")]
    return " ".join(" ".join([*labels, words(tag), *pictures, str(tag.get("value", ""))]).split())


def open_page(
    client: FlaskClient, url: str, status: int = 200, headers: Mapping[str, str] | None = None, follow: bool = False
) -> Page:
    """Fetch a page, expecting ``status``."""
    response = client.get(url, headers=headers, follow_redirects=follow)
    assert response.status_code == status, f"{url} answers {response.status}, to {response.headers.get('Location')}"
    return Page(response)
