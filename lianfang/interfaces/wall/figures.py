"""The six figures of a wall (六项指标): each with its numerator and denominator, and what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lianfang.domain.briefing.trends import WEEK, trend_of
from lianfang.domain.briefing.wording import change_text, mean_text
from lianfang.domain.small import small, small_row
from lianfang.interfaces.wall.reading import Reading
from lianfang.interfaces.web.templatetags.formats import UNKNOWN, amount, duration, percent, plain
from lianfang.kernel.reporting.figures import Counts
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
    yesterday = _("yesterday {share}").format(share=percent(before.received, before.expected or None))
    return _figure(_("Completeness today"), *_share(counts.received, counts.expected), [of, yesterday])


def _on_time(seen: Reading) -> dict[str, Any]:
    counts = seen.board.counts
    of = _("{n} / {whole} in time").format(n=plain(counts.on_time), whole=plain(counts.expected))
    rest = _("{missing} missing, {late} late").format(missing=plain(counts.missing), late=plain(counts.late))
    return _figure(_("Timeliness today"), *_share(counts.on_time, counts.expected), [of, rest])


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
    shown = small(today[0], seen.fewest, denominator=today[1])
    return _figure(label, shown.shown, pgettext("counted", "people"), [of.format(whole=plain(today[1])), _weeks(seen)])


def _weeks(seen: Reading) -> str:
    """The week as the briefing tells it, hidden counts and all; up to yesterday until today's reports are in."""
    counts = _counts(seen, whole_days(seen))
    trend = trend_of(counts, fewest=seen.fewest)
    if trend is None or trend.days < WEEK:
        return _("no seven-day mean yet")
    said, change = _("seven-day mean {mean}").format(mean=mean_text(trend)), change_text(trend)
    change = "" if None in counts[-2 * WEEK :] or len(counts) < 2 * WEEK else change  # of two whole weeks only
    return said + _(", ") + _("{change} on the week before").format(change=change) if change else said


def _counts(seen: Reading, days: Sequence[date]) -> list[int | None]:
    return [(seen.ill(day) or (None,))[0] for day in days]


def hidden(seen: Reading, days: Sequence[date]) -> list[bool]:
    """Which of these days have a count that is not shown."""
    return [small((seen.ill(day) or (None, 0))[0], seen.fewest).suppressed for day in days]


def whole_days(seen: Reading) -> Sequence[date]:
    """The days that are over, oldest first; today only once everything is in."""
    counts = seen.board.counts
    return seen.days if counts.expected and counts.received >= counts.expected else seen.days[:-1]


def drawn(seen: Reading) -> list[float | None]:
    """New symptoms by day; a hidden count is drawn in the middle of what it may be, an unknown one not at all."""
    found: list[float | None] = []
    for day in seen.days:
        one = small((seen.ill(day) or (None, 0))[0], seen.fewest)
        found.append(seen.fewest / 2 if one.suppressed else one.count)
    return found


def _held(seen: Reading) -> dict[str, Any]:
    now = seen.health.get(seen.day, Health())
    site, home, campus = small_row([now.at_site, now.at_home, now.on_campus], seen.fewest)
    where = _("sites {site}, home {home}, campus {campus}").format(
        site=amount(site.shown), home=amount(home.shown), campus=amount(campus.shown)
    )
    ended = _("ended today {n}").format(n=amount(small(now.ended, seen.fewest).shown))
    return _figure(
        _("In observation now"), small(now.held, seen.fewest).shown, pgettext("counted", "people"), [where, ended]
    )


def _differences(seen: Reading) -> dict[str, Any]:
    found = seen.differences
    if not found.open or found.oldest is None:
        return _figure(_("Differences to verify"), 0, "", [_("all settled")])
    age = _("oldest {age}").format(age=duration(seen.board.at - found.oldest))
    over = ngettext("{n} over its time", "{n} over their time", found.overdue).format(n=found.overdue)
    return _figure(_("Differences to verify"), found.open, "", [age, over], "warn" if found.overdue else "")


def _incidents(seen: Reading) -> dict[str, Any]:
    found = seen.incidents
    if not found.open:
        return _figure(_("Incidents open"), 0, "", [_("none open")])
    over = ngettext("{n} beyond its limit", "{n} beyond their limit", found.beyond).format(n=found.beyond)
    return _figure(_("Incidents open"), found.open, "", [over], "bad" if found.beyond else "")
