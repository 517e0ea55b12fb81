"""The question of a scenario (推演表单): its fields, what they hold at first, and how they become two plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.capabilities.units.actions import ROSTER_KINDS
from lianfang.domain.analysis.scenario_school import CONTACTS, Assumed, Plan, School
from lianfang.domain.parsing.number import parse_count, parse_measure
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.web.views.what_if_words import plan_word, short
from lianfang.interfaces.wording import sentence
from lianfang.kernel import clock
from lianfang.kernel.orgs.kinds import OFFICES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.people.models import Membership, on_roster

DAYS: Final = pgettext_lazy("after a number", "days")
PLANS: Final = ("a", "b")
WHOLE, PART, CHOICE = "number", "decimal", "select"
CHOICES: Final = {
    "desk": (("1", _("One")), ("2", _("Two"))),
    "contacts": (("none", _("Nobody")), ("near", _("Desk and room")), ("class", _("The whole class"))),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name in the address, label, kind, what it counts, and its bounds (of numbers)."""

    name: str
    label: Any
    kind: str
    low: int = 0
    high: int = 0
    unit: Any = ""


OF_PLANS: Final = (
    Question("desk", _("Persons at a desk"), CHOICE),
    Question("classes", _("Number of classes"), WHOLE, 1, 1000),
    Question("class_size", _("Persons in a class"), WHOLE, 1, 500),
    Question("dormitory", _("Persons in a dormitory room (0: nobody boards)"), WHOLE, 0, 50),
    Question("tests", _("Tests of everybody a week"), WHOLE, 0, 7),
    Question("sensitivity", _("Share of the infectious that a test finds"), WHOLE, 0, 100, "%"),
    Question("delay", _("From symptoms to isolation"), PART, 0, 60, DAYS),
    Question("contacts", _("Who is quarantined with a case"), CHOICE),
)
OF_BOTH: Final = (
    Question("imported", _("Infected persons who come in"), WHOLE, 1, 1000),
    Question("r", _("Persons one case infects where nothing is done"), PART, 0, 30),
    Question("incubation", _("From infection to symptoms"), PART, 0, 60, DAYS),
    Question(
        "serial", _("From symptoms to symptoms of the next"), PART, 0, 90, pgettext_lazy("after a number", "days")
    ),
    Question("days", _("Days looked ahead"), WHOLE, 10, 365),
    Question("seed", _("Seed of the random numbers"), WHOLE, 0, 1_000_000),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered."""

    plans: tuple[Plan, Plan]
    assumed: Assumed
    days: int
    seed: int


def first_values(unit: Unit, policy: Policy) -> dict[str, str]:
    """What the form holds at first: the unit's own rosters where there are, else the rule pack's values.

    Plan A is the institution as usual, plan B as the rules in force ask: one or two to a desk, persons in a room.
    """
    at_first = policy.what_if
    classes, size = own_size(unit)
    both: dict[str, Any] = {
        "classes": classes or at_first["classes"], "class_size": size or at_first["class_size"],
        "tests": 0, "sensitivity": at_first["sensitivity"], "delay": at_first["delay"], "contacts": "none",
    }  # fmt: skip
    usual = {"desk": at_first["usual_desk"], "dormitory": at_first["usual_room"]}
    ruled = {"desk": min(policy.seats_per_desk, 2), "dormitory": at_first["usual_room"]}
    found = {f"{plan}_{name}": value for plan in PLANS for name, value in both.items()}
    found |= {f"a_{name}": value for name, value in usual.items()} | {
        f"b_{name}": value for name, value in ruled.items()
    }
    found |= {name: at_first[name] for name in ("imported", "r", "incubation", "serial", "days")} | {"seed": 1}
    return {name: short(value) if isinstance(value, Decimal) else str(value) for name, value in found.items()}


def asked_of(given: Mapping[str, str], policy: Policy) -> Asked:
    """The question as two plans. Refused with every field that cannot be used, a plan's by its own name (`a_desk`)."""
    problems: list[Problem] = []
    both = {one.name: _read(one, one.name, given, problems) for one in OF_BOTH}
    assumed = assumed_by(policy)
    plans = [_plan(name, given, both, assumed, problems) for name in PLANS]
    if problems:
        raise Refused(_once(problems))
    first, second = (plan for plan in plans if plan is not None)
    return Asked((first, second), assumed, int(both["days"]), int(both["seed"]))


def assumed_by(policy: Policy) -> Assumed:
    """What the rule pack says of everything that is not asked."""
    of = policy.what_if
    return Assumed(
        at_desk=float(of["at_desk"]) / 100, in_room=float(of["in_room"]) / 100, in_class=float(of["in_class"]) / 100,
        usual_desk=int(of["usual_desk"]), usual_room=int(of["usual_room"]), usual_class=int(of["class_size"]),
        with_symptoms=float(of["with_symptoms"]) / 100, before_symptoms=float(of["before_symptoms"]),
        spread_of_times=float(of["spread_of_times"]) / 100, quarantine=policy.observation_days,
    )  # fmt: skip


def question(given: Mapping[str, str], errors: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The form: rows of two plans, and the fields of both."""
    said = {one["href"].removeprefix("#f-"): one["message"] for one in errors}
    rows = [
        {"label": one.label, "cells": [_field(one, f"{plan}_{one.name}", given, said, plan) for plan in PLANS]}
        for one in OF_PLANS
    ]
    heads = [plan_word(plan) for plan in PLANS]
    return {"rows": rows, "heads": heads, "fields": [_field(one, one.name, given, said) for one in OF_BOTH]}


def refused_fields(refused: Refused) -> list[dict[str, str]]:
    """Each problem in a sentence, with the plan it is in, as a link to its field."""
    return [{"href": f"#f-{one.field}", "message": _said(one)} for one in refused.problems]


def _said(problem: Problem) -> str:
    plan, _mark, name = problem.field.partition("_")
    if plan not in PLANS:
        return sentence(_labelled(problem, problem.field))
    return f"{plan_word(plan)}: {sentence(_labelled(problem, name))}"


def _labelled(problem: Problem, name: str) -> Problem:
    label = next((str(one.label) for one in (*OF_PLANS, *OF_BOTH) if one.name == name), name)
    return replace(problem, column=label)


def own_size(unit: Unit) -> tuple[int, int]:
    """How many units of an institution keep rosters with people on them, and the mean of these; an office has none."""
    if unit.kind in OFFICES:
        return 0, 0
    rosters = Membership.objects.filter(
        on_roster(clock.today(unit.zone)), under(unit, "unit__"), unit__kind__in=ROSTER_KINDS, unit__closed_on=None
    )
    sizes = [one["n"] for one in rosters.values("unit").annotate(n=Count("person"))]
    return len(sizes), max(1, round(sum(sizes) / len(sizes))) if sizes else 0


def _field(
    one: Question, name: str, given: Mapping[str, str], said: Mapping[str, str], plan: str = ""
) -> dict[str, Any]:
    value = given.get(name, "")
    choices = [{"value": key, "label": word, "chosen": key == value} for key, word in CHOICES.get(one.name, ())]
    return {
        "name": name, "label": one.label, "spoken": f"{plan_word(plan)}: {one.label}" if plan else one.label,
        "kind": one.kind, "value": value, "unit": one.unit, "choices": choices, "error": said.get(name, ""),
    }  # fmt: skip


def _plan(
    name: str, given: Mapping[str, str], both: Mapping[str, Any], assumed: Assumed, problems: list[Problem]
) -> Plan | None:
    before = len(problems)
    own = {one.name: _read(one, f"{name}_{one.name}", given, problems) for one in OF_PLANS}
    if len(problems) > before or any(value is None for value in both.values()):
        return None
    own["sensitivity"] /= 100
    shared = {key: both[key] for key in ("imported", "r", "incubation", "serial")}
    plan = Plan(**own, **shared)
    try:
        School(plan, assumed).pressure  # noqa: B018  worked out here, so that what cannot be is refused by its field
    except Refused as refused:
        problems += [_placed(one, name, shared) for one in refused.problems]
    return plan


def _placed(problem: Problem, plan: str, shared: Mapping[str, Any]) -> Problem:
    return problem if problem.field in shared else replace(problem, field=f"{plan}_{problem.field}")


def _read(one: Question, name: str, given: Mapping[str, str], problems: list[Problem]) -> Any:
    raw = given.get(name, "")
    try:
        if one.kind == CHOICE:
            return _chosen(one, name, raw)
        if one.kind == PART:
            return float(parse_measure(raw, name, [], low=Decimal(one.low), high=Decimal(one.high)))
        value = parse_count(raw, name, [], channel="form")
        if not one.low <= value <= one.high:
            raise Refused("number.out_of_range", name, low=one.low, high=one.high)
    except Refused as refused:
        problems += refused.problems
        return None
    return value


def _chosen(one: Question, name: str, raw: str) -> Any:
    known = [key for key, _word in CHOICES[one.name]]
    if raw not in known:
        raise Refused("choice.unknown", name, choices=[str(word) for _key, word in CHOICES[one.name]])
    return raw if raw in CONTACTS else int(raw)


def _once(problems: Sequence[Problem]) -> list[Problem]:
    """What is wrong with both plans alike (an incubation period) is said once."""
    return list({(one.field, one.code): one for one in problems}.values())
