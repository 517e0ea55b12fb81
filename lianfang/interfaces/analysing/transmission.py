"""Who infects how many, as a command (传播链与二代病例): offspring counts and line lists with infectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from lianfang.domain.analysis import transmission
from lianfang.domain.cases.chains import Trouble
from lianfang.domain.cases.chains import listed as chains_listed
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.analysing.methods import Found, Method, Params, listed
from lianfang.interfaces.analysing.table import EMPTY, Table, day_of_text
from lianfang.interfaces.charts import Bars, Chart

CASE: Final = ("case", "id")
INFECTOR: Final = ("infector", "source", "from")
DAY: Final = ("onset", "date", "day", "日期")


class Fitting(Params, frozen=True, kw_only=True):
    """`level` of the limits; `transmission`: share of infections, `top`: share of cases whose part is given."""

    level: float = 0.95
    transmission: float = 0.8
    top: float = 0.2
    introductions: int = 1


def _fit(table: Table, asked: Fitting) -> Found:
    offspring = table.numbers("offspring", "z", "secondary")
    cases = table.numbers("cases", "count", "n") if table.has("cases", "count", "n") else None
    fit = transmission.offspring_fit(offspring, cases=cases, level=asked.level)
    event, chance = transmission.superspreading(fit.r, fit.k)
    found = {
        "n": fit.n, "R": fit.r, "k": fit.k, "k_lo95_profile": fit.k_low, "k_hi95_profile": fit.k_high,
        "k_se": fit.k_se, "R_se": fit.r_se, "logLik_nb": fit.log_likelihood,
        "logLik_poisson": fit.log_likelihood_poisson, "logLik_geometric": fit.log_likelihood_geometric,
        "p_zero_nb": fit.p_zero,
        f"prop_cases_for_{asked.transmission * 100:g}pct":
            transmission.shares(fit.r, fit.k, of_transmission=asked.transmission),
        f"share_from_top{asked.top * 100:g}pct": transmission.share_from_top(fit.r, fit.k, of_cases=asked.top),
        f"extinction_prob_{asked.introductions}_intro":
            transmission.extinction(fit.r, fit.k, introductions=asked.introductions),
        "superspreading_above": event, "superspreading_prob": chance,
    }  # fmt: skip
    rows = [{"quantity": name, "value": listed(np.asarray(value))} for name, value in found.items()]
    return Found(rows, {"R": float(fit.r), "k": listed(np.asarray(fit.k))}, _notes(fit), _chart(offspring, cases))


def _notes(fit: transmission.Offspring) -> list[str]:
    if fit.r == 0:
        return [_("Nobody infected anybody: k cannot be told.")]
    if np.isinf(fit.k):
        return [_("The counts vary no more than by chance: k is infinite (Poisson).")]
    return []


def _chart(offspring: Any, cases: Any) -> Chart:
    seen = np.bincount(offspring.astype(np.int64).clip(0, 60), weights=cases)
    return Chart(
        title=_("How many each case infected"), at=list(range(len(seen))), bars=(Bars(_("cases"), listed(seen)),),
        unit=_("cases"),
    )  # fmt: skip


def _chains(table: Table, _asked: Params) -> Found:
    named, infectors = table.words(*CASE), table.words(*INFECTOR)
    links = [(source, one) for one, source in zip(named, infectors, strict=True) if source.casefold() not in EMPTY]
    first = {one: place for place, one in reversed(list(enumerate(named)))}
    ids, places = list(dict.fromkeys(named)), [first[one] for one in dict.fromkeys(named)]
    built = transmission.build_arrays(ids, _days(table)[places], links)
    summary = transmission.summary(built)
    rows = [
        {
            "case": one, "root": ids[built.root[place]], "generation": int(built.generation[place]),
            "offspring": int(built.offspring[place]), "serial_interval": built.days_after(place),
        }
        for place, one in enumerate(ids)
    ]  # fmt: skip
    facts = {
        "cases": summary.cases, "chains": summary.chains, "singletons": summary.singletons,
        "max_size": summary.max_size, "max_generation": summary.max_generation,
        "mean_offspring": summary.mean_offspring, "var_offspring": summary.var_offspring,
        "si_n": summary.intervals, "si_mean": summary.interval_mean, "si_sd": summary.interval_sd,
        "si_median": summary.interval_median, "si_negative": summary.intervals_negative,
        "largest": [(one.root, one.size, one.depth) for one in chains_listed(built)[:10]],
        "by_generation": transmission.generations(built),
    }  # fmt: skip
    return Found(rows, facts, _told(built.troubles, [one for one, many in Counter(named).items() if many > 1]))


def _told(troubles: Sequence[Trouble], twice: Sequence[str]) -> list[str]:
    """What was cut, left out or taken once, by the cases it is about; the first fifty, and how many more."""
    notes = [_("In the list more than once; the first row counts: %(cases)s") % {"cases": ", ".join(twice)}]
    notes = (notes if twice else []) + [_trouble(one) for one in troubles]
    more = len(notes) - _MOST_NOTES
    return notes if more < 1 else [*notes[:_MOST_NOTES], _("And %(count)s more of this kind.") % {"count": more}]


def _trouble(one: Trouble) -> str:
    if one.kind == "unknown_case":  # the case itself is a row of the list, so it is the infector who is not
        return _("%(infector)s, named as the infector of %(case)s, is not in the list.") % {
            "infector": one.cases[0], "case": one.cases[1],
        }  # fmt: skip
    return f"{_TROUBLES[one.kind]()}: {', '.join(one.cases)}"


def _days(table: Table) -> Any:
    """Days of onset as whole days: dates, or numbers of days; unknown where there is no such column."""
    if not table.has(*DAY):
        return np.full(len(table.records), transmission.UNKNOWN_DAY)
    words = table.words(*DAY)
    found = [_day(row, table.column(*DAY), word) for (row, _cells), word in zip(table.records, words, strict=True)]
    return np.array(found, np.int64)


def _day(row: int, column: str, word: str) -> int:
    if word.casefold() in EMPTY:
        return int(transmission.UNKNOWN_DAY)
    try:
        return int(word) if word.lstrip("-").isdigit() else day_of_text(word).toordinal()
    except ValueError:
        raise Refused(Problem("date.format", row=row, column=column)) from None


_MOST_NOTES: Final = 50
_TROUBLES: Final = {
    "self": lambda: _("A case is its own infector"),
    "two_infectors": lambda: _("A second infector was left out"),
    "cycle": lambda: _("A circle was cut at its earliest case"),
    "order": lambda: _("Fell ill before the infector"),
}

METHODS: Final = (
    Method(
        "transmission.offspring_fit", _("How many each case infects: R and k with limits, shares, extinction"),
        "offspring, cases", _fit, Fitting, {"conf": "level"}, "lianfang analyse transmission.offspring_fit counts.csv",
    ),
    Method(
        "transmission.chains", _("Chains of transmission: roots, generations, secondary cases, serial intervals"),
        "case, infector, day", _chains, Params, {}, "lianfang analyse transmission.chains linelist.csv",
    ),
)  # fmt: skip
