"""What is said about series, settings and results (分析提示语), by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

OF_ANALYSIS: Mapping[str, tuple[Any, ...]] = {
    "analysis.compat_unknown": (
        _("%(field)s can be %(known)s or empty."),
        _("This is not among the programs that can be followed."),
    ),
    "analysis.method_unknown": (
        _("There is no method %(method)s. `lianfang analyse list` shows them all."),
        _("There is no such method. `lianfang analyse list` shows them all."),
    ),
    "analysis.parameter_unknown": (
        _("This method has no parameter %(name)s; it has: %(known)s."),
        _("This method has no such parameter."),
    ),
    "analysis.parameter_wrong": (
        _("The parameter cannot be used: %(why)s."),
        _("The parameter cannot be used."),
    ),
    "analysis.yes_no": (_("%(field)s must be yes or no, or empty where it is not known."),),
    "attack.more_cases": (
        _("There are %(cases)s cases among %(persons)s persons. Are the columns swapped?"),
        _("There are more cases than persons."),
    ),
    "choice.unknown:looked_at": (_("What it looks at must be one of: %(choices)s."),),
    "column.missing": (
        _("The file needs a column called one of: %(accepted)s. It has: %(known)s."),
        _("The file has no column %(field)s; it has: %(known)s."),
        _("A column is missing."),
    ),
    "briefing.superseded": (
        _("There is a newer version %(version)s. Open it and write there."),
        _("There is a newer version. Open it and write there."),
    ),
    "briefing.unchanged": (
        _("Every figure is as in version %(version)s. Nothing new was composed."),
        _("Every figure is as in the newest version. Nothing new was composed."),
    ),
    "dates.missing": (
        _("%(day)s is missing after %(after)s. Each day or week needs a row; write 0 where nobody fell ill."),
        _("%(field)s: %(day)s is missing. Weeks of earlier years can only be compared when no week is left out."),
        _("A day is missing. Earlier years can only be compared when no time is left out."),
    ),
    "dates.order": (
        _("%(day)s stands after %(after)s. Days must run forward, each once."),
        _("%(field)s must run forward without a gap or a repeat, and be the same for all series."),
        _("Days must run forward, and be the same for all series."),
    ),
    "delay.after_until": (
        _("%(field)s: row %(row)s begins after the end of observation."),
        _("A row begins after the end of observation."),
    ),
    "delay.lengths": (_("EL, ER, SL, SR and the counts must be equally long, with at least one person."),),
    "delay.no_spread": (_("All delays are the same; a distribution needs at least two different ones."),),
    "delay.not_identified": (
        _("These delays do not settle both parameters of %(dist)s. More rows, or narrower windows, are needed."),
        _("These delays do not settle both parameters. More rows, or narrower windows, are needed."),
    ),
    "delay.order": (
        _("Row %(row)s: each window must end after it begins, and onset must come after exposure."),
        _("Each window must end after it begins, and onset must come after exposure."),
    ),
    "delay.zero_day": (
        _("Row %(row)s is a delay of 0 days, which cannot be taken as exact. Choose interval or double."),
        _("A delay of 0 days cannot be taken as exact. Choose interval or double."),
    ),
    "detect.history_short": (
        _("%(length)s places are too few history: %(b)s years and %(w)s places are needed before a place."),
        _("%(length)s places are too few history: %(days)s days are needed before a place."),
        _("There is too little history before a place that is to be judged."),
    ),
    "growth.model_unknown": (
        _("There is no growth model %(model)s; there are: %(known)s."),
        _("There is no such growth model."),
    ),
    "imported.more_than_all": (
        _("More imported cases than cases on day %(position)s."),
        _("On one day there are more imported cases than cases."),
    ),
    "imported.shape": (_("Imported cases must be counted for the same days and series as all cases."),),
    "indicators.none": (_("Nobody was in observation and no class was held in this period."),),
    "indicators.unchanged": (_("Every figure is as it was counted last. Nothing new was written down."),),
    "nowcast.above_most": (
        _("A day already has %(reported)s reports, more than the %(most)s given as the most."),
        _("A day already has more reports than the number given as the most."),
    ),
    "nowcast.days": (_("%(field)s must be days such as 2026-03-02."),),
    "nowcast.days_apart": (
        _("%(field)s: the rows of a triangle must be consecutive days, oldest first."),
        _("The rows of a triangle must be consecutive days, oldest first."),
    ),
    "nowcast.gap": (
        _("Row %(position)s of the triangle: delays must be known from 0 on, without a gap."),
        _("Delays must be known from 0 on, without a gap."),
    ),
    "nowcast.lengths": (
        _("There are %(onsets)s days of onset and %(reports)s days of report; there must be one of each a person."),
        _("There must be one day of onset and one day of report a person."),
    ),
    "nowcast.nobody": (
        _("Nobody is known with both days by %(as_of)s."),
        _("Nobody is known with both days."),
    ),
    "nowcast.prior": (_("A prior needs a mean and a variance above zero, such as [50, 3000]."),),
    "nowcast.shape": (
        _("A triangle is a table of numbers: days in rows, delays from 0 on in columns, at least two of them."),
    ),
    "nowcast.span": (
        _("From %(first)s to %(as_of)s is no span of 1 to %(most)s days. Is a year mistyped?"),
        _("The days span too long or run backwards. Is a year mistyped?"),
    ),
    "number.out_of_range:between": (_("%(field)s must be above %(low)s and below %(high)s."),),
    "pack.failed": (_("The pack could not be made. Ask for it again, or ask whoever runs this system."),),
    "pack.waiting": (_("This pack has been asked for and is being made."),),
    "probability.sum": (
        _("%(field)s: the probabilities sum to %(sum)s, not to 1."),
        _("The probabilities do not sum to 1."),
    ),
    "quality.low_above_high": (
        _("Row %(position)s: the lower bound is above the upper one."),
        _("A lower bound is above the upper one."),
    ),
    "quality.more_received": (
        _("Row %(position)s: more reports came than were expected."),
        _("More reports came than were expected."),
    ),
    "quarantine.parameters": (
        _("The parameters of %(dist)s are %(names)s, above zero (meanlog may be any number)."),
        _("The parameters do not fit the distribution."),
    ),
    "scenario.empty": (_("A scenario needs somebody to begin with."),),
    "scenario.incubation_short": (
        _("%(field)s must be longer than the %(days)s days that somebody is infectious before symptoms."),
        _("The incubation period is too short."),
    ),
    "scenario.more_imported": (
        _("%(field)s: there are only %(persons)s persons."),
        _("More persons come in than there are."),
    ),
    "scenario.r_too_high": (
        _("%(field)s: in classes and rooms of this size one case can infect at most %(most)s persons."),
        _("One case cannot infect so many here."),
    ),
    "scenario.serial_short": (
        _("%(field)s must be longer than %(days)s days, the time until somebody is infectious."),
        _("The time from case to case is too short."),
    ),
    "scenario.too_many": (
        _("%(persons)s persons are too many for this page; it takes %(most)s. Compare a part of the institution."),
        _("There are too many persons for this page."),
    ),
    "rule.wrong": (
        _("The rule %(rule)s lacks: %(missing)s."),
        _("A rule cannot be used."),
    ),
    "series.fraction": (
        _("Value %(position)s of series %(series)s is %(value)s; counts are whole numbers."),
        _("Counts are whole numbers."),
    ),
    "series.gap": (
        _("Value %(position)s of series %(series)s is empty. Write 0 where nobody was counted as ill."),
        _("A place of the series is empty. Write 0 where nobody was counted as ill."),
    ),
    "series.infinite": (
        _("Value %(position)s of series %(series)s is infinite."),
        _("A place of the series is infinite."),
    ),
    "series.negative": (
        _("Value %(position)s of series %(series)s is %(value)s; counts are never below zero."),
        _("Counts are never below zero."),
    ),
    "series.not_numbers": (
        _("%(field)s must be numbers, and all series must be equally long."),
        _("The series must be numbers, and all of them equally long."),
    ),
    "series.shape": (_("A series is a row of numbers, and several series are rows of a table."),),
    "series.short": (
        _("There are %(length)s days or weeks with values; this method needs at least %(fewest)s."),
        _("The series is too short for this method."),
    ),
    "series.too_large": (
        _("Value %(position)s of series %(series)s is too large to compute with."),
        _("A count is too large to compute with."),
    ),
    "si.day_zero": (
        _("The serial interval starts with day 0, on which nobody infects: its first probability must be 0."),
    ),
    "si.shape": (_("There must be one serial interval, or one for each series."),),
    "risk.assessment_ended": (_("This assessment has ended. Begin a new one for the period to come."),),
    "risk.same_reason": (_("%(field)s: the level was changed, so its reason has to be written anew."),),
    "risk.still_open": (
        _("%(n)s risks are still open. Close each with its reason first."),
        _("Some risks are still open. Close each with its reason first."),
    ),
    "risk.unchanged": (_("Everything is as in the last score. Nothing was kept."),),
    "surveillance.not_similar": (
        _(
            "“%(what)s” counts people ill for different causes, which is no sign of an outbreak, however few false "
            "alarms a day it would cause (reckoned: %(n)s). Count similar symptoms, or compare with what is usual."
        ),
        _("People ill for different causes are no sign of an outbreak."),
    ),
    "surveillance.nothing_counted": (
        _("Nothing has been counted at this level yet, so the false alarms cannot be reckoned. Try again tomorrow."),
    ),
    "surveillance.on_already": (_("A setting like this one is switched on already. Switch it off first."),),
    "surveillance.past": (_("A setting is valid from today or a later day."),),
    "surveillance.proposed_already": (_("The same setting is proposed already. Switch that one on, or drop it."),),
    "surveillance.too_many": (
        _(
            "This setting would cause about %(n)s false alarms a day; at most %(limit)s are allowed. "
            "Count similar symptoms, look at larger units, or ask for more people."
        ),
        _("This setting would cause too many false alarms a day."),
    ),
    "window.outside": (
        _("Window %(position)s (days %(first)s to %(last)s) must lie within days %(low)s to %(high)s."),
        _("A window reaches out of the series."),
    ),
    "window.shape": (_("Windows need as many first days as last days, in whole days."),),
}
