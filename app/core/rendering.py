"""Jinja as the portal uses it: the same templates with the same results, at about two thirds of the cost.

A list page writes some nine hundred values and calls some four hundred functions and macros. Jinja makes a ``Markup``
of each value it writes, only to join it with its neighbours, and looks through each callable for what it wants passed.
"""

from collections.abc import MutableMapping
from types import FunctionType, MethodType
from typing import Any

from flask.templating import Environment
from jinja2 import pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import EvalContext, Expr
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from app.extensions import babel

try:
    from markupsafe._speedups import _escape_inner as escaped_text  # Plain text to plain text, in C.
except ImportError:  # No compiled part on this machine.
    from markupsafe._native import _escape_inner as escaped_text


def written(value: Any) -> str:
    """What ``escape`` makes of a value, as the plain text that is joined with its neighbours anyway."""
    kind = type(value)
    if kind is str:
        return escaped_text(value)
    return value if kind is Markup else escape(value)


class PageWriter(CodeGenerator):
    """Compiles templates so that what they write goes through ``written``."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")


class PageContext(Context):
    """Calls macros and plain functions without looking through them first."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What the call answers; ``_loop_vars`` and ``_block_vars`` are Jinja's own."""
        kind = type(called)
        if kind is Macro or called is gettext or called is ngettext:
            args = (self.eval_ctx, *args)
        elif kind not in (FunctionType, MethodType) or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        if kwargs:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
        return called(*args, **kwargs)


class Templates(Environment):
    """Jinja's environment as Flask sets it up, with one dictionary of globals for all templates.

    By itself each template has a view of its own onto them, and every ``import`` compares two of those name by name.
    """

    code_generator_class = PageWriter
    context_class = PageContext
    written = staticmethod(written)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return super().make_globals(d) if d else self.globals


@pass_eval_context
def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    """``_`` of templates: the reader's words for a text, with what stands in for its ``%(names)s``, escaped."""
    return _filled(context, babel.domain_instance.get_translations().ugettext(text), values)


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    """As ``gettext``, for a number, which also stands in for ``%(num)s``."""
    said = babel.domain_instance.get_translations().ungettext(one, many, number)
    return _filled(context, said, {"num": number, **values})


def _filled(context: EvalContext, said: str, values: dict[str, Any]) -> str:
    if values and context.autoescape:
        values = {name: value if isinstance(value, (int, float)) else written(value) for name, value in values.items()}
    if values or "%" in said:
        said %= values
    # Catalogues are the portal's own words, which may hold markup; what stands in for names is escaped above.
    return Markup(said) if context.autoescape else said  # noqa: S704
