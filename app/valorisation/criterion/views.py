"""Pages on which the rule is read and settled."""

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.templating import day
from app.core.web import answer, created, form_page
from app.valorisation.criterion import queries, rules, services
from app.valorisation.criterion.forms import RuleForm
from app.valorisation.views import bp


@bp.get("/rule")
@requires(Permission.PLAN_READ)
def rule() -> Response:
    """By which rule a micro-credential counts as valorised, since when and why, and by which it did before."""
    return answer("valorisation/criterion/show.html", now=queries.rule_on(clock.today()), found=queries.all_of_them())


@bp.route("/rule/settle", methods=["GET", "POST"])
@requires(Permission.VALORISED_SETTLE)
def settle_rule() -> BaseResponse:
    """Settle another rule, from today on."""
    now = queries.latest()
    form = RuleForm(now)
    if form.validate_on_submit():
        with form.refusals():
            made = services.settle(current_actor(), form.version.data, form.said(), form.reason.data)
            message = _("The rule holds from %(day)s on.", day=day(made.holds_from))
            return created(form, url_for("valorisation.rule"), message)
    form.look_at(now)
    return form_page("valorisation/criterion/form.html", form, now=now)


def ways_told(ways: rules.Ways) -> list[list[str]]:
    """The ways of a rule in words."""
    return [[str(rules.FACTS.get(code, code)) for code in way] for way in ways]
