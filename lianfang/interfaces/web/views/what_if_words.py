"""What a scenario says in words (推演文字): outcomes with limits, which plan fares better, and what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.domain.analysis.scenario_stochastic import Interval, Outcome, Pairs
from lianfang.domain.policy import Policy
from lianfang.interfaces.web.templatetags.formats import plain


def plan_word(plan: str) -> str:
    """The name of a plan."""
    return _("Plan A") if plan == "a" else _("Plan B")


def outcome_rows(found: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The table of outcomes: a row each, a cell a plan with the middle value and its limits."""
    names = {
        "cases": _("Cases by the end, those who came in among them"),
        "peak_isolated": _("Cases in isolation at once, at most"),
        "peak_away": _("Persons in isolation or quarantine at once, at most"),
        "days_lost": _("Days of class lost, persons times days"),
    }
    rows = [{"label": label, "cells": [_counted(getattr(one, key)) for one in found]} for key, label in names.items()]
    chance = {"label": _("Chance that nobody else is infected"), "cells": [_percent(one.no_further) for one in found]}
    return [*rows, chance]


def first_words(classes: int, size: int) -> str:
    """Where the figures that the form holds at first come from: the rosters, or the rule pack where there are none."""
    if not classes:
        return _("No rosters are known here: number and size of classes are at first the usual ones of the rule pack.")
    said = ngettext(
        "Your rosters: %(n)s class or division, of %(size)s persons. All other figures are at first those of the "
        "rules.",
        "Your rosters: %(n)s classes or divisions, of %(size)s persons in the mean. All other figures are at first "
        "those of the rules.",
        classes,
    )
    return said % {"n": plain(classes), "size": plain(size)}


def verdict(pairs: Pairs) -> str:
    """How often the second plan has fewer cases than the first, and how often just as many."""
    fewer, same = round(pairs.fewer * 100), round(pairs.same * 100)
    if pairs.same == 1:
        return _("With both plans there are equally many cases in every pair of runs.")
    return _(
        "With plan B there are fewer cases than with plan A in %(n)s of 100 pairs of runs, and equally many in "
        "%(same)s."
    ) % {"n": fewer, "same": same}


def assumptions(policy: Policy) -> list[str]:
    """Everything that the answer rests on and that is not asked, with the numbers of the rule pack."""
    of = {name: short(value) for name, value in policy.what_if.items()}
    rest = short(100 - sum(policy.what_if[name] for name in ("at_desk", "in_room", "in_class")))
    return [
        _(
            "Persons one case infects are meant for %(usual_desk)s at a desk, %(usual_room)s in a room, "
            "%(class_size)s in a class, with nobody isolated."
        )
        % of,
        _(
            "Of the infections there, %(at_desk)s%% happen at the desk, %(in_room)s%% in the room, %(in_class)s%% in "
            "the class and %(rest)s%% anywhere in the institution."
        )
        % {**of, "rest": rest},
        _("Whoever sits alone at a desk infects nobody there; twice the roommates mean twice as many in a room."),
        _("Roommates are classmates, but do not share a desk."),
        _(
            "%(with_symptoms)s of 100 infected persons have symptoms that are noticed; the others are found only by "
            "tests or as contacts."
        )
        % of,
        _(
            "Days somebody is infectious before symptoms: %(before_symptoms)s. Times vary by %(spread_of_times)s%% "
            "around their mean."
        )
        % of,
        _("A test finds only who is infectious that day; its result is there in the evening. It never errs otherwise."),
        _("Whoever is isolated or in quarantine infects nobody. Contacts stay away for %(days)s days.")
        % {"days": policy.observation_days},
        _("Those who come in are infectious on their first day. Nobody is immune at first; nothing comes in later."),
        _(
            "The first figure is the middle run; 95 of 100 runs lie between the other two. They show chance, not how "
            "wrong the assumptions may be."
        ),
    ]


def _counted(one: Interval) -> dict[str, str]:
    low, middle, high = (plain(round(value)) for value in (one.low, one.middle, one.high))
    return {"value": middle, "limits": _("%(low)s to %(high)s") % {"low": low, "high": high}}


def _percent(one: Interval) -> dict[str, str]:
    low, middle, high = (f"{value * 100:.0f}%" for value in (one.low, one.middle, one.high))
    return {"value": middle, "limits": _("%(low)s to %(high)s") % {"low": low, "high": high}}


def short(value: Any) -> str:
    """A measure without idle digits: 4, 2.5, 90."""
    return f"{value.normalize():f}"
