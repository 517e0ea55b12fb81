"""What if (推演): two plans for one institution side by side, run by chance many times, with what is assumed beside."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.domain.analysis.scenario_stochastic import Outcome, Runs, compare, outcome, simulate
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.interfaces.analysing.methods import listed
from lianfang.interfaces.charts import Band, Chart, Line, on_page
from lianfang.interfaces.web.views.frame import page, signed_in, unit_of
from lianfang.interfaces.web.views.what_if_form import (
    PLANS,
    Asked,
    asked_of,
    first_values,
    own_size,
    question,
    refused_fields,
)
from lianfang.interfaces.web.views.what_if_words import assumptions, first_words, outcome_rows, plan_word, verdict
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.policies.ops import policy_of

READERS: Final = (Role.DUTY_OFFICER, Role.LEADER, Role.OFFICER)
RUNS: Final = 300
"""Runs of a plan; fewer for a large institution, so that an answer takes seconds."""
FEWEST: Final = 60
PERSON_RUNS: Final = 400_000
_WIDE, _HIGH = 620, 300


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The question as it stands in the address, and its answer; without one, the form filled in from the records."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    unit = unit_of(actor, code)
    if not actor.holds(READERS, unit):
        raise Refused("scope", "unit")
    policy = policy_of(unit, on=clock.today(unit.zone))
    usual = first_values(unit, policy)
    given = {**usual, **{name: str(value) for name, value in request.GET.items()}}
    answer: dict[str, Any] | None = None
    errors: list[dict[str, str]] = []
    if usual.keys() & request.GET.keys():
        try:
            answer = _answer(asked_of(given, policy))
        except Refused as refused:
            errors = refused_fields(refused)
    context = {
        "unit": str(unit), "here": f"/what-if/{unit.code}", "sections": question(given, errors), "answer": answer,
        "assumptions": assumptions(policy), "from": first_words(*own_size(unit)),
    }  # fmt: skip
    return page(request, "pages/what_if.html", {"what_if": context, "errors": errors}, status=422 if errors else 200)


def _answer(asked: Asked) -> dict[str, Any]:
    many = max(FEWEST, min(RUNS, PERSON_RUNS // max(plan.persons for plan in asked.plans)))
    runs = [
        simulate(plan, assumed=asked.assumed, days=asked.days, runs=many, seed=asked.seed + place)
        for place, plan in enumerate(asked.plans)
    ]
    found = [outcome(one) for one in runs]
    return {
        "chart": mark_safe(on_page(_chart(found, runs), width=_WIDE, height=_HIGH)),  # noqa: S308  escaped where drawn
        "rows": outcome_rows(found), "verdict": verdict(compare(*runs)), "runs": many, "days": asked.days,
        "seed": asked.seed, "plans": [plan_word(name) for name in PLANS],
    }  # fmt: skip


def _chart(found: list[Outcome], runs: list[Runs]) -> Chart:
    tones = ("main", "second")
    names = [plan_word(name) for name in PLANS]
    return Chart(
        title=_("New infections a day"), at=list(range(runs[0].infected.shape[1])), unit=_("persons"),
        bands=[
            Band(_("%(plan)s, 95 of 100 runs") % {"plan": name}, listed(one.curve[0]), listed(one.curve[2]), tone=tone)
            for name, one, tone in zip(names, found, tones, strict=True)
        ],
        lines=[
            Line(_("%(plan)s, mean") % {"plan": name}, listed(one.curve[1]), tone=tone, dashed=tone == "second")
            for name, one, tone in zip(names, found, tones, strict=True)
        ],
        note=_("Days from the first imported case"),
        description=_("Mean new infections a day of both plans, with the limits between which 95 of 100 runs lie."),
    )  # fmt: skip
