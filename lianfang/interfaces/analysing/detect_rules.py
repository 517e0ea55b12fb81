"""Rules on windows, false alarms foretold and settings of charts as commands (规则、误报与参数设计命令)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.domain.analysis import detect
from lianfang.interfaces.analysing.methods import Found, Method, Params
from lianfang.interfaces.analysing.table import Table
from lianfang.kernel import detection_rules

SCOPES: Final = ("class", "dormitory", "campus")
COLUMNS: Final = ("rule", "title", "scope", "place", "from", "until", "most", "minimum", "action", "hours")
_SPELLINGS: Final[Mapping[str, str]] = {"ARL0": "arl0", "ARL1": "arl1"}


class RulesParams(Params, frozen=True, kw_only=True):
    """`rules`: objects with code, syndrome, scope, days, minimum; without them the shipped ones."""

    rules: tuple[dict[str, Any], ...] | None = None


class ExpectedParams(Params, frozen=True, kw_only=True):
    """The rule: `minimum` people of a class within `days` days; or `alpha`, the level of a chart on each row."""

    minimum: int = 3
    days: int = 1
    alpha: float | None = None


def _rules(table: Table, asked: RulesParams) -> Found:
    rules = detection_rules.cluster_rules() if asked.rules is None else detect.rules_of({"rules": asked.rules})
    days = np.array([day.toordinal() for day in table.days("day", "date", "onset", "日期")])
    names = {scope: table.words(scope) for scope in SCOPES if table.has(scope)}
    if not names:
        raise table.lacks(SCOPES[0])
    numbered = {scope: np.unique(words, return_inverse=True) for scope, words in names.items()}
    places = {scope: np.where(unique[at] == "", -1, at) for scope, (unique, at) in numbered.items()}
    _people, person = np.unique(table.words("person", "id"), return_inverse=True)
    syndromes = table.words("syndrome")
    reports = detect.reports_of(days=days, syndromes=syndromes, people=person, places=places)
    by_code = {rule.code: rule for rule in rules}
    found = [_row(by_code[one.rule], one, numbered) for one in detect.reached(reports, rules)]
    facts = {"rules": len(rules), "reports": len(days), "reached": len(found)}
    return Found(found, facts, list(_notes(rules, syndromes, found)), columns=COLUMNS)


def _notes(rules: Sequence[detect.Rule], syndromes: Sequence[str], found: Sequence[Any]) -> Iterator[str]:
    known = sorted({rule.syndrome for rule in rules})
    unknown = dict.fromkeys(one or "-" for one in syndromes if one not in known)
    if unknown:
        names = {"names": ", ".join(unknown), "known": ", ".join(known)}
        yield _("No rule counts these syndromes: %(names)s. The rules count: %(known)s.") % names
    if not found:
        yield _("No rule was reached.")


def _row(rule: detect.Rule, one: detect.Reached, numbered: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rule": rule.code,
        "title": detection_rules.rule_title(rule.code, get_language() or ""),
        "scope": rule.scope,
        "place": str(numbered[rule.scope][0][one.place]),
        "from": _iso(one.first_day),
        "until": _iso(one.last_day),
        "most": one.most,
        "minimum": rule.minimum,
        "action": rule.action,
        "hours": rule.hours,
    }


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _expected(table: Table, asked: ExpectedParams) -> Found:
    many = table.numbers("classes", "series") if table.has("classes", "series") else np.ones(len(table.records))
    kinds = table.words("kind", "unit") if table.has("kind", "unit") else [""] * len(many)
    if asked.alpha is not None:
        each = [detect.nominal_false_alarms(series=int(one), alpha=asked.alpha) for one in many]
    else:
        sizes, rates = table.numbers("size", "mean_class"), table.numbers("rate", "absent")
        each = [
            detect.rule_false_alarms(sizes=size, rates=rate, classes=count, minimum=asked.minimum, days=asked.days)
            for size, rate, count in zip(sizes, rates, many, strict=True)
        ]
    rows = [
        {"kind": kind, "classes": float(one), "a_day": a_day}
        for kind, one, a_day in zip(kinds, many, each, strict=True)
    ]
    note = _("On quiet days this setting raises about %(count)s alarms a day.") % {"count": round(sum(each), 1)}
    return Found(rows, {"a_day": float(sum(each))}, [note])


def _find_kh(table: Table, _asked: Params) -> Found:
    pairs = list(zip(table.numbers("ARL0").tolist(), table.numbers("ARL1").tolist(), strict=True))
    # A pair takes seconds, and files repeat them.
    known = {pair: detect.find_kh(arl0=pair[0], arl1=pair[1]) for pair in dict.fromkeys(pairs)}
    return Found([{"ARL0": pair[0], "ARL1": pair[1], "k": known[pair].k, "h": known[pair].h} for pair in pairs])


def _ewma_limit(table: Table, _asked: Params) -> Found:
    pairs = list(zip(table.numbers("lambda").tolist(), table.numbers("ARL0").tolist(), strict=True))
    known = {pair: _limits(*pair) for pair in dict.fromkeys(pairs)}
    return Found([{"lambda": pair[0], "ARL0": pair[1], **known[pair]} for pair in pairs])


def _limits(lam: float, quiet: float) -> dict[str, float]:
    return {
        "L_two": detect.ewma_limit(lam=lam, arl0=quiet),
        "L_one": detect.ewma_limit(lam=lam, arl0=quiet, sided="one"),
    }


METHODS: Final = (
    Method(
        "detect.rules", _("Clusters by rules: so many people of one place within so many days"),
        "day, person, syndrome, class | dormitory | campus", _rules, RulesParams, {},
        "lianfang analyse detect.rules reports.csv",
    ),
    Method(
        "detect.expected", _("False alarms a day that a setting will cause on quiet days"),
        "classes, size, rate, kind", _expected, ExpectedParams, {},
        "lianfang analyse detect.expected classes.csv --params '{\"minimum\": 3}'",
    ),
    Method(
        "detect.find_kh", _("Reference value and limit of a cumulative sum for wanted run lengths"),
        "ARL0, ARL1", _find_kh, Params, _SPELLINGS, "lianfang analyse detect.find_kh wanted.csv",
    ),
    Method(
        "detect.ewma_limit", _("Limit of an exponentially weighted average for a wanted run length"),
        "lambda, ARL0", _ewma_limit, Params, _SPELLINGS, "lianfang analyse detect.ewma_limit wanted.csv",
    ),
)  # fmt: skip
