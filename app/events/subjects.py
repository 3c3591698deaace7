"""Subjects of mails about an event, with its title."""

from typing import Any


class Titled:
    """A subject with ``%(title)s`` in it, put together in the language that the mail is written in."""

    def __init__(self, text: Any, title: str) -> None:
        self.text, self.title = text, title

    def __str__(self) -> str:
        return str(self.text) % {"title": self.title}
