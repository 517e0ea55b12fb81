"""The six figures of a wall (六项指标): each with its numerator and denominator, and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lianfang.domain.briefing.trends import WEEK, trend_of
from lianfang.domain.briefing.wording import change_text, mean_text
from lianfang.domain.small import Small, bound_now
from lianfang.domain.small_sums import hidden_beside_total
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, amount, duration, percent, plain
from lianfang.kernel.reporting.figures import Counts
from lianfang.kernel.reporting.office_bounds import ENDED, ILL, of_flows
from lianfang.kernel.reporting.office_days import Health


def six(seen: Reading) -> list[dict[str, Any]]:
    """`{label, value, unit, tone, notes}` of each figure, in the order of the wall."""
    return [_complete(seen), _on_time(seen), _symptoms(seen), _held(seen), _differences(seen), _incidents(seen)]


def _figure(label: str, value: Any, unit: str, notes: list[str], tone: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "unit": unit, "notes": [note for note in notes if note], "tone": tone}


def _complete(seen: Reading) -> dict[str, Any]:
    counts = seen.board.counts
    before = seen.past.counts.get(seen.recent[-2], Counts())
    of = _("{n} / {whole} reports").format(n=plain(counts.received), whole=plain(counts.expected))
    yesterday = _("the day before {share}") if seen.over else _("yesterday {share}")
    yesterday = yesterday.format(share=percent(before.received, before.expected or None))
    label = _("Completeness of the day") if seen.over else _("Completeness today")
    return _figure(label, *_share(counts.received, counts.expected), [of, yesterday])


def _on_time(seen: Reading) -> dict[str, Any]:
    counts = seen.board.counts
    of = _("{n} / {whole} in time").format(n=plain(counts.on_time), whole=plain(counts.expected))
    label = _("Timeliness of the day") if seen.over else _("Timeliness today")
    return _figure(label, *_share(counts.on_time, counts.expected), [of, _not_in_time(counts)])


def _not_in_time(counts: Counts) -> str:
    """What is missing and late; of the missing, how many have time left."""
    said = pgettext("of a report", "{missing} missing, {late} late")
    if counts.not_yet:
        said = pgettext("of a report", "{missing} missing ({n} not yet due), {late} late")
    return said.format(missing=plain(counts.missing), n=plain(counts.not_yet), late=plain(counts.late))


def _share(part: int, whole: int) -> tuple[str, str]:
    """A percentage in digits, and its sign apart: it is set smaller."""
    shown = percent(part, whole or None)
    return shown.removesuffix("%"), "" if shown == UNKNOWN else "%"


def _symptoms(seen: Reading) -> dict[str, Any]:
    """Where nobody counts people, those with fever by the units' reports."""
    by_answers = bool(seen.past.answered)
    label = _("New symptoms") if by_answers else _("With fever, by reports")
    today = seen.ill(seen.day)
    if today is None:
        return _figure(label, None, pgettext("counted", "people"), [_("nothing has come in yet"), _weeks(seen)])
    of = _("of {whole} answers") if by_answers else _("by {whole} reports")
    value = newly_ill(seen, seen.day).shown
    return _figure(label, value, pgettext("counted", "people"), [of.format(whole=plain(today[1])), _weeks(seen)])


def _weeks(seen: Reading) -> str:
    """The week as the briefing tells it, hidden counts and all; up to yesterday until today's reports are in."""
    days = [newly_ill(seen, day) for day in whole_days(seen)]
    counts = [one.count for one in days]
    trend = trend_of(counts, fewest=seen.fewest, bounds=[one.bound for one in days])
    if trend is None or trend.days < WEEK:
        return _("no seven-day mean yet")
    said, change = _("seven-day mean {mean}").format(mean=mean_text(trend)), change_text(trend)
    change = "" if None in counts[-2 * WEEK :] or len(counts) < 2 * WEEK else change  # of two whole weeks only
    return said + _(", ") + _("{change} on the week before").format(change=change) if change else said


def newly_ill(seen: Reading, day: date) -> Small:
    """Who fell ill on a day, as it may be shown here; unknown where nothing came in."""
    count, of = seen.ill(day) or (None, None)
    by_answers = seen.fewest and day in seen.past.answered
    return Small(count, of, seen.fewest, bound_now(count, seen.newly.get(day, 0), seen.fewest) if by_answers else 0)


def whole_days(seen: Reading) -> Sequence[date]:
    """The days that are over, oldest first; today only once everything is in."""
    counts = seen.board.counts
    return seen.days if counts.expected and counts.received >= counts.expected else seen.days[:-1]


def drawn(days: Sequence[Small]) -> list[float | None]:
    """Counts by day; a hidden one is drawn in the middle of what it may be, an unknown one not at all."""
    return [None if one.count is None else float(one.middle) for one in days]


def in_observation(now: Health, fewest: int) -> tuple[tuple[Small, ...], Small]:
    """How many are at sites, on campus and at home, and altogether, as they may be shown beside each other.

    Of an office's day that is kept, it is known as well what is hidden for the sake of its neighbours.
    """
    places = (now.at_site, now.on_campus, now.at_home)
    if not (now.bounds and fewest):
        return hidden_beside_total(places, now.held, fewest)
    whole, *parts = now.bounds[: 1 + len(places)]
    row = (Small(count, None, fewest, bound) for count, bound in zip(places, parts, strict=True))
    return tuple(row), Small(now.held, None, fewest, whole)


def _bounds(now: Health) -> tuple[int, ...]:
    return now.bounds or (0,) * (1 + ILL)


def _held(seen: Reading) -> dict[str, Any]:
    now = seen.health.get(seen.day, Health())
    (site, campus, home), held = in_observation(now, seen.fewest)
    where = _("sites {site}, home {home}, campus {campus}").format(
        site=amount(site.shown), home=amount(home.shown), campus=amount(campus.shown)
    )
    ended = _("ended on the day {n}") if seen.over else _("ended today {n}")
    ended = ended.format(n=amount(let_go(seen, now, held).shown))
    label = _("In observation at the end of the day") if seen.over else _("In observation now")
    return _figure(label, held.shown, pgettext("counted", "people"), [where, ended])


def let_go(seen: Reading, now: Health, held: Small) -> Small:
    """Who was let go today, as it may be shown beside those in observation today and yesterday."""
    if not seen.fewest:
        return Small(now.ended)
    before = seen.health.get(seen.recent[-2])
    told = of_flows(now.counts, before.counts if before else None, before.bounds if before else (), held, seen.fewest)
    return Small(now.ended, None, seen.fewest, max(told, _bounds(now)[ENDED]))


def _differences(seen: Reading) -> dict[str, Any]:
    found = seen.differences
    label = _("Differences open at the end of the day") if seen.over else _("Differences to verify")
    if not found.open or found.oldest is None:
        return _figure(label, 0, "", [_("all settled")])
    age = _("oldest {age}").format(age=duration(seen.at - found.oldest))
    if found.overdue is None:
        return _figure(label, found.open, "", [age, _("how many were over their time is not kept")])
    over = ngettext("{n} over its time", "{n} over their time", found.overdue).format(n=found.overdue)
    return _figure(label, found.open, "", [age, over], "warn" if found.overdue else "")


def _incidents(seen: Reading) -> dict[str, Any]:
    found = seen.incidents
    label = _("Incidents open at the end of the day") if seen.over else _("Incidents open")
    if not found.open:
        return _figure(label, 0, "", [_("none open")])
    over = ngettext("{n} beyond its limit", "{n} beyond their limit", found.beyond).format(n=found.beyond)
    return _figure(label, found.open, "", [over], "bad" if found.beyond else "")
