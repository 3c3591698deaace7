"""Reads HTML as browsers do, into Beautiful Soup; every test that opens a page does so, so it has to be quick."""

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import Comment
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
        if root is not None:
            self._grow(root)

    def _grow(self, node: LexborNode) -> None:
        soup: Any = self.soup
        match node.tag:
            case "-text":
                soup.handle_data(node.text_content)
            case "-comment":
                soup.endData()
                soup.handle_data(node.comment_content)
                soup.endData(Comment)
            case str(name):
                soup.handle_starttag(name, None, None, {key: value or "" for key, value in node.attributes.items()})
                child = node.child
                while child is not None:
                    self._grow(child)
                    child = child.next
                soup.handle_endtag(name)


def parsed(html: str) -> BeautifulSoup:
    """A whole page or a part of one, with every space that is in it."""
    return BeautifulSoup(html, builder=Lexbor(preserve_whitespace_tags={"html"}))
