"""The rules by which addresses lead to views, at a third of what they cost when a portal starts.

For each rule Werkzeug writes two functions that build its addresses, has Python compile them, and keeps them. A process
uses a few of those hundreds.
"""

from collections.abc import Callable

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def _later(name: str, *, append_unknown: bool) -> Builder:
    """A builder that has the true one written when it is first called, which takes its place."""

    def build(rule: "Address", /, **values: object) -> tuple[str, str]:
        builder: Builder = super(Address, rule)._compile_builder(append_unknown).__get__(rule)
        setattr(rule, name, builder)
        return builder(**values)

    return build


_BUILDERS = {
    append_unknown: _later(name, append_unknown=append_unknown)
    for name, append_unknown in (("_build", False), ("_build_unknown", True))
}


class Address(Rule):
    """A rule whose functions are written when its first address is built."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        return _BUILDERS[append_unknown]
