"""Reads HTML as browsers do, into Beautiful Soup; every test that opens a page does so, so it has to be quick."""

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import Comment, NavigableString, PageElement, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode


class Lexbor(HTMLTreeBuilder):
    """Has Lexbor read the HTML by the standard's rules, and hands on what it found.

    What stands in ``template`` elements is left out: it is not on the page until script puts it there.
    """

    NAME = "lexbor"
    features = ["lexbor"]

    def prepare_markup(self, markup: Any, *_encodings: Any, **_more: Any) -> Iterator[tuple[Any, None, None, bool]]:
        """The text as it is; it is no octets any more."""
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        """Read the whole text."""
        root = LexborHTMLParser(markup).root
        self._last: PageElement | None = None
        if root is not None and self.soup is not None:
            self._grow(root, self.soup)

    def _grow(self, node: LexborNode, parent: Tag) -> None:
        """Hang a node and what is in it below ``parent``.

        Beautiful Soup's own way, from one start and end of a tag to the next, took twice as long.
        """
        part: PageElement
        match node.tag:
            case "-text":
                part = self.string_containers.get(parent.name, NavigableString)(node.text_content or "")
                part.setup(parent, self._last)
            case "-comment":
                part = Comment(node.comment_content or "")
                part.setup(parent, self._last)
            case str(name):
                attributes: Any = {key: value or "" for key, value in node.attributes.items()}
                part = Tag(self.soup, self, name, None, None, attributes, parent, self._last)
        parent.contents.append(part)
        self._last = part
        if isinstance(part, Tag):
            child = node.child
            while child is not None:
                self._grow(child, part)
                child = child.next


def parsed(html: str) -> BeautifulSoup:
    """A whole page or a part of one, with every space that is in it."""
    return BeautifulSoup(html, builder=Lexbor(preserve_whitespace_tags={"html"}))
